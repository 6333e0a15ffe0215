"""Relit frames as files: one PNG, or a sequence with an animation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from renderer.aside import writing_aside
from renderer.image import RelightableImage
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
    """Writes one PNG aside and renames it into place."""
    with writing_aside(path) as aside:
        frame.save(aside, format="PNG")


def write_sequence(
    frames: Iterator[Image.Image],
    names: Sequence[str],
    folder: Path,
    progress: Progress | None = None,
) -> None:
    """Writes `folder/NAME.png` for every frame and `folder/animation.webp`.

    The folder appears when it is complete. Raises RakingError where it exists and is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RakingError(f"{folder} exists and is not empty; choose another folder or empty it")
    with writing_aside(folder) as aside:
        aside.mkdir()
        for i, (name, frame) in enumerate(zip(names, frames, strict=True), start=1):
            frame.save(aside / f"{name}.png")
            if progress:
                progress(i, len(names))
        _write_animation([aside / f"{name}.png" for name in names], aside / "animation.webp")


def _write_animation(files: list[Path], path: Path) -> None:
    """An endless animation of pictures, made small."""
    first, *others = map(_small, files)
    options: dict = {"duration": FRAME_MILLISECONDS, "loop": 0, "quality": 90}
    first.save(path, save_all=True, append_images=others, **options)


def _small(file: Path) -> Image.Image:
    with Image.open(file) as frame:
        frame.thumbnail((ANIMATION_SIDE, ANIMATION_SIDE), Image.Resampling.LANCZOS)
        return frame.copy()
