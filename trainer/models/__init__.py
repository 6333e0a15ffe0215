"""The networks, their latents as levels, and decoding in PyTorch.

`networks` are the encoder and the decoder that are trained, `quantise` makes 8-bit levels of
latents, and `oracle` decodes stored images: the specification that the shaders are held against.
"""
