"""What a decoder's hidden units make of their sums, in PyTorch, by the name in the file."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]


def parabola(x: Tensor) -> Tensor:
    """x above 0; below, x + x^2 / 4, which meets that at its slope, down to -1 at -2 and on.

    Nearly ELU, for a shader without an exponential: [...] -> [...].
    """
    result: Tensor = _Parabola.apply(x)
    return result


class _Parabola(torch.autograd.Function):
    """Keeps its value alone, as ELU does: from that, the slope is the root of the value and 1."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        value = x.clamp(min=-2)
        low = value.clamp(max=0)
        value.addcmul_(low, low, value=0.25)
        ctx.save_for_backward(value)
        return value

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (value,) = ctx.saved_tensors
        return gradients[0] * _parabola_slope(value)


def _parabola_slope(value: Tensor) -> Tensor:
    return value.clamp(max=0).add_(1).clamp_(min=0).sqrt_()


def _elu_slope(value: Tensor) -> Tensor:
    return value.clamp(max=0) + 1


ACTIVATIONS: dict[str, Activation] = {"elu": functional.elu, "parabola": parabola}

# Of what a unit makes of its sum -> how fast that changes with the sum.
SLOPES: dict[str, Activation] = {"elu": _elu_slope, "parabola": _parabola_slope}
