"""The region of interest: pixels to train on alone, or to draw more often than the others."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from shaders.errors import RakingError, shortened
from trainer.collection.masks import FORMATS, read_mask
from trainer.collection.mlic import Mlic
from trainer.models.networks import LATENTS
from trainer.training.settings import Rectangle, TrainingSettings

COLUMNS = ["x", "y"]
LARGEST = 1 << 29  # bytes of a CSV: 40 million pixels


def read_region(settings: TrainingSettings, mlic: Mlic) -> np.ndarray | None:
    """[H, W] bool, true at the object's pixels in the region; None where no region is asked for.

    Of a CSV, `x` counts columns from the left and `y` rows from the top, both from 0. A mask is
    white in the region. Of it, every n-th pixel of every n-th row is taken, n the settings'
    `region_step`, both counted from 0.

    Raises RakingError where the region lies off the picture or the object, is no such file, or
    has fewer pixels than a pixel has latents.
    """
    if settings.region is None:
        return None
    size = mlic.height, mlic.width
    name = region_name(settings.region)
    if isinstance(settings.region, tuple):
        region = _rectangle(settings.region, size)
    elif Path(settings.region).suffix.lower() == ".csv":
        region = _listed(Path(settings.region), size)
    else:
        region = _masked(Path(settings.region), size)
    step = settings.region_step
    region[np.arange(size[0]) % step != 0] = False
    region[:, np.arange(size[1]) % step != 0] = False
    if mlic.mask is not None:
        region &= mlic.mask
    number = int(np.count_nonzero(region))
    if number < LATENTS:
        raise RakingError(
            f"the region {name} has {number or 'no'} pixels on the object, where {LATENTS} are the "
            "fewest, as many as a pixel has latents: choose a larger one"
        )
    return region


def region_name(region: Path | Rectangle | str) -> str:
    """What a user calls it."""
    return ",".join(map(str, region)) if isinstance(region, tuple) else Path(region).name


def region_sha256(settings: TrainingSettings, mlic: Mlic) -> str | None:
    """Tells the region's pixels from others."""
    region = read_region(settings, mlic)
    return None if region is None else sha256(np.packbits(region).tobytes()).hexdigest()


def _rectangle(rectangle: Rectangle, size: tuple[int, int]) -> np.ndarray:
    x, y, width, height = rectangle
    if x + width > size[1] or y + height > size[0]:
        raise RakingError(
            f"the region {region_name(rectangle)} reaches beyond the picture of {size[1]} x "
            f"{size[0]} pixels: choose X,Y,WIDTH,HEIGHT inside it"
        )
    region = np.zeros(size, bool)
    region[y : y + height, x : x + width] = True
    return region


def _listed(path: Path, size: tuple[int, int]) -> np.ndarray:
    shown = shortened(path)
    try:
        if path.stat().st_size > LARGEST:
            raise RakingError(f"the region {shown} is larger than 512 MB: save it as a mask")
        table = pd.read_csv(path, dtype=str, skipinitialspace=True)
    except OSError as error:
        raise RakingError(f"cannot read the region {shown}: {error.strerror}") from error
    except (ValueError, pd.errors.ParserError) as error:  # ValueError of encodings, and if empty
        raise RakingError(f"the region {shown} is no CSV with a heading x,y: {error}") from error
    table.columns = [str(column).strip().lower() for column in table.columns]
    if not set(COLUMNS) <= set(table.columns):
        raise RakingError(f"the region {shown} has no heading x,y: begin with that line")
    numbers = table[COLUMNS].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    if len(numbers) == 0:
        raise RakingError(f"the region {shown} lists no pixels: write a line x,y for each")
    _refuse(~np.isfinite(numbers) | (numbers % 1 != 0), "is not two whole numbers x,y", shown)
    beyond = (numbers < 0) | (numbers >= size[::-1])
    _refuse(beyond, f"is a pixel outside the picture of {size[1]} x {size[0]}", shown)
    region = np.zeros(size, bool)
    region[numbers[:, 1].astype(int), numbers[:, 0].astype(int)] = True
    return region


def _refuse(wrong: np.ndarray, what: str, shown: str) -> None:
    rows = np.flatnonzero(wrong.any(axis=1))
    if len(rows):
        raise RakingError(f"line {rows[0] + 2} of the region {shown} {what}: correct it")


def _masked(path: Path, size: tuple[int, int]) -> np.ndarray:
    if path.suffix.lower() not in FORMATS:
        raise RakingError(
            f"the region {shortened(path)} is no CSV, no mask such as a PNG, and no rectangle "
            "X,Y,WIDTH,HEIGHT: choose one of them"
        )
    return read_mask(path, size, what="region")
