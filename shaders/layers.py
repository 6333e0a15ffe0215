"""How the planes of an image lie in the layers of a texture.

A texel has four channels and a plane three: of every four planes the last lies in the alphas of
the three before it, so that twelve latents of a pixel are three texels, not four.
"""

from collections.abc import Iterable, Iterator

import numpy as np

TOGETHER = 4  # planes, of which the last has no layer of its own


def layer_count(planes: int) -> int:
    """The layers that so many planes need."""
    return planes - planes // TOGETHER


def place_of(latent: int) -> tuple[int, int]:
    """The layer and the channel (0 to 3) of a latent."""
    plane, channel = divmod(latent, 3)
    first, within = plane - plane % TOGETHER, plane % TOGETHER
    layer = first - first // TOGETHER
    return (layer + within, channel) if within < TOGETHER - 1 else (layer + channel, 3)


def layers_of(planes: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Planes [H, W, 3] uint8 as layers [H, W, 4], those without a fourth plane at 0 there."""
    together: list[np.ndarray] = []
    for number, plane in enumerate(planes):
        if number % TOGETHER == TOGETHER - 1:
            for channel, layer in enumerate(together):
                layer[..., 3] = plane[..., channel]
            yield from together
            together = []
        else:
            together.append(np.dstack([plane, np.zeros_like(plane[..., 0])]))
    yield from together
