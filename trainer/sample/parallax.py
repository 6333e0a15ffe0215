"""A relief as a camera from the side sees it, rectified to its plane: parallax and occlusion."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from trainer.sample.relief import Relief
from trainer.sample.workpiece import Array

STEP = 0.5  # pixels that a ray moves over the relief between two looks at its height


@dataclass(frozen=True)
class Seen:
    """What lies at each place of the plane for one camera.

    normals, albedo and f0 are [H, W, 3], roughness is [H, W]; columns and rows [H, W] are where
    in the relief it stands.
    """

    view: Array  # [3], the unit vector toward the camera
    columns: Array
    rows: Array
    normals: Array
    albedo: Array
    f0: Array
    roughness: Array

    def taken(self, values: Array) -> Array:
        """What is seen of values [H, W] or [H, W, 3] of the relief."""
        return remapped(values, self.columns, self.rows)


def seen_from(relief: Relief, normals: Array, view: Array) -> Seen:
    """The relief seen by a far camera toward `view` (unit vector, z > 0)."""
    columns, rows = first_hits(relief.height, view)
    place = Seen(view, columns, rows, normals, relief.albedo, relief.f0, relief.roughness)
    turned = place.taken(normals)
    turned /= np.linalg.norm(turned, axis=-1, keepdims=True)
    parts = map(place.taken, (relief.albedo, relief.f0, relief.roughness))
    return Seen(view, columns, rows, turned, *parts)


def first_hits(height: Array, view: Array) -> tuple[Array, Array]:
    """Columns and rows [H, W], float32, of what a camera sees at each place of the plane z = 0.

    The ray of a place is followed from the highest point of `height` (in pixels) downwards until
    it is below the surface, and then back to where the line between the last two looks says.
    Beyond the picture's edge the surface goes on as it ends.
    """
    rows, columns = np.indices(height.shape, np.float32)
    across, up = (np.float32(slope) for slope in view[:2] / view[2])  # pixels a pixel of height
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
