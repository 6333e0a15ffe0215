"""The decoder of NeuralRTI and DisK-NeuralRTI: a network whose first biases follow the light."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shaders.decoder import LIGHT, Light, check
from shaders.network import Layer, NetworkDecoder, largest_sums

NAMES = {"disk": "DisK", "neural": "NeuralRTI"}


@dataclass(frozen=True, eq=False)
class NeuralDecoder(NetworkDecoder):
    """The decoder of NeuralRTI and DisK-NeuralRTI (STAG 2024, section 3).

    Three dense layers of float32, (K + C) -> N -> N -> 3. The inputs are K latents and then C
    condition values (light x, light y). Those are the same for all pixels of a frame, so that
    their share is part of the first biases.

    Raises RakingError where the numbers do not describe such a decoder.
    """

    layers: tuple[Layer, Layer, Layer]
    latent_min: np.ndarray  # [K] float32
    latent_max: np.ndarray  # [K] float32
    conditions: int = LIGHT
    activation: str = "elu"

    kind = "neural"
    follows = ((False, True), (False, False), (False, False))

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
        inputs = np.concatenate([self.largest_latents, np.ones(self.conditions)])
        return largest_sums(self.layers, inputs)[0]

    def label(self, model: object = None) -> str:
        name = NAMES.get(model, "Neural") if isinstance(model, str) else "Neural"
        return f"{name}({self.units})"

    def layers_at(self, light: Light) -> list[Layer]:
        first, *others = (
            Layer(layer.weight.astype(np.float64), layer.bias.astype(np.float64))
            for layer in self.layers
        )
        k = self.latents
        share = first.weight[:, k:] @ np.asarray(light, np.float64)
        return [Layer(first.weight[:, :k], first.bias + share), *others]

    def _problems(self) -> Iterator[str]:
        """Sentences on what is wrong; each check may rely on those before it."""
        yield from self.network_problems()
        k, n, c = self.latents, self.units, self.conditions
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
