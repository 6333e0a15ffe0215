"""The decoder whose weights follow the light, in PyTorch.

`mixed_parameters` is the specification: what it makes of a light, `decode` decodes with.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shaders.decoder import LIGHT
from shaders.hyper import SPHERE, HyperDecoder, MixedLayer
from trainer.models.activations import ACTIVATIONS
from trainer.models.networks import (
    LATENTS,
    Parameters,
    PixelDecoder,
    copy_layer,
    to_layer,
)

# Of the layers of the network of the light, by the numbers that it is told; the last layer makes
# the factors. Wider ones cost a frame a little, and its pixels nothing.
WIDTHS = {LIGHT: (32, 32, 8), 2 * LIGHT: (64, 64, 32)}
FOLLOWS = (True, False, False)  # of each layer's weights; all biases follow
PARTS_SHARE = 0.5  # how much smaller than a layer's own part its other parts begin


def mixed_parameters(light_network: Parameters, layers: Parameters, light: Tensor) -> Parameters:
    """The three layers under a light [2], or a view and a light [4]: weight [out, in] and bias
    [out] of each.

    `light_network` are dense layers, ELU between them, that make factors [F] of the light;
    `layers` are weights [1 + F, out, in] or [1, out, in] and biases [1 + F, out] or [1, out]: a
    layer's own part and one for each factor (Ha et al. 2016, HyperNetworks).
    """
    *hidden, (last, offset) = light_network
    x = on_sphere(light)
    for weight, bias in hidden:
        x = functional.elu(x @ weight.T + bias)
    shares = torch.cat([torch.ones_like(x[:1]), x @ last.T + offset])
    return [(_mix(weight, shares), _mix(bias, shares)) for weight, bias in layers]


def on_sphere(lights: Tensor) -> Tensor:
    """Lights [..., 2] -> [..., 3], or views and lights [..., 4] -> [..., 6], as `on_sphere` of
    shaders/hyper.py."""
    xy = lights.double().unflatten(
        -1, (-1, LIGHT)
    )  # at the horizon z is the root of almost nothing
    z = (1 - xy.square().sum(dim=-1, keepdim=True)).clamp_min(0).sqrt()
    sphere = torch.cat([2 * xy * (z / (1 + z)).sqrt(), 2 * z - 1], dim=-1).flatten(-2)
    return sphere.to(lights.dtype)


def _mix(parts: Tensor, shares: Tensor) -> Tensor:
    return torch.tensordot(shares[: len(parts)], parts, 1)


class MixedLinear(nn.Module):
    """A dense layer that the light mixes: its own part, and with `follows` one for each factor."""

    def __init__(self, inputs: int, outputs: int, factors: int, *, follows: bool) -> None:
        super().__init__()
        own = nn.Linear(inputs, outputs)
        spread = PARTS_SHARE / factors**0.5
        parts = spread * inputs**-0.5 * torch.randn(factors * outputs, inputs)
        weight = torch.cat([own.weight.detach(), parts]) if follows else own.weight.detach()
        self.inputs, self.outputs = inputs, outputs
        self.weight = nn.Parameter(weight)  # [(1 + F) out, in] or [out, in], part below part
        self.bias = nn.Parameter(  # [1 + F, out]
            torch.cat([own.bias.detach()[None], spread * torch.randn(factors, outputs)])
        )

    def forward(self, x: Tensor, shares: Tensor) -> Tensor:
        """[L or 1, P, in] and shares [L, 1 + F] of L lights -> [L, P, out]."""
        bias = shares @ self.bias  # [L, out]
        if len(self.weight) == self.outputs:
            return (x.flatten(0, 1) @ self.weight.T).unflatten(0, x.shape[:2]) + bias[:, None]
        parts = self.weight.view(-1, self.outputs * self.inputs)
        weight = (shares @ parts).view(-1, self.outputs, self.inputs)  # [L, out, in]
        lights = len(shares)
        return torch.baddbmm(
            bias[:, None].expand(-1, x.shape[1], -1),
            x.expand(lights, -1, -1),
            weight.transpose(1, 2),
        )

    def to_layer(self) -> MixedLayer:
        weight = self.weight.detach().view(-1, self.outputs, self.inputs)
        return MixedLayer(weight.cpu().numpy().copy(), self.bias.detach().cpu().numpy().copy())

    def copy_layer(self, layer: MixedLayer) -> None:
        """Takes the weights of a stored layer of the same shape."""
        with torch.no_grad():
            self.weight.copy_(torch.from_numpy(layer.weight).flatten(0, 1))
            self.bias.copy_(torch.from_numpy(layer.bias))


class HyperNetwork(PixelDecoder):
    """K -> N -> N -> 3 for many pixels that share their lights; a network of the light mixes it."""

    def __init__(
        self,
        units: int,
        latents: int = LATENTS,
        widths: tuple[int, ...] | None = None,
        follows: tuple[bool, ...] = FOLLOWS,
        conditions: int = LIGHT,
        activation: str = "parabola",
    ) -> None:
        super().__init__()
        self.latents = latents
        self.conditions = conditions
        self.activation = activation
        inputs = SPHERE * conditions // LIGHT
        widths = widths or WIDTHS[conditions]
        dense = list(map(nn.Linear, (inputs, *widths[:-1]), widths))
        hidden = [module for layer in dense[:-1] for module in (layer, nn.ELU())]
        self.light = nn.Sequential(*hidden, dense[-1])
        self.first, self.second, self.third = (
            MixedLinear(*shape, widths[-1], follows=each)
            for shape, each in zip(
                ((latents, units), (units, units), (units, 3)), follows, strict=True
            )
        )

    def forward(self, latents: Tensor, lights: Tensor) -> Tensor:
        """[P, K] latents and [L, C] lights -> [P, L, 3] colours."""
        factors = self.light(on_sphere(lights))
        shares = torch.cat([torch.ones_like(factors[:, :1]), factors], dim=1)  # [L, 1 + F]
        activate = ACTIVATIONS[self.activation]
        x = activate(self.first(latents[None], shares))
        x = activate(self.second(x, shares))
        colours: Tensor = self.third(x, shares).transpose(0, 1)
        return colours

    @property
    def light_layers(self) -> list[nn.Linear]:
        return [module for module in self.light if isinstance(module, nn.Linear)]

    @property
    def layers(self) -> tuple[MixedLinear, MixedLinear, MixedLinear]:
        return self.first, self.second, self.third

    def to_decoder(self, latent_min: np.ndarray, latent_max: np.ndarray) -> HyperDecoder:
        """The decoder as it is stored, with the ranges [K] of the 8-bit latents."""
        light_network = [to_layer(layer.weight, layer.bias) for layer in self.light_layers]
        first, second, third = (layer.to_layer() for layer in self.layers)
        return HyperDecoder(
            light_network,
            (first, second, third),
            latent_min,
            latent_max,
            self.conditions,
            self.activation,
        )

    @classmethod
    def from_decoder(cls, decoder: HyperDecoder) -> "HyperNetwork":
        """The network whose weights are those of a stored decoder."""
        widths = tuple(len(layer.bias) for layer in decoder.light_network)
        follows = tuple(weight for weight, _ in decoder.follows)
        network = cls(
            decoder.units,
            decoder.latents,
            widths,
            follows,
            decoder.conditions,
            decoder.activation,
        )
        for linear, layer in zip(network.light_layers, decoder.light_network, strict=True):
            copy_layer(linear, layer)
        for module, mixed in zip(network.layers, decoder.layers, strict=True):
            module.copy_layer(mixed)
        return network
