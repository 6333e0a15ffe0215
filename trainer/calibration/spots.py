"""Spots: what is bright in one photograph and dark in the others at the same place.

On a glossy sphere the lamp's mirror image is such a spot, small and alone, and elsewhere in each
photograph. On whatever is matte, or only somewhat glossy, what one light makes bright others do,
too, and it is not a spot.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

# Beyond this part of the radius the lamp would stand below the horizon (sin 45 degrees, and a
# little for what is not known well), and the sphere mirrors the table.
HORIZON = 0.745
BACKGROUND = 60  # percentile over the photographs: what is there without the lamp's image
FAINTEST = 14.0  # levels
ABOVE_NOISE = 7.0
HALF = 0.5  # of a spot's peak, above which pixels belong to it
LARGEST_SPOT = 0.05  # of the disc's area
FEWEST_PIXELS = 30  # of a disc in the picture
APART = 0.10  # of the radius, that another spot is away


@dataclass(frozen=True, eq=False)
class Spot:
    """The brightest spot of a photograph in a disc."""

    x: float  # column and row in the view, of its centroid
    y: float
    peak: float  # levels above the background
    area: float  # pixels above half of that
    flux: float  # levels times pixels
    rival: float  # flux of the strongest other spot, as a part of this one's
    rival_place: tuple[float, float] | None
    noise: float  # levels: how much the disc varies without it


def without_background(grey: np.ndarray) -> np.ndarray:
    """[L, h, w] -> what each photograph has above what is there in most."""
    rest = grey - np.percentile(grey, BACKGROUND, axis=0).astype(np.float32)
    return rest.clip(0)


def find_spot(bright: np.ndarray, inside: np.ndarray, radius: float) -> Spot | None:
    """The spot of one photograph, given `bright` [h, w] of `without_background`, where `inside`
    [h, w] is true; None where nothing stands out. `radius` is the disc's."""
    sigma = max(0.6, 0.012 * radius)
    smooth = cv2.GaussianBlur(bright, (0, 0), sigma)
    values = np.where(inside, smooth, 0)
    place = np.unravel_index(values.argmax(), values.shape)
    peak = float(values[place])
    noise = float(np.percentile(smooth[inside], 90))
    if peak < max(FAINTEST, ABOVE_NOISE * noise):
        return None
    labels, _ = ndimage.label(values > HALF * peak)
    own = labels == labels[place]
    # With its flanks, so that no pixel comes in, or falls out, at once.
    wide = cv2.dilate(own.astype(np.uint8), _disc(max(2.0, 2 * sigma))).astype(bool)
    weights = np.where(wide, (values - 0.5 * HALF * peak).clip(0), 0)
    rows, columns = np.nonzero(weights)
    weight = weights[rows, columns]
    x, y = np.average(columns, weights=weight), np.average(rows, weights=weight)
    around = cv2.dilate(own.astype(np.uint8), _disc(APART * radius)).astype(bool)
    flux = float(weights[own].sum())
    rival, rival_place = _rival(np.where(around, 0, values), peak, flux)
    return Spot(*(float(x), float(y), peak, float(own.sum()), flux), *(rival, rival_place, noise))


def _rival(
    values: np.ndarray, peak: float, flux: float
) -> tuple[float, tuple[float, float] | None]:
    """The strongest of the other spots: its flux as a part of the first one's, and its place."""
    labels, number = ndimage.label(values > HALF * peak)
    if not number:
        return 0.0, None
    index = np.arange(1, number + 1)
    fluxes = ndimage.sum_labels(values - 0.5 * HALF * peak, labels, index)
    best = int(np.argmax(fluxes))
    y, x = ndimage.center_of_mass(values, labels, best + 1)
    return float(fluxes[best] / flux), (float(x), float(y))


def _disc(radius: float) -> np.ndarray:
    size = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


@dataclass(frozen=True)
class Screening:
    """How far what is in a circle looks like the image of a lamp that moves."""

    clean: float  # share of the photographs with a small spot that is alone
    spread: float  # deviation of the spots' places, of the radius
    reach: float  # the farthest of them from the centre, of the radius
    doubled: float  # share of the photographs with two such spots


def screen(bright: np.ndarray, circle: np.ndarray, rival: float = 0.7) -> Screening:
    """Looks at a circle (column, row, radius) of the view `bright` [L, h, w]."""
    column, row, radius = circle
    left, right = max(0, int(column - radius)), int(column + radius) + 2
    top, bottom = max(0, int(row - radius)), int(row + radius) + 2
    part = bright[:, top:bottom, left:right]
    rows, columns = np.mgrid[: part.shape[1], : part.shape[2]]
    centre = np.array([column - left, row - top])
    distance = np.hypot(columns - centre[0], rows - centre[1]) / radius
    inside = distance < 0.85
    if inside.sum() < FEWEST_PIXELS:
        return Screening(0, 0, 0, 0)
    spots = [find_spot(picture, inside, radius) for picture in part]
    limit = max(6.0, LARGEST_SPOT * np.pi * radius**2)
    small = [spot for spot in spots if spot is not None and spot.area < limit]
    alone = [spot for spot in small if spot.rival < rival]
    if not alone:
        return Screening(0, 0, 0, len(small) / len(spots))
    places = (np.array([(spot.x, spot.y) for spot in alone]) - centre) / radius
    reach = np.percentile(np.hypot(*places.T), 95)
    return Screening(
        len(alone) / len(spots),
        float(places.std(axis=0).max()),
        float(reach),
        (len(small) - len(alone)) / len(spots),
    )
