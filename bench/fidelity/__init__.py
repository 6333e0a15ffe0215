"""The papers' models trained and scored on whole folders of collections.

`run` is the run: `items` finds collections, `columns` are the models, `fits` what is finished,
`anchors` what the photographs allow, `workers` and `tally` share it out and count. `outcome` writes
what it found, from `results`, `tables` and `parameters`, beside what is `published`. Apart from
these, `reference` is the network that BTFs have been compressed with.
"""
