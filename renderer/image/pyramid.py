"""Deep Zoom pyramids: a picture in tiles, at full size and at halves of it down to one pixel.

A pyramid is `NAME.dzi` and the tiles `NAME_files/LEVEL/COLUMN_ROW.png`. LEVEL is 0 for one pixel
and ceil(log2(longer side)) for full size. Relight counts otherwise, from 0 for the largest level
that fits one tile; both are read.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from renderer.image.limits import LARGEST_TILE, LONGEST_DESCRIPTION, TILE_FORMATS
from renderer.image.picture import check_size, read_picture
from shaders.errors import RakingError

DECLARATION = re.compile(r"^<\?xml\s[^?>]*\?>")  # of an encoding, which is UTF-8 anyway
# Entities or other declarations; and braces, which ElementTree keeps for itself in namespaces.
NOT_PLAIN = re.compile("<!(?!--)|}")
STRIP_ROWS = 256
TILE_NAME = re.compile(
    r"(?P<level>0|[1-9][0-9]{0,6})/(?P<column>0|[1-9][0-9]{0,6})_(?P<row>0|[1-9][0-9]{0,6})\."
    r"(?P<format>[a-z]+)"
)

Format = Literal["png", "webp", "jpg"]


@dataclass(frozen=True)
class TileFormat:
    """How a pyramid is written: tiles of `size` pixels a side, and `overlap` more towards each
    neighbour, as PNG or WebP (both lossless) or as JPEG of a `quality`."""

    name: Format = "png"
    size: int = 512
    overlap: int = 1
    quality: int = 95


@dataclass(frozen=True)
class Tile:
    """One tile, and the pixels of its level that it holds: columns x0 to before x1, and rows."""

    column: int
    row: int
    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True)
class Pyramid:
    """What a .dzi says."""

    width: int
    height: int
    size: int
    overlap: int
    format: str

    @property
    def top(self) -> int:
        """The number of the level of full size."""
        return (max(self.width, self.height) - 1).bit_length()

    @property
    def relight_top(self) -> int:
        """The number that Relight gives that level."""
        halvings = 0
        while max(self.level_size(self.top - halvings)) > self.size:
            halvings += 1
        return halvings

    def level_size(self, level: int) -> tuple[int, int]:
        """Width and height in pixels."""
        scale = 1 << (self.top - level)
        return -(-self.width // scale), -(-self.height // scale)

    def tiles(self, level: int) -> Iterator[Tile]:
        """The tiles of a level, row by row."""
        width, height = self.level_size(level)
        for row, (y0, y1) in enumerate(self._spans(height)):
            for column, (x0, x1) in enumerate(self._spans(width)):
                yield Tile(column, row, x0, y0, x1, y1)

    def has_tile(self, name: str) -> bool:
        """Whether `write_pyramid` writes a file of this name, such as 3/0_1.png, for it."""
        found = TILE_NAME.fullmatch(name)
        if not found or found["format"] != self.format or int(found["level"]) > self.top:
            return False
        width, height = self.level_size(int(found["level"]))
        return int(found["column"]) * self.size < width and int(found["row"]) * self.size < height

    def count(self) -> int:
        """The tiles of all levels."""
        sizes = (self.level_size(level) for level in range(self.top + 1))
        return sum(-(-width // self.size) * -(-height // self.size) for width, height in sizes)

    def _spans(self, length: int) -> Iterator[tuple[int, int]]:
        for first in range(0, length, self.size):
            end = first + self.size + self.overlap
            yield max(0, first - self.overlap), min(length, end)


def halved(levels: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """A picture [H, W, ...] uint8 at half the size, rounded up: means of 2 x 2 pixels, or of those
    that there are at odd edges, rounded to the nearest.

    With `weights` [H, W] uint8 they are weighted means; the plain one where all weights are 0.
    """
    height, width = levels.shape[:2]
    half = np.empty((-(-height // 2), -(-width // 2), *levels.shape[2:]), np.uint8)
    for first in range(0, len(half), STRIP_ROWS):
        rows = slice(2 * first, 2 * (first + STRIP_ROWS))
        strip = _evened(levels[rows])
        means = _sums(strip) + 2 >> 2
        if weights is not None:
            weight = _evened(weights[rows]).reshape(*strip.shape[:2], *[1] * (levels.ndim - 2))
            if weight.min() < 255:
                total = _sums(weight)
                weighted = (2 * _sums(strip * weight) + total) // np.maximum(2 * total, 1)
                means = np.where(total > 0, weighted, means)
        half[first : first + STRIP_ROWS] = means
    return half


def halvings(levels: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> list[np.ndarray]:
    """A picture and its halves down to one pixel; `weights` has one for each, as `halved`."""
    result = [levels]
    while max(result[-1].shape[:2]) > 1:
        result.append(halved(result[-1], weights[len(result) - 1] if weights else None))
    return result


def write_pyramid(
    file: Path, levels: Sequence[np.ndarray], tile_format: TileFormat, tick: Callable[[], None]
) -> None:
    """Writes `file`, a .dzi, and its tiles. `levels` are [H, W, 3] or [H, W] uint8, full size
    first, each half of the one before, down to one pixel. `tick` is told of every tile."""
    height, width = levels[0].shape[:2]
    pyramid = Pyramid(width, height, tile_format.size, tile_format.overlap, tile_format.name)
    for level, picture in zip(range(pyramid.top, -1, -1), levels, strict=True):
        folder = tile_folder(file) / str(level)
        folder.mkdir(parents=True)
        for tile in pyramid.tiles(level):
            part = picture[tile.y0 : tile.y1, tile.x0 : tile.x1]
            name = f"{tile.column}_{tile.row}.{tile_format.name}"
            (folder / name).write_bytes(_encoded(part, tile_format))
            tick()
    file.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="{tile_format.name}" '
        f'Overlap="{tile_format.overlap}" TileSize="{tile_format.size}">\n'
        f' <Size Width="{width}" Height="{height}"/>\n</Image>\n',
        "utf-8",
    )


def parse_pyramid(file: Path) -> Pyramid:
    """Reads a .dzi. Raises RakingError where it is missing or is no such description."""
    try:
        if not file.is_file():
            raise RakingError(f"{file} is missing; copy the whole image folder again")
        if file.stat().st_size > 4 * LONGEST_DESCRIPTION:
            raise ValueError("it is no plain description")
        text = file.read_text("utf-8-sig")
        if len(text) > LONGEST_DESCRIPTION or NOT_PLAIN.search(text):
            raise ValueError("it is no plain description")
        root = ET.fromstring(DECLARATION.sub("", text))
        size = next(child for child in root if child.tag.split("}")[-1] == "Size")
        numbers = [root.get("TileSize"), root.get("Overlap"), size.get("Width"), size.get("Height")]
        tile_size, overlap, width, height = (_whole(number) for number in numbers)
        ending = (root.get("Format") or "").lower()
        if ending not in TILE_FORMATS:
            raise ValueError(f"its format {ending!r} is unknown")
        if not overlap < tile_size <= LARGEST_TILE or not width * height:
            raise ValueError("its sizes cannot be")
    except (OSError, ValueError, SyntaxError, StopIteration) as error:
        reason = str(error) or "it has no Size"
        raise RakingError(f"{file} is damaged ({reason}); copy it again") from error
    return Pyramid(width, height, tile_size, overlap, ending)


def parse_pyramids(files: Sequence[Path], size: tuple[int, int]) -> Pyramid | None:
    """What the .dzi files of an image of a size (width, height) say alike; None of a flat image.

    Raises RakingError where they disagree, or where only some files are pyramids.
    """
    flat = next((file for file in files if file.suffix != ".dzi"), None)
    tiled = [file for file in files if file.suffix == ".dzi"]
    if not tiled:
        return None
    if flat:
        raise RakingError(f"{tiled[0]} is in tiles and {flat} is not; copy the whole folder again")
    first, *others = [parse_pyramid(file) for file in files]
    for file, other in zip(files, [first, *others], strict=True):
        check_size(file, (other.width, other.height), size)
        if other != first:
            raise RakingError(
                f"{file} and {files[0].name} describe different tiles; copy the whole folder again"
            )
    return first


def full_size_level(files: Sequence[Path], pyramid: Pyramid, deep_zoom: bool) -> int:
    """The number of the level of full size; unless it must be `deep_zoom`'s, the first plane tells
    whether it is Relight's.

    Raises RakingError where the first tile of a level that viewers show is missing.
    """
    top = pyramid.top
    if not deep_zoom and not _tile_file(files[0], top, 0, 0, pyramid).is_file():
        top = pyramid.relight_top
    for file in files:
        for level in range(top, top - pyramid.relight_top - 1, -1):
            first = _tile_file(file, level, 0, 0, pyramid)
            if not first.is_file():
                raise RakingError(f"{first} is missing; copy the whole image folder again")
    return top


def read_pyramid(file: Path, pyramid: Pyramid, level: int, picture: np.ndarray) -> None:
    """Reads the tiles of full size, in the folder of a `level`, into `picture`, [H, W, 3] or [H, W]
    uint8.

    Raises RakingError naming the tile that is missing, damaged or of another size.
    """
    for tile in pyramid.tiles(pyramid.top):
        name = _tile_file(file, level, tile.column, tile.row, pyramid)
        size = tile.x1 - tile.x0, tile.y1 - tile.y0
        levels = read_picture(name, size, picture.ndim == 3)
        # Its own pixels alone, as viewers show them: where tiles overlap, they may differ.
        x, y = tile.column * pyramid.size, tile.row * pyramid.size
        own = picture[y : y + pyramid.size, x : x + pyramid.size]
        own[:] = levels[y - tile.y0 :, x - tile.x0 :][: own.shape[0], : own.shape[1]]


def tile_folder(file: Path) -> Path:
    """Where the tiles of a .dzi lie, a folder per level."""
    return file.with_name(f"{file.stem}_files")


def _tile_file(file: Path, level: int, column: int, row: int, pyramid: Pyramid) -> Path:
    return tile_folder(file) / str(level) / f"{column}_{row}.{pyramid.format}"


def _whole(text: str | None) -> int:
    if text is None or not re.fullmatch(r"[0-9]{1,7}", text):
        raise ValueError(f"{text!r} stands where a whole number is needed")
    return int(text)


def _evened(levels: np.ndarray) -> np.ndarray:
    """As uint32, with a last odd row or column twice, which changes no mean."""
    height, width = levels.shape[:2]
    padding = [(0, height % 2), (0, width % 2), *[(0, 0)] * (levels.ndim - 2)]
    return np.pad(levels, padding, "edge").astype(np.uint32)


def _sums(values: np.ndarray) -> np.ndarray:
    """Of 2 x 2 pixels."""
    rows = values[0::2] + values[1::2]
    return rows[:, 0::2] + rows[:, 1::2]


def _encoded(picture: np.ndarray, tile_format: TileFormat) -> bytes:
    import cv2  # which commands that write nothing need not wait for

    # Latents are noisy and compress little: run lengths are found fast, and none is smaller.
    run_lengths = [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    whole_colours = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    options = {
        "png": [cv2.IMWRITE_PNG_COMPRESSION, 3, *run_lengths],
        "webp": [cv2.IMWRITE_WEBP_QUALITY, 101],  # above 100: lossless
        "jpg": [*whole_colours, cv2.IMWRITE_JPEG_QUALITY, tile_format.quality],
    }[tile_format.name]
    blue_first = picture[..., ::-1] if picture.ndim == 3 else picture
    _, data = cv2.imencode(f".{tile_format.name}", np.ascontiguousarray(blue_first), options)
    return data.tobytes()
