"""Specialises the decode shader to one decoder: a network's weights become constants of it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jinja2
import numpy as np

from shaders.decoder import Decoder
from shaders.errors import RakingError
from shaders.linear import AnyDecoder, LinearDecoder, light_basis

TEMPLATES = Path(__file__).parent
# How an LRGB image's colour, plane 0, comes to its luminance: after the sum of linear.jinja.
LRGB = "\n    let rgb = luminance * (frame_weights[1] + frame_weights[2] * plane0);"
SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)

Target = Literal["unorm", "float"]
TARGETS: dict[str, str] = {"unorm": "nearest_level(decode(texel))", "float": "decode(texel)"}

Exponential = Literal["builtin", "polynomial"]
EXPONENTIALS: dict[str, str] = {"builtin": "exp(x)", "polynomial": "polynomial_exp(x)"}


def baked_wgsl(
    decoder: AnyDecoder, target: Target = "unorm", exponential: Exponential = "builtin"
) -> str:
    """The relighting shader of one decoder for wgpu: entry points `cover` and `relight`.

    `target` is "unorm" for colours rounded to 8-bit levels, or "float" for the decoder's raw
    output, unclamped. `exponential` is that of ELU: the "builtin" one, which hardware is made
    for, or a "polynomial", which `best_exponential` chooses where that is faster.
    """
    return _baked("baked.wgsl.jinja", decoder, target, exponential)


def baked_glsl(
    decoder: AnyDecoder, target: Target = "unorm", exponential: Exponential = "builtin"
) -> str:
    """The relighting fragment shader of one decoder for WebGL2 (GLSL ES 3.00)."""
    return _baked("baked.glsl.jinja", decoder, target, exponential)


def best_exponential(device: str) -> Exponential:
    """The faster exponential on a device, by its name; the browser viewer chooses alike."""
    software = any(name in device.lower() for name in ("llvmpipe", "swiftshader"))
    return "polynomial" if software else "builtin"


def looped_glsl(decoder: Decoder, target: Target = "unorm") -> str:
    """The baseline with weights as uniform arrays, for WebGL2. Only the widths are in its text."""
    blocks, inputs = _blocks(decoder.units), _blocks(decoder.latents + decoder.conditions)
    return _render(
        "looped.glsl.jinja",
        plane_count=decoder.planes,
        block_count=blocks,
        input_blocks=inputs,
        light_x=decoder.latents,
        light_y=decoder.latents + 1,
        weights1_size=blocks * 4 * inputs,
        weights2_size=blocks * 4 * blocks,
        weights3_size=3 * blocks,
        target=TARGETS[target],
    )


def frame_values(decoder: AnyDecoder, light: Sequence[float] | np.ndarray) -> np.ndarray:
    """What the baked shader of a decoder is given anew for each light, as float32 in fours."""
    if isinstance(decoder, LinearDecoder):
        return frame_weights(decoder, light)
    return frame_bias(decoder, light)


def frame_weights(decoder: LinearDecoder, light: Sequence[float] | np.ndarray) -> np.ndarray:
    """The RGB weights of a linear decoder's texels for one frame, [4 * (1 + K)] float32.

    First what is added, then a weight for each texel; the fourth of each four is zero. The
    coefficients' ranges are in them, so that the shader takes raw texels (0..1). An LRGB image's
    colour has no weights in the sum; offset and scale of its plane take their place.
    """
    basis = light_basis(decoder, np.asarray(light, np.float64))
    low = decoder.latent_min.astype(np.float64)
    scale = decoder.latent_max.astype(np.float64) - low
    weights = np.zeros((1 + decoder.latents, 4), np.float32)
    weights[0, :3] = basis[0] + low @ basis[1:]
    weights[1:, :3] = basis[1:] * scale[:, None]
    if decoder.lrgb:
        weights[1:3, :3] = low[:3], scale[:3]
    return weights.ravel()


def frame_bias(decoder: Decoder, condition: Sequence[float] | np.ndarray) -> np.ndarray:
    """The first layer's bias for one frame, [4 * ceil(N / 4)] float32, padded with zeros.

    `condition` holds C values (light x and y). The share of the light and of the latents' offsets
    does not differ between pixels, so it is worked out once a frame.
    """
    weight = decoder.layers[0].weight.astype(np.float64)
    k = decoder.latents
    bias = decoder.layers[0].bias + weight[:, :k] @ decoder.latent_min.astype(np.float64)
    bias = bias + weight[:, k:] @ np.asarray(condition, np.float64)
    padded = np.zeros(4 * _blocks(decoder.units), np.float32)
    padded[: decoder.units] = bias
    return padded


def _baked(template: str, decoder: AnyDecoder, target: Target, exponential: Exponential) -> str:
    if isinstance(decoder, LinearDecoder):
        frame, size = "frame_weights", 1 + decoder.latents
        decode = _render("linear.jinja", **_linear_names(decoder))
    else:
        frame, size = "frame_bias", _blocks(decoder.units)
        decode = _render("decode.jinja", **_baked_names(decoder))
    return _render(
        template,
        decode=decode,
        frame=frame,
        frame_size=size,
        target=TARGETS[target],
        polynomial_exp=_render("polynomial_exp.jinja"),
        exponential=EXPONENTIALS[exponential],
    )


def _baked_names(decoder: Decoder) -> dict[str, Any]:
    """The values of decode.jinja: vectors of four output units, one per input."""
    n, k, blocks = decoder.units, decoder.latents, _blocks(decoder.units)
    scale = decoder.latent_max.astype(np.float64) - decoder.latent_min.astype(np.float64)
    first = decoder.layers[0].weight[:, :k].astype(np.float64) * scale
    _, second, third = decoder.layers
    return {
        "planes": range(decoder.planes),
        "blocks": range(blocks),
        "latents": range(k),
        "units": range(n),
        "latent": _texels(k),
        "unit1": [f"unit1_{i // 4}.{'xyzw'[i % 4]}" for i in range(n)],
        "unit2": [f"unit2_{i // 4}.{'xyzw'[i % 4]}" for i in range(n)],
        "weights1": [[_vec4(first[4 * j : 4 * j + 4, i]) for i in range(k)] for j in range(blocks)],
        "biases2": [_vec4(second.bias[4 * j : 4 * j + 4]) for j in range(blocks)],
        "weights2": [
            [_vec4(second.weight[4 * j : 4 * j + 4, i]) for i in range(n)] for j in range(blocks)
        ],
        "biases3": _vec4(third.bias),
        "weights3": [_vec4(third.weight[:, i]) for i in range(n)],
    }


def _linear_names(decoder: LinearDecoder) -> dict[str, Any]:
    """The values of linear.jinja: a weight, made anew for each light, for each texel."""
    k = decoder.latents
    return {
        "planes": range(decoder.planes),
        "latents": range(3 if decoder.lrgb else 0, k),
        "latent": _texels(k),
        "weight": [f"frame_weights[{i + 1}]" for i in range(k)],
        "sum": "luminance" if decoder.lrgb else "rgb",
        "colour": LRGB if decoder.lrgb else "",
    }


def _texels(latents: int) -> list[str]:
    """The names of the texels in the shader: three of each plane."""
    return [f"plane{i // 3}.{'xyz'[i % 3]}" for i in range(latents)]


def _blocks(count: int) -> int:
    """Vectors of four that hold `count` values."""
    return -(-count // 4)


def _vec4(values: np.ndarray) -> str:
    """Up to four values as a shader constant; missing ones are zero."""
    padded = [float(value) for value in values] + [0.0] * (4 - len(values))
    return f"vec4f({', '.join(map(_literal, padded))})"


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


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(values)
