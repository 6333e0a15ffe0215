"""What decoders that are networks share: three dense layers, K -> N -> N -> 3, activated between.

Some weights are the same under every light and become constants of the shader. The others follow
the light: they are worked out once a frame and given to the shader.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from shaders.decoder import MAX_LATENTS, Decoder, Light

MAX_UNITS = 64


@dataclass(frozen=True, eq=False)
class Layer:
    """One dense layer: `y = weight @ x + bias`."""

    weight: np.ndarray  # [out, in]
    bias: np.ndarray  # [out]


class NetworkDecoder(Decoder):
    """A small network from latents to a display-referred RGB, nominally 0..1.

    `follows` says of each layer whether its weights, and whether its biases, follow the light.
    """

    activations: ClassVar[tuple[str, ...]] = ("elu",)  # those known
    activation: str = "elu"

    @property
    @abstractmethod
    def follows(self) -> tuple[tuple[bool, bool], ...]: ...

    @abstractmethod
    def layers_at(self, light: Light) -> Sequence[Layer]:
        """The three layers under a light, float64; the first takes latents [K] alone."""

    @property
    def multiply_adds(self) -> int:
        k, n = self.latents, self.units
        return k * n + n * n + 3 * n

    def texel_layers(self, light: Light) -> list[Layer]:
        """The layers under a light, the first for texels (0..1) in place of latents."""
        first, *others = self.layers_at(light)
        low = self.latent_min.astype(np.float64)
        scale = self.latent_max.astype(np.float64) - low
        return [Layer(first.weight * scale, first.bias + first.weight @ low), *others]

    def frame_values(self, light: Light) -> np.ndarray:
        """What follows the light, float32 in fours: layer by layer the biases, then the weights
        input by input; of each the units in fours, padded with zeros."""
        fours: list[np.ndarray] = []
        for layer, (weight, bias) in zip(self.texel_layers(light), self.follows, strict=True):
            columns = [layer.bias[:, None]] if bias else []
            columns += [layer.weight] if weight else []
            for values in columns:
                fours.append(_in_fours(values))
        with np.errstate(over="ignore"):
            return np.concatenate(fours).astype(np.float32)

    def network_problems(self) -> Iterator[str]:
        """Sentences on what is wrong with the numbers of latents, units and conditions."""
        k, n, c = self.latents, self.units, self.conditions
        if k % 3 or not 3 <= k <= MAX_LATENTS:
            yield f"the decoder has {k} latents; a multiple of 3 up to {MAX_LATENTS} is needed"
        if not 1 <= n <= MAX_UNITS:
            yield f"the decoder has {n} hidden units; 1 to {MAX_UNITS} are supported"
        if c not in (2, 4):
            yield f"the decoder has {c} condition inputs; 2 (light) or 4 (view and light) are known"
        if self.activation not in self.activations:
            yield (
                f"the decoder's activation is {self.activation!r}, where "
                f"{' or '.join(map(repr, self.activations))} is known"
            )


def largest_sums(layers: Sequence[Layer], inputs: np.ndarray) -> tuple[float, np.ndarray]:
    """What no value within the layers exceeds, and the magnitudes of what comes out.

    Inputs are up to the magnitudes [in].
    """
    bound, largest = float(inputs.max()), inputs
    for layer in layers:
        largest = np.abs(layer.weight.astype(np.float64)) @ largest + np.abs(layer.bias)
        bound = max(bound, float(largest.max()))
        sums, largest = largest, np.maximum(largest, 1)  # either activation goes down to -1
    return bound, sums


def _in_fours(values: np.ndarray) -> np.ndarray:
    """[out, in] -> [4 * ceil(out / 4) * in]: block by block of four rows, the columns of each."""
    rows, columns = values.shape
    padded = np.zeros((-(-rows // 4) * 4, columns))
    padded[:rows] = values
    return padded.reshape(-1, 4, columns).swapaxes(1, 2).ravel()
