"""Images of any size for measuring: a crop about the middle of one that is larger, or one that is
smaller over and over."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from renderer.image.finished import stored_image
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage, check_writable, read_image, write_image
from shaders.errors import RakingError

Progress = Callable[[int, int], None]


def write_at_size(
    source: Path,
    output: Path,
    width: int,
    height: int,
    tiles: TileFormat | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes the image at `source` anew, as one of `width` x `height` pixels.

    Some 450 MB of memory do for 100 million pixels, as one plane is made at a time. `progress` is
    told the tiles written, and of how many. Raises RakingError as `write_image` does.
    """
    image = at_size(read_image(source), width, height, with_relief=tiles is None)
    write_image(image, output, tiles=tiles, progress=progress)


def keep_at_size(
    image: RelightableImage,
    output: Path,
    asked: dict[str, Any],
    tiles: TileFormat | None = None,
    progress: Progress | None = None,
    *,
    pictures: bool = False,
) -> None:
    """Writes an image as `at_size` has it, unless an earlier run `asked` the same: its `command`,
    the digest of its `source` and its `size` in pixels [width, height].

    Raises RakingError where what stands there was not made by that command.
    """
    check_writable(output)
    if output.is_dir() and any(output.iterdir()):
        _, block = stored_image(output)
        if block.asked == asked:
            return
        if block.asked.get("command") != asked["command"]:
            raise RakingError(f"{output} is an image of its own: choose another folder with -o")
    width, height = asked["size"]
    large = at_size(image, width, height, pictures, with_relief=tiles is None)
    write_image(large, output, tiles=tiles, progress=progress, asked=asked)


def at_size(
    image: RelightableImage,
    width: int,
    height: int,
    pictures: bool = False,
    with_relief: bool = True,
) -> RelightableImage:
    """The image with planes that are made when they are asked for, one by one; with `pictures`,
    normals and evidence, too. A relief is left out where it cannot be written."""
    planes: Any = _Planes(image.planes, height, width)
    beside: dict[str, Any] = {}
    if with_relief and image.relief is not None:
        levels = _at_size(image.relief.levels, height, width)
        beside["relief"] = replace(image.relief, levels=levels)
    if pictures:
        beside |= {key: _at_size(each, height, width) for key, each in image.pictures.items()}
        beside["error_field"] = image.error_field
    return RelightableImage(
        image.decoder,
        cast(np.ndarray, planes),
        None if image.mask is None else _at_size(image.mask, height, width),
        image.provenance,
        image.lights,
        image.pixel_size_mm,
        views=image.views,
        **beside,
    )


class _Planes:
    """What writing asks of planes [K / 3, H, W, 3] uint8."""

    def __init__(self, planes: np.ndarray, height: int, width: int) -> None:
        self.dtype = planes.dtype
        self.shape = (len(planes), height, width, 3)
        self._planes = planes

    def __len__(self) -> int:
        return len(self._planes)

    def __getitem__(self, index: int) -> np.ndarray:
        return _at_size(self._planes[index], *self.shape[1:3])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[index] for index in range(len(self)))


def _at_size(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    for axis, length in enumerate((height, width)):
        start = max(0, (picture.shape[axis] - length) // 2)
        picture = picture.take(range(start, start + length), axis=axis, mode="wrap")
    return picture
