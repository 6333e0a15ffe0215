"""The procedural collection.

`relief` carves a tablet (`frame`, `inscription`, `medallion`, then `ageing`) out of a `workpiece`
of several `materials`; `shading` lights it, and `sample` writes it as photographs. What cameras
from the side see is found by `parallax` and written by `btf`.
"""
