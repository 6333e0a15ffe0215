"""Pictures of a surface from several cameras under several lights (BTF): each has a pair of them.

The pairs stand in `directions.csv`, or in the pictures' names. Pictures are rectified: a pixel is
one place of the surface in all of them. docs/btf.md has the units and axes.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.collection.entry import Entry
from trainer.collection.files import AUXILIARY, exists, light_files, pictures_in, visible_folders
from trainer.lights.angles import is_view_folder, read_angles
from trainer.lights.directions import held_out_by_rule, leak, light_warnings
from trainer.lights.lp import LightEntry
from trainer.lights.names import folded, last_part, listing
from trainer.lights.pairs import NAME, read_pairs
from trainer.photographs.archive import is_archive, members
from trainer.photographs.pictures import RAW_SUFFIXES, SUFFIXES

SAME = 1e-4  # directions so near to each other are one
UP = np.array([0, 0, 1], np.float32)


def paired_pictures(path: Path, warnings: list[str], table: Path | None = None) -> list[Entry]:
    """The pictures in a folder or a zip archive with their pairs of light and camera, in natural
    order; none where neither `directions.csv` (or `table`) nor their names tell any.

    A `.lp` file or a project goes before what names tell. Pairs may be missing, pictures without
    one are left out with a warning. A picture that tells its light alone was seen from above.

    Raises RakingError where most pictures have no pair, and as `read_pairs` and `read_angles` do.
    """
    if not is_archive(path) and table is None:
        table = path / NAME if exists(path / NAME) else None
        if table is None and light_files(path):
            return []
    elif table is not None and exists(path / table):
        table = path / table
    pictures = _pictures_below(path)
    if table is not None:
        entries = _listed(table, path, pictures, warnings)
    else:
        entries = [(p, entry) for p in pictures if (entry := read_angles(p))]
        if not entries and not is_archive(path):
            return []
    _check_unpaired(path, pictures, [picture for picture, _ in entries], warnings)
    return [
        Entry(picture, found.direction, view=UP if found.view is None else found.view)
        for picture, found in entries
    ]


def views_of(entries: Sequence[Entry]) -> np.ndarray | None:
    """[A, 3] float32 toward the cameras; None where one camera stood still."""
    views = np.array([UP if entry.view is None else entry.view for entry in entries], np.float32)
    return views if len(distinct(views)[0]) > 1 else None


def split_pairs(entries: list[Entry], warnings: list[str]) -> list[Entry]:
    """The pairs of several cameras to train on, and those held out: marked.

    Cameras and lights are held out by the rule of `held_out_by_rule`, and scored are the pairs of
    a camera and a light that both are new. The other pairs of either are left out of training,
    too. Where the cameras are too few to hold out any, the lights are held out under all of them.
    """
    lights, light_of = distinct(np.array([entry.light for entry in entries]))
    views, view_of = distinct(np.array([entry.view for entry in entries]))
    new_light = np.isin(light_of, held_out_by_rule(lights))
    new_view = np.isin(view_of, held_out_by_rule(views))
    held_out = new_light & new_view if new_view.any() else new_light
    kept = held_out | ~(new_light | new_view)
    if not kept.all():
        warnings.append(
            f"held out are {np.count_nonzero(held_out)} pictures of new cameras under new lights; "
            f"{np.count_nonzero(~kept)} of which either is new are not used"
        )
    return [
        replace(entry, held_out=bool(out))
        for entry, out, stays in zip(entries, held_out, kept, strict=True)
        if stays
    ]


def pair_warnings(
    names: Sequence[str], lights: np.ndarray, views: np.ndarray, held_out: np.ndarray
) -> list[str]:
    """What is odd about the pairs of lights and views, both [A, 3]: some repeat, or the lights
    leave most of the sky out."""
    _, light_of = distinct(lights)
    _, view_of = distinct(views)
    order = np.lexsort((view_of, light_of))
    same = [(a, b) for a, b in pairwise(order) if light_of[a] == light_of[b]]
    same = [(a, b) for a, b in same if view_of[a] == view_of[b]]
    warnings = []
    if same:
        pairs = listing(f"{names[a]} = {names[b]}" for a, b in same)
        leaking = leak([np.array(pair) for pair in same], held_out)
        warnings.append(f"pairs of light and camera repeat: {pairs}{leaking}")
    trained, _ = distinct(lights[~held_out])
    return warnings + light_warnings([], trained, np.zeros(len(trained), bool))


def distinct(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[A, 3] -> the different ones [D, 3] in ascending order, and which of them each is, [A]."""
    rounded = np.rint(directions / SAME).astype(np.int64)
    _, first, which = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    return directions[first], which.reshape(-1)


def _pictures_below(path: Path) -> list[Path]:
    """The pictures in a folder and in the folders of its views; all those in an archive."""
    if is_archive(path):
        suffixes = set(SUFFIXES) - set(RAW_SUFFIXES)
        found = [p for p in members(path) if p.suffix.lower() in suffixes]
        return sorted((p for p in found if p.stem.lower() != "mask"), key=lambda p: p.as_posix())
    pictures = pictures_in(path)
    folders = visible_folders(path)
    views = [folder for folder in folders if is_view_folder(folder)]
    if not pictures and not views and len(folders) == 1:  # as archives are unpacked
        return _pictures_below(folders[0])
    if exists(path / NAME):
        views = folders
    return pictures + [picture for folder in views for picture in pictures_in(folder)]


def _listed(
    table: Path, path: Path, pictures: list[Path], warnings: list[str]
) -> list[tuple[Path, LightEntry]]:
    """The pictures that a table lists, by their paths below its folder or else by their names."""
    read, told = read_pairs(table)
    warnings += told
    places = {folded(p.relative_to(path).as_posix()): p for p in pictures}
    names: dict[str, list[Path]] = {}
    for picture in pictures:
        names.setdefault(folded(picture.name), []).append(picture)
    found: dict[Path, LightEntry] = {}
    missing: list[str] = []
    for entry in read:
        name = str(entry.name)
        same = names.get(folded(last_part(name)), [])
        listed = places.get(folded(name)) or (same[0] if len(same) == 1 else None)
        if listed is None:
            missing.append(shortened(name, 40))
        elif listed in found:
            raise RakingError(f"{shortened(table)} lists {shortened(name, 40)} twice: leave one")
        else:
            found[listed] = entry
    if not found:
        raise RakingError(f"{shortened(table)} names no picture that is in {shortened(path)}")
    if missing:
        warnings.append(
            f"{shortened(table.name, 40)} lists {listing(missing)}, not found in "
            f"{shortened(path)}; skipped"
        )
    return list(found.items())


def _check_unpaired(
    path: Path, pictures: list[Path], paired: list[Path], warnings: list[str]
) -> None:
    have = set(paired)
    without = [p for p in pictures if p not in have and p.stem.lower() not in AUXILIARY]
    if len(without) > len(paired):
        raise RakingError(
            f"{len(without)} of {len(pictures)} pictures in {shortened(path)} tell no pair of "
            f"light and camera, {shortened(without[0].name, 40)} for one: list them in {NAME}, or "
            "name them as docs/btf.md says"
        )
    if without:
        names = listing(shortened(p.name, 40) for p in without)
        warnings.append(f"left out, having no pair of light and camera: {names}")
