"""From a collection to a relightable image.

`train` is the whole way of the neural models, with the loop in `fit`: `sampling` chooses pixels,
`guide` and `lesson` say what to learn where there is no photograph, `optimiser` takes the steps,
`rehearsal` tells how long it takes. `classical` fits PTM, HSH and PCA/RBF; `levels` makes the
smaller levels of pyramids.
"""
