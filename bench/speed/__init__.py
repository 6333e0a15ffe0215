"""Frame rates in the browser, and the native decode.

`measure` is the run: `scenarios` has its cases, `repeated` makes images of any size, `looped` the
baseline, `native` the decode without a browser; `statistics`, `report`, `rates` and `exports` tell
the outcome. `gallery` is a run of its own: how a large pyramid feels.
"""
