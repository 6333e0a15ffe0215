"""Multi-light image collections (MLIC): photographs of one object under many lights.

A collection is a folder of photographs with a light file, and optionally `mask.png` (white is the
object) and `test.txt` (the names of the held-out images); or a folder with such folders `Dome`
(to train on) and `Test`, as SynthRTI has them. docs/collections.md says what else is understood.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.collection.cameras import SAME, pair_warnings, views_of
from trainer.collection.entry import Entry
from trainer.collection.files import is_folder, subfolder
from trainer.collection.folder import lit_photographs, split_entries
from trainer.collection.place import collection_folder
from trainer.collection.prepared import what_was_prepared
from trainer.collection.reading import (
    Reading,
    Shown,
    check_varied,
    picture_warnings,
    read_photographs,
)
from trainer.lights.directions import (
    FEWEST_LIGHTS,
    held_out_by_rule,
    light_warnings,
    validation_lights,
)
from trainer.lights.names import printable_path, unique
from trainer.lights.pairs import NAME as TABLE
from trainer.photographs.archive import is_archive
from trainer.photographs.pictures import read_picture
from trainer.photographs.raw import WhiteBalance

__all__ = [
    "Mlic",
    "Photographs",
    "check_one_camera",
    "held_out_by_rule",
    "read_mlic",
    "validation_lights",
]


@dataclass(frozen=True, eq=False)
class Photographs:
    """Photographs of one size, and the light of each: some of those that a collection stores.

    Only pixels of the object are stored, row by row, and a pixel's values lie together.
    """

    names: list[str]
    lights: np.ndarray  # [L, 3] float32 unit vectors: x right, y up, z from the surface
    stored: np.ndarray  # [P, A, 3] uint8 or uint16, display-referred RGB, of the whole collection
    columns: np.ndarray  # [L], which of the A photographs these are
    size: tuple[int, int]  # (H, W)
    mask: np.ndarray | None  # [H, W] bool, true at the P pixels; None where they are all
    white: int  # the integer that stands for 1.0: 255, 65535, or less where 16 bits are not full
    views: np.ndarray | None = None  # [L, 3], toward the camera; None where it stood still

    @property
    def conditions(self) -> np.ndarray:
        """What a decoder is told of each: x and y of the light, [L, 2], or of the view and then of
        the light, [L, 4], where the camera moved."""
        if self.views is None:
            return np.ascontiguousarray(self.lights[:, :2])
        return np.concatenate([self.views[:, :2], self.lights[:, :2]], axis=1)

    @property
    def from_above(self) -> "Photographs":
        """Those of the camera that looks most straight down; all where there is one camera."""
        if self.views is None:
            return self
        highest = self.views[self.views[:, 2].argmax()]
        kept = np.flatnonzero(np.linalg.norm(self.views - highest, axis=1) < SAME)
        return replace(
            self,
            names=[self.names[i] for i in kept],
            lights=self.lights[kept],
            columns=self.columns[kept],
            views=None,
        )

    @property
    def values(self) -> np.ndarray:
        """[P, L, 3] stored integers; a view where these photographs lie together."""
        first = int(self.columns[0]) if len(self.columns) else 0
        if np.array_equal(self.columns, first + np.arange(len(self.columns))):
            return self.stored[:, first : first + len(self.columns)]
        return self.stored[:, self.columns]

    @property
    def pixels(self) -> np.ndarray:
        """[H, W, L, 3], the stored integers as pictures, black off the object; a copy if masked."""
        values = self.values
        if self.mask is None:
            return values.reshape(*self.size, *values.shape[1:])
        whole = np.zeros((*self.size, *values.shape[1:]), values.dtype)
        whole[self.mask] = values
        return whole

    @property
    def images(self) -> np.ndarray:
        """[L, H, W, 3], as `pixels`."""
        return self.pixels.transpose(2, 0, 1, 3)

    def image(self, index: int) -> np.ndarray:
        """One photograph, [H, W, 3] float32, 0..1, black off the object."""
        values = self.stored[:, self.columns[index]].astype(np.float32) / np.float32(self.white)
        if self.mask is None:
            return values.reshape(*self.size, 3)
        whole = np.zeros((*self.size, 3), np.float32)
        whole[self.mask] = values
        return whole


@dataclass(frozen=True, eq=False)
class Mlic:
    """A collection, split into the photographs to train on and those held out."""

    path: Path
    train: Photographs
    test: Photographs
    test_set: str | None  # the name of the Test folder, where that is the split
    mask: np.ndarray | None  # [H, W] bool, true = object
    sha256: str  # of names, lights and photographs, however they are split
    reading: dict[str, Any]  # the depth and colours of the photographs, and what was done
    warnings: list[str]
    files: list[Path]  # of the photographs, in the order of `names`
    white_balance: WhiteBalance | None = None  # of camera raw, which all are developed with

    @property
    def height(self) -> int:
        return self.train.size[0]

    @property
    def width(self) -> int:
        return self.train.size[1]

    @property
    def names(self) -> list[str]:
        """[L], those to train on first; where Dome and Test share file names, with the folder."""
        return unique(self.files)

    @property
    def lights(self) -> np.ndarray:
        """[L, 3] float32 unit vectors, in the order of `names`."""
        return np.concatenate([self.train.lights, self.test.lights])

    @property
    def views(self) -> np.ndarray | None:
        """[L, 3] float32 unit vectors toward the camera; None where it stood still."""
        if self.train.views is None or self.test.views is None:
            return None
        return np.concatenate([self.train.views, self.test.views])

    def photograph(self, name: str) -> np.ndarray:
        """[H, W, 3] uint8 or uint16, one of `names` whole, as it is read from disk again.

        Raises RakingError where there is none of this name, or the file has become unreadable.
        """
        return read_picture(self.files[self._index(name)], self.white_balance).values

    def select(self, names: Sequence[str]) -> Photographs:
        """The photographs of these names, whichever side of the split they are on; no copy."""
        chosen = np.array([self._index(name) for name in names], int)
        columns = np.concatenate([self.train.columns, self.test.columns])[chosen]
        views = None if self.views is None else self.views[chosen]
        return replace(
            self.train,
            names=list(names),
            lights=self.lights[chosen],
            columns=columns,
            views=views,
        )

    def _index(self, name: str) -> int:
        """Where a photograph is among `names`; a name without folder will do where it is unique."""
        places = [i for i, own in enumerate(self.names) if own == name]
        places = places or [i for i, file in enumerate(self.files) if file.name == name]
        if len(places) == 1:
            return places[0]
        if places:
            own = " and ".join(self.names[i] for i in places)
            raise RakingError(f"{shortened(name)!r} is of two photographs: name {own}")
        raise RakingError(
            f"the collection {shortened(self.path)} has no photograph {shortened(name)!r}"
        )


def read_mlic(
    path: Path,
    test_lights: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    lights: Path | None = None,
    all_photographs: bool = False,
) -> Mlic:
    """Reads a collection and splits it into training and held-out photographs.

    `path` is a folder or, of pictures whose names tell light and camera, a zip archive.
    What is read, what is left out and which of several files come first: docs/collections.md.
    Values are kept as integers of 8 or 16 bits, in sRGB: see docs/photographs.md.
    The held-out photographs are those of the `Test` folder; else those named, one a line, in the
    file `test_lights`; else those in the folder's `test.txt`; else those that `held_out_by_rule`
    chooses. With `all_photographs` none is held out. `lights` is the light file, or the name of
    one in the folder. `progress` is told how many photographs of how many are read.

    Warnings are of what is left out or read in a way that may be wrong, of lights and photographs
    that repeat, photographs that show nothing and lights that leave most of the sky out.

    Raises RakingError for a collection that cannot be read; see the messages.
    """
    path = Path(path)
    _check_kind(path)
    if test_lights and all_photographs:
        raise RakingError("test lights are held out: name none to train on all photographs")
    warnings: list[str] = []
    path = collection_folder(path, warnings)
    dome, test = subfolder(path, "dome"), subfolder(path, "test")
    if dome and test:
        _check_options(path, test, test_lights, lights)
        entries = _two_sides(dome, test, warnings)
    else:
        entries = lit_photographs(dome or path, warnings, lights)
        if not all_photographs:
            folders = [dome or path, entries[0].path.parent]
            entries = split_entries(entries, folders, test_lights, warnings)
    if all_photographs:
        entries = [replace(entry, held_out=False) for entry in entries]
    trained = sum(not entry.held_out for entry in entries)
    if trained < FEWEST_LIGHTS:
        raise RakingError(
            f"{shortened(path)} has {trained} photographs to train on, where {FEWEST_LIGHTS} are "
            "the fewest: add photographs under other lights, or hold out fewer"
        )
    order = sorted(entries, key=lambda entry: entry.held_out)
    files = [entry.path for entry in order]
    names = [_below(path, file) for file in files]
    folders = [path, *([dome] if dome else []), entries[0].path.parent]
    reading = read_photographs(files, names, list(dict.fromkeys(folders)), progress)
    side = np.array([entry.held_out for entry in order])
    directions = np.array([entry.light for entry in order], np.float32)
    views = views_of(order)
    warnings += reading.warnings
    if views is None:
        warnings += light_warnings(names, directions, side)
    else:
        warnings += pair_warnings(names, directions, views, side)
    warnings += picture_warnings(names, reading.shown, side, reading.white)
    check_varied(path, reading.shown[:trained], reading.white)
    shown = dict(zip(files, reading.shown, strict=True))
    return Mlic(
        path=path,
        train=_photographs(reading, files, directions, views, np.flatnonzero(~side)),
        test=_photographs(reading, files, directions, views, np.flatnonzero(side)),
        test_set=test.name if dome and test and not all_photographs else None,
        mask=reading.mask,
        sha256=_sha256(entries, shown, path if dome or views is not None else files[0].parent),
        reading={**reading.record, **what_was_prepared(entries[0].path.parent)},
        warnings=warnings,
        files=files,
        white_balance=reading.white_balance,
    )


def check_one_camera(mlic: Mlic) -> None:
    """RakingError where the camera moved, which a model of the light alone cannot follow."""
    if mlic.views is not None:
        raise RakingError(
            f"{shortened(mlic.path)} is of several cameras, which this model does not follow: "
            "choose hyper, neural or disk, or name the pictures of one camera, such as those in a "
            "folder tv000_pv000"
        )


def _two_sides(dome: Path, test: Path, warnings: list[str]) -> list[Entry]:
    """The photographs of both folders, those of `test` held out."""
    entries = lit_photographs(dome, warnings)
    held_out = lit_photographs(test, warnings)
    return entries + [replace(entry, held_out=True) for entry in held_out]


def _check_kind(path: Path) -> None:
    if is_folder(path) or is_archive(path):
        return
    if path.suffix.lower() == ".btf" and path.is_file():
        raise RakingError(
            f"{shortened(path)} is a UBO2014 file, which is not read: write its pictures to a "
            f"folder with a {TABLE}, as docs/btf.md says"
        )
    raise RakingError(
        f"{shortened(path)} is not a folder: name the folder that holds the photographs"
    )


def _photographs(
    reading: Reading,
    files: Sequence[Path],
    lights: np.ndarray,
    views: np.ndarray | None,
    columns: np.ndarray,
) -> Photographs:
    """Those of the photographs read that `columns` names, the rest being of all."""
    return Photographs(
        names=unique([files[i] for i in columns]),
        lights=lights[columns],
        stored=reading.stored,
        columns=columns,
        size=reading.size,
        mask=reading.mask,
        white=reading.white,
        views=None if views is None else views[columns],
    )


def _check_options(path: Path, test: Path, test_lights: Path | None, lights: Path | None) -> None:
    """Refuses options that a collection of two folders has no use for."""
    if test_lights:
        raise RakingError(
            f"{shortened(test)} already names the held-out lights: leave out "
            f"{shortened(test_lights)}"
        )
    if lights:
        raise RakingError(
            f"{shortened(path)} has a light file each in Dome and Test, and so no use for "
            f"{shortened(lights)}: leave it out, or name one of the two folders"
        )


def _below(root: Path, file: Path) -> str:
    """The path of a file below `root`, or else its name, printable."""
    return printable_path(file.relative_to(root) if file.is_relative_to(root) else Path(file.name))


def _sha256(entries: list[Entry], shown: dict[Path, Shown], root: Path) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(_below(root, entry.path).encode())
        digest.update(entry.light.tobytes())
        if entry.view is not None:
            digest.update(entry.view.tobytes())
        digest.update(shown[entry.path].sha256)
    return digest.hexdigest()
