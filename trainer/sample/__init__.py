"""The procedural collection.

`relief` carves a tablet (`frame`, `inscription`, `medallion`, then `ageing`) out of a `workpiece`
of several `materials`; `shading` lights it, and `sample` writes it as photographs. What cameras
from the side see is found by `parallax` and written by `btf`.

On a `table` it lies between two `glossy` spheres under near `lamps`; `tabletop` writes that, with
what is true of it.
"""
