"""What a decoder is: it turns a pixel's latents and a light direction into a colour.

There are networks (`shaders/network.py`) and linear ones (`shaders/linear.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

from shaders.errors import RakingError

MAX_LATENTS = 27  # of a network, and of principal components
LIGHT = 2  # condition inputs: the light's x and y

Light = Sequence[float] | np.ndarray  # x and y; and the view before it, where there is one


class Decoder(ABC):
    """What every decoder has.

    A latent is stored as an 8-bit level: `latent = level / 255 * (max - min) + min`. Its shader is
    given `frame_values` anew for each light.
    """

    latent_min: np.ndarray  # [K] float32
    latent_max: np.ndarray  # [K] float32
    conditions: int = LIGHT

    @property
    @abstractmethod
    def kind(self) -> str:
        """The `type` of its info.json: neural, hyper, or the name of a linear model."""

    @property
    def latents(self) -> int:
        """K, the latent values per pixel."""
        return len(self.latent_min)

    @property
    def planes(self) -> int:
        """RGB pictures that hold the latents of an image, three latents each."""
        return self.latents // 3

    @property
    @abstractmethod
    def units(self) -> int:
        """N, the units of each hidden layer; 0 where there is none."""

    @property
    @abstractmethod
    def parameters(self) -> int:
        """The numbers that were fitted besides the latents."""

    @property
    @abstractmethod
    def multiply_adds(self) -> int:
        """Of one pixel; what depends on the light alone costs a pixel nothing."""

    @property
    @abstractmethod
    def bound(self) -> float:
        """What no value on the way from latents to colours exceeds, whatever the levels, with
        conditions within -1..1, and in whatever order sums are made."""

    @abstractmethod
    def label(self, model: object = None) -> str:
        """How the papers name it: DisK(20), HSH(3). `model` is what its image's provenance says."""

    @abstractmethod
    def frame_values(self, light: Light) -> np.ndarray:
        """What its shader is given anew for each light, as float32 in fours."""

    def conditions_of(self, light: Light) -> np.ndarray:
        """What the decoder is told under a light [2], or with the view before it [4]: [C] float64.

        Where it takes a view and none is given, the surface is seen from straight above.
        RakingError where a view is given to an image of one camera.
        """
        given = np.asarray(light, np.float64)
        if len(given) == self.conditions:
            return given
        if len(given) != LIGHT:
            raise RakingError("this image is of one camera, so it can be seen from there alone")
        return np.concatenate([np.zeros(self.conditions - LIGHT), given])

    @property
    def largest_latents(self) -> np.ndarray:
        """The magnitudes [K] float64 that latents may have."""
        return np.maximum(np.abs(self.latent_min), np.abs(self.latent_max)).astype(np.float64)

    def range_problems(self) -> Iterator[str]:
        """Sentences on what is wrong; each check relies on those before it."""
        if self.latent_max.shape != self.latent_min.shape:
            yield "the latent ranges (min and max) differ in length"
        if not (np.isfinite(self.latent_min).all() and np.isfinite(self.latent_max).all()):
            yield "the latent ranges hold values that are not finite numbers"
        if not (self.latent_max > self.latent_min).all():
            yield "a latent range is empty or reversed (max must be above min, a scale above 0)"


def check(problems: Iterator[str]) -> None:
    """RakingError on the first of them."""
    problem = next(problems, None)
    if problem:
        raise RakingError(problem)


def directions(lights: np.ndarray) -> np.ndarray:
    """Lights (x, y) [L, 2] as unit vectors [L, 3] towards the viewer's side."""
    z = np.sqrt(np.clip(1 - np.square(lights).sum(axis=1, keepdims=True), 0, 1))
    return np.concatenate([lights, z], axis=1)
