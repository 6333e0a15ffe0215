"""The decoders of the golden shader texts. Run this file to write the texts anew."""

from pathlib import Path

import numpy as np

from shaders.decoder import Decoder, Layer
from shaders.linear import LinearDecoder
from shaders.specialise import baked_glsl, baked_wgsl, looped_glsl

FOLDER = Path(__file__).parent / "golden"
SHAPES = [(1, 3), (6, 9), (20, 9)]  # units, latents
# model, latents
LINEAR = [("ptm", 9), ("ptm", 18), ("hsh", 12), ("hsh", 27), ("hsh", 48), ("rbf", 9)]


def golden_decoder(units: int, latents: int) -> Decoder:
    """Weights from whole numbers alone, so that no library's random numbers are needed.

    Among them are values that round badly: ties in the ninth digit, tiny ones, zeros.
    """

    def values(*shape: int) -> np.ndarray:
        count = int(np.prod(shape))
        numbers = (np.arange(count) * 7919 + 1001) % 2048 - 1024
        found = (numbers / 512).astype(np.float32)
        found[1::17] = np.float32(1e-39)
        found[2::19] = np.float32(1.1754945e-38)
        found[3::23] = np.float32(-1 / 3)
        return found.reshape(shape)

    layers = (
        Layer(values(units, latents + 2), values(units)),
        Layer(values(units, units), values(units)),
        Layer(values(3, units), values(3)),
    )
    low = np.arange(latents, dtype=np.float32) / -7 - 1
    return Decoder(layers, low, low + np.float32(2.3))


def texts(units: int, latents: int) -> dict[str, str]:
    """File name -> shader text."""
    decoder = golden_decoder(units, latents)
    name = f"{units}_units_{latents}_latents"
    return {
        f"{name}.baked.glsl": baked_glsl(decoder),
        f"{name}.baked.wgsl": baked_wgsl(decoder, "float"),
        f"{name}.looped.glsl": looped_glsl(decoder, "float"),
    }


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


def linear_texts(model: str, latents: int) -> dict[str, str]:
    """File name -> shader text."""
    decoder = linear_decoder(model, latents)
    name = f"{model}_{latents}_latents"
    return {f"{name}.glsl": baked_glsl(decoder), f"{name}.wgsl": baked_wgsl(decoder, "float")}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for shape in SHAPES:
        for name, text in texts(*shape).items():
            (FOLDER / name).write_text(text + "\n", "utf-8")
    for kind in LINEAR:
        for name, text in linear_texts(*kind).items():
            (FOLDER / name).write_text(text + "\n", "utf-8")
