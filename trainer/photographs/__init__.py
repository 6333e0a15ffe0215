"""One photograph: what its file is, its pixels, and its colours.

`pictures` reads any; `header` tells what a file says of itself, with `png`, `tiff` and `raw` for
what is peculiar to each; `colour` converts to sRGB; `archive` reads out of zip archives.
"""
