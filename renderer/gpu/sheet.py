"""A contact sheet: a surface under raking light from eight sides, and from above in the middle."""

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shaders.errors import RakingError

# Row by row, as the light stands about the object: its azimuth in degrees, counter-clockwise from
# the right; None is straight above.
PLACES: tuple[tuple[str, float | None], ...] = (
    ("from the upper left", 135),
    ("from the top", 90),
    ("from the upper right", 45),
    ("from the left", 180),
    ("from above", None),
    ("from the right", 0),
    ("from the lower left", 225),
    ("from the bottom", 270),
    ("from the lower right", 315),
)
COLUMNS = 3
RAKING = 15.0  # degrees above the surface
CELL = 640  # pixels of a picture's longer side, where no size is asked for
GROUND, INK = (22, 22, 23), (226, 224, 219)
LARGEST = 200_000_000  # pixels


def sheet_lights(elevation: float = RAKING) -> np.ndarray:
    """The lights (x, y) of the nine pictures, [9, 2], the eight at an elevation in degrees."""
    radius = np.cos(np.radians(elevation))
    angles = [None if azimuth is None else np.radians(azimuth) for _, azimuth in PLACES]
    return np.array(
        [(0, 0) if a is None else (radius * np.cos(a), radius * np.sin(a)) for a in angles]
    )


def contact_sheet(frames: Iterable[Image.Image], size: tuple[int, int]) -> Image.Image:
    """Nine frames of a size (width, height), in the order of PLACES, each with its caption.

    Raises RakingError where they do not fit into a picture.
    """
    width, height = size
    gap = max(4, max(size) // 40)
    text = max(10, max(size) // 28)
    across, down = width + gap, height + gap + 2 * text
    if (whole := (COLUMNS * across + gap) * (COLUMNS * down + gap)) > LARGEST:
        raise RakingError(
            f"a sheet of nine pictures of {width} x {height} has {whole:,} pixels, which is too "
            "many; give --scale"
        )
    sheet = Image.new("RGB", (COLUMNS * across + gap, COLUMNS * down + gap), GROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(text)
    for i, (frame, (name, _)) in enumerate(zip(frames, PLACES, strict=True)):
        x, y = gap + i % COLUMNS * across, gap + i // COLUMNS * down
        sheet.paste(frame, (x, y), frame if frame.mode == "RGBA" else None)
        draw.text((x, y + height + text // 3), name, INK, font)
    return sheet
