"""The networks, their latents as levels, and decoding in PyTorch.

`networks` are the encoder and the decoder that are trained, `quantise` makes 8-bit levels of
latents, `overlap` says how their errors make up for each other; `oracle` decodes stored images and
`seen` has what is made of that then: the specification that the shaders are held against.
"""
