"""The relightable image on disk: FORMAT.md.

`relightable` reads and writes it; `info` reads its description, info.json, and `describe` writes
it, by the `limits` and `checks` of both languages; `picture` reads its planes and mask as files,
`pyramid` these in tiles; `finished` tells whether a command's image is there already.
"""
