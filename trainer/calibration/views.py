"""Photographs as calibration looks at them: small and whole, or a part of each in full detail."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from renderer.files.memory import available_memory
from shaders.errors import RakingError, shortened
from trainer.photographs.pictures import COPIES, read_header, read_picture
from trainer.photographs.raw import WhiteBalance

OVERVIEW = 900  # pixels of the longer side
DETAIL = 640  # pixels a side, of a part in full detail, beyond which it is scaled down
WHITE = 255.0
READERS = 2

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Region:
    """A rectangle of the photographs, and by how much it is scaled down."""

    left: int
    top: int
    right: int
    bottom: int
    scale: int  # photograph's pixels a pixel of the view

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the view."""
        return (self.bottom - self.top) // self.scale, (self.right - self.left) // self.scale


@dataclass(frozen=True, eq=False)
class View:
    """A region of all photographs. A pixel's (column, row) is that of its middle."""

    region: Region
    values: np.ndarray  # [L, h, w, 3] float32, sRGB levels 0..255

    @property
    def grey(self) -> np.ndarray:
        """[L, h, w], the mean of the channels."""
        return self.values.mean(axis=3)

    def inward(self, points: np.ndarray) -> np.ndarray:
        """Points [..., 2] of the photographs (column, row) in pixels of the view."""
        region = self.region
        shift = (region.scale - 1) / 2
        return (points - [region.left + shift, region.top + shift]) / region.scale

    def outward(self, points: np.ndarray) -> np.ndarray:
        """Points [..., 2] of the view in pixels of the photographs."""
        region = self.region
        shift = (region.scale - 1) / 2
        return points * region.scale + [region.left + shift, region.top + shift]


@dataclass(frozen=True)
class Shots:
    """The photographs of one set-up, in the order in which they were taken."""

    files: list[Path]
    size: tuple[int, int]  # (H, W)
    white: float  # the largest integer that their type holds
    white_balance: WhiteBalance | None = None

    @property
    def names(self) -> list[str]:
        return [file.name for file in self.files]

    def overview(self, progress: Progress | None = None) -> View:
        """All of every photograph, small."""
        height, width = self.size
        scale = max(1, -(-max(height, width) // OVERVIEW))
        region = Region(0, 0, width // scale * scale, height // scale * scale, scale)
        return self.views([region], progress)[0]

    def around(self, centre: np.ndarray, reach: float) -> Region:
        """The square of half the side `reach` about a point (column, row), cut at the borders."""
        height, width = self.size
        scale = max(1, round(2 * reach / DETAIL))
        left, top = (max(0, int(value - reach)) for value in centre)
        right = left + (min(width, int(centre[0] + reach) + 1) - left) // scale * scale
        bottom = top + (min(height, int(centre[1] + reach) + 1) - top) // scale * scale
        return Region(left, top, right, bottom, scale)

    def views(self, regions: Sequence[Region], progress: Progress | None = None) -> list[View]:
        """Each region of all photographs, each photograph read once."""
        views = [
            View(region, np.empty((len(self.files), *region.size, 3), np.float32))
            for region in regions
        ]
        for index, picture in enumerate(self.pictures()):
            for view in views:
                view.values[index] = _part(picture, view.region, self.white)
            if progress:
                progress(index + 1, len(self.files))
        return views

    def pictures(self) -> Iterator[np.ndarray]:
        """The photographs [H, W, 3], integers, one after the other, read ahead by threads."""
        with ThreadPoolExecutor(READERS) as pool:
            coming = [pool.submit(self._read, file) for file in self.files[:READERS]]
            for index in range(len(self.files)):
                picture = coming.pop(0).result()
                if index + READERS < len(self.files):
                    coming.append(pool.submit(self._read, self.files[index + READERS]))
                yield picture

    def _read(self, file: Path) -> np.ndarray:
        values = read_picture(file, self.white_balance).values
        if values.shape[:2] != self.size:
            raise RakingError(f"{shortened(file)} changed while it was read: begin again")
        return values


def read_shots(files: Sequence[Path]) -> Shots:
    """What the headers of photographs say. Raises RakingError where their sizes differ."""
    headers = [read_header(file) for file in files]
    first = headers[0]
    for file, header in zip(files, headers, strict=True):
        if (header.size, header.depth) != (first.size, first.depth):
            raise RakingError(
                f"{shortened(file)} is {header.size[1]} x {header.size[0]} pixels of "
                f"{header.depth} bits but {shortened(files[0])} is {first.size[1]} x "
                f"{first.size[0]} of {first.depth}: photographs that are calibrated together share "
                "one size; move the others elsewhere"
            )
    needed = first.nbytes * COPIES * READERS + len(files) * OVERVIEW * OVERVIEW * 16
    if needed > available_memory():
        raise RakingError(
            f"the {len(files)} photographs of {shortened(files[0].parent)} take "
            f"{needed / 2**30:.1f} GiB of memory to look at, where "
            f"{available_memory() / 2**30:.1f} are free: close other programs"
        )
    white = first.white or (1 << first.depth) - 1
    return Shots(list(files), first.size, float(white), first.white_balance)


def _part(picture: np.ndarray, region: Region, white: float) -> np.ndarray:
    part = picture[region.top : region.bottom, region.left : region.right]
    if region.scale > 1:
        size = region.size[::-1]
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return part.astype(np.float32) * np.float32(WHITE / white)
