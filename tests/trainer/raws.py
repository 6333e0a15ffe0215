"""Camera raw made from a scene: a DNG with a Bayer pattern, as its specification has it."""

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

XYZ_TO_SRGB = np.linalg.inv(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def write_dng(
    path: Path,
    scene: np.ndarray,
    neutral: tuple[float, float, float] = (0.5, 1.0, 0.6),
    as_shot: tuple[float, float, float] | None = None,
    orientation: int = 1,
) -> None:
    """A scene [H, W, 3] in linear sRGB 0..1, seen by a camera in which `neutral` is grey.

    `as_shot` is the neutral that the camera took for it.
    """
    black, white = 256, 16383
    seen = scene * np.array(neutral)
    mosaic = seen[..., 1].copy()
    mosaic[0::2, 0::2] = seen[0::2, 0::2, 0]
    mosaic[1::2, 1::2] = seen[1::2, 1::2, 2]
    tags = [
        (33421, 3, 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, 1, 4, (0, 1, 1, 2), True),  # CFAPattern
        (50706, 1, 4, (1, 4, 0, 0), True),  # DNGVersion
        (50708, 2, 0, "Test camera", True),
        (50714, 3, 1, black, True),
        (50717, 4, 1, white, True),
        (50721, 10, 9, _rationals((np.diag(neutral) @ XYZ_TO_SRGB).ravel()), True),
        (50728, 5, 3, _rationals(np.array(as_shot or neutral)), True),
        (50778, 3, 1, 21, True),  # daylight of 6500 K
        (274, 3, 1, orientation, True),
    ]
    raw = np.rint(black + mosaic * (white - black)).astype(np.uint16)
    tifffile.imwrite(path, raw, photometric=32803, extratags=tags, metadata=None)


def _rationals(values: np.ndarray) -> tuple[Any, ...]:
    return tuple(part for value in values for part in (round(value * 10000), 10000))
