"""From a collection to a relightable image.

`train` is the whole way, by `settings`. Of networks: `preparation` is what is known before,
`sampling` chooses pixels, `guide`, `teacher` and `lesson` say what to learn where there is no
photograph, `phase` trains one pair of networks, `fit` is the loop, `optimiser` takes the steps,
`validation` tells how well it goes; `ahead` and `rehearsal` tell how long all of it takes, and
`storing` makes the image. `classical` fits PTM, HSH and PCA/RBF; `levels` makes the smaller levels
of pyramids. `provenance` and `asked` are what is recorded.
"""
