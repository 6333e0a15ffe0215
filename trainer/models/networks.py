"""The two networks in PyTorch: the encoder that only training needs, and the decoder.

`decode` is the specification that every shader is held against.
"""

from abc import abstractmethod
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shaders.decoder import LIGHT
from shaders.network import Layer, NetworkDecoder
from shaders.neural import NeuralDecoder
from trainer.models.activations import ACTIVATIONS

LATENTS = 9
AXES = 64  # principal axes of a pixel's values, which the encoder sees
LEAST_VARIANCE = 1e-6  # of an axis, as a share of the first one's
# A gloss is narrow in the disc of lights: weights for it are large, unless the light comes scaled.
# A power of two, which float32 multiplies and divides by exactly.
LIGHT_SCALE = 4.0

# Hidden layers of the encoder: NeuralRTI's own, and the improved teacher's as published in code.
ENCODERS = {"original": (50, 50, 50), "improved": (150, 150, 150, 150)}
TEACHER_UNITS = 50

# Weight [out, in] and bias [out] of each of the three dense layers.
Parameters = list[tuple[Tensor, Tensor]]


def decode(
    parameters: Parameters, latents: Tensor, light: Tensor, activation: str = "elu"
) -> Tensor:
    """Colours of pixels under a light, from their latents.

    `latents` is [..., K] and `light` [..., 2] (x to the right, y up, of a unit vector), or [..., 4]
    with the view before it; they broadcast. Returns [..., 3], display-referred RGB, unclamped,
    nominally 0..1.
    """
    activate = ACTIVATIONS[activation]
    shape = torch.broadcast_shapes(latents.shape[:-1], light.shape[:-1])
    x = torch.cat([latents.expand(*shape, -1), light.expand(*shape, -1)], dim=-1)  # [..., K + C]
    (weight1, bias1), (weight2, bias2), (weight3, bias3) = parameters
    x = activate(x @ weight1.T + bias1)  # [..., N]
    x = activate(x @ weight2.T + bias2)  # [..., N]
    return x @ weight3.T + bias3  # [..., 3]


class EncoderNetwork(nn.Module):
    """[P, 3 L] values of P pixels under all L training lights (0..1) -> [P, K] latents.

    The values are highly correlated, which slows training down: the layers see them along their
    principal axes, with the variances half evened out. Being linear, that is no layer more.
    """

    centre: Tensor  # [3 L]
    axes: Tensor  # [3 L, A]

    def __init__(self, centre: Tensor, axes: Tensor, shape: str, latents: int = LATENTS) -> None:
        super().__init__()
        self.register_buffer("centre", centre)
        self.register_buffer("axes", axes)
        modules: list[nn.Module] = []
        width = axes.shape[1]
        for hidden in ENCODERS[shape]:
            modules += [nn.Linear(width, hidden), nn.ELU(inplace=True)]
            width = hidden
        self.layers = nn.Sequential(*modules, nn.Linear(width, latents))

    def forward(self, values: Tensor) -> Tensor:
        latents: Tensor = self.layers((values - self.centre) @ self.axes)
        return latents


def principal_axes(values: Tensor) -> tuple[Tensor, Tensor]:
    """The centre [V] and scaled principal axes [V, A] of some pixels' values [S, V].

    Along the axes the variances are the square roots of what they were, 1 on average.
    """
    exact = values.double()
    centre = exact.mean(dim=0)
    variances, axes = torch.linalg.eigh(
        torch.cov((exact - centre).T, correction=0).reshape(len(centre), -1)
    )
    kept = slice(-min(AXES, len(centre)), None)
    largest = variances[-1].clamp_min(1e-12)
    variances = variances[kept].clamp_min(largest * LEAST_VARIANCE)
    scale = variances.pow(-0.25) / variances.sqrt().mean().sqrt()
    return centre.float(), (axes[:, kept] * scale).float()


class PixelDecoder(nn.Module):
    """A decoder that is trained, for many pixels that share their lights."""

    @abstractmethod
    def forward(self, latents: Tensor, lights: Tensor) -> Tensor:
        """[P, K] latents and [L, C] lights, or views and lights -> [P, L, 3] colours."""

    @abstractmethod
    def to_decoder(self, latent_min: np.ndarray, latent_max: np.ndarray) -> NetworkDecoder:
        """The decoder as it is stored, with the ranges [K] of the 8-bit latents."""


def to_layer(weight: Tensor, bias: Tensor) -> Layer:
    """A copy as it is stored."""
    return Layer(weight.detach().cpu().numpy().copy(), bias.detach().cpu().numpy().copy())


@torch.no_grad()
def copy_layer(module: nn.Linear, layer: Layer) -> None:
    """Takes the weights of a stored layer."""
    module.weight.copy_(torch.from_numpy(layer.weight))
    module.bias.copy_(torch.from_numpy(layer.bias))


class DecoderNetwork(PixelDecoder):
    """(K + C) -> N -> N -> 3, as `decode`, for many pixels that share their lights."""

    def __init__(self, units: int, latents: int = LATENTS, conditions: int = LIGHT) -> None:
        super().__init__()
        self.latents = latents
        self.conditions = conditions
        self.first = nn.Linear(latents + conditions, units)
        self.second = nn.Linear(units, units)
        self.third = nn.Linear(units, 3)

    def forward(self, latents: Tensor, lights: Tensor) -> Tensor:
        """[P, K] latents and [L, C] lights -> [P, L, 3] colours.

        The first layer is linear in latents and light, so each share is computed once per pixel
        and once per light, rather than once per pair.
        """
        of_pixel = functional.linear(latents, self.first.weight[:, : self.latents], self.first.bias)
        of_light = functional.linear(lights * LIGHT_SCALE, self.first.weight[:, self.latents :])
        # Two dimensions from here: in-place activation of a view would cost autograd two copies.
        x = (of_pixel[:, None] + of_light).flatten(0, 1)  # [P L, N]
        x = functional.elu(x)
        x = functional.elu(self.second(x), inplace=True)
        return self.third(x).view(len(latents), len(lights), 3)

    def parameter_list(self) -> Parameters:
        """The weights and biases in the form that `decode` takes."""
        first = torch.cat(
            [
                self.first.weight[:, : self.latents],
                self.first.weight[:, self.latents :] * LIGHT_SCALE,
            ],
            dim=1,
        )
        others = [(layer.weight, layer.bias) for layer in (self.second, self.third)]
        return [(first, self.first.bias), *others]

    def to_decoder(self, latent_min: np.ndarray, latent_max: np.ndarray) -> NeuralDecoder:
        """The decoder as it is stored, with the ranges [K] of the 8-bit latents."""
        first, second, third = (to_layer(*layer) for layer in self.parameter_list())
        return NeuralDecoder((first, second, third), latent_min, latent_max, self.conditions)

    @classmethod
    def from_decoder(cls, decoder: NeuralDecoder) -> "DecoderNetwork":
        """The network whose weights are those of a stored decoder."""
        network = cls(decoder.units, decoder.latents, decoder.conditions)
        modules = (network.first, network.second, network.third)
        for module, layer in zip(modules, decoder.layers, strict=True):
            copy_layer(module, layer)
        with torch.no_grad():
            network.first.weight[:, network.latents :] /= LIGHT_SCALE
        return network


class Networks(nn.Module):
    """An encoder and its decoder, with weights drawn from `seed`.

    `projection` is what `principal_axes` found for the collection; `make_decoder` makes of K, the
    latents, what turns [P, K] latents and [L, C] lights into [P, L, 3] colours.
    """

    def __init__(
        self,
        projection: tuple[Tensor, Tensor],
        encoder: str,
        make_decoder: Callable[[int], PixelDecoder],
        seed: int,
        latents: int = LATENTS,
    ) -> None:
        super().__init__()
        self.latents = latents
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = EncoderNetwork(*projection, encoder, latents)
            self.decoder = make_decoder(latents)
