"""Relit frames as files: one PNG, or a sequence with an animation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from renderer.aside import writing_aside
from renderer.image import RelightableImage
from renderer.marks import exif_mark, png_mark
from renderer.ours import check_file, check_folder, marked_files
from renderer.relight import Relighter
from shaders.errors import RakingError

# Pixels of the longer side: animations are to be looked at and sent, and are held whole.
ANIMATION_SIDE = 960
FRAME_MILLISECONDS = 80

Progress = Callable[[int, int], None]


def orbit(count: int, elevation: float = 30.0) -> np.ndarray:
    """`count` lights (x, y) around the object, [count, 2], at an elevation in degrees, 0..90."""
    azimuth = np.arange(count) * 2 * np.pi / count
    radius = np.cos(np.radians(elevation))
    return radius * np.stack([np.cos(azimuth), np.sin(azimuth)], axis=1)


def crop_image(image: RelightableImage, crop: tuple[int, int, int, int]) -> RelightableImage:
    """The part at (x, y, width, height), in pixels from the top left corner.

    Raises RakingError where it does not lie within the image.
    """
    x, y, width, height = crop
    inside = width > 0 and height > 0 and x >= 0 and y >= 0
    if not (inside and x + width <= image.width and y + height <= image.height):
        raise RakingError(
            f"the crop {x},{y},{width},{height} does not lie within the image of "
            f"{image.width} x {image.height} pixels"
        )
    rows, columns = slice(y, y + height), slice(x, x + width)
    mask = image.mask[rows, columns] if image.mask is not None else None
    planes = np.ascontiguousarray(image.planes[:, rows, columns])
    return replace(image, planes=planes, mask=mask)


def relight_frames(
    image: RelightableImage, lights: np.ndarray, size: tuple[int, int] | None = None
) -> Iterator[Image.Image]:
    """The image under each light of [L, 2], decoded whole and then shrunk or enlarged to `size`.

    With a mask the frames are RGBA, transparent outside the object.
    """
    relighter = Relighter(image)
    mask = None if image.mask is None else image.mask.astype(np.uint8) * 255
    for light in lights:
        levels = relighter.frame(light)
        if mask is not None:
            levels = np.dstack([levels, mask])
        frame = Image.fromarray(levels)
        yield frame.resize(size, Image.Resampling.LANCZOS) if size else frame


def write_frame(frame: Image.Image, path: Path) -> None:
    """Writes one PNG aside and renames it into place.

    Raises RakingError where something else is there than a picture that this software rendered.
    """
    check_file(path)
    with writing_aside(path, check_file) as aside:
        frame.save(aside, format="PNG", pnginfo=png_mark())


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
    """An endless animation of pictures, made small."""
    first, *others = map(_small, files)
    options: dict = {"duration": FRAME_MILLISECONDS, "loop": 0, "quality": 90}
    options["exif"] = exif_mark()
    first.save(path, save_all=True, append_images=others, **options)


def _small(file: Path) -> Image.Image:
    with Image.open(file) as frame:
        frame.thumbnail((ANIMATION_SIDE, ANIMATION_SIDE), Image.Resampling.LANCZOS)
        return frame.copy()
