"""The text of `info.json`, of an image that is written: the published keys and ours."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from renderer.image.limits import FOLLOWING, WITH_RELIEF
from shaders.decoder import Decoder
from shaders.evidence import ErrorField
from shaders.heights import Relief
from shaders.hyper import HyperDecoder
from shaders.linear import LinearDecoder
from shaders.neural import NeuralDecoder


@dataclass(frozen=True, eq=False)
class Description:
    """What an `info.json` of ours says."""

    decoder: Decoder
    width: int
    height: int
    planes: Sequence[str]  # their files
    mask: str | None = None  # its file
    normals: str | None = None  # their file
    evidence: str | None = None  # its file
    error_field: ErrorField | None = None  # what the evidence's texels are read with
    relief: str | None = None  # its file
    heights: Relief | None = None  # what the relief's levels mean
    provenance: dict[str, Any] = field(default_factory=dict)
    lights: np.ndarray | None = None  # [L, 3] of the photographs; an "rbf" decoder's own count
    views: np.ndarray | None = None  # [V, 3] of the cameras, where there were several
    pixel_size_mm: float | None = None
    title: str | None = None  # what the image is called where it is shown
    facts: dict[str, str] | None = None  # what is known of the object
    levels: Sequence[dict[str, Any]] | None = None  # the smaller ones of a pyramid, as measured
    picture_format: str = "png"
    quality: int = 100
    asked: dict[str, Any] | None = None  # of the command that writes the image

    def text(self) -> str:
        keys, block = _keys(self.decoder)
        if self.lights is not None:
            keys = {"lights": self.lights.ravel().tolist(), **keys}
        if self.views is not None:
            block["views"] = self.views.ravel().tolist()
        if self.pixel_size_mm is not None:
            keys["pixelSizeInMM"] = float(self.pixel_size_mm)
        if self.levels is not None:
            block["levels"] = list(self.levels)
        if self.asked is not None:
            block["asked"] = self.asked
        if self.title is not None:
            block["title"] = self.title
        if self.facts:
            block["facts"] = self.facts
        if self.normals is not None:
            block["normals"] = self.normals
        if self.evidence is not None and self.error_field is not None:
            block["evidence"] = {"picture": self.evidence, **_evidence_keys(self.error_field)}
        if self.relief is not None and self.heights is not None:
            low, high = float(self.heights.low), float(self.heights.high)
            block["relief"] = {"picture": self.relief, "low": low, "high": high}
        info = {
            **keys,
            "width": self.width,
            "height": self.height,
            "format": self.picture_format,
            "quality": self.quality,
            "raking": {
                "version": self._version(),
                **block,
                "planes": list(self.planes),
                "mask": self.mask,
                "provenance": self.provenance,
            },
        }
        return json.dumps(info, indent=1, allow_nan=False)

    def _version(self) -> int:
        """The first that knows all that there is."""
        if self.relief is not None:
            return WITH_RELIEF
        return FOLLOWING if isinstance(self.decoder, HyperDecoder) else 1


def _keys(decoder: Decoder) -> tuple[dict[str, Any], dict[str, Any]]:
    """The published keys and ours."""
    if isinstance(decoder, NeuralDecoder):
        return _neural_keys(decoder)
    if isinstance(decoder, HyperDecoder):
        return _hyper_keys(decoder)
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


def _hyper_keys(decoder: HyperDecoder) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keys of ours alone: no other program knows such a decoder."""
    keys = {
        "type": "hyper",
        "min": decoder.latent_min.tolist(),
        "max": decoder.latent_max.tolist(),
    }
    block = {
        "layers": [decoder.latents, decoder.units, decoder.units, 3],
        "conditions": decoder.conditions,
        "activation": decoder.activation,
        "light_network": [
            {"weights": layer.weight.ravel().tolist(), "biases": layer.bias.tolist()}
            for layer in decoder.light_network
        ],
        "mixed_layers": [
            {
                "weights": layer.weight.reshape(len(layer.weight), -1).tolist(),
                "biases": layer.bias.tolist(),
            }
            for layer in decoder.layers
        ],
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


def _evidence_keys(field: ErrorField) -> dict[str, Any]:
    return {
        "rows": [[float(str(value)) for value in row] for row in field.rows],  # no digit too many
        "spacing": float(np.degrees(field.spacing)),
        "left_out": float(field.left_out),
    }


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
