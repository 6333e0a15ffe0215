"""How far a pixel is supported by photographs under a light: the error that is to be expected.

It is a linear function of the pixel's texels (0..1): those of its latents and three of its own.

    log2 error = row[0] + sum row[1 + k] texel[k] + log2 sqrt(1 + left_out d max(1, d))

There is a row for each photograph's light, and between them their mean, a light counting by
exp((nearest^2 - angle^2) / spacing^2) of its angle to the present one; d is the nearest angle,
over the spacing. The error is shown by a colour, from what is as good as a photograph to what is
inferred, on a scale that doubles from step to step.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shaders.decoder import LIGHT, check, directions
from shaders.layers import layer_count, place_of

OWN = 3  # texels of a pixel beside its latents'
# Errors, in levels of 255, from which on each colour counts; between them colours blend.
SCALE = (2, 4, 8, 16, 32)
# Of ColorBrewer's RdYlBu, which the colour-blind tell apart.
COLOURS = ("2c7bb6", "abd9e9", "ffffbf", "fdae61", "d7191c")
WHITE = 255  # levels


@dataclass(frozen=True, eq=False)
class ErrorField:
    """The error to be expected under any light. Raises RakingError for what cannot be."""

    rows: np.ndarray  # [L, 1 + K + 3] float32, for the photographs' lights
    lights: np.ndarray  # [L, 3] unit vectors
    spacing: float  # radians from a light to the next
    left_out: float  # a left-out photograph's squared error, as a multiple of a present one's

    def __post_init__(self) -> None:
        check(self._problems())

    def row(self, light: np.ndarray) -> np.ndarray:
        """The row under a light (x, y), the term of its distance added, [1 + K + 3] float64."""
        (towards,) = directions(np.asarray(light, np.float64).reshape(1, LIGHT))
        others = directions(self.lights[:, :LIGHT].astype(np.float64))
        angles = np.arccos(np.clip(others @ towards, -1, 1))
        nearest = angles.min()
        shares = np.exp((nearest**2 - angles**2) / self.spacing**2)
        row = shares @ self.rows / shares.sum()
        away = nearest / self.spacing
        row[0] += np.log2(1 + self.left_out * away * max(1, away)) / 2
        return np.asarray(row)

    def values(self, light: np.ndarray) -> np.ndarray:
        """What its shader is given for a light (x, y), as float32 in fours: first how many steps
        of the scale lie below, then what each texel adds, layer by layer, its own layer last."""
        first, *others = self.row(light)
        *latents, red, green, blue = others
        weights = np.zeros((2 + layer_count(len(latents) // 3), 4), np.float32)
        weights[0, 0] = first + np.log2(WHITE / SCALE[0])
        for k, weight in enumerate(latents):
            layer, channel = place_of(k)
            weights[1 + layer, channel] = weight
        weights[-1, :OWN] = red, green, blue
        return weights.ravel()

    def _problems(self) -> Iterator[str]:
        """Sentences on what is wrong."""
        if self.rows.ndim != 2 or self.rows.shape[0] != len(self.lights) or not len(self.lights):
            yield "its evidence has not a row for each light"
        if not np.isfinite(self.rows).all():
            yield "its evidence holds values that are not finite numbers"
        if not 0 < self.spacing <= np.pi or not 0 <= self.left_out < np.inf:
            yield "its evidence lacks the spacing of the lights, or what leaving them out told"
