"""The relightable image: planes of 8-bit latents and the decoder that turns them into colour.

It is the contract between making (trainer) and showing (renderer, webviewer). On disk it is a
folder with `info.json`, lossless planes `plane_0.png`, ... and, where there are such, `mask.png`,
`normals.png`, `evidence.png` and `relief.png`. Tiled, each of these pictures is a Deep Zoom pyramid
instead, such as `plane_0.dzi`.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from renderer.files.aside import settle, write_aside, writing_aside
from renderer.files.memory import check_memory
from renderer.files.ours import check_folder, no_file
from renderer.image.describe import Description
from renderer.image.image import RelightableImage, SmallerLevels
from renderer.image.info import error_field, parse_info
from renderer.image.keys import Info
from renderer.image.limits import LONGEST_INFO
from renderer.image.notes import NOTES
from renderer.image.picture import read_picture
from renderer.image.pyramid import (
    Pyramid,
    TileFormat,
    full_size_level,
    halvings,
    parse_pyramid,
    parse_pyramids,
    read_pyramid,
    tile_folder,
    write_pyramid,
)
from shaders.decoder import Decoder
from shaders.errors import RakingError
from shaders.heights import Relief

__all__ = [
    "RelightableImage",
    "SmallerLevels",
    "check_can_tile",
    "check_image",
    "check_writable",
    "read_image",
    "read_info_text",
    "write_image",
]

Progress = Callable[[int, int], None]


def read_image(path: Path) -> RelightableImage:
    """Reads and checks a relightable image, flat or tiled, written by this software, the published
    trainer or, if it is classical, by Relight.

    Raises RakingError naming the file that is missing, damaged or does not fit.
    """
    path = Path(path)
    info, decoder, files = _look_up(path)
    read = _reader(info, list(files.values()))
    check_memory(path, decoder.latents * info.height * info.width)
    planes = np.empty((decoder.planes, info.height, info.width, 3), np.uint8)
    for i, plane in enumerate(planes):
        read(files[f"plane {i}"], plane)
    grey: dict[str, np.ndarray] = {}
    pictures: dict[str, np.ndarray] = {}
    for name in ("mask", "relief"):
        if name in files:
            grey[name] = np.empty((info.height, info.width), np.uint8)
            read(files[name], grey[name])
    for name in ("normals", "evidence"):
        if name in files:
            pictures[name] = np.empty((info.height, info.width, 3), np.uint8)
            read(files[name], pictures[name])
    heights = info.raking.relief if info.raking else None
    return RelightableImage(
        decoder,
        planes,
        grey["mask"] > 127 if "mask" in grey else None,
        info.raking.provenance if info.raking else {},
        info.lights,
        info.pixel_size_mm,
        info.raking.title if info.raking else None,
        pictures.get("normals"),
        info.raking.views if info.raking else None,
        info.raking.known_facts if info.raking else {},
        pictures.get("evidence"),
        error_field(info, decoder),
        Relief(grey["relief"], heights.low, heights.high) if heights else None,
    )


def check_image(path: Path) -> list[Path]:
    """The files of the planes, the mask and what else there is: pictures, or pyramids (.dzi).

    Nothing but descriptions is read, which is quick at any size. Raises RakingError where `path`
    is no relightable image, or where one of these files is missing.
    """
    info, _, found = _look_up(path)
    files = list(found.values())
    _reader(info, files)
    return files


def read_info_text(path: Path) -> str:
    """The text of an image's `info.json`; RakingError where there is none to read."""
    if not path.exists():
        settle(path)  # a process may have been killed while it replaced the image
    if not path.is_dir():
        raise RakingError(f"{path} is not a folder; give the folder of a relightable image")
    file = path / "info.json"
    try:
        if not file.is_file():
            raise RakingError(
                f"{path} holds no info.json, so it is no relightable image; make one with raking "
                "train"
            )
        if file.stat().st_size > LONGEST_INFO:
            raise RakingError(f"{file} is no info.json, which is never as large; copy it again")
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RakingError(f"{file} cannot be read ({error}); copy it again") from error


def write_image(
    image: RelightableImage,
    path: Path,
    overwrite: bool = True,
    *,
    tiles: TileFormat | None = None,
    smaller: SmallerLevels | None = None,
    progress: Progress | None = None,
    asked: dict[str, Any] | None = None,
) -> None:
    """Writes an image aside and then renames it into place, so that no half of it is ever seen.

    With `tiles` it is written as pyramids, whose levels below full size are the means of the
    object's pixels, unless they are given as `smaller`. `progress` is told the tiles or pictures
    written, and of how many. One plane is worked on at a time. `asked` is recorded
    (renderer/image/finished.py). Notes that lie with the image that is replaced are kept.

    Raises RakingError where `path` holds anything but a relightable image of ours (or anything,
    without `overwrite`), or where it cannot be written.
    """
    if tiles:
        check_can_tile(image)
    check_writable(path, overwrite)

    def keep_notes(place: Path) -> None:
        check_writable(place, overwrite)
        if (place / NOTES).is_file():
            write_aside(aside / NOTES, (place / NOTES).read_bytes())

    with writing_aside(path, keep_notes) as aside:
        aside.mkdir()
        if tiles:
            names = _write_tiles(image, aside, tiles, smaller, progress or (lambda done, n: None))
        else:
            names = _write_flat(image, aside, progress or (lambda done, n: None))
        _write_info(image, aside, names, tiles or TileFormat(), smaller if tiles else None, asked)


def check_can_tile(image: RelightableImage) -> None:
    """RakingError where an image cannot be written in tiles; call it before long work."""
    if image.relief is not None:
        raise RakingError(
            "an image with a relief cannot be written in tiles, as what a camera sees in one may "
            "lie in another: train it again with --tiles, which leaves the relief out"
        )


def check_writable(path: Path, overwrite: bool = True) -> None:
    """RakingError unless a relightable image may be written to `path`; call it before long work.

    It may take the place of one that this software wrote, where nothing else lies in its folder.
    """
    check_folder(path, "relightable image", _own_files if overwrite else no_file)


def _own_files(path: Path) -> Callable[[str], bool]:
    """Which files of a folder are of the image in it, if that is one that this software wrote; the
    notes too, which are not replaced."""
    file = path / "info.json"
    try:
        info = parse_info(read_info_text(path), file)[0] if file.is_file() else None
    except RakingError:
        info = None
    if info is None or info.raking is None:
        return lambda name: False
    pictures = [*info.raking.planes, *info.raking.other_pictures.values()]
    pyramids = {}
    for name in pictures:
        if name.endswith(".dzi") and (path / name).is_file():
            with suppress(RakingError):
                pyramids[tile_folder(Path(name)).name] = parse_pyramid(path / name)

    def is_own(name: str) -> bool:
        folder, *tile = Path(name).parts
        if tile:
            return folder in pyramids and pyramids[folder].has_tile("/".join(tile))
        return name in ("info.json", NOTES) or name in pictures

    return is_own


def _write_flat(image: RelightableImage, folder: Path, progress: Progress) -> list[str]:
    """Writes the pictures; returns the names of the planes."""
    names = [f"plane_{i}.png" for i in range(len(image.planes))]
    for i, (name, plane) in enumerate(zip(names, image.planes, strict=True), start=1):
        Image.fromarray(plane, "RGB").save(folder / name)
        progress(i, len(names))
    if image.mask is not None:
        Image.fromarray(image.mask.astype(np.uint8) * 255, "L").save(folder / "mask.png")
    if image.relief is not None:
        Image.fromarray(image.relief.levels, "L").save(folder / "relief.png")
    for picture, levels in image.pictures.items():
        Image.fromarray(levels, "RGB").save(folder / f"{picture}.png")
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
    pictures = len(names) + (image.mask is not None) + len(image.pictures)
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
    for picture, levels in image.pictures.items():
        write_pyramid(folder / f"{picture}.dzi", halvings(levels, weights), tiles, tick)
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
    asked: dict[str, Any] | None,
) -> None:
    ending = Path(planes[0]).suffix
    description = Description(
        image.decoder,
        image.width,
        image.height,
        planes,
        mask=None if image.mask is None else f"mask{ending}",
        normals=None if image.normals is None else f"normals{ending}",
        evidence=None if image.evidence is None else f"evidence{ending}",
        error_field=image.error_field,
        relief=None if image.relief is None else f"relief{ending}",
        heights=image.relief,
        provenance=image.provenance,
        lights=image.lights,
        views=image.views,
        pixel_size_mm=image.pixel_size_mm,
        title=image.title,
        facts=image.facts,
        levels=smaller.errors if smaller else None,
        picture_format=tiles.name,
        quality=tiles.quality if tiles.name == "jpg" else 100,
        asked=asked,
    )
    (folder / "info.json").write_text(description.text(), "utf-8")


def _look_up(path: Path) -> tuple[Info, Decoder, dict[str, Path]]:
    """What `info.json` says, and the files: of "plane 0" and so on, then of what else there is of
    "mask", "normals", "evidence" and "relief"."""
    path = Path(path)
    info, decoder = parse_info(read_info_text(path), path / "info.json")
    others = info.raking.other_pictures if info.raking else {}
    names = {f"plane {i}": names for i, names in enumerate(_numbering(path, info))}
    names |= {kind: [name] for kind, name in others.items()}
    return info, decoder, {kind: _find(path, names) for kind, names in names.items()}


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


def _reader(info: Info, files: list[Path]) -> Callable[[Path, np.ndarray], None]:
    """What reads one of an image's files, flat or tiled, into a picture [H, W, 3] or [H, W] uint8.
    RakingError where the descriptions of tiles do not fit."""
    size = info.width, info.height
    pyramid = parse_pyramids(files, size)
    if pyramid is None:
        return lambda file, picture: np.copyto(picture, read_picture(file, size, picture.ndim == 3))
    level = full_size_level(files, pyramid, deep_zoom=info.raking is not None)
    return lambda file, picture: read_pyramid(file, pyramid, level, picture)
