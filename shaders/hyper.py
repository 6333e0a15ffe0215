"""The decoder whose weights follow the light.

All pixels of a frame share the light, so a network of the light makes their decoder anew for each
frame, and a pixel needs few units.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shaders.decoder import LIGHT, Light, check, directions
from shaders.network import Layer, NetworkDecoder, largest_sums

MAX_FACTORS = 32
MAX_WIDTH = 128  # of the network of the light
MAX_DEPTH = 3  # its layers
SPHERE = 3  # coordinates of a direction, as the network takes it


@dataclass(frozen=True, eq=False)
class MixedLayer:
    """A dense layer that is a mixture: a part of its own, and one part for each factor.

    Weights or biases that do not follow the light have their own part alone.
    """

    weight: np.ndarray  # [1 + F, out, in] or [1, out, in] float32
    bias: np.ndarray  # [1 + F, out] or [1, out] float32

    @property
    def follows(self) -> tuple[bool, bool]:
        return len(self.weight) > 1, len(self.bias) > 1

    def mixed(self, factors: np.ndarray) -> Layer:
        """The layer for factors [F]; float64."""
        shares = np.concatenate([[1.0], factors])
        return Layer(*(_mix(parts, shares) for parts in (self.weight, self.bias)))

    def largest(self, factors: np.ndarray) -> Layer:
        """The magnitudes of weights and biases for factors up to the magnitudes [F]."""
        return MixedLayer(np.abs(self.weight), np.abs(self.bias)).mixed(factors)


@dataclass(frozen=True, eq=False)
class HyperDecoder(NetworkDecoder):
    """A network K -> N -> N -> 3 whose weights follow the light (Ha et al. 2016, HyperNetworks).

    `light_network` are dense layers of float32, S -> ... -> F with ELU between them: from the light
    as three coordinates on a sphere (`on_sphere`; two such for a view and a light) to F factors.
    Each of the three `layers` is its own part, plus the factors times its other parts. Between
    them is the `activation`: "parabola" costs a pixel no exponential, "elu" is that of images of
    before.

    Raises RakingError where the numbers do not describe such a decoder.
    """

    light_network: Sequence[Layer]
    layers: tuple[MixedLayer, MixedLayer, MixedLayer]
    latent_min: np.ndarray  # [K] float32
    latent_max: np.ndarray  # [K] float32
    conditions: int = LIGHT
    activation: str = "elu"

    activations = ("elu", "parabola")
    kind = "hyper"

    def __post_init__(self) -> None:
        check(self._problems())

    @property
    def units(self) -> int:
        return self.layers[0].bias.shape[1]

    @property
    def factors(self) -> int:
        """F, what the network of the light makes of it."""
        return len(self.light_network[-1].bias)

    @property
    def follows(self) -> tuple[tuple[bool, bool], ...]:
        return tuple(layer.follows for layer in self.layers)

    @property
    def parameters(self) -> int:
        sizes = [layer.weight.size + layer.bias.size for layer in self.light_network]
        return sum(sizes) + sum(layer.weight.size + layer.bias.size for layer in self.layers)

    @property
    def bound(self) -> float:
        sphere = np.ones(SPHERE * self.conditions // LIGHT)
        of_light, factors = largest_sums(self.light_network, sphere)
        layers = [layer.largest(factors) for layer in self.layers]
        return max(of_light, largest_sums(layers, self.largest_latents)[0])

    def label(self, model: object = None) -> str:
        return f"Hyper({self.units})"

    def layers_at(self, light: Light) -> list[Layer]:
        factors = self.factors_at(light)
        return [layer.mixed(factors) for layer in self.layers]

    def factors_at(self, light: Light) -> np.ndarray:
        """The factors [F] of a light, float64."""
        x = on_sphere(light)
        *hidden, last = self.light_network
        for layer in hidden:
            x = layer.weight.astype(np.float64) @ x + layer.bias
            x = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
        factors: np.ndarray = last.weight.astype(np.float64) @ x + last.bias
        return factors

    def _problems(self) -> Iterator[str]:
        """Sentences on what is wrong; each check may rely on those before it."""
        yield from self._light_problems()
        yield from self.network_problems()
        k, n, f = self.latents, self.units, self.factors
        for index, (layer, shape) in enumerate(
            zip(self.layers, ((n, k), (n, n), (3, n)), strict=True), start=1
        ):
            parts = layer.weight.shape[0], layer.bias.shape[0]
            if layer.weight.shape[1:] != shape or layer.bias.shape[1:] != shape[:1]:
                yield (
                    f"layer {index} of the decoder has weights {layer.weight.shape[1:]} and biases "
                    f"{layer.bias.shape[1:]}, where {shape} and {shape[:1]} are needed"
                )
            if not {*parts} <= {1, 1 + f}:
                yield (
                    f"layer {index} of the decoder has {parts[0]} parts of weights and {parts[1]} "
                    f"of biases, where 1 or, for {f} factors, {1 + f} are needed"
                )
            if not (np.isfinite(layer.weight).all() and np.isfinite(layer.bias).all()):
                yield f"layer {index} of the decoder holds values that are not finite numbers"
        if not any(map(any, self.follows)):
            yield "no layer of the decoder follows the light"
        yield from self.range_problems()

    def _light_problems(self) -> Iterator[str]:
        if not 1 <= len(self.light_network) <= MAX_DEPTH:
            yield (
                f"the network of the light has {len(self.light_network)} layers; 1 to {MAX_DEPTH} "
                "are supported"
            )
        if not 1 <= self.factors <= MAX_FACTORS:
            yield f"the light makes {self.factors} factors; 1 to {MAX_FACTORS} are supported"
        inputs = SPHERE * self.conditions // LIGHT
        for index, layer in enumerate(self.light_network, start=1):
            if layer.weight.shape != (len(layer.bias), inputs) or len(layer.bias) > MAX_WIDTH:
                yield (
                    f"layer {index} of the network of the light has weights {layer.weight.shape}, "
                    f"where {len(layer.bias)} biases, {MAX_WIDTH} at most, and {inputs} inputs are"
                )
            if not (np.isfinite(layer.weight).all() and np.isfinite(layer.bias).all()):
                yield f"layer {index} of the network of the light holds values that are not finite"
            inputs = len(layer.bias)


def on_sphere(conditions: Light) -> np.ndarray:
    """Light x and y [2], or view and light [4], as three coordinates each, [3] or [6] float64."""
    return over_sphere(directions(np.asarray(conditions, np.float64).reshape(-1, 2))).ravel()


def over_sphere(dome: np.ndarray) -> np.ndarray:
    """Unit vectors [N, 3] of the dome, with z from 0 to 1, drawn out over the sphere [N, 3].

    As HSH does (Gautron et al. 2004): the zenith stays, all of the horizon becomes the other pole,
    and areas are doubled, so that lights near the horizon are as far from each other as they
    differ. In (x, y), 0 and 5 degrees are the same.
    """
    z = dome[:, 2:].clip(0, 1)
    return np.hstack([2 * np.sqrt(z / (1 + z)) * dome[:, :2], 2 * z - 1])


def _mix(parts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """[P, ...] parts -> [...] float64; one part alone is taken as it is."""
    mixed: np.ndarray = np.tensordot(shares[: len(parts)], parts.astype(np.float64), 1)
    return mixed
