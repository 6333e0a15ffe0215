"""`.lp` files: the light direction of each photograph, x right, y up, z to the viewer."""

import math
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import numpy as np

from shaders.errors import RakingError

# Measured lights may fall a little below the horizon; much below, the axes must be wrong.
LOWEST_Z = -0.2


@dataclass(frozen=True, eq=False)
class LightEntry:
    """One line of a `.lp` file."""

    name: str | None  # the photograph's file name without folders; None in a list of lights only
    direction: np.ndarray  # [3] float32, a unit vector, z >= 0


def read_lp(path: Path) -> tuple[list[LightEntry], list[str]]:
    """The entries of a `.lp` file and the warnings for the user.

    The first line is the count, the others `name x y z`, or `x y z` alone. Read as they should
    be: trailing blanks, tabs, CRLF, a byte-order mark, names with spaces and with folders of
    either slash, a missing or wrong count (warned about), vectors that are not of unit length.
    A light slightly below the horizon is put on it, with a warning.

    Raises RakingError where the file cannot be read or a line is no light direction.
    """
    entries: list[LightEntry] = []
    warnings: list[str] = []
    count: int | None = None
    for number, line in enumerate(_lines(path), start=1):
        if not line:
            continue
        if count is None and not entries and _is_count(line):
            count = int(line)
            continue
        entry = _entry(line, f"line {number} of {path}", warnings)
        entries.append(entry)
    if not entries:
        raise RakingError(f"{path} lists no lights: write a line 'name x y z' for each photograph")
    if count is None:
        warnings.append(f"{path} does not begin with the number of lights; it lists {len(entries)}")
    elif count != len(entries):
        warnings.append(f"{path} declares {count} lights but lists {len(entries)}; all are read")
    return entries, warnings


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RakingError(f"cannot read {path}: {error.strerror}") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return [line.strip() for line in text.splitlines()]


def _is_count(line: str) -> bool:
    return line.isascii() and line.isdigit()


def _entry(line: str, where: str, warnings: list[str]) -> LightEntry:
    parts = line.rsplit(None, 3)
    name, *numbers = parts if len(parts) == 4 else ["", *parts]
    try:
        x, y, z = (float(number) for number in numbers)
    except ValueError:
        raise RakingError(f"{where} is not 'name x y z': {line[:80]!r}; correct it") from None
    length = math.hypot(x, y, z)
    if not math.isfinite(length) or length == 0:
        raise RakingError(f"{where} holds no direction ({x} {y} {z}): write three finite numbers")
    direction = np.array([x, y, z]) / length
    if direction[2] < LOWEST_Z:
        raise RakingError(
            f"the light in {where} is far below the horizon (z = {direction[2]:.2f}): "
            "z must point from the object to the viewer"
        )
    if direction[2] < 0:
        warnings.append(f"the light in {where} is below the horizon; it is put on it")
        direction[2] = 0
        direction /= np.linalg.norm(direction)
    return LightEntry(_file_name(name), direction.astype(np.float32))


def _file_name(name: str) -> str | None:
    """The last part of a path with either slash."""
    return PureWindowsPath(name.strip().strip('"')).name or None
