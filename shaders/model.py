"""What a linear model is: each is a file beside this one, and is named in `shaders/linear.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Size(NamedTuple):
    """What an image of a model and of so many latents is."""

    order: int  # the highest band of HSH, the degree of PTM; 0 where there is none
    colorspace: str  # Relight's name for what the latents make: rgb, lrgb or mrgb
    label: str  # how the papers name it


@dataclass(frozen=True)
class LinearModel:
    """A model whose every channel has the same terms of the light.

    `terms` takes unit vectors [L, 3] and an order, and gives [L, T] float64, none larger than 2.
    `lowest` is the lowest height (z) of a light that it can show; a lower one is shown as if it
    stood there. A model that has no terms of the light alone has None (`shaders/rbf.py`).
    """

    name: str
    sizes: Mapping[int, Size]  # by the number of latents
    terms: Callable[[np.ndarray, int], np.ndarray] | None
    lowest: float = 0.0
