"""What the folder of a collection holds: its photographs, the light of each, which to hold out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shaders.errors import RakingError
from trainer.lights import held_out_by_rule
from trainer.lp import LightEntry, read_lp
from trainer.pictures import SUFFIXES

# Pictures that go with a collection but are no photographs of it.
AUXILIARY = {"mask", "normal", "normals", "albedo", "height", "depth", "preview", "thumbnail"}


@dataclass(frozen=True, eq=False)
class Entry:
    """A photograph on disk and its light."""

    path: Path
    light: np.ndarray  # [3]
    held_out: bool = False


def subfolder(path: Path, name: str) -> Path | None:
    return next((p for p in sorted(path.iterdir()) if p.is_dir() and p.name.lower() == name), None)


def lit_photographs(folder: Path, warnings: list[str]) -> list[Entry]:
    """The photographs of one folder with their lights, in the order of its `.lp` file."""
    lp = _only_lp(folder)
    lights, lp_warnings = read_lp(lp)
    warnings += lp_warnings
    photographs = _photographs_in(folder)
    if all(light.name is None for light in lights):
        return _pair_in_order(lights, photographs, lp)
    entries: dict[Path, Entry] = {}
    for light in lights:
        if light.name is None:
            raise RakingError(f"{lp} names some photographs and not others: name them all")
        photograph = _find(light.name, photographs)
        if photograph is None:
            warnings.append(f"{lp} lists {light.name}, which is not in {folder}; it is skipped")
        elif photograph in entries:
            raise RakingError(f"{lp} lists {light.name} twice: leave one line of the two")
        else:
            entries[photograph] = Entry(photograph, light.direction)
    unlit = [photograph for photograph in photographs if photograph not in entries]
    if unlit:
        raise RakingError(
            f"{unlit[0]} has no light in {lp.name}: add a line for it, or move it elsewhere"
        )
    return list(entries.values())


def split_entries(entries: list[Entry], folder: Path, test_lights: Path | None) -> list[Entry]:
    """The same entries, some of them marked as held out."""
    listed = test_lights or folder / "test.txt"
    if test_lights or listed.is_file():
        held_out = _named_in(listed, [entry.path for entry in entries])
    else:
        lights = np.array([entry.light for entry in entries])
        held_out = {entries[i].path for i in held_out_by_rule(lights)}
    return [Entry(entry.path, entry.light, entry.path in held_out) for entry in entries]


def visible_files(folder: Path) -> Iterator[Path]:
    """The visible files of a folder in natural order: image2 before image10."""

    def natural(path: Path) -> list[tuple[int, str]]:
        parts = re.findall(r"\d+|\D+", path.name.lower())
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    files = (p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return iter(sorted(files, key=natural))


def _only_lp(folder: Path) -> Path:
    found = [p for p in visible_files(folder) if p.suffix.lower() == ".lp"]
    if not found:
        raise RakingError(f"{folder} holds no .lp file: add one with a line 'name x y z' per image")
    if len(found) > 1:
        raise RakingError(
            f"{folder} holds several .lp files ({', '.join(p.name for p in found)}): leave one"
        )
    return found[0]


def _photographs_in(folder: Path) -> list[Path]:
    return [
        path
        for path in visible_files(folder)
        if path.suffix.lower() in SUFFIXES and path.stem.lower() not in AUXILIARY
    ]


def _pair_in_order(lights: list[LightEntry], photographs: list[Path], lp: Path) -> list[Entry]:
    if len(lights) != len(photographs):
        raise RakingError(
            f"{lp} names no photographs and lists {len(lights)} lights for {len(photographs)} "
            "images: write 'name x y z' in each line"
        )
    return [
        Entry(photograph, light.direction)
        for photograph, light in zip(photographs, lights, strict=True)
    ]


def _find(name: str, photographs: list[Path]) -> Path | None:
    """The photograph of this name; else but for letter case; else with another extension."""
    same = [p for p in photographs if p.name == name]
    similar = [p for p in photographs if p.name.lower() == name.lower()]
    stem = Path(name).stem if Path(name).suffix.lower() in (*SUFFIXES, ".bmp", ".dng") else name
    stems = [p for p in photographs if p.stem.lower() == stem.lower()]
    return next((found[0] for found in (same, similar, stems) if len(found) == 1), None)


def _named_in(listed: Path, photographs: list[Path]) -> set[Path]:
    try:
        lines = listed.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RakingError(f"cannot read the list of held-out images {listed}: {error}") from error
    found = set()
    for name in (line.strip() for line in lines if line.strip()):
        photograph = _find(name, photographs)
        if photograph is None:
            raise RakingError(
                f"{listed} holds out {name!r}, which is no photograph of the collection: correct it"
            )
        found.add(photograph)
    if not found:
        raise RakingError(f"{listed} names no image to hold out: write one name per line")
    return found
