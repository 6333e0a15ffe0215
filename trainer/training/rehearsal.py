"""How long the phases of a run will take: they are done with a piece of the picture, and timed.

No constant would tell: it depends on the machine, on what else it does at the moment, on the
photographs and on the model.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from renderer.image.relightable import RelightableImage
from trainer.collection.mlic import Mlic, Photographs
from trainer.running.plan import Plan
from trainer.training.levels import MEASURED_PIXELS

# What is done with an image that has been made, telling a plan of its phases.
Finish = Callable[[RelightableImage, Plan], object]

# A rehearsal takes its share of the time of what it rehearses. Where pieces are too small, what
# does not depend on their size outweighs the rest; large ones tell no more.
SHARE = 1 / 32
FEWEST_PIXELS, MOST_PIXELS = 1 << 12, 1 << 19
FEWEST_ROWS = 32


def for_the_whole(
    took: Mapping[str, float], piece: Mlic | RelightableImage, whole: Mlic | RelightableImage
) -> dict[str, float]:
    """The seconds of each phase for the whole, from those that it took with the piece."""
    return {phase: seconds * _growth(phase, piece, whole) for phase, seconds in took.items()}


def piece_of_collection(mlic: Mlic) -> Mlic:
    """Some rows in the middle of the object, of all photographs; nothing is copied."""
    rows = _middle(mlic.height, mlic.width, mlic.mask)
    mask = None if mlic.mask is None else mlic.mask[rows]
    before, inside = rows.start * mlic.width, (rows.stop - rows.start) * mlic.width
    if mlic.mask is not None and mask is not None:
        before, inside = (int(np.count_nonzero(part)) for part in (mlic.mask[: rows.start], mask))

    def part(photographs: Photographs) -> Photographs:
        stored = photographs.stored[before : before + inside]
        size = (rows.stop - rows.start, mlic.width)
        return replace(photographs, stored=stored, size=size, mask=mask)

    return replace(mlic, train=part(mlic.train), test=part(mlic.test), mask=mask)


def piece_of_image(image: RelightableImage) -> RelightableImage:
    """Some rows in the middle of the object, without a relief."""
    rows = _middle(image.height, image.width, image.mask)
    mask = None if image.mask is None else image.mask[rows]
    pictures: dict[str, Any] = {name: picture[rows] for name, picture in image.pictures.items()}
    return replace(image, planes=image.planes[:, rows], mask=mask, relief=None, **pictures)


def _middle(height: int, width: int, mask: np.ndarray | None) -> slice:
    """Rows around the middle of the object that hold a share of its pixels."""
    by_row = np.full(height, width) if mask is None else mask.sum(axis=1)
    up_to = np.cumsum(by_row)
    pixels = np.clip(SHARE * up_to[-1], FEWEST_PIXELS, MOST_PIXELS)
    first, last = np.searchsorted(up_to, (up_to[-1] - pixels) / 2 + [0, pixels])
    missing = max(0, FEWEST_ROWS - int(last + 1 - first))
    return slice(max(0, int(first) - missing // 2), min(height, int(last) + 1 + missing))


def _growth(phase: str, piece: Mlic | RelightableImage, whole: Mlic | RelightableImage) -> float:
    """How many times longer a phase takes for the whole."""
    if phase.startswith(("storing", "normals", "evidence")):
        return _objects(whole) / _objects(piece)
    small, large = piece.width * piece.height, whole.width * whole.height
    if phase == "measuring":
        small, large = min(small, MEASURED_PIXELS), min(large, MEASURED_PIXELS)
    return large / small


def _objects(pictures: Mlic | RelightableImage) -> int:
    mask = pictures.mask
    return pictures.width * pictures.height if mask is None else int(np.count_nonzero(mask))
