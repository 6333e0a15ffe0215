"""Reads `info.json`: the decoder of a relightable image as text, as FORMAT.md has it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from renderer.image.checks import read_json
from renderer.image.keys import HyperInfo, Info, LinearInfo, NeuralInfo, RakingBlock, singles
from renderer.image.limits import FILE_NAME, LARGEST, WITH_RELIEF
from renderer.image.unpack import ImageInfo, unpacked
from shaders.decoder import LIGHT, Decoder, check
from shaders.errors import RakingError, shortened
from shaders.evidence import OWN, ErrorField
from shaders.heights import relief_problems
from shaders.linear import MODELS

NETWORKS: dict[Any, type[ImageInfo]] = {"neural": NeuralInfo, "hyper": HyperInfo}


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


def _info_type(keys: Any) -> type[ImageInfo]:
    """Which description it is."""
    kind = keys.get("type") if isinstance(keys, dict) else None
    known = [*NETWORKS, *MODELS]
    if kind not in known:
        raise RakingError(
            f"the type {shortened(repr(kind))} is unknown, where {', '.join(known)} are known"
        )
    if kind == "rbf" and keys.get("raking") is None:
        raise _ForeignError
    return NETWORKS.get(kind, LinearInfo)


def _checked_decoder(info: ImageInfo) -> Decoder:
    _check_directions("lights", info.light_values)
    if info.raking:
        _check_directions("views", info.raking.view_values)
    decoder = unpacked(info)
    if not decoder.bound <= LARGEST:
        raise RakingError("its numbers are so large that colours exceed what can be reckoned")
    if info.raking:
        _check_pictures(info.raking, decoder)
        error_field(info, decoder)
        _check_relief(info.raking, decoder)
    return decoder


def _check_directions(what: str, values: list[float] | None) -> None:
    if values and len(values) % 3:
        raise RakingError(f"the {what} are {len(values)} values, not three each")
    if values and not np.isfinite(singles(values)).all():
        raise RakingError(f"the {what} hold values that are not finite numbers of float32")


def _check_pictures(block: RakingBlock, decoder: Decoder) -> None:
    for name in [*block.planes, *block.other_pictures.values()]:
        if not re.fullmatch(FILE_NAME, name):
            raise RakingError(f"the picture's name {name!r} is not a plain file name")
    if len(block.planes) != decoder.planes:
        raise RakingError(
            f"there are {len(block.planes)} planes listed for {decoder.latents} latents"
        )


def _check_relief(block: RakingBlock, decoder: Decoder) -> None:
    keys = block.relief
    if not keys:
        return
    if block.version < WITH_RELIEF:
        raise RakingError(f"the raking version is below {WITH_RELIEF}, where there is a relief")
    if decoder.conditions == LIGHT:
        raise RakingError("there is a relief, but one camera")
    if any(name.endswith(".dzi") for name in [*block.planes, *block.other_pictures.values()]):
        raise RakingError("there is a relief, which pyramids cannot have")
    check(relief_problems(keys.low, keys.high))


def error_field(info: Info, decoder: Decoder) -> ErrorField | None:
    """What the evidence of an image is read with, or None. RakingError where it does not fit."""
    keys = info.raking and info.raking.evidence
    if not keys:
        return None
    width = 1 + decoder.latents + OWN
    if any(len(row) != width for row in keys.rows):
        raise RakingError(f"the rows of its evidence are not of {width} values")
    lights = np.zeros((0, 3), np.float32) if info.lights is None else info.lights
    rows = singles(keys.rows).reshape(-1, width)
    return ErrorField(rows, lights, np.radians(keys.spacing), keys.left_out)


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(map(str, problem["loc"])) or "the file"
    return f"{key}: {problem['msg']}"
