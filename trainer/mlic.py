"""Multi-light image collections (MLIC): photographs of one object under many lights.

A collection is a folder of photographs with one `.lp` file, and optionally `mask.png` (white is
the object) and `test.txt` (the names of the held-out images); or a folder with such folders
`Dome` (to train on) and `Test`, as SynthRTI has them.
"""

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import numpy as np

from shaders.errors import RakingError
from trainer.lights import (
    FEWEST_LIGHTS,
    held_out_by_rule,
    leak,
    light_warnings,
    listing,
    validation_lights,
)
from trainer.lp import LightEntry, read_lp
from trainer.pictures import SUFFIXES, quiet_opencv, read_picture

__all__ = ["Mlic", "Photographs", "held_out_by_rule", "read_mlic", "validation_lights"]

# Pictures that go with a collection but are no photographs of it.
AUXILIARY = {"mask", "normal", "normals", "albedo", "height", "depth", "preview", "thumbnail"}

SMALLEST_SIDE = 11  # the window of SSIM
READERS = 2  # threads that decode
# Photographs that are put among the others at a time: a pixel's values share cache lines.
TOGETHER = 4
PIXELS_AT_ONCE = 1 << 14

FLAT = 0.02  # of white: values this close to each other show nothing
SATURATED = 0.5  # of the values, at white
GREY_MASK = 0.05  # of a mask's pixels, neither black nor white


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

    @property
    def white(self) -> int:
        """The integer that stands for 1.0: 255 or 65535."""
        return int(np.iinfo(self.stored.dtype).max)

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


@dataclass(frozen=True, eq=False)
class _Entry:
    """A photograph on disk and its light."""

    path: Path
    light: np.ndarray  # [3]
    held_out: bool = False


@dataclass(frozen=True)
class _Shown:
    """What the object pixels of one photograph show, 0..1."""

    darkest: float
    brightest: float
    saturated: float  # the share of values at white
    sha256: bytes  # of the file


def read_mlic(
    path: Path,
    test_lights: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Mlic:
    """Reads a collection and splits it into training and held-out photographs.

    JPEG, PNG or TIFF with 8 or 16 bits, kept as integers; grey is expanded to RGB, alpha is
    dropped. The held-out photographs are those of the `Test` folder; else those named, one a
    line, in the file `test_lights`; else those in the folder's `test.txt`; else those that
    `held_out_by_rule` chooses. `progress` is told how many photographs of how many are read.

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
    dome, test = _subfolder(path, "dome"), _subfolder(path, "test")
    if dome and test:
        if test_lights:
            raise RakingError(f"{test} already names the held-out lights: leave out {test_lights}")
        entries = _entries(dome, warnings)
        held_out = _entries(test, warnings)
        entries += [_Entry(entry.path, entry.light, held_out=True) for entry in held_out]
    else:
        entries = _entries(dome or path, warnings)
        entries = _split(entries, dome or path, test_lights)
    trained = sum(not entry.held_out for entry in entries)
    if trained < FEWEST_LIGHTS:
        raise RakingError(
            f"{path} has {trained} photographs to train on, where {FEWEST_LIGHTS} are the fewest: "
            "add photographs under other lights, or hold out fewer"
        )
    with quiet_opencv():
        mask = _read_mask([path, *([dome] if dome else [])], entries[0].path, warnings)
        order = sorted(entries, key=lambda entry: entry.held_out)
        stored, size, shown = _read_photographs(order, mask, progress)
    names = [entry.path.relative_to(path).as_posix() for entry in order]
    side = np.array([entry.held_out for entry in order])
    lights = np.array([entry.light for entry in order], np.float32)
    warnings += light_warnings(names, lights, side) + _picture_warnings(names, shown, side)
    _check_varied(path, shown[:trained])
    train, held = (
        Photographs(
            [order[i].path.name for i in columns], lights[columns], stored, columns, size, mask
        )
        for columns in (np.flatnonzero(~side), np.flatnonzero(side))
    )
    sha256 = _sha256(entries, {e.path: s for e, s in zip(order, shown, strict=True)}, path)
    return Mlic(path, train, held, test.name if dome and test else None, mask, sha256, warnings)


def _subfolder(path: Path, name: str) -> Path | None:
    return next((p for p in sorted(path.iterdir()) if p.is_dir() and p.name.lower() == name), None)


def _entries(folder: Path, warnings: list[str]) -> list[_Entry]:
    """The photographs of one folder with their lights, in the order of its `.lp` file."""
    lp = _only_lp(folder)
    lights, lp_warnings = read_lp(lp)
    warnings += lp_warnings
    photographs = _photographs_in(folder)
    if all(light.name is None for light in lights):
        return _pair_in_order(lights, photographs, lp)
    entries: dict[Path, _Entry] = {}
    for light in lights:
        if light.name is None:
            raise RakingError(f"{lp} names some photographs and not others: name them all")
        photograph = _find(light.name, photographs)
        if photograph is None:
            warnings.append(f"{lp} lists {light.name}, which is not in {folder}; it is skipped")
        elif photograph in entries:
            raise RakingError(f"{lp} lists {light.name} twice: leave one line of the two")
        else:
            entries[photograph] = _Entry(photograph, light.direction)
    unlit = [photograph for photograph in photographs if photograph not in entries]
    if unlit:
        raise RakingError(
            f"{unlit[0]} has no light in {lp.name}: add a line for it, or move it elsewhere"
        )
    return list(entries.values())


def _only_lp(folder: Path) -> Path:
    found = [p for p in _files(folder) if p.suffix.lower() == ".lp"]
    if not found:
        raise RakingError(f"{folder} holds no .lp file: add one with a line 'name x y z' per image")
    if len(found) > 1:
        raise RakingError(
            f"{folder} holds several .lp files ({', '.join(p.name for p in found)}): leave one"
        )
    return found[0]


def _files(folder: Path) -> Iterator[Path]:
    """The visible files of a folder in natural order: image2 before image10."""

    def natural(path: Path) -> list[tuple[int, str]]:
        parts = re.findall(r"\d+|\D+", path.name.lower())
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    files = (p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return iter(sorted(files, key=natural))


def _photographs_in(folder: Path) -> list[Path]:
    return [
        path
        for path in _files(folder)
        if path.suffix.lower() in SUFFIXES and path.stem.lower() not in AUXILIARY
    ]


def _pair_in_order(lights: list[LightEntry], photographs: list[Path], lp: Path) -> list[_Entry]:
    if len(lights) != len(photographs):
        raise RakingError(
            f"{lp} names no photographs and lists {len(lights)} lights for {len(photographs)} "
            "images: write 'name x y z' in each line"
        )
    return [
        _Entry(photograph, light.direction)
        for photograph, light in zip(photographs, lights, strict=True)
    ]


def _find(name: str, photographs: list[Path]) -> Path | None:
    """The photograph of this name; else but for letter case; else with another extension."""
    same = [p for p in photographs if p.name == name]
    similar = [p for p in photographs if p.name.lower() == name.lower()]
    stem = Path(name).stem if Path(name).suffix.lower() in (*SUFFIXES, ".bmp", ".dng") else name
    stems = [p for p in photographs if p.stem.lower() == stem.lower()]
    return next((found[0] for found in (same, similar, stems) if len(found) == 1), None)


def _split(entries: list[_Entry], folder: Path, test_lights: Path | None) -> list[_Entry]:
    """The same entries, some of them marked as held out."""
    listed = test_lights or folder / "test.txt"
    if test_lights or listed.is_file():
        held_out = _named_in(listed, [entry.path for entry in entries])
    else:
        lights = np.array([entry.light for entry in entries])
        held_out = {entries[i].path for i in held_out_by_rule(lights)}
    return [_Entry(entry.path, entry.light, entry.path in held_out) for entry in entries]


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


def _read_photographs(
    entries: list[_Entry], mask: np.ndarray | None, progress: Callable[[int, int], None] | None
) -> tuple[np.ndarray, tuple[int, int], list[_Shown]]:
    """The object pixels of all photographs [P, A, 3], their size, and what each shows.

    Each photograph goes to its place among the others soon, so that few are held twice.
    """
    first = entries[0].path
    stored = np.empty(0)
    size: tuple[int, int] | None = None
    shown: list[_Shown] = []
    waiting: list[np.ndarray] = []
    for entry, (picture, data) in zip(
        entries, _ahead(read_picture, [entry.path for entry in entries]), strict=True
    ):
        if size is None:
            size = picture.shape[0], picture.shape[1]
            _check_side(size, first)
            objects = size[0] * size[1] if mask is None else np.count_nonzero(mask)
            stored = np.empty((objects, len(entries), 3), picture.dtype)
        _check_alike(picture, size, stored.dtype, entry.path, first)
        values = picture.reshape(-1, 3) if mask is None else picture[mask]
        shown.append(_what_is_shown(values, data))
        waiting.append(values)
        if len(waiting) == TOGETHER or len(shown) == len(entries):
            _interleave(waiting, stored, len(shown) - len(waiting))
            waiting.clear()
        if progress:
            progress(len(shown), len(entries))
    assert size is not None
    return stored, size, shown


def _ahead(
    read: Callable[[Path], tuple[np.ndarray, bytes]], paths: list[Path]
) -> Iterator[tuple[np.ndarray, bytes]]:
    """What `read` makes of each path, in order, read by threads a few paths ahead."""
    with ThreadPoolExecutor(READERS) as pool:
        coming: deque[Future[tuple[np.ndarray, bytes]]] = deque()
        for path in paths:
            coming.append(pool.submit(read, path))
            if len(coming) > READERS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _interleave(pictures: list[np.ndarray], stored: np.ndarray, first: int) -> None:
    """Puts pictures [P, 3] into the columns of `stored` [P, A, 3] from `first` on."""
    pixel = np.dtype((np.void, 3 * stored.itemsize))  # copied whole, which is faster
    places = stored.view(pixel)[..., 0]  # [P, A]
    for start in range(0, len(stored), PIXELS_AT_ONCE):
        part = slice(start, start + PIXELS_AT_ONCE)
        for column, picture in enumerate(pictures, first):
            places[part, column] = picture[part].view(pixel)[:, 0]


def _what_is_shown(values: np.ndarray, data: bytes) -> _Shown:
    white = np.iinfo(values.dtype).max
    saturated = np.count_nonzero(values == white) / values.size
    darkest, brightest = float(values.min() / white), float(values.max() / white)
    return _Shown(darkest, brightest, saturated, hashlib.sha256(data).digest())


def _sha256(entries: list[_Entry], shown: dict[Path, _Shown], root: Path) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(entry.path.relative_to(root).as_posix().encode())
        digest.update(entry.light.tobytes())
        digest.update(shown[entry.path].sha256)
    return digest.hexdigest()


def _picture_warnings(names: list[str], shown: list[_Shown], held_out: np.ndarray) -> list[str]:
    """Which photographs show nothing or repeat."""
    black = [s.brightest < FLAT for s in shown]
    even = [not b and s.brightest - s.darkest < FLAT for s, b in zip(shown, black, strict=True)]
    burnt = [not e and s.saturated > SATURATED for s, e in zip(shown, even, strict=True)]
    warnings = [
        f"used as they are, though {what}: {listing(compress(names, which))}"
        for which, what in (
            (black, "black all over the object"),
            (even, "of one colour all over the object"),
            (burnt, "saturated over more than half of the object"),
        )
        if any(which)
    ]
    files = np.array([s.sha256.hex() for s in shown])
    same = [np.flatnonzero(files == file) for file in dict.fromkeys(files)]
    same = [group for group in same if len(group) > 1]
    if same:
        pairs = listing(listing((names[i] for i in group), " = ") for group in same)
        warnings.append(f"photographs repeat: {pairs}{leak(same, held_out)}")
    return warnings


def _check_varied(path: Path, shown: list[_Shown]) -> None:
    darkest, brightest = min(s.darkest for s in shown), max(s.brightest for s in shown)
    if brightest - darkest < FLAT:
        raise RakingError(
            f"the photographs to train on in {path} are all of one even "
            f"{'black' if brightest < FLAT else 'colour'}, so there is nothing to learn: "
            "check the files, and the mask if there is one"
        )


def _check_side(size: tuple[int, int], path: Path) -> None:
    if min(size) < SMALLEST_SIDE:
        raise RakingError(
            f"{path} is {size[1]} x {size[0]} pixels, where {SMALLEST_SIDE} a side are "
            "the fewest: add larger photographs"
        )


def _check_alike(
    picture: np.ndarray, size: tuple[int, int], dtype: np.dtype, path: Path, first: Path
) -> None:
    if picture.shape[:2] != size:
        raise RakingError(
            f"{path} is {picture.shape[1]} x {picture.shape[0]} pixels but {first} is "
            f"{size[1]} x {size[0]}: photographs of a collection share one size"
        )
    if picture.dtype != dtype:
        raise RakingError(
            f"{path} has {picture.dtype.itemsize * 8} bits per channel but {first} has "
            f"{dtype.itemsize * 8}: save the photographs with one depth"
        )


def _read_mask(folders: list[Path], photograph: Path, warnings: list[str]) -> np.ndarray | None:
    found = [p for f in folders for p in _files(f) if p.name.lower() == "mask.png"]
    if not found:
        return None
    picture, _ = read_picture(found[0])
    size = read_picture(photograph)[0].shape[:2]
    if picture.shape[:2] != size:
        raise RakingError(
            f"{found[0]} is {picture.shape[1]} x {picture.shape[0]} pixels but the photographs are "
            f"{size[1]} x {size[0]}: save it in their size, or remove it"
        )
    level = picture.max(axis=2) / np.iinfo(picture.dtype).max
    mask: np.ndarray = level > 0.5
    if not mask.any():
        raise RakingError(
            f"{found[0]} holds no white, so no pixel is of the object: paint the object white"
        )
    if np.mean((level > 0.1) & (level < 0.9)) > GREY_MASK:
        warnings.append(
            f"{found[0]} is not black and white; what is brighter than mid-grey is the object"
        )
    return mask
