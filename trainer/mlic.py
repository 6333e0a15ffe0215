"""Multi-light image collections (MLIC): photographs of one object under many lights.

A collection is a folder of photographs with one `.lp` file, and optionally `mask.png` (white is
the object) and `test.txt` (the names of the held-out images); or a folder with such folders
`Dome` (to train on) and `Test`, as SynthRTI has them.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from shaders.errors import RakingError
from trainer.folder import Entry, lit_photographs, split_entries, subfolder
from trainer.lights import FEWEST_LIGHTS, held_out_by_rule, light_warnings, validation_lights
from trainer.reading import Shown, check_varied, picture_warnings, read_photographs

__all__ = ["Mlic", "Photographs", "held_out_by_rule", "read_mlic", "validation_lights"]


@dataclass(frozen=True, eq=False)
class Photographs:
    """Photographs of one size, and the light of each: some of those that a collection stores.

    Only pixels of the object are stored, row by row, and a pixel's values lie together.
    """

    names: list[str]
    lights: np.ndarray  # [L, 3] float32 unit vectors: x right, y up, z to the viewer
    stored: np.ndarray  # [P, A, 3] uint8 or uint16, display-referred RGB, of the whole collection
    columns: np.ndarray  # [L], which of the A photographs these are
    size: tuple[int, int]  # (H, W)
    mask: np.ndarray | None  # [H, W] bool, true at the P pixels; None where they are all
    white: int  # the integer that stands for 1.0: 255, 65535, or less where 16 bits are not full

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

    @property
    def height(self) -> int:
        return self.train.size[0]

    @property
    def width(self) -> int:
        return self.train.size[1]

    @property
    def names(self) -> list[str]:
        return self.train.names + self.test.names

    @property
    def lights(self) -> np.ndarray:
        """[L, 3], those to train on first."""
        return np.concatenate([self.train.lights, self.test.lights])

    def select(self, names: Sequence[str]) -> Photographs:
        """The photographs of these names, whichever side of the split they are on; no copy."""
        index = {name: position for position, name in enumerate(self.names)}
        missing = [name for name in names if name not in index]
        if missing:
            raise RakingError(f"the collection {self.path} has no photograph {missing[0]!r}")
        chosen = np.array([index[name] for name in names], int)
        columns = np.concatenate([self.train.columns, self.test.columns])[chosen]
        return replace(self.train, names=list(names), lights=self.lights[chosen], columns=columns)


def read_mlic(
    path: Path,
    test_lights: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Mlic:
    """Reads a collection and splits it into training and held-out photographs.

    JPEG, PNG, TIFF, WebP or camera raw with 8 or 16 bits, kept as integers: see
    `trainer.pictures.read_picture`.
    The held-out photographs are those of the `Test` folder; else those named, one a line, in the
    file `test_lights`; else those in the folder's `test.txt`; else those that `held_out_by_rule`
    chooses. `progress` is told how many photographs of how many are read.

    Pictures named mask, normals, albedo, height, depth, preview or thumbnail are no photographs.
    Entries of the `.lp` file without a photograph are skipped with a warning. Other warnings are
    of lights and photographs that repeat, photographs that show nothing and lights that leave
    most of the sky out; all are used as they are.

    Raises RakingError for a collection that cannot be read; see the messages.
    """
    path = Path(path)
    if not path.is_dir():
        raise RakingError(f"{path} is not a folder: name the folder that holds the photographs")
    warnings: list[str] = []
    dome, test = subfolder(path, "dome"), subfolder(path, "test")
    if dome and test:
        if test_lights:
            raise RakingError(f"{test} already names the held-out lights: leave out {test_lights}")
        entries = lit_photographs(dome, warnings)
        held_out = lit_photographs(test, warnings)
        entries += [Entry(entry.path, entry.light, held_out=True) for entry in held_out]
    else:
        entries = lit_photographs(dome or path, warnings)
        entries = split_entries(entries, dome or path, test_lights)
    trained = sum(not entry.held_out for entry in entries)
    if trained < FEWEST_LIGHTS:
        raise RakingError(
            f"{path} has {trained} photographs to train on, where {FEWEST_LIGHTS} are the fewest: "
            "add photographs under other lights, or hold out fewer"
        )
    order = sorted(entries, key=lambda entry: entry.held_out)
    names = [entry.path.relative_to(path).as_posix() for entry in order]
    folders = [path, *([dome] if dome else [])]
    reading = read_photographs([entry.path for entry in order], names, folders, progress)
    warnings += reading.warnings
    shown, white = reading.shown, reading.white
    side = np.array([entry.held_out for entry in order])
    lights = np.array([entry.light for entry in order], np.float32)
    warnings += light_warnings(names, lights, side) + picture_warnings(names, shown, side, white)
    check_varied(path, shown[:trained], white)
    train, held = (
        Photographs(
            [order[i].path.name for i in columns],
            lights[columns],
            reading.stored,
            columns,
            reading.size,
            reading.mask,
            white,
        )
        for columns in (np.flatnonzero(~side), np.flatnonzero(side))
    )
    sha256 = _sha256(entries, {e.path: s for e, s in zip(order, shown, strict=True)}, path)
    test_set = test.name if dome and test else None
    return Mlic(path, train, held, test_set, reading.mask, sha256, reading.record, warnings)


def _sha256(entries: list[Entry], shown: dict[Path, Shown], root: Path) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(entry.path.relative_to(root).as_posix().encode())
        digest.update(entry.light.tobytes())
        digest.update(shown[entry.path].sha256)
    return digest.hexdigest()
