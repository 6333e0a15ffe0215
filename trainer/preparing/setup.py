"""What a calibration tells of a set-up: where the lamps stood, and where spheres lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.calibration.record import RECORD, stored_record

FARTHEST = 1e7  # pixels from the picture's middle


@dataclass(frozen=True, eq=False)
class SetUp:
    """Of photographs, in the order that is asked for."""

    spheres: list[tuple[float, float, float]]  # column, row and radius
    # [L, 3] pixels of the table from the picture's middle, x right, y up; None: not known.
    lamps: np.ndarray | None
    pixel_mm: float | None = None  # what a pixel of the table is


def read_setup(
    lights: Path | None, names: Sequence[str], size: tuple[int, int], pixel_mm: float | None
) -> SetUp:
    """What the `calibration.json` beside a light file says of the photographs of these names, which
    are of `size` (H, W). Nothing where there is none.

    `pixel_mm` goes before what the calibration was told. Raises RakingError where the calibration
    is of photographs of another size.
    """
    record = {} if lights is None else stored_record(lights.parent)
    if not record or lights is None:
        return SetUp([], None, pixel_mm)
    if record.get("size") != [size[1], size[0]]:
        raise RakingError(
            f"{shortened(lights.parent / RECORD)} is of photographs of another size: calibrate "
            "these, or name their light file"
        )
    spheres = [
        (row["x"], row["y"], row["radius"] * (1 + row.get("elongation", 0.0)))
        for row in _rows(record, "spheres")
        if all(_is_number(row.get(key)) for key in ("x", "y", "radius"))
    ]
    pixel_mm = pixel_mm or _told_pixel(record)
    return SetUp(spheres, _lamps(record, names, pixel_mm), pixel_mm)


def _told_pixel(record: dict[str, Any]) -> float | None:
    """Millimetres, as the calibration was told."""
    asked = record.get("asked")
    told = asked.get("pixel_mm") if isinstance(asked, dict) else None
    return float(told) if told is not None and _is_number(told) and told > 0 else None


def _lamps(
    record: dict[str, Any], names: Sequence[str], pixel_mm: float | None
) -> np.ndarray | None:
    """[L, 3] pixels of the table; None unless all are known."""
    told = {row.get("name"): row.get("position") for row in _rows(record, "photographs")}
    lamps = [told.get(name) for name in names]
    if not all(isinstance(lamp, list) and len(lamp) == 3 for lamp in lamps):
        return None
    if not all(_is_number(value) for lamp in lamps for value in lamp or ()):
        return None
    scale = 1.0
    if record.get("unit") == "mm":
        if pixel_mm is None:
            return None
        scale = pixel_mm
    found = np.array(lamps, float) / scale
    return found if np.abs(found).max() < FARTHEST and (found[:, 2] > 0).all() else None


def _rows(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = record.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
