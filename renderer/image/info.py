"""Reads `info.json`: the decoder of a relightable image as text, as FORMAT.md has it.

Neural images have the keys of the published trainer, classical ones (PTM, HSH, RBF) those of
Relight; what these leave open is under the key `raking`, which images of other programs lack.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, ValidationError

from renderer.image.checks import read_json
from renderer.image.describe import round_up
from renderer.image.limits import (
    ENDINGS,
    FILE_NAME,
    LARGEST,
    LONGEST_SIDE,
    LONGEST_TITLE,
    VERSION,
)
from shaders.decoder import Decoder
from shaders.errors import RakingError, shortened
from shaders.linear import MODELS, LinearDecoder
from shaders.neural import Layer, NeuralDecoder

BGR = [2, 1, 0]


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 48.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class Keys(BaseModel):
    """Keys of `info.json`; those not named here belong to other programs and are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)


class RakingBlock(Keys):
    """What the published keys leave open, under the key `raking`."""

    version: Whole = Field(ge=VERSION, le=VERSION)
    planes: list[str]
    mask: str | None = None
    normals: str | None = None
    title: str | None = Field(None, max_length=LONGEST_TITLE)
    levels: list[dict[str, Any]] | None = None  # the smaller ones of a pyramid, as measured
    provenance: dict[str, Any] = {}
    asked: dict[str, Any] = {}  # of the command that wrote the image, to know it again

    @property
    def other_pictures(self) -> dict[str, str]:
        """The files beside the planes: of "mask" and "normals", those that there are."""
        named = {"mask": self.mask, "normals": self.normals}
        return {kind: name for kind, name in named.items() if name is not None}


class NeuralBlock(RakingBlock):
    layers: list[Whole] = Field(min_length=4, max_length=4)
    conditions: Whole = 2
    activation: str = "elu"


class LinearBlock(RakingBlock):
    order: Whole
    splines: list[list[FiniteFloat]] | None = None  # of "rbf": a row per light, and four more


class Info(Keys):
    """What every image has."""

    width: Whole = Field(gt=0, le=LONGEST_SIDE)
    height: Whole = Field(gt=0, le=LONGEST_SIDE)
    light_values: list[FiniteFloat] | None = Field(None, alias="lights")
    pixel_size_mm: FiniteFloat | None = Field(None, alias="pixelSizeInMM", gt=0)
    picture_format: Any = Field(None, alias="format")  # the ending that planes are said to have
    raking: RakingBlock | None

    @property
    def lights(self) -> np.ndarray | None:
        """The lights of the photographs, unit vectors [L, 3] float32; None where unknown."""
        if not self.light_values:
            return None
        return _singles(self.light_values).reshape(-1, 3)

    @property
    def latents(self) -> int:
        """K, the latent values per pixel, three to a plane."""
        raise NotImplementedError

    def plane_files(self) -> list[list[list[str]]]:
        """The ways that the planes may be numbered: for every plane the file names that it may
        have, the preferred one first. OpenLIME counts neural planes from 1, all others from 0."""
        if self.raking:
            return [[[name] for name in self.raking.planes]]
        count = self.latents // 3
        # The published trainer states "jpg", but has PNG beside it, which loses nothing.
        best = ["png"] if isinstance(self, NeuralInfo) else []
        endings = dict.fromkeys(
            [*best, *(e for e in ENDINGS if e == self.picture_format), *ENDINGS]
        )
        return [
            [[f"plane_{i + first}.{ending}" for ending in endings] for i in range(count)]
            for first in (0, 1)
        ]


class NeuralInfo(Info):
    """The keys of the published trainer."""

    type: Literal["neural"]
    colorspace: Literal["rgb", "bgr"] = "rgb"
    min: list[FiniteFloat]
    max: list[FiniteFloat]
    weights: list[list[FiniteFloat]] = Field(min_length=3, max_length=3)
    biases: list[list[FiniteFloat]] = Field(min_length=3, max_length=3)
    raking: NeuralBlock | None = None

    @property
    def latents(self) -> int:
        return len(self.min)


class Material(Keys):
    """How Relight stores coefficient k: `(level / 255 - bias[k]) * scale[k]`."""

    scale: list[FiniteFloat]
    bias: list[FiniteFloat]


class LinearInfo(Info):
    """The keys of Relight. Its "rbf" has a `basis` of 8 bits and a Gaussian; ours has splines."""

    type: str
    colorspace: str
    nplanes: Whole
    materials: list[Material] = Field(min_length=1, max_length=1)
    raking: LinearBlock | None = None

    @property
    def latents(self) -> int:
        return self.nplanes


def parse_info(text: str, file: Path) -> tuple[Info, Decoder]:
    """Reads the text of `info.json`: JSON up to 32 levels deep, of finite numbers, for an image
    of up to a million pixels a side. No sum of its decoder may come to more than 1e9, whatever the
    latents and the light.

    A neural decoder comes back in canonical form: latents in the channel order of the plane
    files, output as RGB, whatever the file's `colorspace`.

    Raises RakingError, naming `file`, where the text is no such description.
    """
    try:
        keys = read_json(text)
        info = _info_type(keys).model_validate(keys)
        return info, _checked_decoder(info)
    except _ForeignError as error:
        raise RakingError(
            f"{file} describes an rbf image of another program, which cannot be read; make one "
            "with raking train --model rbf"
        ) from error
    except RakingError as error:
        raise RakingError(f"{file}: {error}; write the image again") from error
    except ValidationError as error:
        raise RakingError(f"{file}: {_first_problem(error)}; write the image again") from error
    except RecursionError as error:
        raise RakingError(f"{file} is nested too deep; write the image again") from error
    except ValueError as error:
        raise RakingError(f"{file} is not valid JSON ({error}); write the image again") from error


class _ForeignError(Exception):
    """Relight's rbf image: its basis is of 8 bits, and its splines are Gaussians."""


def _info_type(keys: Any) -> type[NeuralInfo] | type[LinearInfo]:
    """Which description it is."""
    kind = keys.get("type") if isinstance(keys, dict) else None
    known = ["neural", *MODELS]
    if kind not in known:
        raise RakingError(
            f"the type {shortened(repr(kind))} is unknown, where {', '.join(known)} are known"
        )
    if kind == "rbf" and keys.get("raking") is None:
        raise _ForeignError
    return NeuralInfo if kind == "neural" else LinearInfo


def _checked_decoder(info: NeuralInfo | LinearInfo) -> Decoder:
    _check_lights(info)
    decoder: Decoder
    if isinstance(info, LinearInfo):
        decoder = _linear_decoder(info)
    else:
        decoder = _canonical(_decoder(info), info.colorspace)
    if not decoder.bound <= LARGEST:
        raise RakingError("its numbers are so large that colours exceed what can be reckoned")
    if info.raking:
        _check_pictures(info.raking, decoder)
    return decoder


def _linear_decoder(info: LinearInfo) -> LinearDecoder:
    scale, bias = (np.array(values) for values in (info.materials[0].scale, info.materials[0].bias))
    if not len(scale) == len(bias) == info.nplanes:
        raise RakingError(
            f"there are {len(scale)} scales and {len(bias)} biases, where nplanes is {info.nplanes}"
        )
    with np.errstate(over="ignore"):
        low, high = -bias * scale, (1 - bias) * scale
        low, high = low.astype(np.float32), high.astype(np.float32)
    own = (info.lights, _splines(info)) if MODELS[info.type].terms is None else (None, None)
    decoder = LinearDecoder(info.type, low, high, *own)
    if decoder.colorspace != info.colorspace:
        raise RakingError(
            f"the colorspace {info.colorspace!r} cannot be, where {decoder.latents} coefficients "
            f"are {decoder.colorspace}"
        )
    if info.raking and decoder.order != info.raking.order:
        raise RakingError(
            f"the order is said to be {info.raking.order}, but {decoder.latents} coefficients are "
            f"of order {decoder.order}"
        )
    return decoder


def _splines(info: LinearInfo) -> np.ndarray:
    """[L + 4, 1 + K, 3] float32; how many rows there are, the decoder checks."""
    rows, width = info.raking and info.raking.splines, 3 * (1 + info.nplanes)
    if not rows or any(len(row) != width for row in rows):
        raise RakingError(f"the splines are not rows of {width} values")
    return _singles(rows).reshape(len(rows), -1, 3)


def _decoder(info: NeuralInfo) -> NeuralDecoder:
    """Unpacks the padded lists; widths come from their lengths, since `samples` may be wrong."""
    conditions = info.raking.conditions if info.raking else 2
    inputs = len(info.min) + conditions
    rows = len(info.biases[0])
    padded = round_up(rows)
    first = _unpack(info.weights[0], rows, round_up(inputs), "weights of layer 1")
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
    return NeuralDecoder(
        layers=(
            Layer(first[:units, :inputs], biases[0][:units]),
            Layer(second[:units, :units], biases[1][:units]),
            Layer(third[:, :units], biases[2]),
        ),
        latent_min=_singles(info.min),
        latent_max=_singles(info.max),
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


def _canonical(decoder: NeuralDecoder, colorspace: str) -> NeuralDecoder:
    """With "bgr" the latents of a plane and the output are blue first: put both in RGB order."""
    if colorspace == "rgb":
        return decoder
    k = decoder.latents
    order = np.arange(k).reshape(-1, 3)[:, BGR].ravel()
    first, second, third = decoder.layers
    weight = np.concatenate([first.weight[:, :k][:, order], first.weight[:, k:]], axis=1)
    return NeuralDecoder(
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
    return _singles(values).reshape(rows, columns)


def _singles(values: Any) -> np.ndarray:
    """As float32; what exceeds it becomes infinite, which decoders refuse."""
    with np.errstate(over="ignore"):
        return np.array(values, np.float32)


def _check_lights(info: Info) -> None:
    if info.light_values and len(info.light_values) % 3:
        raise RakingError(f"the lights are {len(info.light_values)} values, not three each")
    if info.lights is not None and not np.isfinite(info.lights).all():
        raise RakingError("the lights hold values that are not finite numbers of float32")


def _check_pictures(block: RakingBlock, decoder: Decoder) -> None:
    for name in [*block.planes, *block.other_pictures.values()]:
        if not re.fullmatch(FILE_NAME, name):
            raise RakingError(f"the picture's name {name!r} is not a plain file name")
    if len(block.planes) != decoder.planes:
        raise RakingError(
            f"there are {len(block.planes)} planes listed for {decoder.latents} latents"
        )


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(map(str, problem["loc"])) or "the file"
    return f"{key}: {problem['msg']}"
