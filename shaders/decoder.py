"""What a decoder is: a tiny MLP from one pixel's latents and a light direction to its colour."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shaders.errors import RakingError

MAX_UNITS = 64
MAX_LATENTS = 27


@dataclass(frozen=True, eq=False)
class Layer:
    """One dense layer: `y = weight @ x + bias`."""

    weight: np.ndarray  # [out, in] float32
    bias: np.ndarray  # [out] float32


@dataclass(frozen=True, eq=False)
class Decoder:
    """The decoder of NeuralRTI and DisK-NeuralRTI (STAG 2024, section 3).

    Three dense layers, (K + C) -> N -> N -> 3. The inputs are K latents and then C condition
    values (light x, light y); ELU follows both hidden layers, the output is linear,
    display-referred RGB with 0..1 as its nominal range.

    A latent is stored as an 8-bit level: `latent = level / 255 * (max - min) + min`.

    Raises RakingError where the numbers do not describe such a decoder.
    """

    layers: tuple[Layer, Layer, Layer]
    latent_min: np.ndarray  # [K] float32
    latent_max: np.ndarray  # [K] float32
    conditions: int = 2
    activation: str = "elu"

    def __post_init__(self) -> None:
        problem = next(self._problems(), None)
        if problem:
            raise RakingError(problem)

    @property
    def latents(self) -> int:
        """K, the latent values per pixel."""
        return len(self.latent_min)

    @property
    def units(self) -> int:
        """N, the units of each hidden layer."""
        return len(self.layers[0].bias)

    @property
    def planes(self) -> int:
        """RGB pictures that hold the latents of an image, three latents each."""
        return self.latents // 3

    @property
    def parameters(self) -> int:
        """Weights and biases: 3303 for 50 units, 723 for 20."""
        return sum(layer.weight.size + layer.bias.size for layer in self.layers)

    @property
    def bound(self) -> float:
        """What no value on the way from latents to colours exceeds, whatever the levels, with
        conditions within -1..1, and in whatever order sums are made."""
        latents = largest_latents(self.latent_min, self.latent_max)
        largest = np.concatenate([latents, np.ones(self.conditions)])
        bound = largest.max()
        for layer in self.layers:
            largest = np.abs(layer.weight.astype(np.float64)) @ largest + np.abs(layer.bias)
            bound = max(bound, largest.max())
            largest = np.maximum(largest, 1)  # ELU goes down to -1
        return float(bound)

    def _problems(self) -> Iterator[str]:
        """Sentences on what is wrong; each check may rely on those before it."""
        k, n, c = self.latents, self.units, self.conditions
        if k % 3 or not 3 <= k <= MAX_LATENTS:
            yield f"the decoder has {k} latents; a multiple of 3 up to {MAX_LATENTS} is needed"
        if not 1 <= n <= MAX_UNITS:
            yield f"the decoder has {n} hidden units; 1 to {MAX_UNITS} are supported"
        if c not in (2, 4):
            yield f"the decoder has {c} condition inputs; 2 (light) or 4 (view and light) are known"
        if self.activation != "elu":
            yield f"the decoder's activation is {self.activation!r}, where only 'elu' is known"
        for index, (layer, shape) in enumerate(
            zip(self.layers, ((n, k + c), (n, n), (3, n)), strict=True), start=1
        ):
            if layer.weight.shape != shape or layer.bias.shape != shape[:1]:
                yield (
                    f"layer {index} of the decoder has weights {layer.weight.shape} and biases "
                    f"{layer.bias.shape}, where {shape} and {shape[:1]} are needed"
                )
            if not (np.isfinite(layer.weight).all() and np.isfinite(layer.bias).all()):
                yield f"layer {index} of the decoder holds values that are not finite numbers"
        if self.latent_max.shape != self.latent_min.shape:
            yield "the decoder's latent ranges (min and max) differ in length"
        if not (np.isfinite(self.latent_min).all() and np.isfinite(self.latent_max).all()):
            yield "the decoder's latent ranges hold values that are not finite numbers"
        if not (self.latent_max > self.latent_min).all():
            yield "a latent range of the decoder is empty or reversed (max must be above min)"


def largest_latents(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The magnitude [K] float64 that latents within ranges [K] may have."""
    return np.maximum(np.abs(low), np.abs(high)).astype(np.float64)
