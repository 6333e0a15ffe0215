"""The decoder of NeuralRTI and DisK-NeuralRTI: a tiny MLP."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shaders.decoder import LIGHT, MAX_LATENTS, Decoder, Light, check

MAX_UNITS = 64
NAMES = {"disk": "DisK", "neural": "NeuralRTI"}


@dataclass(frozen=True, eq=False)
class Layer:
    """One dense layer: `y = weight @ x + bias`."""

    weight: np.ndarray  # [out, in] float32
    bias: np.ndarray  # [out] float32


@dataclass(frozen=True, eq=False)
class NeuralDecoder(Decoder):
    """The decoder of NeuralRTI and DisK-NeuralRTI (STAG 2024, section 3).

    Three dense layers, (K + C) -> N -> N -> 3. The inputs are K latents and then C condition
    values (light x, light y); ELU follows both hidden layers, the output is linear,
    display-referred RGB with 0..1 as its nominal range.

    Raises RakingError where the numbers do not describe such a decoder.
    """

    layers: tuple[Layer, Layer, Layer]
    latent_min: np.ndarray  # [K] float32
    latent_max: np.ndarray  # [K] float32
    conditions: int = LIGHT
    activation: str = "elu"

    kind = "neural"
    frame = "frame_bias"

    def __post_init__(self) -> None:
        check(self._problems())

    @property
    def units(self) -> int:
        return len(self.layers[0].bias)

    @property
    def parameters(self) -> int:
        """Weights and biases: 3303 for 50 units, 723 for 20."""
        return sum(layer.weight.size + layer.bias.size for layer in self.layers)

    @property
    def bound(self) -> float:
        largest = np.concatenate([self.largest_latents, np.ones(self.conditions)])
        bound = largest.max()
        for layer in self.layers:
            largest = np.abs(layer.weight.astype(np.float64)) @ largest + np.abs(layer.bias)
            bound = max(bound, largest.max())
            largest = np.maximum(largest, 1)  # ELU goes down to -1
        return float(bound)

    def label(self, model: object = None) -> str:
        name = NAMES.get(model, "Neural") if isinstance(model, str) else "Neural"
        return f"{name}({self.units})"

    def frame_values(self, light: Light) -> np.ndarray:
        """The first layer's bias for one frame, [4 * ceil(N / 4)] float32, padded with zeros.

        `light` holds C values. The share of the light and of the latents' offsets does not differ
        between pixels, so it is worked out once a frame.
        """
        weight = self.layers[0].weight.astype(np.float64)
        k = self.latents
        bias = self.layers[0].bias + weight[:, :k] @ self.latent_min.astype(np.float64)
        bias = bias + weight[:, k:] @ np.asarray(light, np.float64)
        padded = np.zeros(-(-self.units // 4) * 4, np.float32)
        padded[: self.units] = bias
        return padded

    @property
    def scaled_weight(self) -> np.ndarray:
        """The first layer's [N, K] float64 for texels (0..1) in place of latents."""
        scale = self.latent_max.astype(np.float64) - self.latent_min
        scaled: np.ndarray = self.layers[0].weight[:, : self.latents].astype(np.float64) * scale
        return scaled

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
        yield from self.range_problems()
