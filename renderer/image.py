"""The relightable image: planes of 8-bit latents and the decoder that turns them into colour.

It is the contract between making (trainer) and showing (renderer, webviewer). On disk it is a
folder with `info.json`, lossless planes `plane_0.png`, ... and, where there is one, `mask.png`.
Tiled, each of these pictures is a Deep Zoom pyramid instead, such as `plane_0.dzi`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from renderer.aside import writing_aside
from renderer.info import Info, describe, parse_info
from renderer.pyramid import (
    Pyramid,
    TileFormat,
    check_size,
    full_size_folder,
    halvings,
    parse_pyramid,
    read_picture,
    read_pyramid,
    write_pyramid,
)
from shaders.errors import RakingError
from shaders.linear import AnyDecoder, LinearDecoder

# Gigapixel planes are what this software is for; Pillow's guard is meant for web uploads.
Image.MAX_IMAGE_PIXELS = None

Progress = Callable[[int, int], None]


@dataclass
class RelightableImage:
    """One photographed surface, ready for any light.

    Latent `i` of a pixel is `planes[i // 3, y, x, i % 3]`, a level 0..255; row 0 is the top.
    `provenance` says how the image was made (software, collection, settings, held-out scores).
    `lights` are those of the photographs that it was made from, unit vectors towards them.
    `title` is what the image is called where it is shown; its folder's name where there is none.
    """

    decoder: AnyDecoder
    planes: np.ndarray  # [K / 3, H, W, 3] uint8
    mask: np.ndarray | None = None  # [H, W] bool, True on the object
    provenance: dict[str, Any] = field(default_factory=dict)
    lights: np.ndarray | None = None  # [L, 3] float32
    pixel_size_mm: float | None = None
    title: str | None = None

    def __post_init__(self) -> None:
        expected = (self.decoder.planes, *self.planes.shape[1:3], 3)
        if self.planes.shape != expected or self.planes.dtype != np.uint8:
            raise RakingError(
                f"the planes are {self.planes.dtype} {self.planes.shape}, where the decoder needs "
                f"uint8 {expected}"
            )
        if self.mask is not None and self.mask.shape != self.planes.shape[1:3]:
            raise RakingError(
                f"the mask is {self.mask.shape}, where the planes are {self.planes.shape[1:3]}"
            )

    @property
    def width(self) -> int:
        return self.planes.shape[2]

    @property
    def height(self) -> int:
        return self.planes.shape[1]

    @property
    def label(self) -> str:
        """How the papers name this model, such as DisK(20) or HSH(3)."""
        if isinstance(self.decoder, LinearDecoder):
            return self.decoder.label
        names = {"disk": "DisK", "neural": "NeuralRTI"}
        name = names.get(self.provenance.get("model", ""), "Neural")
        return f"{name}({self.decoder.units})"


@dataclass
class SmallerLevels:
    """The levels of a pyramid below full size, the largest first."""

    planes: list[np.ndarray]  # each [K / 3, h, w, 3] uint8
    errors: list[dict[str, Any]]  # of the first few: width, height, psnr in dB


def read_image(path: Path) -> RelightableImage:
    """Reads and checks a relightable image, flat or tiled, written by this software, the published
    trainer or, if it is classical, by Relight.

    Raises RakingError naming the file that is missing, damaged or does not fit.
    """
    path = Path(path)
    info, decoder, files = _look_up(path)
    planes = np.empty((len(files), info.height, info.width, 3), np.uint8)
    for file, plane in zip(files, planes, strict=True):
        _read(file, plane)
    mask = None
    if info.raking and info.raking.mask:
        levels = np.empty((info.height, info.width), np.uint8)
        _read(path / info.raking.mask, levels)
        mask = levels > 127
    provenance = info.raking.provenance if info.raking else {}
    title = info.raking.title if info.raking else None
    return RelightableImage(
        decoder, planes, mask, provenance, info.lights, info.pixel_size_mm, title
    )


def check_image(path: Path) -> list[Path]:
    """The files of the planes and of the mask: pictures, or pyramids (.dzi).

    Nothing but descriptions is read, which is quick at any size. Raises RakingError where `path`
    is no relightable image, or where one of these files is missing.
    """
    info, _, files = _look_up(path)
    if info.raking and info.raking.mask:
        files.append(_find(path, [info.raking.mask]))
    for file in files:
        if file.suffix == ".dzi":
            full_size_folder(file, _parse_pyramid(file, info.width, info.height))
    return files


def read_info_text(path: Path) -> str:
    """The text of an image's `info.json`; RakingError where there is none to read."""
    if not path.is_dir():
        raise RakingError(f"{path} is not a folder; give the folder of a relightable image")
    try:
        return (path / "info.json").read_text("utf-8")
    except FileNotFoundError as error:
        raise RakingError(
            f"{path} holds no info.json, so it is no relightable image; make one with raking train"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RakingError(f"{path / 'info.json'} cannot be read: {error}") from error


def write_image(
    image: RelightableImage,
    path: Path,
    overwrite: bool = True,
    *,
    tiles: TileFormat | None = None,
    smaller: SmallerLevels | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes an image aside and then renames it into place, so that no half of it is ever seen.

    With `tiles` it is written as pyramids, whose levels below full size are the means of the
    object's pixels, unless they are given as `smaller`. `progress` is told the tiles written, and
    of how many. One plane is worked on at a time.

    Raises RakingError where `path` holds something that is not a relightable image (or anything,
    without `overwrite`), or where it cannot be written.
    """
    check_writable(path, overwrite)
    with writing_aside(path) as aside:
        aside.mkdir()
        if tiles:
            names = _write_tiles(image, aside, tiles, smaller, progress or (lambda done, n: None))
        else:
            names = _write_flat(image, aside)
        _write_info(image, aside, names, tiles or TileFormat(), smaller if tiles else None)


def check_writable(path: Path, overwrite: bool = True) -> None:
    """RakingError unless a relightable image may be written to `path`; call it before long work."""
    if path.is_dir():
        if any(path.iterdir()) and not (overwrite and (path / "info.json").exists()):
            raise RakingError(f"{path} is not empty; choose another folder or empty it")
    elif path.exists():
        raise RakingError(f"{path} is a file; choose a folder to write the image to")


def _write_flat(image: RelightableImage, folder: Path) -> list[str]:
    """Writes the pictures; returns the names of the planes."""
    names = [f"plane_{i}.png" for i in range(len(image.planes))]
    for name, plane in zip(names, image.planes, strict=True):
        Image.fromarray(plane, "RGB").save(folder / name)
    if image.mask is not None:
        Image.fromarray(image.mask.astype(np.uint8) * 255, "L").save(folder / "mask.png")
    return names


def _write_tiles(
    image: RelightableImage,
    folder: Path,
    tiles: TileFormat,
    smaller: SmallerLevels | None,
    progress: Progress,
) -> list[str]:
    """Writes the pyramids; returns the names of the planes."""
    names = [f"plane_{i}.dzi" for i in range(len(image.planes))]
    pictures = len(names) + (image.mask is not None)
    pyramid = Pyramid(image.width, image.height, tiles.size, tiles.overlap, tiles.name)
    done, total = 0, pictures * pyramid.count()

    def tick() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    weights = None
    if image.mask is not None:
        weights = halvings(image.mask.astype(np.uint8) * 255)
        write_pyramid(folder / "mask.dzi", weights, tiles, tick)
    for i, name in enumerate(names):
        write_pyramid(folder / name, _plane_levels(image, i, smaller, weights), tiles, tick)
    return names


def _plane_levels(
    image: RelightableImage,
    index: int,
    smaller: SmallerLevels | None,
    weights: list[np.ndarray] | None,
) -> list[np.ndarray]:
    if smaller:
        return [image.planes[index], *(planes[index] for planes in smaller.planes)]
    return halvings(image.planes[index], weights)


def _write_info(
    image: RelightableImage,
    folder: Path,
    planes: Sequence[str],
    tiles: TileFormat,
    smaller: SmallerLevels | None,
) -> None:
    text = describe(
        image.decoder,
        image.width,
        image.height,
        image.mask is not None,
        image.provenance,
        lights=image.lights,
        pixel_size_mm=image.pixel_size_mm,
        planes=planes,
        mask="mask" + Path(planes[0]).suffix,
        levels=smaller.errors if smaller else None,
        title=image.title,
        picture_format=tiles.name,
        quality=tiles.quality if tiles.name == "jpg" else 100,
    )
    (folder / "info.json").write_text(text, "utf-8")


def _look_up(path: Path) -> tuple[Info, AnyDecoder, list[Path]]:
    """What `info.json` says, and the files of the planes."""
    path = Path(path)
    info, decoder = parse_info(read_info_text(path), path / "info.json")
    return info, decoder, [_find(path, names) for names in _numbering(path, info)]


def _numbering(path: Path, info: Info) -> list[list[str]]:
    """The names of the planes, from 1 where there is the last of those and no plane 0."""
    from_zero, *from_one = info.plane_files()
    if from_one and not _found(path, from_zero[0]) and _found(path, from_one[0][-1]):
        return from_one[0]
    return from_zero


def _found(path: Path, names: list[str]) -> Path | None:
    return next((path / name for name in names if (path / name).is_file()), None)


def _find(path: Path, names: list[str]) -> Path:
    if file := _found(path, names):
        return file
    raise RakingError(f"{path / names[0]} is missing; copy the whole image folder again")


def _read(file: Path, picture: np.ndarray) -> None:
    """Reads a plane or a mask, flat or tiled, into `picture`, [H, W, 3] or [H, W] uint8."""
    height, width = picture.shape[:2]
    if file.suffix == ".dzi":
        read_pyramid(file, _parse_pyramid(file, width, height), picture)
    else:
        picture[:] = read_picture(file, (width, height), picture.ndim == 3)


def _parse_pyramid(file: Path, width: int, height: int) -> Pyramid:
    pyramid = parse_pyramid(file)
    check_size(file, (pyramid.width, pyramid.height), (width, height))
    return pyramid
