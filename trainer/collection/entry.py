"""A photograph of a collection before it is read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, eq=False)
class Entry:
    """A photograph on disk, its light and, where it is told, its view."""

    path: Path
    light: np.ndarray  # [3]
    held_out: bool = False
    view: np.ndarray | None = None  # [3] toward the camera; None where nobody tells
