"""Reading the photographs of a collection and its mask, and what is odd about them."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np

from shaders.errors import RakingError
from trainer.folder import Entry, visible_files
from trainer.lights import leak, listing
from trainer.pictures import read_picture

SMALLEST_SIDE = 11  # the window of SSIM
READERS = 2  # threads that decode
# Photographs that are put among the others at a time: a pixel's values share cache lines.
TOGETHER = 4
PIXELS_AT_ONCE = 1 << 14

FLAT = 0.02  # of white: values this close to each other show nothing
SATURATED = 0.5  # of the values, at white
GREY_MASK = 0.05  # of a mask's pixels, neither black nor white


@dataclass(frozen=True)
class Shown:
    """What the object pixels of one photograph show, 0..1."""

    darkest: float
    brightest: float
    saturated: float  # the share of values at white
    sha256: bytes  # of the file


def read_photographs(
    entries: list[Entry], mask: np.ndarray | None, progress: Callable[[int, int], None] | None
) -> tuple[np.ndarray, tuple[int, int], list[Shown]]:
    """The object pixels of all photographs [P, A, 3], their size, and what each shows.

    Each photograph goes to its place among the others soon, so that few are held twice.
    """
    first = entries[0].path
    stored = np.empty(0)
    size: tuple[int, int] | None = None
    shown: list[Shown] = []
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


def read_mask(folders: list[Path], photograph: Path, warnings: list[str]) -> np.ndarray | None:
    found = [p for f in folders for p in visible_files(f) if p.name.lower() == "mask.png"]
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


def picture_warnings(names: list[str], shown: list[Shown], held_out: np.ndarray) -> list[str]:
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


def check_varied(path: Path, shown: list[Shown]) -> None:
    darkest, brightest = min(s.darkest for s in shown), max(s.brightest for s in shown)
    if brightest - darkest < FLAT:
        raise RakingError(
            f"the photographs to train on in {path} are all of one even "
            f"{'black' if brightest < FLAT else 'colour'}, so there is nothing to learn: "
            "check the files, and the mask if there is one"
        )


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


def _what_is_shown(values: np.ndarray, data: bytes) -> Shown:
    white = np.iinfo(values.dtype).max
    saturated = np.count_nonzero(values == white) / values.size
    darkest, brightest = float(values.min() / white), float(values.max() / white)
    return Shown(darkest, brightest, saturated, hashlib.sha256(data).digest())


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
