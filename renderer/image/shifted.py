"""A surface with relief as a camera sees it: what `relief.jinja` and `between.jinja` do, in numpy.

All is in whole numbers, so the shaders come to the same levels.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shaders.heights import PART, Relief

Whole = NDArray[np.int32]
TOP = 255 * PART  # the highest level


def places_seen(relief: Relief, view: Sequence[float] | np.ndarray) -> Whole:
    """Which place of the surface a camera in the direction `view` (x, y) sees at each pixel: column
    and row [2, H, W], in 256ths. A ray is followed from the highest level down until it is below
    the surface, and then back to where the line between the last two looks says."""
    right, down, way_right, way_down, halvings, *_ = relief.march(view)
    rows, columns = np.indices(relief.levels.shape, np.int32) * np.int32(PART)
    parts = 1 << halvings
    place = np.empty((2, *relief.levels.shape), np.int32)
    gap_before = np.zeros(relief.levels.shape, np.int32)
    before = _offset(right, down, way_right, way_down, parts, halvings)
    looking = np.ones(relief.levels.shape, bool)
    for left in range(parts, -1, -1):
        here = _offset(right, down, way_right, way_down, left, halvings)
        there = np.array([columns + here[0], rows + here[1]])
        gap = np.int32((TOP * left) >> halvings) - (_between(relief.levels, there) >> 8)
        hit = looking & (gap <= 0)
        share = PART * gap_before[hit] // np.maximum(gap_before[hit] - gap[hit], 1)
        for axis, start in enumerate((columns, rows)):
            step = here[axis] - before[axis]
            place[axis][hit] = start[hit] + before[axis] + ((step * share) >> 8)
        looking &= ~hit
        gap_before, before = gap, here
    return place


def shifted(levels: np.ndarray, places: Whole) -> np.ndarray:
    """A picture of the surface, levels [H, W] or [H, W, C] uint8, with what lies at the `places`
    [2, H, W] that are seen: between four texels, rounded."""
    return ((_between(levels, places) + (1 << 15)) >> 16).astype(np.uint8)


def _offset(
    right: int, down: int, way_right: int, way_down: int, left: int, halvings: int
) -> tuple[int, int]:
    """How far from its pixel a ray is with so many parts of the way `left`."""
    return right + ((way_right * left) >> halvings), down + ((way_down * left) >> halvings)


def _between(levels: np.ndarray, places: Whole) -> Whole:
    """The sum of four texels each, of 65536ths."""
    last = np.array(levels.shape[1::-1])[:, None, None] - 1
    inside = places.clip(0, PART * last)
    columns, rows = inside >> 8
    right, below = np.minimum((columns + 1, rows + 1), last)
    across, down = inside & (PART - 1)
    if levels.ndim == 3:
        across, down = across[..., None], down[..., None]
    whole = levels.astype(np.int32)
    upper = whole[rows, columns] * (PART - across) + whole[rows, right] * across
    lower = whole[below, columns] * (PART - across) + whole[below, right] * across
    return np.asarray(upper * (PART - down) + lower * down, np.int32)
