"""`info.json`: the decoder of a relightable image as text, ours and the published trainer's.

The browser viewer reads the same file in `webviewer/app/decoder.js`.
"""

import json
import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from shaders.decoder import Decoder, Layer
from shaders.errors import RakingError

VERSION = 1
BGR = [2, 1, 0]
FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class RakingBlock(BaseModel):
    """What the published keys leave open, under the key `raking`."""

    version: Literal[1]
    layers: list[int] = Field(min_length=4, max_length=4)
    conditions: int = 2
    activation: str = "elu"
    planes: list[str]
    mask: str | None = None
    provenance: dict[str, Any] = {}


class Info(BaseModel):
    """The keys of `info.json`; those not named here belong to other programs and are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: Literal["neural"]
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    colorspace: Literal["rgb", "bgr"] = "rgb"
    min: list[FiniteFloat]
    max: list[FiniteFloat]
    weights: list[list[FiniteFloat]] = Field(min_length=3, max_length=3)
    biases: list[list[FiniteFloat]] = Field(min_length=3, max_length=3)
    raking: RakingBlock | None = None

    def plane_files(self) -> list[list[list[str]]]:
        """The ways that the planes may be numbered: for every plane the file names that it may
        have, the best first.

        The published trainer counts from 0 and writes JPEG and PNG; OpenLIME counts from 1.
        """
        if self.raking:
            return [[[name] for name in self.raking.planes]]
        return [
            [
                [f"plane_{i + first}.{ending}" for ending in ("png", "webp", "jpg")]
                for i in range(len(self.min) // 3)
            ]
            for first in (0, 1)
        ]


def parse_info(text: str, file: Path) -> tuple[Info, Decoder]:
    """Reads the text of `info.json`.

    The decoder comes back in canonical form: latents in the channel order of the plane files,
    output as RGB, whatever the file's `colorspace`.

    Raises RakingError, naming `file`, where the text is no such description.
    """
    try:
        info = Info.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise RakingError(f"{file} is not valid JSON ({error}); write the image again") from error
    except ValidationError as error:
        raise RakingError(f"{file}: {_first_problem(error)}; write the image again") from error
    if info.raking:
        _check_names(info.raking, file)
    try:
        return info, _canonical(_decoder(info), info.colorspace)
    except RakingError as error:
        raise RakingError(f"{file}: {error}; write the image again") from error


def describe(
    decoder: Decoder, width: int, height: int, masked: bool, provenance: dict[str, Any]
) -> str:
    """The text of `info.json` for an image with lossless planes.

    `samples` is the padded hidden width, which is what OpenLIME takes that key for.
    """
    padded = _round_up(decoder.units)
    info = {
        "type": "neural",
        "width": width,
        "height": height,
        "planes": decoder.latents,
        "samples": padded,
        "format": "png",
        "quality": 100,
        "colorspace": "rgb",
        "min": decoder.latent_min.tolist(),
        "max": decoder.latent_max.tolist(),
        "weights": [_flatten(layer.weight) for layer in decoder.layers],
        "biases": [_flatten(layer.bias[:, None], width=1) for layer in decoder.layers],
        "raking": {
            "version": VERSION,
            "layers": [decoder.latents + decoder.conditions, decoder.units, decoder.units, 3],
            "conditions": decoder.conditions,
            "activation": decoder.activation,
            "planes": [f"plane_{i}.png" for i in range(decoder.planes)],
            "mask": "mask.png" if masked else None,
            "provenance": provenance,
        },
    }
    return json.dumps(info, indent=1, allow_nan=False)


def _decoder(info: Info) -> Decoder:
    """Unpacks the padded lists; widths come from their lengths, since `samples` may be wrong."""
    conditions = info.raking.conditions if info.raking else 2
    inputs = len(info.min) + conditions
    rows = len(info.biases[0])
    padded = _round_up(rows)
    first = _unpack(info.weights[0], rows, _round_up(inputs), "weights of layer 1")
    second = _unpack(info.weights[1], rows, padded, "weights of layer 2")
    third = _unpack(info.weights[2], 3, padded, "weights of layer 3")
    biases = [
        _unpack(bias, length, 1, f"biases of layer {i}")[:, 0]
        for i, (bias, length) in enumerate(zip(info.biases, (rows, rows, 3), strict=True), start=1)
    ]
    units = info.raking.layers[1] if info.raking else _used_units(first, second, third, biases)
    if info.raking and info.raking.layers != [inputs, units, units, 3]:
        raise RakingError(
            f"the layer widths {info.raking.layers} do not fit {len(info.min)} latents "
            f"and {conditions} condition inputs"
        )
    if not rows - 4 < units <= rows:
        raise RakingError(f"{units} units are announced, but there are {rows} biases")
    return Decoder(
        layers=(
            Layer(first[:units, :inputs], biases[0][:units]),
            Layer(second[:units, :units], biases[1][:units]),
            Layer(third[:, :units], biases[2]),
        ),
        latent_min=np.array(info.min, np.float32),
        latent_max=np.array(info.max, np.float32),
        conditions=conditions,
        activation=info.raking.activation if info.raking else "elu",
    )


def _used_units(
    first: np.ndarray, second: np.ndarray, third: np.ndarray, biases: list[np.ndarray]
) -> int:
    """The units without the all-zero ones, three at most, that pad to a multiple of 4."""
    units = len(first)
    while units > len(first) - 3 and units > 1:
        last = units - 1
        parts = (first[last], second[last], second[:, last], third[:, last])
        if any(part.any() for part in parts) or biases[0][last] or biases[1][last]:
            break
        units = last
    return units


def _canonical(decoder: Decoder, colorspace: str) -> Decoder:
    """With "bgr" the latents of a plane and the output are blue first: put both in RGB order."""
    if colorspace == "rgb":
        return decoder
    k = decoder.latents
    order = np.arange(k).reshape(-1, 3)[:, BGR].ravel()
    first, second, third = decoder.layers
    weight = np.concatenate([first.weight[:, :k][:, order], first.weight[:, k:]], axis=1)
    return Decoder(
        layers=(Layer(weight, first.bias), second, Layer(third.weight[BGR], third.bias[BGR])),
        latent_min=decoder.latent_min[order],
        latent_max=decoder.latent_max[order],
        conditions=decoder.conditions,
        activation=decoder.activation,
    )


def _unpack(values: list[float], rows: int, columns: int, what: str) -> np.ndarray:
    """A flat list as [rows, columns] float32."""
    if len(values) != rows * columns:
        raise RakingError(f"the {what} are {len(values)} values, where {rows * columns} are needed")
    with np.errstate(over="ignore"):
        return np.array(values, np.float32).reshape(rows, columns)


def _flatten(weight: np.ndarray, width: int | None = None) -> list[float]:
    """[out, in] as one list, unit by unit, inputs and hidden units padded to a multiple of 4."""
    rows, columns = weight.shape
    padded_rows = rows if rows == 3 else _round_up(rows)
    padded = np.zeros((padded_rows, width or _round_up(columns)), np.float32)
    padded[:rows, :columns] = weight
    return [float(value) for value in padded.ravel()]


def _round_up(count: int) -> int:
    return -(-count // 4) * 4


def _check_names(block: RakingBlock, file: Path) -> None:
    for name in [*block.planes, *([block.mask] if block.mask else [])]:
        if not FILE_NAME.fullmatch(name):
            raise RakingError(f"{file} names the picture {name!r}, which is not a plain file name")


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(map(str, problem["loc"])) or "the file"
    return f"{key}: {problem['msg']}"
