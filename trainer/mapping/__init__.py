"""A map of the latent space: the pixels of an image, laid out by how alike they look.

`pixels` chooses them and decodes what they show, `embedding` lays them out in two dimensions,
`clusters` groups them by what they are made of, `atlas` does it all and writes it.
"""
