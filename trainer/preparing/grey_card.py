"""A grey card that lies flat beside the object: what photographs show of it."""

import numpy as np

from shaders.errors import RakingError
from trainer.calibration.views import OVERVIEW, View
from trainer.photographs.srgb import linear
from trainer.preparing.crops import Crop
from trainer.preparing.flat_fields import DARKEST

WHITE = 0.98  # linear: a value beyond is saturated
SATURATED = 0.01  # of the card's values, that may be
FEWEST_PIXELS = 4


def check_card(overview: View, card: Crop) -> None:
    """RakingError where a card tells nothing, as it is too small, saturated or black."""
    values = linear(_part(overview, overview.values, card), 255)
    shown = ",".join(map(str, card))
    if values.shape[1] * values.shape[2] < FEWEST_PIXELS:
        raise RakingError(
            f"the grey card {shown} is too small in the photographs, which are seen {OVERVIEW} "
            "pixels wide for it: name more of it"
        )
    if (values > WHITE).mean() > SATURATED:
        raise RakingError(
            f"the grey card {shown} is saturated in some photographs, and tells nothing there: "
            "name a darker field"
        )
    if np.median(values.mean(axis=(1, 2, 3))) < DARKEST:
        raise RakingError(
            f"the grey card {shown} is black, and tells nothing: name a brighter field"
        )


def card_levels(overview: View, values: np.ndarray, card: Crop) -> np.ndarray:
    """[L], the means over a card of `values` [L, h, w, 3], linear, of the `overview`."""
    return np.asarray(_part(overview, values, card).mean(axis=(1, 2, 3)))


def _part(overview: View, values: np.ndarray, card: Crop) -> np.ndarray:
    x, y, width, height = card
    first = overview.inward(np.array([x, y], float)).round().astype(int)
    last = overview.inward(np.array([x + width, y + height], float)).round().astype(int)
    return values[:, max(0, first[1]) : last[1], max(0, first[0]) : last[0]]
