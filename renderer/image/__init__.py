"""The relightable image on disk.

`relightable` reads and writes it; `info` is its description, info.json; `picture` its planes and
mask as files; `pyramid` these in tiles; `finished` whether a command's image is there already.
"""
