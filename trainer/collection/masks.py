"""The mask of a collection: which pixels are of the object."""

from pathlib import Path

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.collection.files import visible_files
from trainer.photographs.pictures import RAW_SUFFIXES, SUFFIXES, read_header, read_picture

FORMATS = tuple(suffix for suffix in SUFFIXES if suffix not in RAW_SUFFIXES)
GREY = 0.05  # of a mask's pixels, neither black nor white
NOTES = (".txt", ".json", ".md")  # beside a mask, no masks


def find_mask(folders: list[Path], warnings: list[str]) -> Path | None:
    """The file `mask`, in the first format that is read, lossless ones before; tells of others."""
    found = [p for f in folders for p in visible_files(f) if p.stem.lower() == "mask"]
    readable = [p for p in found if p.suffix.lower() in FORMATS]
    chosen = min(readable, key=_lossiness, default=None)
    for path in found:
        if path != chosen and path.suffix.lower() not in NOTES:
            instead = f"; {shortened(chosen)} is" if chosen else ": save it as PNG"
            warnings.append(f"{shortened(path)} is not read as the mask{instead}")
    return chosen


def read_mask(
    path: Path, size: tuple[int, int], warnings: list[str] | None = None, what: str = "object"
) -> np.ndarray:
    """[H, W] bool, true where the mask is brighter than mid-grey and not transparent.

    `what` it is a mask of, for errors. Raises RakingError where it is of another size (H, W), or
    nowhere true.
    """
    _check_mask_size(read_header(path).size, size, path)
    picture = read_picture(path)
    level = picture.values.max(axis=2) / np.iinfo(picture.values.dtype).max
    if picture.alpha is not None and picture.alpha.min() < picture.alpha.max():
        level *= picture.alpha / np.iinfo(picture.alpha.dtype).max
    mask: np.ndarray = level > 0.5
    if not mask.any():
        raise RakingError(
            f"{shortened(path)} holds no white, so no pixel is of the {what}: paint the {what} "
            "white"
        )
    if warnings is not None and np.mean((level > 0.1) & (level < 0.9)) > GREY:
        warnings.append(
            f"{shortened(path)} is not black and white; what is brighter than mid-grey is the "
            "object"
        )
    return mask


def _check_mask_size(found: tuple[int, int], size: tuple[int, int], path: Path) -> None:
    if found != size:
        raise RakingError(
            f"{shortened(path)} is {found[1]} x {found[0]} pixels but the photographs are "
            f"{size[1]} x {size[0]}: save it in their size, or remove it"
        )


def _lossiness(path: Path) -> int:
    order = (".png", ".tif", ".tiff", ".webp")
    suffix = path.suffix.lower()
    return order.index(suffix) if suffix in order else len(order)
