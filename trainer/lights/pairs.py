"""`directions.csv`: a picture's name, and the directions of its light and of its camera."""

import csv
from pathlib import Path

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.lights.lp import LightEntry, light_entry
from trainer.lights.text import is_comment, read_text

NAME = "directions.csv"
COLUMNS = ("name", "light_x", "light_y", "light_z", "view_x", "view_y", "view_z")
LOWEST_VIEW = 0.02  # of z: a camera lower than a degree sees nothing of the surface
LARGEST = 1 << 25  # bytes: the pairs of 100,000 pictures are fewer


def read_pairs(path: Path) -> tuple[list[LightEntry], list[str]]:
    """The pictures of `directions.csv`, and warnings for the user.

    The first line names the columns, `name,light_x,light_y,light_z,view_x,view_y,view_z` in any
    order; others are passed over. Names are paths from the file's folder. Vectors may have any
    length. Commas, semicolons or tabs separate.

    Raises RakingError where the file cannot be read, lacks a column, lists nothing, or where a
    line is no pair of directions: a light far below the horizon, a camera below the surface.
    """
    text = read_text(path, "the table of directions", largest=LARGEST)
    lines = [(i, line) for i, line in enumerate(text.lines, 1) if line and not is_comment(line)]
    shown = shortened(path)
    separator = max(",;\t", key=lines[0][1].count) if lines else ","
    rows = list(csv.reader((line for _, line in lines), delimiter=separator, strict=False))
    heading = [field.strip().lower() for field in rows[0]] if rows else []
    if lacking := [column for column in COLUMNS if column not in heading]:
        raise RakingError(
            f"{shown} lacks the column {lacking[0]}: begin with a line {','.join(COLUMNS)}"
        )
    if len(rows) == 1:
        raise RakingError(f"{shown} lists no pictures: write a line for each")
    places = [heading.index(column) for column in COLUMNS]
    entries = []
    for (number, _), row in zip(lines[1:], rows[1:], strict=False):
        where = f"line {number} of {shown}"
        try:
            name = row[places[0]].strip()
            x, y, z, *view = (float(row[place]) for place in places[1:])
        except (IndexError, ValueError):
            raise RakingError(f"{where} is no name and six numbers: correct it") from None
        light = light_entry(name, (x, y, z), where)
        toward = light_entry(name, _above(view, where), where).direction
        entries.append(LightEntry(name.replace("\\", "/"), light.direction, None, toward))
    return entries, text.warnings


def _above(view: list[float], where: str) -> list[float]:
    """The direction of a camera, if that stands above the surface."""
    length = float(np.linalg.norm(view))
    if np.isfinite(length) and length > 0 and view[2] / length < LOWEST_VIEW:
        raise RakingError(
            f"the camera in {where} stands below the surface, or on it (z = "
            f"{view[2] / length:.2f}): view_z must point from the surface to the camera"
        )
    return view
