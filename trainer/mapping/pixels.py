"""What pixels of an image show under lights spread over the dome."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError
from trainer.lights.directions import sunflower
from trainer.models.oracle import relight

FEWEST = 100  # pixels, of which fewer have too few neighbours to be laid out by
LIGHTS = 24
REACH = 0.9  # of the (x, y) disc: photographs seldom lie closer to the horizon


@dataclass(frozen=True, eq=False)
class Pixels:
    """Some pixels of an image: N of them, in row-major order."""

    places: NDArray[np.int64]  # [N, 2]: x from the left, y from the top
    responses: np.ndarray  # [N, LIGHTS, 3] float32, what they show, 0..1 display-referred RGB


def mapped_pixels(image: RelightableImage, number: int, seed: int) -> Pixels:
    """Up to `number` pixels of the object, at random.

    Raises RakingError where the object has too few for a map, or too few are asked for.
    """
    if number < FEWEST:
        raise RakingError(f"{number} pixels are too few for a map: choose {FEWEST} or more")
    inside = np.arange(image.width * image.height)
    if image.mask is not None:
        inside = np.flatnonzero(image.mask)
    if len(inside) < FEWEST:
        raise RakingError(
            f"the image has {len(inside)} pixels of the object, where {FEWEST} are the fewest for "
            "a map: take a larger image"
        )
    random = np.random.default_rng(seed)
    if len(inside) > number:
        inside = np.sort(random.choice(inside, number, replace=False, shuffle=False))
    y, x = np.divmod(inside, image.width)
    planes = image.planes[:, y, x][:, :, None]  # [K / 3, N, 1, 3], a picture of one column
    shown = relight(RelightableImage(image.decoder, planes), spread_lights())
    responses = np.stack([frame[:, 0] for frame in shown], axis=1).clip(0, 1)
    return Pixels(np.column_stack([x, y]), responses)


def spread_lights() -> np.ndarray:
    """[LIGHTS, 2] directions (x, y), evenly spread over the disc on a sunflower's spiral; the
    first is overhead."""
    return REACH * sunflower(LIGHTS, first=0)
