"""Photographs as one still picture, to choose a region on before anything is trained.

The picture is an image as the viewer reads them, that looks the same under every light.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError, shortened
from shaders.linear import LinearDecoder
from shaders.rbf import SPLINE_TERMS
from trainer.photographs.header import read_header
from trainer.photographs.pictures import read_picture

MOST = 24  # photographs, evenly of all, whose mean is shown
WHITE = 99.8  # the percentile of its values that is shown as white


def overview(
    photographs: Sequence[Path], title: str, progress: Callable[[int, int], None] | None = None
) -> RelightableImage:
    """The mean of photographs, pixel for pixel as they are stored, brightened to white.

    Raises RakingError where they are of several sizes, or one cannot be read.
    """
    sizes = {read_header(path).size for path in photographs}
    if len(sizes) > 1:
        raise RakingError(
            f"the photographs beside {shortened(photographs[0])} are of several sizes: keep those "
            "of one collection in the folder, or name one with --photograph"
        )
    chosen = np.unique(np.linspace(0, len(photographs) - 1, min(MOST, len(photographs))).round())
    total: np.ndarray | None = None
    for done, index in enumerate(chosen.astype(int), start=1):
        values = read_picture(photographs[index]).values.astype(np.float32)
        total = values if total is None else np.add(total, values, out=total)
        if progress:
            progress(done, len(chosen))
    assert total is not None
    white = max(float(np.percentile(total, WHITE)), 1.0)
    return still((total * (255 / white)).round().clip(0, 255).astype(np.uint8), title)


def still(levels: np.ndarray, title: str) -> RelightableImage:
    """[H, W, 3] uint8 as an image that shows them under every light."""
    overhead = np.array([[0, 0, 1]], np.float32)  # there must be a light
    splines = np.zeros((1 + SPLINE_TERMS, 4, 3), np.float32)
    splines[1, 1:] = np.eye(3)  # of the constant term each latent is its channel
    nothing, ones = np.zeros(3, np.float32), np.ones(3, np.float32)
    decoder = LinearDecoder("rbf", nothing, ones, overhead, splines)
    return RelightableImage(decoder, levels[None], title=title)
