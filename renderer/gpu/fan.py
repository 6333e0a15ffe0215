"""Multi-light: each place is lit from where its relief shows best (after Palma et al. 2010).

The lights to choose from stand in a fan, all at one elevation: of "multi-light" about the present
light, `spread` degrees to either side of it; of "multi-light-static" about the upper left, 90
degrees to either side, `raking` degrees above the surface.

How a place is lit is told by its normals, with no picture made: under a light l their shading n.l
has the mean m.l and the variance l'Cl, where m and C are the mean and the covariance of the normals
about the place. A light counts as far as the place is lit and contrast is in it, and the fan's
angle of the place is a mean in which the best lights prevail:

    score_k = max(0, m.l_k) sqrt(l_k' C l_k),    place in the fan = sum k score_k^4 / sum score_k^4.

So it changes little from place to place, and where no light is better than another it is the fan's
middle. A pixel between two lights of the fan is a blend of both pictures, and no others are in it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from renderer.image.pyramid import halved
from renderer.image.relightable import RelightableImage
from shaders.decoder import directions
from shaders.look import Look

LIGHTS = 7  # of a fan
PREVALENCE = 4
LONGEST = 1024  # pixels: normals are halved until they are no longer
CELL = 8  # of those pixels: a place of the grid
UPPER_LEFT = 135.0  # degrees: whence relief is expected to be lit
QUARTER = 90.0
MARGIN = 1e-3  # of a light: what shaders may reckon a place off
DEVIATIONS = 3  # that the Gaussian reaches


@dataclass(frozen=True)
class Grid:
    """What is known of the normals about each place of a grid over an image."""

    side: int  # image pixels of a place
    moments: np.ndarray  # [rows, columns, 10]: the weight, the sums of n and those of its products

    def choose(self, lights: np.ndarray, area: float) -> np.ndarray:
        """Each place's in the fan of lights [K, 2], 0..K - 1: [rows, columns] float32. `area` is
        the Gaussian's deviation, in percent of the longer side of the grid."""
        rows, columns, _ = self.moments.shape
        deviation = area / 100 * max(rows, columns)
        reach = int(np.ceil(DEVIATIONS * deviation))
        about = gaussian_filter(self.moments, deviation, mode="constant", radius=reach, axes=(0, 1))
        means = about[..., 1:] / np.maximum(about[..., :1], 1e-12)
        mean, products = means[..., :3], means[..., 3:]
        covariance = products - mean[..., FIRST] * mean[..., SECOND]
        towards = directions(lights)  # [K, 3]
        twice = np.where(FIRST == SECOND, 1, 2) * towards[:, FIRST] * towards[:, SECOND]
        variance = np.maximum(covariance @ twice.T, 0)
        scores = np.maximum(mean @ towards.T, 0) * np.sqrt(variance)  # [rows, columns, K]
        best = scores.max(axis=-1, keepdims=True)
        shares = (scores / np.maximum(best, 1e-12)) ** PREVALENCE
        middle = (len(lights) - 1) / 2
        place = (shares @ np.arange(len(lights))) / np.maximum(shares.sum(axis=-1), 1e-12)
        return np.asarray(np.where(best[..., 0] > 1e-6, place, middle).astype(np.float32))

    def counts(self, number: int, place: np.ndarray, part: tuple[slice, slice]) -> bool:
        """Whether a pixel of a part of the image may have a share of a light, of those that
        `choose` has told of each place."""
        about = place[tuple(self._places(within) for within in part)]
        return bool(about.min() - 1 - MARGIN < number < about.max() + 1 + MARGIN)

    def _places(self, within: slice) -> slice:
        """Those between which pixels are interpolated."""
        first, last = ((at + 0.5) / self.side - 0.5 for at in (within.start, within.stop - 1))
        return slice(max(0, int(np.floor(first))), int(np.ceil(last)) + 1)


# Of the products of a normal's parts, those of the six.
FIRST, SECOND = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 1, 2, 2])


def grid_of(image: RelightableImage) -> Grid:
    """What an image's normals tell; it must have them."""
    levels, mask = image.normals, image.mask
    assert levels is not None
    weights = np.full(levels.shape[:2], 255, np.uint8) if mask is None else mask * np.uint8(255)
    side = CELL
    while max(levels.shape[:2]) > LONGEST:
        levels, weights, side = halved(levels, weights), halved(weights), 2 * side
    on = weights[..., None] / 255
    normals = levels / 127.5 - 1
    terms = [on, on * normals, on * normals[..., FIRST] * normals[..., SECOND]]
    return Grid(side, _summed(np.concatenate(terms, axis=-1)))


def fan_of(look: Look, conditions: np.ndarray) -> np.ndarray:
    """What a decoder is told of the lights of a look's fan, [K, C]; `conditions` [C] are those of
    the present light, a view before it."""
    *view, x, y = np.asarray(conditions, np.float64)
    azimuth, radius, spread = np.arctan2(y, x), np.hypot(x, y), look.spread
    if look.mode == "multi-light-static":
        azimuth, radius, spread = np.radians(UPPER_LEFT), np.cos(np.radians(look.raking)), QUARTER
    angles = azimuth + np.radians(np.linspace(-spread, spread, LIGHTS))
    lights = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    fan = np.concatenate([np.tile(view, (LIGHTS, 1)), lights], axis=1)
    # Single precision for all: on the horizon a decoder may tell rounded lights from others.
    return fan.astype(np.float32).astype(np.float64)


def _summed(terms: np.ndarray) -> np.ndarray:
    """The sums of [H, W, C] over the places of a grid."""
    rows = np.add.reduceat(terms, np.arange(0, len(terms), CELL), axis=0)
    return np.asarray(np.add.reduceat(rows, np.arange(0, rows.shape[1], CELL), axis=1))
