"""The surface itself: its normals and its relief.

`photometric` finds the normals of pixels, `normals` those of a collection or a relightable image;
`integration` makes heights of them, and `surface_files` writes what other programs read.
"""
