"""Relight surfaces photographed under many lights: the face of the library.

`read_image`, `write_image` and `RelightableImage` need no GPU, `read_collection` reads photographs
with their lights.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from renderer.image.relightable import RelightableImage, read_image, write_image
from shaders.errors import RakingError

if TYPE_CHECKING:
    from trainer.collection.mlic import Mlic

__all__ = ["RakingError", "RelightableImage", "read_collection", "read_image", "write_image"]


def read_collection(
    path: Path | str,
    *,
    lights: Path | str | None = None,
    test_lights: Path | str | None = None,
    all_photographs: bool = False,
) -> "Mlic":
    """The photographs of a collection and their lights.

    The result has `names` [L], `lights` [L, 3], float32 unit vectors with x right, y up and z to
    the viewer, and `photograph(name)` [H, W, 3], uint8 or uint16; and `warnings`. For the options
    and the rest see trainer.collection.mlic. Raises RakingError where the collection cannot be
    read.
    """
    from trainer.collection.mlic import read_mlic

    return read_mlic(
        Path(path),
        Path(test_lights) if test_lights else None,
        lights=Path(lights) if lights else None,
        all_photographs=all_photographs,
    )
