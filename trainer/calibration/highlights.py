"""The lamp's image on a sphere in every photograph: where it is, and how surely; or why not."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from trainer.calibration.rim import Frame, Outline
from trainer.calibration.spots import HORIZON, Spot, find_spot, without_background
from trainer.calibration.views import View

TILTED = 0.3  # of the radius, that the images of all lamps move outward at the picture's corner
DOUBLE = 0.35  # of the flux of the brighter one: two images of lamps
PLATEAU = 0.06  # of a saturated image's radius, by which its middle is unsure
READING = 0.15  # pixels, by which any is

State = Literal["found", "double", "missing", "rejected", "by hand"]


@dataclass(frozen=True)
class Highlight:
    """Of one photograph and sphere. Places are (column, row) of the photograph."""

    state: State
    x: float = 0.0
    y: float = 0.0
    deviation: float = 0.0  # pixels
    peak: float = 0.0  # levels of 255 above what is there in other photographs
    other: tuple[float, float] | None = None  # the place of a second one that rivals it
    size: float = 0.0  # radius of the lamp's image, in pixels
    reason: str = ""

    @property
    def usable(self) -> bool:
        return self.state in ("found", "double", "by hand")

    @property
    def place(self) -> np.ndarray:
        return np.array([self.x, self.y])


def find_highlights(view: View, outline: Outline, frame: Frame) -> list[Highlight]:
    """One for each photograph of the `view`, which holds the sphere; `outline` and `frame` are in
    pixels of the photographs."""
    bright = without_background(view.grey)
    x, y = view.inward(np.array([outline.x, outline.y]))
    scale = view.region.scale
    radius = outline.across / scale
    inside = mirrored_disc(bright.shape[1:], np.array([x, y]), radius, outward(outline, frame))
    return [_highlight(find_spot(picture, inside, radius), view) for picture in bright]


def outward(outline: Outline, frame: Frame) -> np.ndarray:
    """By how much of its radius [2] the lamps' images may lie farther out than on a sphere in the
    picture's middle, as the camera sees it from the side."""
    offset = np.array([outline.x, outline.y]) - frame.middle
    return TILTED * offset / (frame.side / 2)


def mirrored_disc(
    size: tuple[int, ...], centre: np.ndarray, radius: float, shift: np.ndarray
) -> np.ndarray:
    """[h, w] bool: where a sphere may mirror what stands above the table."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    offset = (np.stack([columns, rows], axis=-1) - centre) / radius
    plain = np.hypot(offset[..., 0], offset[..., 1])
    moved = offset - shift
    beyond = (np.hypot(moved[..., 0], moved[..., 1]) < HORIZON) & (plain < 0.97)
    return np.asarray((plain < HORIZON) | beyond)


def _highlight(spot: Spot | None, view: View) -> Highlight:
    if spot is None:
        return Highlight("missing", reason="nothing on the sphere stands out")
    scale = view.region.scale
    x, y = map(float, view.outward(np.array([spot.x, spot.y])))
    size = np.sqrt(spot.area / np.pi)
    deviation = scale * float(
        np.hypot(READING, PLATEAU * size) + size * spot.noise / max(spot.peak, 1e-6)
    )
    other = None
    if spot.rival > DOUBLE and spot.rival_place is not None:
        column, row = map(float, view.outward(np.array(spot.rival_place)))
        other = (column, row)
    return Highlight(
        "double" if other else "found", x, y, deviation, spot.peak, other, scale * float(size)
    )
