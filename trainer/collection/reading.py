"""Reading the photographs of a collection and its mask, and what is odd about them."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np

from renderer.files.memory import available_memory
from shaders.errors import RakingError, shortened
from trainer.collection.masks import find_mask, read_mask
from trainer.lights.directions import leak
from trainer.lights.names import listing
from trainer.photographs.header import WHITE, Header
from trainer.photographs.pictures import COPIES, Picture, read_header, read_picture
from trainer.photographs.raw import WhiteBalance

SMALLEST_SIDE = 11  # the window of SSIM
READERS = 2  # threads that decode
# Photographs that are put among the others at a time: a pixel's values share cache lines.
TOGETHER = 4
PIXELS_AT_ONCE = 1 << 14

FLAT = 0.02  # of white: values this close to each other show nothing
SATURATED = 0.5  # of the values, at white
# White of 10 and 12 bits, as some cameras store them in 16.
NARROW_WHITES = (1023, 4095)
FITTING = 200  # bytes an object pixel beside the photographs: latents, their moments, planes


@dataclass(frozen=True)
class Shown:
    """What the object pixels of one photograph show, in stored integers."""

    darkest: int
    brightest: int
    share: float  # of the values that are as bright as the brightest
    sha256: bytes  # of the file


@dataclass(frozen=True, eq=False)
class Reading:
    """All photographs of a collection, and how they were read."""

    stored: np.ndarray  # [P, A, 3] uint8 or uint16, the P object pixels of the A photographs
    white: int  # the integer that stands for 1.0
    size: tuple[int, int]  # (H, W)
    mask: np.ndarray | None  # [H, W] bool, true at the object pixels; None where they are all
    shown: list[Shown]  # [A]
    white_balance: WhiteBalance | None  # of camera raw
    record: dict[str, Any]  # the depth and the colours, for the image's provenance
    warnings: list[str]


def read_photographs(
    paths: list[Path],
    names: list[str],
    mask_folders: list[Path],
    progress: Callable[[int, int], None] | None,
) -> Reading:
    """The object pixels of the photographs in these files, and what is odd about them.

    All headers come first: of another size, or more than the memory holds, nothing is decoded.
    `names` are for warnings; `progress` is told how many photographs of how many are read.

    Raises RakingError where sizes or depths differ or memory does not suffice, and as
    `read_picture` and `read_mask` do.
    """
    warnings: list[str] = []
    headers = _read_headers(paths)
    size = headers[0].size
    masked = find_mask(mask_folders, warnings)
    mask = read_mask(masked, size, warnings) if masked else None
    objects = size[0] * size[1] if mask is None else int(np.count_nonzero(mask))
    _check_memory(headers, objects, paths[0].parent)
    stored = np.empty((objects, len(paths), 3), f"u{headers[0].depth // 8}")
    # Of the first by name, so that all are developed alike, however they are split.
    by_name = sorted(zip(paths, headers, strict=True), key=lambda pair: pair[0].name)
    balance = next((h.white_balance for _, h in by_name if h.white_balance), None)
    read = partial(read_picture, white_balance=balance)
    shown, brightest = _store(paths, headers, mask, _ahead(read, paths), stored, progress)
    warnings += _header_warnings(names, headers)
    white = _white(headers, brightest, paths[0].parent, warnings)
    record = _record(headers, white)
    return Reading(stored, white, size, mask, shown, balance, record, warnings)


def _read_headers(paths: list[Path]) -> list[Header]:
    headers = []
    for path in paths:
        headers.append(read_header(path))
        _check_side(headers[-1].size, path)
        _check_alike(headers[-1], headers[0], path, paths[0])
    return headers


def _store(
    paths: list[Path],
    headers: list[Header],
    mask: np.ndarray | None,
    pictures: Iterator[Picture],
    stored: np.ndarray,
    progress: Callable[[int, int], None] | None,
) -> tuple[list[Shown], int]:
    """Fills `stored` [P, A, 3]; what each photograph shows, and the brightest value of all files.

    Each photograph goes to its place among the others soon, so that few are held twice.
    """
    shown: list[Shown] = []
    waiting: list[np.ndarray] = []
    brightest = 0
    for path, header, picture in zip(paths, headers, pictures, strict=True):
        if (picture.header.size, picture.header.depth) != (header.size, header.depth):
            raise RakingError(f"{shortened(path)} changed while it was read: begin again")
        brightest = max(brightest, picture.brightest)
        values = picture.values.reshape(-1, 3) if mask is None else picture.values[mask]
        shown.append(_what_is_shown(values, picture.sha256))
        waiting.append(values)
        if len(waiting) == TOGETHER or len(shown) == len(paths):
            _interleave(waiting, stored, len(shown) - len(waiting))
            waiting.clear()
        if progress:
            progress(len(shown), len(paths))
    return shown, brightest


def picture_warnings(
    names: list[str], shown: list[Shown], held_out: np.ndarray, white: int
) -> list[str]:
    """Which photographs show nothing or repeat."""
    black = [s.brightest < FLAT * white for s in shown]
    even = [
        not b and s.brightest - s.darkest < FLAT * white for s, b in zip(shown, black, strict=True)
    ]
    burnt = [
        not e and s.brightest == white and s.share > SATURATED
        for s, e in zip(shown, even, strict=True)
    ]
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


def check_varied(path: Path, shown: list[Shown], white: int) -> None:
    darkest, brightest = min(s.darkest for s in shown), max(s.brightest for s in shown)
    if brightest - darkest < FLAT * white:
        raise RakingError(
            f"the photographs to train on in {path} are all of one even "
            f"{'black' if brightest < FLAT * white else 'colour'}, so there is nothing to learn: "
            "check the files, and the mask if there is one"
        )


def _header_warnings(names: list[str], headers: list[Header]) -> list[str]:
    """What is unsure about how the photographs are read: one sentence for each thing."""
    warnings = []
    for remark in dict.fromkeys(remark for header in headers for remark in header.remarks):
        which = listing(n for n, h in zip(names, headers, strict=True) if remark in h.remarks)
        warnings.append(f"photographs with {remark}: {which}")
    turned = [n for n, h in zip(names, headers, strict=True) if h.orientation != 1]
    if turned:
        warnings.append(
            "orientation flags are not followed, since the camera stood still; pixels are used as "
            f"stored, though flags would turn {listing(turned)}"
        )
    if len({header.colour for header in headers}) > 1:
        warnings.append(f"photographs differ in their colours: {_colours(headers)}")
    return warnings


def _colours(headers: list[Header]) -> str:
    """What all photographs have, or how many have what."""
    counts = Counter(header.colour for header in headers)
    if len(counts) == 1:
        return headers[0].colour
    return listing(f"{colour} ({count})" for colour, count in counts.most_common())


def _white(headers: list[Header], brightest: int, folder: Path, warnings: list[str]) -> int:
    """The integer that is white: as the files say, or as many bits as the brightest value takes."""
    if headers[0].depth == 8:
        return 255
    stated = {header.white for header in headers}
    white = stated.pop() if len(stated) == 1 else None
    if white is None or brightest > white:
        white = next((w for w in NARROW_WHITES if w >= brightest > NARROW_WHITES[0] // 4), WHITE)
    if white < WHITE:
        warnings.append(
            f"no value of the 16-bit photographs is above {white}, so that is taken as white "
            f"({white.bit_length()} bits in 16)"
        )
        if any(header.converted for header in headers):
            raise RakingError(
                f"the photographs in {shortened(folder)} hold {white.bit_length()} bits in 16 and "
                "a colour profile, which says nothing about such numbers: save them as sRGB, or "
                "scaled to 16 bits"
            )
    return white


def _record(headers: list[Header], white: int) -> dict[str, Any]:
    turned = any(header.orientation != 1 for header in headers)
    return {
        "colour": _colours(headers),
        "bits": white.bit_length(),
        **({"orientation_flags": "not followed"} if turned else {}),
    }


def _check_memory(headers: list[Header], objects: int, folder: Path) -> None:
    """Refuses what will not fit while it is read, or while an image is fitted to it."""
    stored = objects * 3 * headers[0].depth // 8 * len(headers)
    coming = headers[0].nbytes * (READERS * COPIES + TOGETHER)
    needed, available = stored + max(coming, objects * FITTING), available_memory()
    if needed > available:
        raise RakingError(
            f"the {len(headers)} photographs of {headers[0].size[1]} x {headers[0].size[0]} pixels "
            f"in {shortened(folder)} take {needed / 2**30:.1f} GiB of memory, where "
            f"{available / 2**30:.1f} are free: scale or crop them, or mask the object"
        )


def _ahead(read: Callable[[Path], Picture], paths: list[Path]) -> Iterator[Picture]:
    """What `read` makes of each path, in order, read by threads a few paths ahead."""
    with ThreadPoolExecutor(READERS) as pool:
        coming: deque[Future[Picture]] = deque()
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


def _what_is_shown(values: np.ndarray, sha256: bytes) -> Shown:
    brightest = values.max()
    share = np.count_nonzero(values == brightest) / values.size
    return Shown(int(values.min()), int(brightest), share, sha256)


def _check_side(size: tuple[int, int], path: Path) -> None:
    if min(size) < SMALLEST_SIDE:
        raise RakingError(
            f"{shortened(path)} is {size[1]} x {size[0]} pixels, where {SMALLEST_SIDE} a side are "
            "the fewest: add larger photographs"
        )


def _check_alike(header: Header, other: Header, path: Path, first: Path) -> None:
    if header.size != other.size:
        raise RakingError(
            f"{shortened(path)} is {header.size[1]} x {header.size[0]} pixels but "
            f"{shortened(first)} is {other.size[1]} x {other.size[0]}: photographs of a collection "
            "share one size"
        )
    if header.depth != other.depth:
        raise RakingError(
            f"{shortened(path)} has {header.depth} bits per channel but {shortened(first)} has "
            f"{other.depth}: save the photographs with one depth"
        )
