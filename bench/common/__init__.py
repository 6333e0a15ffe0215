"""What every measurement uses.

`browser` and `environment` are the browser and the machine, `journal` and `outputs` the records of
a run and its folder, `figures` what its report shows; `shown` reads pictures out of the viewer's
page.
"""
