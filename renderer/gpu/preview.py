"""A small picture of an image, for those that show no more: social networks, lists."""

import io
from pathlib import Path

import numpy as np

from renderer.gpu.frames import on_black, relight_frames, size_within
from renderer.image.relightable import read_image

LONGEST = 1200  # pixels, as Open Graph's readers like it
LIGHT = (0.35, 0.45)  # the viewer's first
QUALITY = 88


def preview_of(path: Path) -> bytes:
    """A JPEG, 1200 pixels long at most, of the image at `path` from straight above.

    Raises RakingError as `read_image` does, and where there is no wgpu adapter.
    """
    image = read_image(path)
    size = size_within(image.width, image.height, LONGEST)
    frame = next(relight_frames(image, np.array([LIGHT]), size))
    file = io.BytesIO()
    on_black(frame).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
