"""Whether photographs have moved against each other, at a glance: before training, which would blur
what they show, and after calibration."""

from collections.abc import Sequence

import cv2
import numpy as np

from trainer.calibration.calibrate import Calibration
from trainer.collection.mlic import Mlic
from trainer.lights.names import listing
from trainer.preparing.crops import off_spheres
from trainer.preparing.shifts import FEWEST, Shifts, coarse_shifts, fine_shifts

TOLD = 0.35  # pixels, from which a shift that was measured at leisure is warned about
LARGE = 2.0  # pixels, from which one is that is seen at a glance
SURELY = 3.0  # times the uncertainty, too
SIDES = 256, 128, 64  # pixels of the part that is looked at
AGREE = 0.4  # of a shift: where halves are farther apart in it, it is none of the photograph
LOOKED_AT = 6  # photographs, for where most shows
ROUNDS, PIXELS = 3, 5000  # of finding shifts: enough for large ones


def moved_in_collection(mlic: Mlic) -> str | None:
    """Which photographs of a collection have moved, as a sentence; None where none has, or where
    nothing can be told."""
    if mlic.views is not None:
        return None
    count = len(mlic.train.lights)
    some = np.unique(np.linspace(0, count - 1, LOOKED_AT).astype(int))
    shown = [255 * mlic.train.image(i).mean(axis=2) for i in some]
    place = _where_most_shows(shown, mlic.mask)
    if place is None:
        return None
    columns = np.concatenate([mlic.train.columns, mlic.test.columns])
    return _told(_part(mlic, columns, place), mlic.lights.astype(float), mlic.names, 1.0)


def moved_in_calibration(result: Calibration) -> str | None:
    """As `moved_in_collection`, of the photographs that were given a light; large ones are looked
    at small, where only large shifts show."""
    view = result.overview
    grey = view.grey[result.known]
    circles = [(s.outline.x, s.outline.y, s.outline.across) for s in result.found]
    some = list(grey[:: max(1, len(grey) // LOOKED_AT)])
    place = _where_most_shows(some, off_spheres(view, circles))
    if place is None:
        return None
    lights = np.array([light.direction for light in result.lights if light is not None])
    names = [result.names[i] for i in result.known]
    return _told(grey[(slice(None), *place)], lights, names, view.region.scale)


def moved_names(found: Shifts, names: Sequence[str], least: float) -> str | None:
    """Which photographs lie off by `least` pixels, and surely so, the worst first."""
    lengths = np.linalg.norm(found.pixels, axis=1)
    told = lengths > max(least, SURELY * found.unsure)
    if not told.any():
        return None
    worst = np.argsort(-lengths)[: int(told.sum())]
    return listing(f"{names[i]} ({lengths[i]:.1f} pixels)" for i in worst)


def _told(part: np.ndarray, lights: np.ndarray, names: Sequence[str], scale: float) -> str | None:
    """What both halves of a part [L, h, w] agree in; `scale` is how many pixels one of its is."""
    if len(lights) < FEWEST:
        return None
    start = coarse_shifts(part)
    halves = np.array_split(part, 2, axis=1 + int(np.argmax(part.shape[1:])))
    one, other = (
        fine_shifts([half], lights, start, rounds=ROUNDS, pixels=PIXELS) for half in halves
    )
    mean = (one.pixels + other.pixels) / 2
    apart = np.linalg.norm(one.pixels - other.pixels, axis=1)
    mean[apart > AGREE * np.linalg.norm(mean, axis=1)] = 0
    found = Shifts(scale * mean, scale * max(one.unsure, other.unsure))
    which = moved_names(found, names, LARGE * scale)
    if which is None:
        return None
    return (
        f"photographs have moved against the others: {which}; raking prepare --align lays them "
        "over each other"
    )


def _where_most_shows(
    pictures: Sequence[np.ndarray], mask: np.ndarray | None = None
) -> tuple[slice, slice] | None:
    """Rows and columns of the part of pictures [h, w] that has the most edges; of those whole in
    the `mask` [h, w], whose own edge stands still. None where all are too small."""
    height, width = pictures[0].shape
    steep = np.zeros((height, width), np.float32)
    for picture in pictures:
        level = np.log(np.asarray(picture, np.float32) + 8)
        for across in (0, 1):
            steep += np.abs(cv2.Sobel(level, cv2.CV_32F, 1 - across, across))
    for side in SIDES:
        rows, columns = min(side, height), min(side, width)
        if min(rows, columns) < SIDES[-1]:
            return None
        sums = _sums(steep, rows, columns)
        if mask is not None:
            sums[_sums(mask.astype(np.float32), rows, columns) < rows * columns] = -1
        if sums.max() > 0:
            top, left = map(int, np.unravel_index(int(sums.argmax()), sums.shape))
            return slice(top, top + rows), slice(left, left + columns)
    return None


def _sums(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Of all rectangles of so many rows and columns, by their upper left corners."""
    total = cv2.integral(values)
    strips = total[:, columns:] - total[:, :-columns]
    return np.asarray(strips[rows:] - strips[:-rows])


def _part(mlic: Mlic, columns: np.ndarray, place: tuple[slice, slice]) -> np.ndarray:
    """[L, h, w] float32, levels of 255, of all photographs in full detail, black off the object."""
    kept = np.ones(mlic.train.size, bool) if mlic.mask is None else mlic.mask
    inside = kept[place]
    where = (np.cumsum(kept) - 1).reshape(kept.shape)[place][inside]
    values = mlic.train.stored[where][:, columns].mean(axis=2, dtype=np.float32)
    part = np.zeros((len(columns), *inside.shape), np.float32)
    part[:, inside] = values.T * np.float32(255 / mlic.train.white)
    return part
