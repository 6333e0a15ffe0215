"""The text of `info.json`, of an image that is written: the published keys and ours."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from renderer.image.limits import VERSION
from shaders.decoder import Decoder
from shaders.linear import LinearDecoder
from shaders.neural import NeuralDecoder


def describe(
    decoder: Decoder,
    width: int,
    height: int,
    masked: bool,
    provenance: dict[str, Any],
    *,
    lights: np.ndarray | None = None,
    pixel_size_mm: float | None = None,
    planes: Sequence[str] | None = None,
    mask: str | None = None,
    levels: Sequence[dict[str, Any]] | None = None,
    title: str | None = None,
    picture_format: str = "png",
    quality: int = 100,
    asked: dict[str, Any] | None = None,
) -> str:
    """The text of `info.json`.

    `lights` [L, 3] are the photographs' (an "rbf" decoder's own take their place), `planes` the
    files of the planes, plane_0.png and so on unless given, `mask` that of the mask where `masked`,
    mask.png unless given. `levels` describes the smaller levels of a pyramid, `asked` the command
    that writes the image. `title` is what the image is called where it is shown.
    """
    keys, block = _keys(decoder)
    if lights is not None:
        keys = {"lights": lights.ravel().tolist(), **keys}
    if pixel_size_mm is not None:
        keys["pixelSizeInMM"] = float(pixel_size_mm)
    if levels is not None:
        block["levels"] = list(levels)
    if asked is not None:
        block["asked"] = asked
    if title is not None:
        block["title"] = title
    info = {
        **keys,
        "width": width,
        "height": height,
        "format": picture_format,
        "quality": quality,
        "raking": {
            "version": VERSION,
            **block,
            "planes": list(planes or (f"plane_{i}.png" for i in range(decoder.planes))),
            "mask": (mask or "mask.png") if masked else None,
            "provenance": provenance,
        },
    }
    return json.dumps(info, indent=1, allow_nan=False)


def _keys(decoder: Decoder) -> tuple[dict[str, Any], dict[str, Any]]:
    """The published keys and ours."""
    if isinstance(decoder, NeuralDecoder):
        return _neural_keys(decoder)
    assert isinstance(decoder, LinearDecoder)
    return _linear_keys(decoder)


def _neural_keys(decoder: NeuralDecoder) -> tuple[dict[str, Any], dict[str, Any]]:
    """The published keys and ours. `samples` is the padded hidden width, which is what OpenLIME
    takes that key for."""
    keys = {
        "type": "neural",
        "planes": decoder.latents,
        "samples": round_up(decoder.units),
        "colorspace": "rgb",
        "min": decoder.latent_min.tolist(),
        "max": decoder.latent_max.tolist(),
        "weights": [_flatten(layer.weight) for layer in decoder.layers],
        "biases": [_flatten(layer.bias[:, None], width=1) for layer in decoder.layers],
    }
    block = {
        "layers": [decoder.latents + decoder.conditions, decoder.units, decoder.units, 3],
        "conditions": decoder.conditions,
        "activation": decoder.activation,
    }
    return keys, block


def _linear_keys(decoder: LinearDecoder) -> tuple[dict[str, Any], dict[str, Any]]:
    """Relight's keys and ours."""
    low = decoder.latent_min.astype(np.float64)
    scale = decoder.latent_max - low
    keys: dict[str, Any] = {
        "type": decoder.model,
        "colorspace": decoder.colorspace,
        "nplanes": decoder.latents,
        "materials": [{"scale": scale.tolist(), "bias": (-low / scale).tolist()}],
    }
    block: dict[str, Any] = {"order": decoder.order}
    if decoder.lights is not None and decoder.splines is not None:
        keys["lights"] = decoder.lights.ravel().tolist()
        block["splines"] = decoder.splines.reshape(len(decoder.splines), -1).tolist()
    return keys, block


def _flatten(weight: np.ndarray, width: int | None = None) -> list[float]:
    """[out, in] as one list, unit by unit, inputs and hidden units padded to a multiple of 4."""
    rows, columns = weight.shape
    padded_rows = rows if rows == 3 else round_up(rows)
    padded = np.zeros((padded_rows, width or round_up(columns)), np.float32)
    padded[:rows, :columns] = weight
    return [float(value) for value in padded.ravel()]


def round_up(count: int) -> int:
    """To a multiple of 4, as lists of weights are padded."""
    return -(-count // 4) * 4
