"""Relit frames as files: one picture, a sequence with an animation, or a video."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from renderer.files.aside import writing_aside
from renderer.files.marks import exif_mark, png_mark, video_mark
from renderer.files.ours import check_file, check_folder, marked_files
from renderer.gpu.relighter import Relighter
from renderer.gpu.video import VideoWriter, check_video_size
from renderer.image.relightable import RelightableImage
from shaders.decoder import LIGHT
from shaders.errors import RakingError
from shaders.look import Look

# Pixels of the longer side: animations are to be looked at and sent, and are held whole.
ANIMATION_SIDE = 960
ANIMATION_PIXELS = 150_000_000  # of all frames together
FRAME_MILLISECONDS = 80

PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
VIDEO = ".mp4"
LONGEST_SIDES = {"JPEG": 65_500, "WEBP": 16_383}  # what the formats can hold

Progress = Callable[[int, int], None]
Crop = tuple[int, int, int, int]  # x, y, width, height, in pixels from the top left corner


def orbit(count: int, elevation: float = 30.0) -> np.ndarray:
    """`count` lights or views (x, y) around the object, [count, 2], at an elevation in degrees,
    0..90."""
    azimuth = np.arange(count) * 2 * np.pi / count
    radius = np.cos(np.radians(elevation))
    return radius * np.stack([np.cos(azimuth), np.sin(azimuth)], axis=1)


def check_crop(image: RelightableImage, crop: Crop) -> None:
    """RakingError where a crop does not lie within the image."""
    x, y, width, height = crop
    inside = width > 0 and height > 0 and x >= 0 and y >= 0
    if not (inside and x + width <= image.width and y + height <= image.height):
        raise RakingError(
            f"the crop {x},{y},{width},{height} does not lie within the image of "
            f"{image.width} x {image.height} pixels"
        )


def crop_image(image: RelightableImage, crop: Crop) -> RelightableImage:
    """The part at (x, y, width, height), in pixels from the top left corner, of an image without a
    relief: with one, places beyond a crop may be seen in it, and frames are cropped instead.

    Raises RakingError where it does not lie within the image.
    """
    check_crop(image, crop)
    x, y, width, height = crop
    rows, columns = slice(y, y + height), slice(x, x + width)
    mask = image.mask[rows, columns] if image.mask is not None else None
    pictures: dict[str, Any] = {name: p[rows, columns] for name, p in image.pictures.items()}
    planes = np.ascontiguousarray(image.planes[:, rows, columns])
    return replace(image, planes=planes, mask=mask, **pictures)


def relight_frames(
    image: RelightableImage,
    lights: np.ndarray,
    size: tuple[int, int] | None = None,
    look: Look = Look(),
    crop: Crop | None = None,
) -> Iterator[Image.Image]:
    """The image under each light of [L, 2], or each view and light of [L, 4], and seen with a look,
    decoded whole, cropped, and then shrunk or enlarged to `size`.

    With a mask the frames are RGBA, transparent outside the object.
    """
    relighter = Relighter(image, look=look)
    mask_from = lru_cache(maxsize=1)(lambda *view: image.mask_from(view))
    for light in lights:
        levels = relighter.frame(light)
        mask = mask_from(*image.decoder.conditions_of(light)[:-LIGHT].tolist())
        if mask is not None:
            levels = np.dstack([levels, mask.astype(np.uint8) * 255])
        frame = Image.fromarray(levels)
        if crop:
            x, y, width, height = crop
            frame = frame.crop((x, y, x + width, y + height))
        yield frame.resize(size, Image.Resampling.LANCZOS) if size else frame


def size_within(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size of a picture that is made no longer than so many pixels, and never larger."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def output_kind(path: Path, several: bool) -> str:
    """The kind of output that a path's ending names: a format of Pillow, "MP4" or "folder".

    Raises RakingError for an ending that is unknown, or not for that many frames. A folder has no
    ending, or one of digits, as in `v1.2`.
    """
    ending = path.suffix.lower()
    if ending == VIDEO and several:
        return "MP4"
    if several and (path.is_dir() or not ending.strip(".0123456789")):
        return "folder"
    if not several and ending in PICTURES:
        return PICTURES[ending]
    if several and ending in PICTURES:
        raise RakingError(
            f"{path} names one picture for several frames; name a folder, or a video, {VIDEO}"
        )
    if ending == VIDEO:
        raise RakingError(f"{path} is a video, which takes several frames: --orbit or --lights")
    known = f"a folder or a video, {VIDEO}" if several else f"a picture, {', '.join(PICTURES)}"
    raise RakingError(f"{path} has an ending that is not known here; name {known}")


def check_frame_size(kind: str, size: tuple[int, int]) -> None:
    """RakingError where frames of a size (width, height) do not fit into a kind of output."""
    width, height = size
    if max(size) > LONGEST_SIDES.get(kind, max(size)):
        raise RakingError(
            f"a {kind} holds {LONGEST_SIDES[kind]} pixels a side, and the frame is "
            f"{width} x {height}; write a .png, or give --scale"
        )
    if kind == "MP4":
        check_video_size(size)


def write_frame(frame: Image.Image, path: Path) -> None:
    """Writes one picture, of the kind that its ending names, aside and renames it into place.

    PNG and WebP lose nothing. A JPEG, which cannot be transparent, is black outside the object.
    Raises RakingError where something else is there than a picture that this software rendered.
    """
    kind = output_kind(path, several=False)
    check_file(path)
    options: dict[str, dict] = {
        "PNG": {"pnginfo": png_mark()},
        "JPEG": {"exif": exif_mark(), "quality": 95, "subsampling": "4:4:4"},
        "WEBP": {"exif": exif_mark(), "lossless": True, "exact": True},
    }
    picture = on_black(frame) if kind == "JPEG" else frame
    with writing_aside(path, check_file) as aside:
        picture.save(aside, format=kind, **options[kind])


def write_video(
    frames: Iterator[Image.Image], count: int, path: Path, progress: Progress | None = None
) -> None:
    """Writes `count` frames as a video aside, and renames it into place; black off the object.

    Raises RakingError as `write_frame` does.
    """
    check_file(path)
    with writing_aside(path, check_file) as aside, VideoWriter(aside, video_mark()) as video:
        for done, frame in enumerate(frames, start=1):
            video.add(np.asarray(on_black(frame)))
            if progress:
                progress(done, count)


def on_black(frame: Image.Image) -> Image.Image:
    """A frame without its transparency, RGB."""
    if frame.mode == "RGB":
        return frame
    black = Image.new("RGB", frame.size)
    black.paste(frame, mask=frame.getchannel("A"))
    return black


def write_sequence(
    frames: Iterator[Image.Image],
    names: Sequence[str],
    folder: Path,
    progress: Progress | None = None,
    asked: str = "",
) -> None:
    """Writes `folder/NAME.png` for every frame and `folder/animation.webp`.

    The folder appears when it is complete. `asked` is recorded in the frames, for
    `sequence_is_done`. Raises RakingError where the folder holds anything but rendered pictures.
    """
    check_sequence(folder)
    with writing_aside(folder, check_sequence) as aside:
        aside.mkdir()
        for i, (name, frame) in enumerate(zip(names, frames, strict=True), start=1):
            frame.save(aside / f"{name}.png", pnginfo=png_mark(Asked=asked))
            if progress:
                progress(i, len(names))
        _write_animation([aside / f"{name}.png" for name in names], aside / "animation.webp")


def check_sequence(folder: Path) -> None:
    """RakingError unless a sequence may be written to `folder`; call it before long work."""
    check_folder(folder, "sequence of frames", marked_files)


def sequence_is_done(folder: Path, names: Sequence[str], asked: str) -> bool:
    """Whether `write_sequence` wrote these frames to `folder`, as `asked` now."""
    files = [folder / f"{name}.png" for name in names]
    if not all(file.is_file() for file in [*files, folder / "animation.webp"]):
        return False
    return all(_asked(file) == asked for file in files)


def _asked(file: Path) -> object:
    try:
        with Image.open(file) as frame:
            return frame.info.get("Asked")
    except (OSError, SyntaxError, ValueError):
        return None


def _write_animation(files: list[Path], path: Path) -> None:
    """An endless animation of pictures, made small, and smaller the more they are."""
    side = min(ANIMATION_SIDE, int((ANIMATION_PIXELS / len(files)) ** 0.5))
    first, *others = (_small(file, side) for file in files)
    options: dict = {"duration": FRAME_MILLISECONDS, "loop": 0, "quality": 90}
    options["exif"] = exif_mark()
    first.save(path, save_all=True, append_images=others, **options)


def _small(file: Path, side: int) -> Image.Image:
    with Image.open(file) as frame:
        frame.thumbnail((side, side), Image.Resampling.LANCZOS)
        return frame.copy()
