"""Multi-light in NumPy: the oracle that the shaders' blend of lights is held against.

After the formulas in `renderer/gpu/fan.py`, with the variance of the shading itself in place of the
normals' covariance.
"""

import numpy as np
from scipy.ndimage import map_coordinates

from renderer.image.relightable import RelightableImage
from shaders.look import Look
from trainer.models.oracle import relight
from trainer.models.seen import seen

LIGHTS = 7  # of a fan
LONGEST = 1024  # pixels, of the normals that lights are chosen by
CELL = 8  # of those pixels


def lit_by_places(
    image: RelightableImage, look: Look, conditions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What is seen under a light (x, y), or a view and a light, [H, W, 3]: raw, and as a sum of
    8-bit levels, one of each light."""
    fan = _fan(look, np.asarray(conditions, np.float64))
    shares = _shares(image, fan, look)
    image = image.seen_from(fan[0][:-2])
    raw, levels = np.zeros((2, image.height, image.width, 3))
    for told, share, decoded in zip(fan, shares, relight(image, fan), strict=True):
        part = share[..., None] * seen(image, decoded, look, told)
        raw += part
        levels += np.floor(part.clip(0, 1) * 255 + 0.5)
    return raw, levels.clip(0, 255)


def _fan(look: Look, conditions: np.ndarray) -> np.ndarray:
    *view, x, y = conditions
    z = np.sqrt(max(0.0, 1 - x * x - y * y))
    middle, aside = np.array([x, y, z]), look.spread
    if look.mode == "multi-light-static":
        low, aside = np.radians(look.raking), 90.0
        middle = np.array([-np.cos(low) / 2**0.5, np.cos(low) / 2**0.5, np.sin(low)])
    turned = []
    for angle in np.radians(np.linspace(-aside, aside, LIGHTS)):
        cosine, sine = np.cos(angle), np.sin(angle)
        turned.append([*view, *np.array([[cosine, -sine], [sine, cosine]]) @ middle[:2]])
    return np.array(turned, np.float32).astype(np.float64)  # singles, as lights are told


def _shares(image: RelightableImage, fan: np.ndarray, look: Look) -> np.ndarray:
    """How much of each pixel is of each light, [LIGHTS, H, W]."""
    assert image.normals is not None
    on = np.ones((image.height, image.width)) if image.mask is None else image.mask * 1.0
    normals, side = image.normals.astype(np.float64), CELL
    while max(on.shape) > LONGEST:
        normals, on, side = *_half(normals, on), 2 * side
    shading = (normals / 127.5 - 1) @ np.array([_raised(told[-2:]) for told in fan]).T
    summed = [_cells(on[..., None] * shading**power) for power in (0, 1, 2)]
    deviation = look.area / 100 * max(summed[0].shape[:2])
    weight, mean, square = (_about(sums, deviation) for sums in summed)
    known = weight > 1e-12
    mean, square = (np.where(known, each / np.maximum(weight, 1e-12), 0) for each in (mean, square))
    scores = np.maximum(mean, 0) * np.sqrt(np.maximum(square - mean**2, 0))
    best = scores.max(axis=-1, keepdims=True)
    weights = np.where(best > 1e-6, (scores / np.maximum(best, 1e-12)) ** 4, 1)
    place = np.average(np.broadcast_to(np.arange(LIGHTS), weights.shape), -1, weights)
    pixels = (np.mgrid[: image.height, : image.width] + 0.5) / side - 0.5
    chosen = map_coordinates(place, pixels, order=1, mode="nearest")
    return np.maximum(1 - np.abs(chosen - np.arange(LIGHTS)[:, None, None]), 0)


def _cells(values: np.ndarray) -> np.ndarray:
    """The sums of [H, W, K] over each cell, [rows, columns, K]."""
    height, width, _ = values.shape
    padded = np.pad(values, [(0, -height % CELL), (0, -width % CELL), (0, 0)])
    return padded.reshape(-(-height // CELL), CELL, -(-width // CELL), CELL, -1).sum(axis=(1, 3))


def _about(sums: np.ndarray, deviation: float) -> np.ndarray:
    """Each cell's with those about it, by a Gaussian that ends at three deviations, rounded up."""

    def gaussian(count: int) -> np.ndarray:
        away = np.subtract.outer(np.arange(count), np.arange(count))
        share = np.exp(-((away / deviation) ** 2) / 2)
        return np.where(np.abs(away) <= np.ceil(3 * deviation), share, 0)

    rows, columns, _ = sums.shape
    return np.einsum("ij,jlk,ml->imk", gaussian(rows), sums, gaussian(columns), optimize=True)


def _half(levels: np.ndarray, on: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At half the size, levels rounded as pyramids have them."""
    weights = on[..., None]
    weighted = _quarters(levels * weights) / np.maximum(_quarters(weights), 1e-12)
    means = np.where(_quarters(weights) > 0, weighted, _quarters(levels))
    return np.floor(means + 0.5), np.floor(_quarters(weights)[..., 0] * 255 + 0.5) / 255


def _quarters(values: np.ndarray) -> np.ndarray:
    """Means of 2 x 2 of [H, W, C]; the last row and column count twice where they are odd."""
    height, width, _ = values.shape
    even = np.pad(values, [(0, height % 2), (0, width % 2), (0, 0)], "edge")
    return np.asarray((even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4)


def _raised(light: np.ndarray) -> np.ndarray:
    return np.array([*light, np.sqrt(max(0.0, 1 - float(light @ light)))])
