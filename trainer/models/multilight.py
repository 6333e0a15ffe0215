"""Multi-light in NumPy: the oracle that the shaders' blend of lights is held against.

After the formulas in `renderer/gpu/fan.py`, written down place by place.
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
    image: RelightableImage, look: Look, conditions: np.ndarray, levels: bool
) -> np.ndarray:
    """What is seen under a light (x, y), or a view and a light, [H, W, 3]; of `levels`, 0..255,
    where each light's part is one."""
    fan = _fan(look, np.asarray(conditions, np.float64))
    shares = _shares(image, fan, look)
    total = np.zeros((image.height, image.width, 3))
    for told, share, decoded in zip(fan, shares, relight(image, fan), strict=True):
        part = share[..., None] * seen(image, decoded, look, told)
        total += np.floor(part.clip(0, 1) * 255 + 0.5) if levels else part
    return total


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
    return np.array(turned)


def _shares(image: RelightableImage, fan: np.ndarray, look: Look) -> np.ndarray:
    """How much of each pixel is of each light, [LIGHTS, H, W]."""
    assert image.normals is not None
    on = np.ones((image.height, image.width)) if image.mask is None else image.mask * 1.0
    normals, side = image.normals.astype(np.float64), CELL
    while max(on.shape) > LONGEST:
        normals, on, side = *_half(normals, on), 2 * side
    rows, columns = (-(-length // CELL) for length in on.shape)
    y, x = np.mgrid[: on.shape[0], : on.shape[1]]
    vectors = normals / 127.5 - 1
    deviation = look.area / 100 * max(rows, columns)
    reach = np.ceil(3 * deviation)
    towards = [_raised(told[-2:]) for told in fan]
    place = np.full((rows, columns), (LIGHTS - 1) / 2)
    for row, column in np.ndindex(rows, columns):
        down, across = y // CELL - row, x // CELL - column
        share = np.exp(-(down**2 + across**2) / (2 * deviation**2)) * on
        share[(abs(down) > reach) | (abs(across) > reach)] = 0
        if share.sum() < 1e-12:
            continue
        means = [np.average(vectors @ light, weights=share) for light in towards]
        spreads = [
            np.average((vectors @ light - mean) ** 2, weights=share) ** 0.5
            for light, mean in zip(towards, means, strict=True)
        ]
        scores = np.maximum(means, 0) * spreads
        if scores.max() > 1e-6:
            weights = (scores / scores.max()) ** 4
            place[row, column] = np.average(np.arange(LIGHTS), weights=weights)
    pixels = (np.mgrid[: image.height, : image.width] + 0.5) / side - 0.5
    chosen = map_coordinates(place, pixels, order=1, mode="nearest")
    return np.maximum(1 - np.abs(chosen - np.arange(LIGHTS)[:, None, None]), 0)


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
