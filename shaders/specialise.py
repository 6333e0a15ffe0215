"""Specialises the decode shader to one decoder: a network's weights become constants of it."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import count
from typing import Any, Literal

import numpy as np

from shaders.decoder import Decoder
from shaders.errors import RakingError
from shaders.evidence import COLOURS
from shaders.layers import TOGETHER, layer_count, place_of
from shaders.linear import LinearDecoder
from shaders.look import LOOK_SIZE, OF_LIGHTS, Look
from shaders.network import NetworkDecoder
from shaders.neural import NeuralDecoder
from shaders.template import render
from shaders.texts import shader_text

SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)

Target = Literal["unorm", "float"]
Exponential = Literal["builtin", "polynomial"]


def baked_wgsl(
    decoder: Decoder,
    target: Target = "unorm",
    exponential: Exponential = "builtin",
    varyings: int = 0,
    look: Look = Look(),
) -> str:
    """The relighting shader of one decoder for wgpu: entry points `cover` and `relight`.

    `target` is "unorm" for colours rounded to 8-bit levels, or "float" for the decoder's raw
    output, unclamped. `exponential` is that of ELU: the "builtin" one, which hardware is made
    for, or a "polynomial", which `best_exponential` chooses where that is faster. Of the vectors
    that follow the light the first reach the fragments as flat varyings, up to as many as
    `varyings` (`best_varyings`), the others as uniforms. Of the `look` its mode is in the text, and
    whether it is toned; its numbers are uniforms.
    """
    return _baked("baked.wgsl.jinja", decoder, target, exponential, varyings, look)


def baked_glsl(
    decoder: Decoder,
    target: Target = "unorm",
    exponential: Exponential = "builtin",
    varyings: int = 0,
    look: Look = Look(),
) -> str:
    """The relighting fragment shader of one decoder for WebGL2 (GLSL ES 3.00)."""
    return _baked("baked.glsl.jinja", decoder, target, exponential, varyings, look)


def best_exponential(device: str) -> Exponential:
    """The faster exponential on a device, by its name; the browser viewer chooses alike."""
    return "polynomial" if _is_software(device) else "builtin"


def best_varyings(device: str, limit: int) -> int:
    """How many vectors to hand on as flat varyings on a device that takes `limit` of them: a
    uniform costs a software renderer as much as a sum, and hardware nothing."""
    return limit if _is_software(device) else 0


def looped_glsl(decoder: NeuralDecoder, target: Target = "unorm") -> str:
    """The baseline with weights as uniform arrays, for WebGL2. Only the widths are in its text."""
    blocks, inputs = _blocks(decoder.units), _blocks(decoder.latents + decoder.conditions)
    return render(
        shader_text("looped.glsl.jinja"),
        plane_count=decoder.planes,
        together=TOGETHER,
        block_count=blocks,
        input_blocks=inputs,
        latent_count=decoder.latents,
        condition_count=decoder.conditions,
        weights1_size=blocks * 4 * inputs,
        weights2_size=blocks * 4 * blocks,
        weights3_size=3 * blocks,
        rounded=target == "unorm",
    )


def _is_software(device: str) -> bool:
    return any(name in device.lower() for name in ("llvmpipe", "swiftshader"))


def _baked(
    template: str,
    decoder: Decoder,
    target: Target,
    exponential: Exponential,
    varyings: int,
    look: Look,
) -> str:
    size = len(decoder.frame_values(np.zeros(decoder.conditions))) // 4
    size *= 1 + look.has_second
    flat = min(varyings, size)
    given = [f"flat_frame[{i}]" if i < flat else f"frame[{i}]" for i in range(size)]
    evidence, layers = look.mode == "evidence", layer_count(decoder.planes)
    look_size = 0 if look.changes_nothing else layers + 2 if evidence else LOOK_SIZE
    look_flat = look_size if varyings - flat >= look_size else 0
    own, other = given[: size // (1 + look.has_second)], given[size // 2 :]
    body, names = _body(decoder, iter(own))
    places = [place_of(k) for k in range(decoder.latents)]
    common = {
        "layers": range(layers),
        "layer": [layer for layer, _ in places],
        "channel": ["xyzw"[channel] for _, channel in places],
    }
    return render(
        shader_text(template),
        decode=render(shader_text(body), **common, **names),
        decode_second=render(shader_text(body), **common, **_body(decoder, iter(other))[1])
        if look.has_second
        else "",
        second=look.has_second,
        coloured=look.coloured,
        activated=_activation(decoder) if isinstance(decoder, NetworkDecoder) else "",
        elu=isinstance(decoder, NetworkDecoder) and decoder.activation == "elu",
        polynomial_exp=render(shader_text("polynomial_exp.jinja")),
        frame_size=size,
        uniforms=flat < size,
        varyings=range(flat),
        flat=flat,
        look=_look_body(decoder, look),
        look_size=look_size,
        look_flat=look_flat,
        look_uniforms=look_size > look_flat,
        share=render(shader_text("share.jinja")) if look.mode in OF_LIGHTS else "",
        shown=_shown(look),
        grounded=False,
        rounded=target == "unorm",
        polynomial=exponential == "polynomial",
    )


def _shown(look: Look) -> str:
    decoded = "lit(texel)" if look.coloured else "decode(texel)"
    shown = decoded if look.changes_nothing else f"seen({decoded}, texel)"
    return f"share * {shown}" if look.mode in OF_LIGHTS else shown


def _look_body(decoder: Decoder, look: Look) -> str:
    """What makes a decoded colour seen; nothing where it stays as it is."""
    if look.changes_nothing:
        return ""
    look.check_decoder(decoder.kind)
    if look.mode == "evidence":
        return render(shader_text("evidence.jinja"), **_scale(layer_count(decoder.planes) + 1))
    diffuse = look.shading == "diffuse"
    return render(
        shader_text("look.jinja"),
        only_normals=look.shading == "normals",
        specular=look.shading == "specular",
        diffuse=diffuse,
        toned=look.toned,
        normals=layer_count(decoder.planes),
        **(_second_order(decoder) if diffuse else {"lrgb": False}),
    )


def _scale(layers: int) -> dict[str, Any]:
    """The colours of the scale of evidence, and the names of what each of the layers adds."""
    colours = np.array([[int(text[i : i + 2], 16) for i in (0, 2, 4)] for text in COLOURS]) / 255
    return {
        "first_colour": f"vec4f({_four(colours[0])})",
        "to_next": [f"vec4f({_four(step)})" for step in np.diff(colours, axis=0)],
        "between": range(len(COLOURS) - 1),
        "layers": range(layers),
        "weights": [f"look[{i + 1}]" for i in range(layers)],
    }


def _second_order(decoder: Decoder) -> dict[str, Any]:
    """What makes coefficients of the texels of the planes that hold a PTM's second-order terms."""
    assert isinstance(decoder, LinearDecoder)
    scale = decoder.latent_max - decoder.latent_min
    planes = {"own": 0, "xx": 2} if decoder.lrgb else {"xx": 3, "xy": 4, "yy": 5}
    names: dict[str, Any] = {"lrgb": decoder.lrgb}
    for name, plane in planes.items():
        part = slice(3 * plane, 3 * plane + 3)
        names[name] = _texels_of(plane)
        names[f"{name}_scale"] = _four(scale[part])
        names[f"{name}_offset"] = _four(decoder.latent_min[part])
    return names


def _texels_of(plane: int) -> str:
    """The texels of one plane."""
    layers = [place_of(3 * plane + c)[0] for c in range(3)]
    if layers[0] == layers[1]:
        return f"latents({layers[0]}, texel)"
    alphas = ", ".join(f"latents({layer}, texel).w" for layer in layers)
    return f"vec4f({alphas}, 0.0)"


def _body(decoder: Decoder, given: Iterator[str]) -> tuple[str, dict[str, Any]]:
    """The template of a decoder's body, and its values; `given` are the names of the vectors that
    follow the light."""
    if isinstance(decoder, NetworkDecoder):
        return "decode.jinja", _network_names(decoder, given)
    assert isinstance(decoder, LinearDecoder)
    return "linear.jinja", _linear_names(decoder, given)


def _network_names(decoder: NetworkDecoder, given: Iterator[str]) -> dict[str, Any]:
    """Vectors of four output units, one per input: constants, or given."""
    n, k = decoder.units, decoder.latents
    names: dict[str, Any] = {
        "blocks": range(_blocks(n)),
        "latents": range(k),
        "units": range(n),
        "block": [i // 4 for i in range(n)],
        "lane": ["xyzw"[i % 4] for i in range(n)],
        "output": 0,
    }
    layers = decoder.texel_layers(np.zeros(decoder.conditions))
    for i, layer, (weight, bias) in zip(count(1), layers, decoder.follows, strict=False):
        biases = _vectors(layer.bias[:, None], given if bias else None)
        names[f"biases{i}"] = [vector for (vector,) in biases]
        names[f"weights{i}"] = _vectors(layer.weight, given if weight else None)
    return names


def _activation(decoder: NetworkDecoder) -> str:
    parabola = decoder.activation == "parabola"
    return render(shader_text("activation.jinja"), parabola=parabola)


def _vectors(values: np.ndarray, given: Iterator[str] | None) -> list[list[str]]:
    """[out, in] as vectors of four rows, in columns: block by block."""
    blocks = [values[first : first + 4] for first in range(0, len(values), 4)]
    if given:
        return [[next(given) for _ in block.T] for block in blocks]
    return [[f"vec4f({_four(column)})" for column in block.T] for block in blocks]


def _linear_names(decoder: LinearDecoder, given: Iterator[str]) -> dict[str, Any]:
    """A weight, made anew for each light, for each texel."""
    added, *weights = given
    own, k = 3 if decoder.lrgb else 0, decoder.latents
    return {
        "latents": range(own, k),
        "added": added,
        "weights": weights,
        "lrgb": decoder.lrgb,
        "offset": weights[0],
        "scale": weights[1],
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
