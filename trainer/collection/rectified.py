"""A height field as a camera from the side sees it, rectified to a plane: parallax, occlusion.

Heights are in pixels above the plane z = 0 that pictures are rectified to, rows from the top. A
camera far away toward the unit vector `view` shows at each place of the plane what its ray meets
first.
"""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]  # float32

STEP = 0.5  # pixels that a ray moves over the relief between two looks at its height


def slopes(view: Array) -> tuple[np.float32, np.float32]:
    """How many pixels to the right and up a ray toward `view` (z > 0) goes a pixel of height."""
    return np.float32(view[0] / view[2]), np.float32(view[1] / view[2])


def first_hits(height: Array, view: Array) -> tuple[Array, Array]:
    """Columns and rows [H, W], float32, of what a camera sees at each place of the plane z = 0.

    The ray of a place is followed from the highest point of `height` (in pixels) downwards until
    it is below the surface, and then back to where the line between the last two looks says.
    Beyond the picture's edge the surface goes on as it ends.
    """
    rows, columns = np.indices(height.shape, np.float32)
    across, up = slopes(view)
    top, bottom = float(height.max()), float(height.min())
    steps = math.ceil(math.hypot(across, up) * (top - bottom) / STEP) + 1
    before = np.float32(top)
    hit = np.full(height.shape, np.float32(bottom))
    gap_before = np.zeros_like(height)
    looking = np.ones(height.shape, bool)
    for level in np.linspace(top, bottom, steps + 1, dtype=np.float32):
        gap = level - remapped(height, columns + across * level, rows - up * level)
        below = looking & (gap <= 0)
        part = gap_before[below] / np.maximum(gap_before[below] - gap[below], 1e-9)
        hit[below] = before + part * (level - before)
        looking &= ~below
        before, gap_before = level, gap
    return np.asarray(columns + across * hit), np.asarray(rows - up * hit)


def remapped(values: Array, columns: Array, rows: Array) -> Array:
    """Values [H, W] or [H, W, C] at other places, between pixels as the line between them."""
    border = cv2.BORDER_REPLICATE
    found = cv2.remap(values, columns, rows, cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(found, np.float32)
