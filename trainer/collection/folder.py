"""What a collection consists of: its photographs, the light of each, which to hold out."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.collection.cameras import paired_pictures, split_pairs, views_of
from trainer.collection.entry import Entry
from trainer.collection.files import AUXILIARY, pictures_in, subfolder, visible_files
from trainer.collection.place import choose_folder, find_light_file, photograph_folders
from trainer.lights.directions import held_out_by_rule
from trainer.lights.lightfile import LightFile, read_light_file
from trainer.lights.names import (
    Finder,
    best_finder,
    folded,
    last_part,
    listing,
    natural,
    preferred_twins,
    printable_path,
    without_raw_twins,
)
from trainer.lights.pairs import NAME as TABLE
from trainer.lights.text import is_comment, read_text
from trainer.photographs.pictures import read_header

__all__ = ["Entry", "lit_photographs", "split_entries", "subfolder", "visible_files"]


def lit_photographs(path: Path, warnings: list[str], lights: Path | None = None) -> list[Entry]:
    """The photographs of a collection with their lights, in the order of its light file.

    `lights` is the light file if it is not to be looked for. Photographs without a light are left
    out with a warning, unless they are most; entries without a photograph are skipped with one.
    Where no name agrees, or none is given, lights and photographs are paired in natural order if
    there are as many of both. Raises RakingError where it cannot be told what belongs together.
    Pictures that `directions.csv` lists, or whose names tell angles, need no light file.
    """
    told = lights is None or lights.name.lower() == TABLE
    if told and (paired := paired_pictures(path, warnings, lights)):
        return paired
    file = find_light_file(path, lights, warnings)
    folders = photograph_folders(path, file)
    read = read_light_file(file, [picture for folder in folders for picture in pictures_in(folder)])
    warnings += read.warnings
    folder = choose_folder(path, folders, read)
    names = [entry.name for entry in read.entries if entry.name]
    pictures = pictures_in(folder)
    finder = best_finder(without_raw_twins(pictures), names)
    skipped = {finder.find(last_part(name)) for name in read.skipped}
    if not any(finder.find(name) for name in names):
        return _paired_in_order(read, [p for p in pictures if p not in skipped], warnings)
    entries = _paired_by_name(read, finder, folder, warnings)
    unlit = [p for p in pictures if p not in entries and p.stem.lower() not in AUXILIARY]
    if left := [p for p in unlit if p in skipped]:
        warnings.append(f"left out, as {shortened(file.name, 40)} skips them: {_names(left)}")
    _leave_out([p for p in unlit if p not in skipped], list(entries), file, warnings)
    return list(entries.values())


def split_entries(
    entries: list[Entry], folders: Sequence[Path], test_lights: Path | None, warnings: list[str]
) -> list[Entry]:
    """The same entries, some of them marked as held out.

    Those named in the file `test_lights`; else in the first `test.txt` of the folders; else those
    that `held_out_by_rule` chooses or, of several cameras, `split_pairs`, which leaves some out.
    """
    lists = [folder / "test.txt" for folder in folders]
    listed = test_lights or next((path for path in lists if path.is_file()), None)
    if listed:
        held_out = _named_in(listed, [entry.path for entry in entries])
    elif views_of(entries) is not None:
        return split_pairs(entries, warnings)
    else:
        lights = np.array([entry.light for entry in entries])
        held_out = {entries[i].path for i in held_out_by_rule(lights)}
    return [replace(entry, held_out=entry.path in held_out) for entry in entries]


def _paired_by_name(
    lights: LightFile, finder: Finder, folder: Path, warnings: list[str]
) -> dict[Path, Entry]:
    entries: dict[Path, Entry] = {}
    names: dict[Path, str] = {}
    missing: list[str] = []
    for light in lights.entries:
        name = light.name or ""
        photograph = finder.find(name)
        if photograph is None:
            missing.append(shortened(name, 24))
        elif photograph in entries:
            once, twice = shortened(names[photograph], 40), shortened(name, 40)
            told = f"{once} twice" if once == twice else f"{once} and {twice}, one photograph"
            raise RakingError(f"{shortened(lights.path)} lists {told}: leave one line of the two")
        else:
            names[photograph] = name
            entries[photograph] = Entry(photograph, light.direction)
    if missing:
        warnings.append(
            f"{shortened(lights.path.name, 40)} lists {listing(missing)}, not found in "
            f"{shortened(folder)}; skipped"
        )
    return entries


def _paired_in_order(lights: LightFile, pictures: list[Path], warnings: list[str]) -> list[Entry]:
    """Lights and photographs in natural order; helper pictures are left out if that makes them
    as many."""
    entries, file = lights.entries, shortened(lights.path)
    pictures = [p for p in pictures if p.stem.lower() not in AUXILIARY]
    photographs = _of_one_size(pictures)
    if len(photographs) != len(entries):
        photographs = preferred_twins(photographs)
    left = [p for p in pictures if p not in photographs]
    named = any(entry.name for entry in entries)
    if len(photographs) != len(entries):
        what = "names no photograph that is there" if named else "names no photographs"
        raise RakingError(
            f"{file} {what} and lists {len(entries)} lights for {len(photographs)} images"
            f"{f' (without {_names(left[:1])} and the like)' if left else ''}: write 'name x y z' "
            "in each line"
        )
    if left:
        warnings.append(f"left out, being twins or of another size: {_names(left)}")
    if named:
        entries = sorted(entries, key=lambda entry: natural(entry.name or ""))
        first, last = (shortened(entry.name, 24) for entry in (entries[0], entries[-1]))
        warnings.append(
            f"no name in {file} is that of a photograph; they are paired in natural order, "
            f"{first} with {_names(photographs[:1])} to "
            f"{last} with {_names(photographs[-1:])}"
        )
    return [
        Entry(photograph, light.direction)
        for photograph, light in zip(photographs, entries, strict=True)
    ]


def _leave_out(unlit: list[Path], lit: list[Path], file: Path, warnings: list[str]) -> None:
    """Warns of pictures that have no light, by what they seem to be."""
    stems = {folded(path.stem) for path in lit}
    twins = [path for path in unlit if folded(path.stem) in stems]
    others = [path for path in unlit if path not in twins]
    size = Counter(map(_size, lit[:5])).most_common(1)[0][0] if others else None
    small = [path for path in others if size and _size(path) not in (None, size)]
    rest = [path for path in others if path not in small]
    name = shortened(file.name, 40)
    if len(rest) > len(lit):
        raise RakingError(
            f"{name} has lights for {len(lit)} of {len(lit) + len(rest)} photographs, and none "
            f"for {_names(rest)}: add lines for them, or move them elsewhere"
        )
    for which, why in (
        (twins, "being there in another format, too"),
        (small, "being of another size than the photographs"),
        (rest, f"having no light in {name}"),
    ):
        if which:
            warnings.append(f"left out, {why}: {_names(which)}")


def _names(paths: list[Path]) -> str:
    return listing(shortened(printable_path(Path(path.name)), 24) for path in paths)


def _of_one_size(photographs: list[Path]) -> list[Path]:
    """Those of the size that most have, or of which none can be told."""
    sizes = {path: _size(path) for path in photographs}
    usual = Counter(size for size in sizes.values() if size).most_common(1)
    return [p for p in photographs if sizes[p] is None or sizes[p] == usual[0][0]]


def _size(path: Path) -> tuple[int, int] | None:
    """The size of a picture by its header."""
    with suppress(RakingError):
        return read_header(path).size
    return None


def _named_in(listed: Path, photographs: list[Path]) -> set[Path]:
    text = read_text(listed, "the list of held-out images", photographs)
    names = [line.strip("\"' ") for line in text.lines if line and not is_comment(line)]
    finder = best_finder(photographs, [last_part(name) for name in names])
    found = {name: finder.find(last_part(name)) for name in names}
    for name, photograph in found.items():
        if photograph is None:
            raise RakingError(
                f"{shortened(listed)} holds out {shortened(name)!r}, which is no photograph of "
                "the collection: correct it"
            )
    if not found:
        raise RakingError(
            f"{shortened(listed)} names no image to hold out: write one name per line"
        )
    return {photograph for photograph in found.values() if photograph}
