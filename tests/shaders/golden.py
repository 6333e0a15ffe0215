"""The golden decoders, and what both languages must make of them. Run this file to write their
part of tests/cases anew: descriptions, values for each light, shader texts."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from renderer.image.describe import Description
from shaders.decoder import LIGHT, Decoder
from shaders.hyper import SPHERE, HyperDecoder, MixedLayer
from shaders.linear import LinearDecoder
from shaders.network import Layer
from shaders.neural import NeuralDecoder
from shaders.specialise import baked_glsl, baked_wgsl, looped_glsl

CASES = Path(__file__).parents[1] / "cases"
LIGHTS = [(0.0, 0.0), (0.3, -0.4), (-0.9, 0.2), (0.0, 1.0), (1.0, 1e-4), (0.38, 0.59)]
VIEWS = [(0.0, 0.0), (-0.5, 0.7), (0.9, 0.1), (0.0, 0.0), (0.0, -0.996), (0.38, 0.59)]

VARYINGS = 15  # as many as WebGL2 promises


def values(*shape: int) -> np.ndarray:
    """Weights from whole numbers alone, so that no library's random numbers are needed.

    Among them are values that round badly: ties in the ninth digit, tiny ones, zeros.
    """
    count = int(np.prod(shape))
    numbers = (np.arange(count) * 7919 + 1001) % 2048 - 1024
    found = (numbers / 512).astype(np.float32)
    found[1::17] = np.float32(1e-39)
    found[2::19] = np.float32(1.1754945e-38)
    found[3::23] = np.float32(-1 / 3)
    return found.reshape(shape)


def neural_decoder(units: int, latents: int, conditions: int = 2) -> NeuralDecoder:
    layers = (
        Layer(values(units, latents + conditions), values(units)),
        Layer(values(units, units), values(units)),
        Layer(values(3, units), values(3)),
    )
    low = np.arange(latents, dtype=np.float32) / -7 - 1
    return NeuralDecoder(layers, low, low + np.float32(2.3), conditions)


def hyper_decoder(
    units: int, latents: int, follows: str, conditions: int = 2, activation: str = "elu"
) -> HyperDecoder:
    """`follows` names the layers whose weights follow the light; all biases do."""
    inputs = SPHERE * conditions // LIGHT
    light_network = [Layer(values(5, inputs), values(5)), Layer(values(3, 5) / 8, values(3))]
    shapes = ((units, latents), (units, units), (3, units))
    first, second, third = (
        MixedLayer(values(4 if name in follows else 1, *shape), values(4, shape[0]) / 4)
        for name, shape in zip("123", shapes, strict=True)
    )
    low = np.arange(latents, dtype=np.float32) / -7 - 1
    high = low + np.float32(2.3)
    layers = first, second, third
    return HyperDecoder(light_network, layers, low, high, conditions, activation)


def linear_decoder(model: str, latents: int) -> LinearDecoder:
    """Ranges, lights and splines from whole numbers alone."""
    low = np.arange(latents, dtype=np.float32) / -7 - 1
    if model != "rbf":
        return LinearDecoder(model, low, low + np.float32(2.3))
    turns = np.arange(7, dtype=np.float32)
    lights = np.stack([np.cos(turns), np.sin(turns), turns / 6], axis=1) / np.sqrt(2)
    numbers = (np.arange(11 * (1 + latents) * 3) * 7919 + 1001) % 2048 - 1024
    splines = (numbers / 512).astype(np.float32).reshape(11, 1 + latents, 3)
    return LinearDecoder(model, low, low + np.float32(2.3), lights.astype(np.float32), splines)


DECODERS: dict[str, Decoder] = {
    **{f"{n}_units_{k}_latents": neural_decoder(n, k) for n, k in [(1, 3), (6, 9), (20, 9)]},
    "hyper_6_units_9_latents": hyper_decoder(6, 9, "13"),
    "hyper_3_units_3_latents": hyper_decoder(3, 3, "123"),
    "hyper_8_units_12_latents": hyper_decoder(8, 12, "1", activation="parabola"),
    "5_units_3_latents_views": neural_decoder(5, 3, conditions=4),
    "hyper_5_units_3_latents_views": hyper_decoder(5, 3, "2", conditions=4),
    **{
        f"{model}_{k}_latents": linear_decoder(model, k)
        for model, k in [("ptm", 9), ("ptm", 18), ("hsh", 12), ("hsh", 27), ("hsh", 48), ("rbf", 9)]
    },
}


def description(decoder: Decoder) -> str:
    """The text of its info.json."""
    planes = [f"plane_{i}.png" for i in range(decoder.planes)]
    return Description(decoder, 4, 4, planes).text()


def texts(name: str, decoder: Decoder) -> dict[str, str]:
    """File name -> shader text. Those of GLSL that are baked the browser's twin must make, too."""
    if not isinstance(decoder, NeuralDecoder):
        return {
            f"{name}.glsl": baked_glsl(decoder),
            f"{name}.varyings.glsl": baked_glsl(decoder, varyings=VARYINGS),
            f"{name}.wgsl": baked_wgsl(decoder, "float"),
            f"{name}.varyings.wgsl": baked_wgsl(decoder, "float", varyings=VARYINGS),
        }
    return {
        f"{name}.baked.glsl": baked_glsl(decoder),
        f"{name}.polynomial.glsl": baked_glsl(decoder, exponential="polynomial"),
        f"{name}.baked.wgsl": baked_wgsl(decoder, "float"),
        f"{name}.looped.glsl": looped_glsl(decoder, "float"),
    }


def rows(name: str, decoder: Decoder) -> list[dict[str, Any]]:
    """Of the table of frames: what its shader is given for each light, or view and light, and the
    colour that it makes of a pixel's levels in PyTorch."""
    import torch  # which tests of the texts need not wait for

    from trainer.models.oracle import torch_decode

    levels = [(37 * k + 11) % 256 for k in range(decoder.latents)]
    scale = decoder.latent_max.astype(np.float64) - decoder.latent_min
    latents = torch.from_numpy(decoder.latent_min + np.array(levels) / 255 * scale)
    decode = torch_decode(decoder, torch.float64)
    several = decoder.conditions > LIGHT
    told = [(*v, *light) for v, light in zip(VIEWS, LIGHTS, strict=True)] if several else LIGHTS
    return [
        {
            "of": name,
            "conditions": conditions,
            "values": [float(str(value)) for value in decoder.frame_values(conditions)],
            "levels": levels,
            "rgb": decode(latents, torch.tensor(conditions, dtype=torch.float64)).tolist(),
        }
        for conditions in told
    ]


if __name__ == "__main__":
    frames = []
    for name, decoder in DECODERS.items():
        (CASES / "infos" / f"{name}.json").write_text(description(decoder) + "\n", "utf-8")
        for file, text in texts(name, decoder).items():
            (CASES / "shaders" / file).write_text(text + "\n", "utf-8")
        frames += map(json.dumps, rows(name, decoder))
    (CASES / "frames.json").write_text("[\n" + ",\n".join(frames) + "\n]\n", "utf-8")
