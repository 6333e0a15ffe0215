"""The ground floor: what a decoder is, and the decode shader specialised to it.

`decoder` is what all decoders have; `neural` and `linear` are the two kinds, and a linear `model`
is a file: `ptm`, `hsh`, `rbf`. `specialise` fills the shaders' `template` with one decoder; `texts`
reads them. `errors` is the one exception that reaches a user.
"""
