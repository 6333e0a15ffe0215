"""What is cut out of photographs: the object, without the spheres beside it."""

from collections.abc import Sequence

import cv2
import numpy as np
from skimage.filters import threshold_otsu

from shaders.errors import RakingError
from trainer.calibration.views import View

Crop = tuple[int, int, int, int]  # column and row of the first pixel, width and height
Circle = tuple[float, float, float]  # column, row, radius

FRAME = 0.06  # of the shorter side: a border that shows the table
SPHERE = 1.25  # of its radius, within which a sphere is no table
ALIKE = 80  # percentile: so much of the border shows the table, and nothing that lies on it
STANDS_OUT = 6.0  # deviations of the table, by which an object differs on the median
NEVER = 0.85  # of a picture: what is as large is no object on a table
LEAST = 0.01  # of a picture, that an object takes
MARGIN = 0.03  # of the object's own size
GIVEN_UP = 0.1  # of the object's width or height, that may be lost to leave a sphere out
CLEAR = 1.04  # of a sphere's radius
SMOOTH = 0.008  # deviation of a blur, in longer sides
GRAIN = 1e-3  # variance of a feature of the table: what a level of 255 makes


def object_crop(view: View, spheres: Sequence[Circle], size: tuple[int, int]) -> Crop:
    """The rectangle of photographs of `size` (H, W) about the object on the table.

    The table is what the border of the pictures shows; the object the largest thing that differs
    from it, in colour, brightness or in how it changes with the light, and is no sphere. Raises
    RakingError where nothing does.
    """
    away = _distance(view, spheres)
    free = _off_spheres(view, spheres)
    likely = np.log1p(away)
    out = ((likely > threshold_otsu(likely[free])) & free).astype(np.uint8)
    out = _without_specks(out, max(2, round(SMOOTH * max(out.shape))))
    _, labels, facts, _ = cv2.connectedComponentsWithStats(out)
    areas = np.append(facts[1:, cv2.CC_STAT_AREA], 0)  # none where the table is bare
    largest = labels == 1 + int(areas.argmax())
    sized = LEAST < areas.max() / out.size < NEVER
    if not (sized and np.median(away[largest]) > STANDS_OUT):
        raise RakingError(
            "no object stands out from the table: name the part to cut out as --crop X,Y,WIDTH,"
            "HEIGHT"
        )
    rows, columns = np.nonzero(largest)
    corners = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], float)
    first, last = view.outward(corners - 0.5) + 0.5
    margin = MARGIN * (last - first)
    return _beside(first - margin, last + margin, spheres, size)


def mask_crop(mask: np.ndarray) -> Crop:
    """The rectangle about the pixels of a mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    width, height = columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0]
    return int(columns[0]), int(rows[0]), int(width), int(height)


def check_inside(part: Crop, size: tuple[int, int], option: str) -> None:
    """RakingError where what an `option` names reaches beyond photographs of `size` (H, W)."""
    x, y, width, height = part
    if min(x, y) < 0 or x + width > size[1] or y + height > size[0]:
        raise RakingError(
            f"{option} {x},{y},{width},{height} reaches beyond the photographs of {size[1]} x "
            f"{size[0]} pixels: choose X,Y,WIDTH,HEIGHT inside them"
        )


def spheres_in(crop: Crop, spheres: Sequence[Circle]) -> np.ndarray | None:
    """[height, width] bool, true off the spheres that reach into a crop; None where none does."""
    x, y, width, height = crop
    columns, rows = np.meshgrid(np.arange(x, x + width), np.arange(y, y + height))
    free = np.ones((height, width), bool)
    for column, row, radius in spheres:
        free &= np.hypot(columns - column, rows - row) > CLEAR * radius
    return None if free.all() else free


def _distance(view: View, spheres: Sequence[Circle]) -> np.ndarray:
    """How much each pixel [h, w] differs from the table, in deviations of what the table shows."""
    levels = np.log(view.values + 8)
    mean = levels.mean(axis=0)
    grey = mean.mean(axis=2)
    changing = levels.mean(axis=3).std(axis=0)
    features = np.stack([grey, mean[..., 0] - grey, mean[..., 2] - grey, changing], axis=-1)
    blur = max(1.0, SMOOTH * max(grey.shape))
    features = cv2.GaussianBlur(features.astype(np.float32), (0, 0), blur)
    border = max(2, round(FRAME * min(grey.shape)))
    frame = _off_spheres(view, spheres)
    frame[border:-border, border:-border] = False
    table = features[frame] if frame.any() else features.reshape(-1, features.shape[-1])
    middle = np.median(table, axis=0)
    off = np.abs(table - middle).sum(axis=1)
    near = table[off <= np.percentile(off, ALIKE)]
    inverse = np.linalg.inv(np.cov(near.T) + GRAIN * np.eye(len(middle)))
    offset = features - middle
    return np.asarray(np.sqrt(np.einsum("hwi,ij,hwj->hw", offset, inverse, offset)))


def _off_spheres(view: View, spheres: Sequence[Circle]) -> np.ndarray:
    """[h, w] bool, true where no sphere is."""
    rows, columns = np.mgrid[: view.values.shape[1], : view.values.shape[2]]
    places = view.outward(np.stack([columns, rows], axis=-1).astype(float))
    free = np.ones(rows.shape, bool)
    for x, y, radius in spheres:
        free &= np.hypot(places[..., 0] - x, places[..., 1] - y) > SPHERE * radius
    return free


def _without_specks(out: np.ndarray, radius: int) -> np.ndarray:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.morphologyEx(cv2.morphologyEx(out, cv2.MORPH_OPEN, disc), 3, disc))


def _beside(
    first: np.ndarray, last: np.ndarray, spheres: Sequence[Circle], size: tuple[int, int]
) -> Crop:
    """A rectangle from its first to its last corner (column, row), drawn in where that leaves out
    a sphere at little cost."""
    most = GIVEN_UP * (last - first)
    low, high = first.clip(0), np.minimum(last, size[::-1])
    for column, row, radius in spheres:
        centre, reach = np.array([column, row]), CLEAR * radius
        nearest = centre.clip(low, high)
        if np.linalg.norm(nearest - centre) >= reach:
            continue
        cuts = [(centre + reach - low, low, 1), (high - (centre - reach), high, -1)]
        cost, axis, side = min(
            (float(cut[axis]), axis, side) for cut, _, side in cuts for axis in (0, 1)
        )
        if cost <= most[axis]:
            (low if side == 1 else high)[axis] += side * cost
    corner, end = np.ceil(low).astype(int), np.floor(high).astype(int)
    return int(corner[0]), int(corner[1]), int(end[0] - corner[0]), int(end[1] - corner[1])
