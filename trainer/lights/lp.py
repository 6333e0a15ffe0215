"""Light files as tables, `.lp` or `.csv`: a photograph's name and the direction of its light."""

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.lights.names import ENDING, Finder, last_part, listing
from trainer.lights.text import is_comment, read_text

# Measured lights may fall a little below the horizon; much below, the axes must be wrong.
LOWEST_Z = -0.2

NUMBER = re.compile(
    r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE | re.ASCII
)
COUNT = re.compile(r"[+-]?\d+[;,\s]*", re.ASCII)
MOST_COLUMNS = 32  # of a name, or before it
LONGEST_LINE = 10_000
LINES_TO_DECIDE_BY = 1000


@dataclass(frozen=True, eq=False)
class LightEntry:
    """The light of one photograph: x right, y up, z to the viewer."""

    name: str | None  # the photograph's file name without folders; None in a list of lights only
    direction: np.ndarray  # [3] float32, a unit vector, z >= 0
    folder: str | None = None  # the last folder of the photograph's path, where it has one
    view: np.ndarray | None = None  # [3] toward the camera, z > 0; None where nobody tells


def read_lp(path: Path, photographs: Iterable[Path] = ()) -> tuple[list[LightEntry], list[str]]:
    """The entries of a table of lights, and warnings for the user.

    The first line may be the count, the others are `name x y z`, or `x y z` alone. Blank lines,
    comments (from `#`, `%` or `//` on) and a heading `name x y z` are passed over; so are columns
    after z, with a warning. Names may hold blanks and folders, with either slash, and stand in
    quotes. Vectors may have any length; a light slightly below the horizon is put on it, with a
    warning. A wrong count is warned about.

    What separates the columns is decided once for a file, as what makes most of its lines lights:
    semicolons, tabs, blanks, or commas, in this order. So a comma is a decimal one wherever a
    file can be read like that; a file that needs both kinds of comma is refused.

    For encodings see `read_text`, which tells legacy ones by the names of `photographs`; these
    tell, too, where a name ends that has numbers in it.

    Raises RakingError where the file cannot be read or a line is no light direction.
    """
    photographs = list(photographs)
    text = read_text(path, "the light file", photographs)
    shown = shortened(path)
    numbered = enumerate(text.lines, start=1)
    lines = [(number, line) for number, line in numbered if line and not is_comment(line)]
    count = lines.pop(0)[1] if lines and COUNT.fullmatch(lines[0][1]) else None
    layout = _best_layout([line for _, line in lines], Finder(photographs, text.encoding))
    if lines and _is_heading(lines[0][1]) and layout.row(lines[0][1]) is None:
        lines.pop(0)
    if not lines:
        raise RakingError(f"{shown} lists no lights: write a line 'name x y z' for each photograph")
    entries: list[LightEntry] = []
    low: list[int] = []
    wide: list[int] = []
    for number, line in lines:
        row = layout.row(line)
        if row is None:
            raise RakingError(
                f"line {number} of {shown} is not 'name x y z': {shortened(line)!r}; correct it"
            )
        entries.append(light_entry(row.name, row.numbers, f"line {number} of {shown}"))
        low += [number] if row.numbers[2] < 0 else []
        wide += [number] if row.more else []
    warnings = text.warnings + _count_warnings(count, len(entries), shown)
    if low:
        warnings.append(
            f"the light in {_these(low)} of {shown} is below the horizon; it is put on it"
        )
    if wide:
        warnings.append(f"{_these(wide)} of {shown}: what follows 'name x y z' is ignored")
    return entries, warnings


def light_entry(name: str | None, numbers: Sequence[float], where: str) -> LightEntry:
    """An entry with a direction of unit length, on the horizon if it is slightly below.

    Raises RakingError, which says `where`, if the three numbers are no direction, or one from
    far below.
    """
    x, y, z = numbers
    largest = max(abs(x), abs(y), abs(z))
    if not all(map(math.isfinite, numbers)) or largest == 0:
        raise RakingError(
            f"{where} holds no direction ({x:g} {y:g} {z:g}): write three finite numbers, not all 0"
        )
    scaled = np.array(numbers) / largest  # whose length does not overflow
    direction = scaled / np.linalg.norm(scaled)
    if direction[2] < LOWEST_Z:
        raise RakingError(
            f"the light in {where} is far below the horizon (z = {direction[2]:.2f}): "
            "z must point from the object to the viewer"
        )
    if direction[2] < 0:
        direction[2] = 0
        direction /= np.linalg.norm(direction)
    folders = [part for part in re.split(r"[\\/]", name or "")[:-1] if part]
    last = last_part(name) if name else None
    return LightEntry(last, direction.astype(np.float32), folders[-1] if folders else None)


def _count_warnings(count: str | None, number: int, shown: str) -> list[str]:
    if count is None:
        return [f"{shown} does not begin with the number of lights; it lists {number}"]
    declared = count.rstrip("; ,\t").lstrip("+0") or "0"
    if declared == str(number):
        return []
    return [f"{shown} declares {shortened(declared, 20)} lights but lists {number}; all are read"]


def _these(lines: list[int]) -> str:
    return f"line{'s' if len(lines) > 1 else ''} {listing(map(str, lines))}"


def _is_heading(line: str) -> bool:
    """Whether a line names columns x, y and z, such as `file;lx;ly;lz`."""
    words = [word.strip("\"'")[-1:].lower() for word in re.split(r"[;,\s]+", line)]
    return any(words[i : i + 3] == ["x", "y", "z"] for i in range(len(words)))


@dataclass(frozen=True)
class _Row:
    """What a line may say."""

    name: str | None
    numbers: tuple[float, float, float]
    more: bool  # whether there are columns after z

    @property
    def off_length(self) -> float:
        """How far the vector is from a length of 1; at most 1."""
        off = abs(math.hypot(*self.numbers) - 1)
        return min(off, 1.0) if math.isfinite(off) else 1.0


@dataclass(frozen=True)
class _Layout:
    """One way to read the lines of a file."""

    columns: "_Columns"
    named: bool  # whether names stand before the numbers
    photographs: Finder

    def row(self, line: str) -> _Row | None:
        rows = [
            _Row(name or None, numbers, len(fields) > 3)
            for name, fields in (self.columns(line) if len(line) <= LONGEST_LINE else ())
            if bool(name) is self.named and (numbers := _numbers(fields)) is not None
            # Or else a name may stand behind the numbers, and be lost.
            if self.named or all(map(_is_number, fields))
        ]
        return max(rows, key=self._likelihood) if len(rows) > 1 else next(iter(rows), None)

    def knows(self, row: _Row) -> bool:
        return row.name is not None and self.photographs.find(last_part(row.name)) is not None

    def _likelihood(self, row: _Row) -> tuple[bool, bool, float]:
        return self.knows(row), bool(ENDING.search(row.name or "")), -row.off_length


# All ways to take the beginning of a line as the name, each with the columns after it.
_Columns = Callable[[str], Iterator[tuple[str, list[str]]]]


def _best_layout(lines: list[str], photographs: Finder) -> _Layout:
    """The layout in which most lines are lights, most names are known, lengths are close to 1."""

    def merit(layout: _Layout) -> tuple[int, int, float]:
        rows = [row for line in lines[:LINES_TO_DECIDE_BY] if (row := layout.row(line))]
        return len(rows), sum(map(layout.knows, rows)), -sum(row.off_length for row in rows)

    some = lines[:LINES_TO_DECIDE_BY]
    ways = (
        _separated_by(";"),
        _separated_by("\t"),
        _at_blanks,
        _without_decimal_commas(_separated_by(","), some),
        _without_decimal_commas(_at_blanks_and_commas, some),
    )
    layouts = [_Layout(way, named, photographs) for way in ways for named in (True, False)]
    return max(layouts, key=merit)


def _separated_by(separator: str) -> _Columns:
    def columns(line: str) -> Iterator[tuple[str, list[str]]]:
        fields: list[str] = []
        with suppress(csv.Error, StopIteration):
            fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
        fields = [field.strip() for field in fields]
        for start in range(min(len(fields), MOST_COLUMNS)):
            name = next((field for field in reversed(fields[:start]) if field), "")
            yield name.strip("'"), _without_end(fields[start:])

    return columns


def _at_blanks(line: str) -> Iterator[tuple[str, list[str]]]:
    return _fields_from(line, r"\S+")


def _at_blanks_and_commas(line: str) -> Iterator[tuple[str, list[str]]]:
    """`name 0.1, 0.2, 0.3`, or `name 0.1,0.2,0.3`."""
    return _fields_from(line, r"[^\s,]+")


def _fields_from(line: str, field: str) -> Iterator[tuple[str, list[str]]]:
    found = list(re.finditer(field, line))
    fields = [match.group() for match in found]
    for start, match in enumerate(found[:MOST_COLUMNS]):
        yield line[: match.start()].strip("\"' \t,"), _without_end(fields[start:])
        if start > 1 and not _is_number(fields[start - 1]):  # there is a column before the name
            yield fields[start - 1].strip("\"'"), _without_end(fields[start:])


def _without_decimal_commas(columns: _Columns, lines: list[str]) -> _Columns:
    """As `columns`, but nothing for lines that commas may split within numbers.

    Those have more numbers than three and no decimal point, unless they have as many columns as
    others with points.
    """

    def widest(line: str) -> list[str]:
        return next((fields for _, fields in columns(line)), [])

    def pointed(fields: list[str]) -> bool:
        return any("." in field for field in fields if _is_number(field))

    widths = {len(fields) for line in lines if pointed(fields := widest(line))}

    def safe(line: str) -> Iterator[tuple[str, list[str]]]:
        fields = widest(line)
        if sum(map(_is_number, fields)) > 3 and not pointed(fields) and len(fields) not in widths:
            return iter(())
        return columns(line)

    return safe


def _without_end(fields: list[str]) -> list[str]:
    """Columns without a comment and without empty ones in the end."""
    fields = list(takewhile(lambda field: not is_comment(field), fields))
    while fields and not fields[-1]:
        fields.pop()
    return fields


def _is_number(field: str) -> bool:
    return NUMBER.fullmatch(field.replace("\N{MINUS SIGN}", "-")) is not None


def _numbers(fields: list[str]) -> tuple[float, float, float] | None:
    """The first three columns as numbers, with decimal points or commas."""
    if len(fields) < 3 or not all(map(_is_number, fields[:3])):
        return None
    plain = (field.replace("\N{MINUS SIGN}", "-").replace(",", ".") for field in fields[:3])
    x, y, z = map(float, plain)
    return x, y, z
