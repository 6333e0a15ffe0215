"""Photographs of several cameras laid onto the relief of their surface.

In rectified pictures a place of the surface is shifted by its parallax, in each camera's otherwise.
Laid onto the surface, a pixel is the same place in all of them: what it shows changes with the
camera as its material does, and its latents need not hold what passes over it. Where a camera does
not see a place, the cameras about it tell what it would show.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

from renderer.files.memory import available_memory
from renderer.image.shifted import places_seen
from shaders.heights import LARGEST_HEIGHT, PART, Relief
from trainer.collection.cameras import distinct
from trainer.collection.mlic import Mlic
from trainer.collection.rectified import Array, remapped
from trainer.collection.samples import Samples
from trainer.running.plan import Progress
from trainer.training.plane_sweep import relief_of
from trainer.training.viewpoints import Camera, cameras_of, nearest_cameras, weighted

LONGEST_SIDE = 4096  # pixels, of an image with a relief: what every device takes as one texture
# Pixels beside a place that a camera sees there: so many, and it sees the place; more, and not.
FEW_ASIDE, MANY_ASIDE = 1.0, 2.0
SLIGHT = 1e-4  # what counts where no camera sees a place: they all
AT_A_TIME = 16  # photographs


@dataclass(frozen=True, eq=False)
class Unfolded:
    """A collection laid onto its relief."""

    mlic: Mlic
    relief: Relief


def unfold(
    samples: Samples,
    progress: Progress | None = None,
    warn: Callable[[str], None] = warnings.warn,
) -> Unfolded | None:
    """The collection of `samples`, all its photographs; None where they tell no relief, or what
    they show of it does not fit into memory once more, which is a warning."""
    mlic = samples.mlic
    if max(mlic.height, mlic.width) > LONGEST_SIDE:
        return None
    if mlic.train.stored.nbytes > available_memory():
        needed = mlic.train.stored.nbytes / 2**30
        warn(f"the photographs are not laid onto their relief, which takes {needed:.1f} GiB more")
        return None
    cameras = cameras_of(samples)
    views = np.array([camera.view for camera in cameras])
    pictures = np.array([_brightness(mlic, camera) for camera in cameras])
    heights = relief_of(pictures, views)
    if heights is None or np.ptp(heights) == 0:
        return None
    relief = _as_levels(heights.clip(-LARGEST_HEIGHT, LARGEST_HEIGHT), mlic.mask)
    photographs = np.concatenate([mlic.train.columns, mlic.test.columns])
    lights = np.concatenate([mlic.train.lights, mlic.test.lights])
    assert mlic.views is not None
    several, of = distinct(mlic.views)
    laid = np.empty_like(mlic.train.stored)
    for i, view in enumerate(several):
        _lay(mlic, relief, view, photographs[of == i], laid)
        if progress:
            progress(i + 1, 2 * len(several))
    seen = np.array([sees(relief, view, mlic.mask) for view in views])
    for i, view in enumerate(several):
        own = np.flatnonzero(of == i)
        hidden = sees(relief, view, mlic.mask)
        _fill(mlic, cameras, seen, view, lights[own], hidden, photographs[own], laid)
        if progress:
            progress(len(several) + i + 1, 2 * len(several))
    train, test = (replace(part, stored=laid) for part in (mlic.train, mlic.test))
    return Unfolded(replace(mlic, train=train, test=test), relief)


def sees(relief: Relief, view: np.ndarray, mask: np.ndarray | None) -> Array:
    """How far a camera toward `view` sees each place, [P] float32 of the object's, 0..1."""
    there = _seen_at(relief, view)
    hits = places_seen(relief, view).astype(np.float32) / PART
    rows, columns = np.indices(relief.levels.shape, np.float32)
    aside = np.hypot(remapped(hits[0], *there) - columns, remapped(hits[1], *there) - rows)
    seen = ((MANY_ASIDE - aside) / (MANY_ASIDE - FEW_ASIDE)).clip(0, 1)
    if mask is None:
        return np.asarray(seen.reshape(-1), np.float32)
    return np.asarray((seen * remapped(mask.astype(np.float32), *there))[mask], np.float32)


def nearest_inside(mask: np.ndarray) -> np.ndarray:
    """For each pixel the nearest of the object, as a row-major place [H, W]."""
    found = distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return np.asarray(np.ravel_multi_index(tuple(found), mask.shape))


def _as_levels(heights: Array, mask: np.ndarray | None) -> Relief:
    """Heights [H, W] in levels; off the object it is as high as its nearest place."""
    if mask is not None:
        heights = heights.ravel()[nearest_inside(mask)]
    low, high = float(heights.min()), float(heights.max())
    levels = np.rint((heights - low) / (high - low) * 255).astype(np.uint8)
    return Relief(levels, low, high)


def _brightness(mlic: Mlic, camera: Camera) -> Array:
    """The mean over a camera's photographs [H, W], 0..1, black off the object."""
    number = len(camera.columns)
    mean = np.full((1, number), 1 / number / mlic.train.white, np.float32)
    values = weighted(mlic.train.stored, camera, mean).mean(axis=1)
    if mlic.mask is None:
        return values.reshape(mlic.height, mlic.width)
    whole = np.zeros(mlic.mask.shape, np.float32)
    whole[mlic.mask] = values
    return whole


def _seen_at(relief: Relief, view: np.ndarray) -> tuple[Array, Array]:
    """Columns and rows [H, W], float32, at which a camera shows each place of the surface."""
    right, down, way_right, way_down, *_ = relief.march(view)
    share = relief.levels.astype(np.float32) / 255
    rows, columns = np.indices(relief.levels.shape, np.float32)
    shift = [(start + way * share) / PART for start, way in ((right, way_right), (down, way_down))]
    return columns - shift[0], rows - shift[1]


def _lay(
    mlic: Mlic, relief: Relief, view: np.ndarray, photographs: np.ndarray, laid: np.ndarray
) -> None:
    """Writes a camera's photographs, some of those stored, as its surface shows them to `laid`."""
    columns, rows = _seen_at(relief, view)
    stored, border = mlic.train.stored, cv2.BORDER_REPLICATE
    # Beyond the object's edge it goes on as it ends, so that nothing black comes in.
    inside = (
        None if mlic.mask is None else mlic.mask.ravel().cumsum()[nearest_inside(mlic.mask)] - 1
    )
    for first in range(0, len(photographs), AT_A_TIME):
        some = photographs[first : first + AT_A_TIME]
        values = stored[:, some]
        whole = values if inside is None else values[inside.ravel()]
        pictures = whole.swapaxes(0, 1).reshape(len(some), *relief.levels.shape, 3)
        for number, picture in zip(some, pictures, strict=True):
            # Once more it will be between pixels, when it is seen: a line between would blur.
            found = cv2.remap(picture, columns, rows, cv2.INTER_LANCZOS4, borderMode=border)
            laid[:, number] = found.reshape(-1, 3) if mlic.mask is None else found[mlic.mask]


def _fill(
    mlic: Mlic,
    cameras: list[Camera],
    seen: np.ndarray,
    view: np.ndarray,
    lights: np.ndarray,
    own: np.ndarray,
    photographs: np.ndarray,
    laid: np.ndarray,
) -> None:
    """Where a camera does not see its `own` places, [P] 0..1, its `photographs` under `lights`
    [L, 3] show what the cameras about it see there, each as far as it does, `seen` [C, P]."""
    hidden = np.flatnonzero(own < 1)
    if not len(hidden):
        return
    total = np.zeros((len(hidden), len(lights), 3), np.float32)
    counts = np.zeros(len(hidden), np.float32)
    for index, share in nearest_cameras(cameras, view, apart=True):
        camera = cameras[index]
        weights = camera.guide.weights(lights[:, :2]).astype(np.float32)
        lit = weighted(laid, camera, weights, hidden).reshape(len(hidden), 3, -1).swapaxes(1, 2)
        counted = share * (SLIGHT + seen[index, hidden])
        total += counted[:, None, None] * lit
        counts += counted
    others = (total / counts[:, None, None]).clip(0, mlic.train.white)
    part = own[hidden, None, None]
    mixed = part * laid[hidden[:, None], photographs] + (1 - part) * others
    laid[hidden[:, None], photographs] = np.rint(mixed).astype(laid.dtype)
