"""Mutations of each kind of file, from a flipped bit to a sound file of another kind.

Each is a function of a random generator and bytes. Those that leave what is shown untouched are
named in HARMLESS: every reader must take them.
"""

from .mutations_of_bytes import BYTES, Mutation
from .mutations_of_pictures import (
    JPEGS,
    PNGS,
    TIFFS,
    WEBPS,
    jpeg_ancillary,
    png_ancillary,
    png_split,
    tiff_layout,
)
from .mutations_of_text import DZIS, JSONS, LINES, json_layout, line_layout

HARMLESS = {png_ancillary, png_split, jpeg_ancillary, tiff_layout, json_layout, line_layout}

MUTATIONS: dict[str, list[Mutation]] = {
    ".png": [*PNGS, *BYTES],
    ".jpg": [*JPEGS, *BYTES],
    ".webp": [*WEBPS, *BYTES],
    ".tif": [*TIFFS, *TIFFS, *BYTES],
    ".json": [*JSONS, *JSONS, *BYTES],
    ".lp": [*LINES, *LINES, *BYTES],
    ".txt": [*LINES, *BYTES],
    ".dzi": [*DZIS, *DZIS, *BYTES],
    ".checkpoint": BYTES,
}
