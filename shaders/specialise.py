"""Specialises the decode shader to one decoder: a network's weights become constants of it."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any, Literal

import numpy as np

from shaders.decoder import Decoder
from shaders.errors import RakingError
from shaders.linear import LinearDecoder
from shaders.neural import NeuralDecoder
from shaders.template import render
from shaders.texts import shader_text

SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)

Target = Literal["unorm", "float"]
Exponential = Literal["builtin", "polynomial"]


def baked_wgsl(
    decoder: Decoder, target: Target = "unorm", exponential: Exponential = "builtin"
) -> str:
    """The relighting shader of one decoder for wgpu: entry points `cover` and `relight`.

    `target` is "unorm" for colours rounded to 8-bit levels, or "float" for the decoder's raw
    output, unclamped. `exponential` is that of ELU: the "builtin" one, which hardware is made
    for, or a "polynomial", which `best_exponential` chooses where that is faster.
    """
    return _baked("baked.wgsl.jinja", decoder, target, exponential)


def baked_glsl(
    decoder: Decoder, target: Target = "unorm", exponential: Exponential = "builtin"
) -> str:
    """The relighting fragment shader of one decoder for WebGL2 (GLSL ES 3.00)."""
    return _baked("baked.glsl.jinja", decoder, target, exponential)


def best_exponential(device: str) -> Exponential:
    """The faster exponential on a device, by its name; the browser viewer chooses alike."""
    software = any(name in device.lower() for name in ("llvmpipe", "swiftshader"))
    return "polynomial" if software else "builtin"


def looped_glsl(decoder: NeuralDecoder, target: Target = "unorm") -> str:
    """The baseline with weights as uniform arrays, for WebGL2. Only the widths are in its text."""
    blocks, inputs = _blocks(decoder.units), _blocks(decoder.latents + decoder.conditions)
    return render(
        shader_text("looped.glsl.jinja"),
        plane_count=decoder.planes,
        block_count=blocks,
        input_blocks=inputs,
        light_x=decoder.latents,
        light_y=decoder.latents + 1,
        weights1_size=blocks * 4 * inputs,
        weights2_size=blocks * 4 * blocks,
        weights3_size=3 * blocks,
        rounded=target == "unorm",
    )


def _baked(template: str, decoder: Decoder, target: Target, exponential: Exponential) -> str:
    body, names = _body(decoder)
    k = decoder.latents
    common = {
        "planes": range(decoder.planes),
        "plane": [i // 3 for i in range(k)],
        "channel": ["xyz"[i % 3] for i in range(k)],
    }
    return render(
        shader_text(template),
        decode=render(shader_text(body), **common, **names),
        polynomial_exp=render(shader_text("polynomial_exp.jinja")),
        frame=decoder.frame,
        frame_size=len(decoder.frame_values(np.zeros(decoder.conditions))) // 4,
        rounded=target == "unorm",
        polynomial=exponential == "polynomial",
    )


def _body(decoder: Decoder) -> tuple[str, dict[str, Any]]:
    """The template of a decoder's body, and its values."""
    if isinstance(decoder, NeuralDecoder):
        return "decode.jinja", _neural_names(decoder)
    assert isinstance(decoder, LinearDecoder)
    return "linear.jinja", _linear_names(decoder)


def _neural_names(decoder: NeuralDecoder) -> dict[str, Any]:
    """Vectors of four output units, one per input."""
    n, k, blocks = decoder.units, decoder.latents, _blocks(decoder.units)
    first, (_, second, third) = decoder.scaled_weight, decoder.layers
    return {
        "blocks": range(blocks),
        "latents": range(k),
        "units": range(n),
        "block": [i // 4 for i in range(n)],
        "lane": ["xyzw"[i % 4] for i in range(n)],
        "weights1": [[_four(first[4 * j : 4 * j + 4, i]) for i in range(k)] for j in range(blocks)],
        "biases2": [_four(second.bias[4 * j : 4 * j + 4]) for j in range(blocks)],
        "weights2": [
            [_four(second.weight[4 * j : 4 * j + 4, i]) for i in range(n)] for j in range(blocks)
        ],
        "biases3": _four(third.bias),
        "weights3": [_four(third.weight[:, i]) for i in range(n)],
    }


def _linear_names(decoder: LinearDecoder) -> dict[str, Any]:
    """A weight, made anew for each light, for each texel."""
    k = decoder.latents
    return {
        "latents": range(3 if decoder.lrgb else 0, k),
        "row": range(1, k + 1),
        "lrgb": decoder.lrgb,
    }


def _blocks(count: int) -> int:
    """Vectors of four that hold `count` values."""
    return -(-count // 4)


def _four(values: np.ndarray) -> str:
    """Up to four values as the parts of a vector; missing ones are zero."""
    padded = [float(value) for value in values] + [0.0] * (4 - len(values))
    return ", ".join(map(_literal, padded))


def _literal(value: float) -> str:
    """A float32 as nine decimal digits, which give it back exactly; the text JavaScript's
    `toExponential(8)` makes."""
    with np.errstate(over="ignore"):
        single = float(np.float32(value))
    if not np.isfinite(single):
        raise RakingError("a weight of the decoder, times its latent's range, exceeds float32")
    if abs(single) < SMALLEST_NORMAL:
        return "0.0"
    with localcontext(Context(prec=120, rounding=ROUND_HALF_UP)):
        return format(Decimal(single), ".8e")
