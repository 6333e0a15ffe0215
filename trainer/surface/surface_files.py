"""Normals and relief as files that other programs read: PNG, TIFF and PLY.

Each bears our mark (renderer/files/marks.py), and is written aside and then renamed.
"""

import json
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
import pyvips
import tifffile

from renderer.files.aside import writing_aside
from renderer.files.marks import software
from renderer.files.ours import check_file
from renderer.image.normal_levels import normal_levels

Bits = Literal[8, 16]
WHITE = 65535
TO_CENTIMETRES = 10  # millimetres
ROWS = 256  # of a mesh, written at a time


def write_normals(normals: np.ndarray, path: Path, bits: Bits = 8) -> None:
    """Unit vectors [H, W, 3] as a PNG: `(n + 1) / 2`, x right in red, y up in green."""
    levels = normal_levels(normals, 255 if bits == 8 else WHITE)
    picture = pyvips.Image.new_from_array(levels).copy(
        interpretation="srgb" if bits == 8 else "rgb16"
    )
    # Its name is how libvips is told of a text in a PNG: the first one, called Software.
    picture.set_type(pyvips.GValue.gstr_type, "png-comment-0-Software", software())
    with writing_aside(path, check_file) as aside:
        picture.pngsave(str(aside), bitdepth=bits)


def write_heights(heights: np.ndarray, path: Path, pixel_size: float | None = None) -> None:
    """Heights [H, W] in pixels as a TIFF of 16 bits.

    Level 0 is the lowest, 65535 the highest; the picture's description is JSON that says what they
    are: `height = lowest + level * step`, in mm where `pixel_size` is known, or else in pixels.
    """
    scale = pixel_size or 1.0
    lowest, highest = float(heights.min()) * scale, float(heights.max()) * scale
    step = (highest - lowest) / WHITE or 1.0
    levels = np.rint((heights * scale - lowest) / step).astype(np.uint16)
    described = {"unit": "mm" if pixel_size else "pixels", "lowest": lowest, "step": step}
    density = TO_CENTIMETRES / pixel_size if pixel_size else 1.0
    with writing_aside(path, check_file) as aside:
        tifffile.imwrite(
            aside,
            levels,
            software=software(),
            description=json.dumps(described),
            metadata=None,
            photometric="minisblack",
            compression="deflate",
            resolutionunit="CENTIMETER" if pixel_size else "NONE",
            resolution=(density, density),
        )


def write_mesh(
    heights: np.ndarray, path: Path, mask: np.ndarray | None = None, pixel_size: float | None = None
) -> None:
    """The relief [H, W] as a binary PLY: a vertex for every pixel of the object, in mm where
    `pixel_size` is known, or else in pixels; x right, y up, z to the viewer; two triangles between
    four neighbours."""
    inside = np.ones(heights.shape, bool) if mask is None else mask
    number = np.cumsum(inside).reshape(inside.shape) - 1  # of each vertex
    whole = inside[:-1, :-1] & inside[:-1, 1:] & inside[1:, :-1] & inside[1:, 1:]
    header = (
        f"ply\nformat binary_little_endian 1.0\ncomment {software()}\n"
        f"comment in {'mm' if pixel_size else 'pixels'}\n"
        f"element vertex {int(inside.sum())}\n"
        "property float x\nproperty float y\nproperty float z\n"
        f"element face {2 * int(whole.sum())}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    with writing_aside(path, check_file) as aside, aside.open("wb") as file:
        file.write(header.encode())
        _write_vertices(file, heights, inside, pixel_size or 1.0)
        for first in range(0, len(whole), ROWS):
            _write_faces(file, number[first : first + ROWS + 1], whole[first : first + ROWS])


def _write_vertices(file: BinaryIO, heights: np.ndarray, inside: np.ndarray, scale: float) -> None:
    for first in range(0, len(heights), ROWS):
        rows, columns = np.nonzero(inside[first : first + ROWS])
        rows += first
        places = np.stack([columns, len(heights) - 1 - rows, heights[rows, columns]], axis=1)
        file.write((places * scale).astype("<f4").tobytes())


def _write_faces(file: BinaryIO, number: np.ndarray, whole: np.ndarray) -> None:
    """Two triangles, counter-clockwise to the viewer, of each four pixels that are `whole`."""
    upper_left, upper_right = number[:-1, :-1][whole], number[:-1, 1:][whole]
    lower_left, lower_right = number[1:, :-1][whole], number[1:, 1:][whole]
    corners = np.stack(
        [upper_left, lower_left, upper_right, upper_right, lower_left, lower_right], axis=1
    ).reshape(-1, 3)
    faces = np.empty(len(corners), [("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, corners
    file.write(faces.tobytes())
