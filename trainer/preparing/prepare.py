"""Photographs with their lights, made ready for training: what is done with each, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shaders.errors import RakingError
from trainer.calibration.prediction import object_products
from trainer.calibration.views import Shots, View
from trainer.lights.names import listing
from trainer.photographs.srgb import linear
from trainer.preparing.crops import Crop, check_inside, mask_crop, object_crop
from trainer.preparing.evenness import FEWEST as FEWEST_OF_GAINS
from trainer.preparing.evenness import FallOff, card_gains, gains_by_others
from trainer.preparing.flat_fields import FlatFields
from trainer.preparing.grey_card import card_levels, check_card
from trainer.preparing.setup import SetUp
from trainer.preparing.shifts import FEWEST, Shifts, coarse_shifts, fine_shifts
from trainer.running.plan import Plan

DETAILS = 3  # parts that are looked at in full detail for shifts
REACH = 200  # pixels: half the side of one
MOVED = 0.1  # pixels: photographs that are nearer to their place stay as they are
TOLD = 0.35  # pixels, from which a shift is warned about
SURELY = 3.0  # times the uncertainty, too
UNEQUAL = 0.05  # of a lamp's brightness, from which it is warned about
NARROW_WHITES = (1023, 4095)


@dataclass(frozen=True)
class Wanted:
    """What a person asks for."""

    crop: Crop | str | None = None  # a rectangle, "auto", or all of it
    align: bool = False
    even: bool = False
    card: Crop | None = None  # a grey card in every photograph


@dataclass(frozen=True, eq=False)
class Preparation:
    """What is done with each of L photographs, in this order: the flat field, the lamp's fall-off
    and gain, its shift, the crop."""

    crop: Crop
    shifts: np.ndarray  # [L, 2] pixels right and down of their place
    gains: np.ndarray  # [L]
    fall_offs: list[FallOff | None]
    flat_fields: FlatFields | None
    lights: np.ndarray  # [L, 3], as the middle of the crop sees them
    lamps: np.ndarray | None  # [L, 3] pixels of the table, from there
    record: dict[str, Any]  # what is told of it, in the image, too
    warnings: list[str] = field(default_factory=list)


def prepare(
    shots: Shots,
    lights: np.ndarray,
    mask: np.ndarray | None,
    setup: SetUp,
    flat_fields: FlatFields | None,
    wanted: Wanted,
    plan: Plan,
) -> tuple[Shots, Preparation]:
    """Works out what is to be done with photographs under `lights` [L, 3]; none is written.

    Also returns the photographs with their true white. Raises RakingError where nothing can be
    said of what is wanted.
    """
    if flat_fields is not None and flat_fields.of_each and wanted.even:
        raise RakingError(
            "white cards of each light tell of its fall-off and brightness already: leave out "
            "--even, or name one card for all"
        )
    _check_rectangles(wanted, shots.size)
    overview = shots.overview(plan.begin("looking"))
    shots, overview = _with_true_white(shots, overview)
    if wanted.card is not None:
        check_card(overview, wanted.card)
    crop = _crop(wanted, overview, mask, setup, shots.size)
    warnings: list[str] = []
    shifts, aligned = _shifts(shots, overview, lights, wanted.align, warnings, plan)
    crop = _seen_by_all(crop, shifts, shots.size)
    lamps, fall_offs, seen = _near_lamps(setup, lights, crop, shots.size, wanted.even)
    gains, source = _gains(overview, seen, fall_offs, flat_fields, setup, wanted, warnings)
    if wanted.even and lamps is None:
        warnings.append(
            "where the lamps stood is not known, so only their brightness is evened: calibrate "
            "with two spheres, or one and --distance, and name that light file with --lights"
        )
    record: dict[str, Any] = {}
    if flat_fields is not None:
        record["flat_field"] = "of each light" if flat_fields.of_each else flat_fields.files[0].name
    if wanted.even:
        record["even"] = {
            "fall_off": any(f is not None for f in fall_offs),
            "gains": source,
            "least_gain": round(float(gains.min()), 3),
            "largest_gain": round(float(gains.max()), 3),
        }
    if wanted.align:
        record["align"] = aligned
    if crop != (0, 0, shots.size[1], shots.size[0]):
        record["crop"] = list(crop)
    if setup.pixel_mm is not None:
        record["pixel_mm"] = setup.pixel_mm
    return shots, Preparation(
        crop, shifts, gains, fall_offs, flat_fields, seen, lamps, record, warnings
    )


def _check_rectangles(wanted: Wanted, size: tuple[int, int]) -> None:
    if isinstance(wanted.crop, tuple):
        check_inside(wanted.crop, size, "--crop")
    if wanted.card is not None:
        check_inside(wanted.card, size, "--grey")


def _with_true_white(shots: Shots, overview: View) -> tuple[Shots, View]:
    """As collections have it: 16 bits that are never above 12 hold 12."""
    brightest = float(overview.values.max()) / 255 * shots.white
    for narrow in NARROW_WHITES:
        if shots.white == 65535 and NARROW_WHITES[0] / 4 < brightest <= narrow:
            values = overview.values * np.float32(shots.white / narrow)
            return replace(shots, white=float(narrow)), replace(overview, values=values)
    return shots, overview


def _crop(
    wanted: Wanted,
    overview: View,
    mask: np.ndarray | None,
    setup: SetUp,
    size: tuple[int, int],
) -> Crop:
    if wanted.crop is None:
        return 0, 0, size[1], size[0]
    if isinstance(wanted.crop, str):
        return object_crop(overview, setup.spheres, size) if mask is None else mask_crop(mask)
    return wanted.crop


def _shifts(
    shots: Shots,
    overview: View,
    lights: np.ndarray,
    align: bool,
    warnings: list[str],
    plan: Plan,
) -> tuple[np.ndarray, dict[str, Any]]:
    """[L, 2], those that are mended, and what is told of them."""
    none = np.zeros((len(lights), 2))
    if len(lights) < FEWEST:
        if align:
            raise RakingError(
                f"{len(lights)} photographs tell nothing of each other's shifts: --align takes "
                f"{FEWEST} or more"
            )
        return none, {}
    found = _found_shifts(shots, overview, lights, plan)
    if not np.isfinite(found.unsure):
        if align:
            raise RakingError(
                "nothing in the photographs tells where they lie over each other, as they are too "
                "dark or all alike: leave out --align"
            )
        return none, {}
    lengths = np.linalg.norm(found.pixels, axis=1)
    moved = lengths > MOVED
    told = lengths > max(TOLD, SURELY * found.unsure)
    if told.any() and not align:
        worst = np.argsort(-lengths)[: int(told.sum())]
        which = listing(f"{shots.names[i]} ({lengths[i]:.1f} pixels)" for i in worst)
        warnings.append(f"photographs have moved against the others: {which}; --align mends that")
    if not align:
        return none, {}
    return np.where(moved[:, None], found.pixels, 0.0), {
        "moved": int(moved.sum()),
        "largest_px": round(float(lengths.max()), 2),
        "unsure_px": round(found.unsure, 2),
    }


def _seen_by_all(crop: Crop, shifts: np.ndarray, size: tuple[int, int]) -> Crop:
    """The part of a crop that every photograph shows, moved back."""
    first = np.maximum(crop[:2], np.ceil(-shifts.min(axis=0)))
    ends = np.add(crop[:2], crop[2:])
    last = np.minimum(ends, np.floor(np.array(size[::-1]) - shifts.max(axis=0)))
    x, y, right, bottom = (int(value) for value in (*first, *last))
    if right <= x or bottom <= y:
        raise RakingError(
            "nothing of what is cut out is seen by all photographs once they are laid over each "
            "other: choose a larger --crop, or leave out the photographs that have moved farthest"
        )
    return x, y, right - x, bottom - y


def _found_shifts(shots: Shots, overview: View, lights: np.ndarray, plan: Plan) -> Shifts:
    scale = overview.region.scale
    start = coarse_shifts(overview.grey) * scale
    if scale == 1:
        parts = [overview.grey]
    else:
        regions = [shots.around(place, REACH) for place in _where_most_shows(overview)]
        parts = [view.grey for view in shots.views(regions, plan.begin("looking closer"))]
    return fine_shifts(parts, lights, start, plan.begin("shifts"))


def _where_most_shows(overview: View) -> list[np.ndarray]:
    """The middles (column, row) of parts that lie apart, of the photographs."""
    grey = np.log(overview.grey + 8)
    steep = np.median(
        [np.hypot(*np.gradient(picture)) for picture in grey[:: max(1, len(grey) // 12)]], axis=0
    )
    side = max(2, round(2 * REACH / overview.region.scale))
    height, width = steep.shape
    places = []
    for _ in range(DETAILS):
        sums = {
            (row, column): float(steep[row : row + side, column : column + side].sum())
            for row in range(0, max(1, height - side), side // 2)
            for column in range(0, max(1, width - side), side // 2)
        }
        row, column = max(sums, key=lambda place: sums[place])
        steep[row : row + side, column : column + side] = 0
        places.append(overview.outward(np.array([column, row]) + side / 2))
    return places


def _near_lamps(
    setup: SetUp, lights: np.ndarray, crop: Crop, size: tuple[int, int], even: bool
) -> tuple[np.ndarray | None, list[FallOff | None], np.ndarray]:
    """Lamps and lights as the middle of the crop has them, and their fall-offs where wanted."""
    if setup.lamps is None:
        return None, [None] * len(lights), lights
    middle = np.array([crop[0] + (crop[2] - 1) / 2, crop[1] + (crop[3] - 1) / 2])
    away = middle - np.array([size[1] - 1, size[0] - 1]) / 2
    lamps = setup.lamps - [away[0], -away[1], 0]
    distances = np.linalg.norm(lamps, axis=1)
    typical = float(np.median(distances))
    falls: list[FallOff | None] = [FallOff(lamp, typical, middle) for lamp in lamps]
    return lamps, falls if even else [None] * len(lamps), lamps / distances[:, None]


def _gains(
    overview: View,
    lights: np.ndarray,
    fall_offs: Sequence[FallOff | None],
    flat_fields: FlatFields | None,
    setup: SetUp,
    wanted: Wanted,
    warnings: list[str],
) -> tuple[np.ndarray, str]:
    """[L] gains of the photographs, and where they come from."""
    if flat_fields is not None and flat_fields.of_each:
        levels = np.array([flat_fields.level(i) for i in range(len(lights))])
        return card_gains(levels, lights), "white cards"
    if not wanted.even:
        return np.ones(len(lights)), ""
    values = _evened(overview, fall_offs)
    if wanted.card is not None:
        return card_gains(card_levels(overview, values, wanted.card), lights), "grey card"
    if len(lights) < FEWEST_OF_GAINS:
        return np.ones(len(lights)), "too few photographs"
    products = object_products(View(overview.region, 255 * values), setup.spheres)
    if products is None:
        return np.ones(len(lights)), "too dark to tell"
    gains = gains_by_others(products, lights)
    return gains, "the photographs against each other"


def _evened(overview: View, fall_offs: Sequence[FallOff | None]) -> np.ndarray:
    """[L, h, w, 3] linear, the lamps' fall-off divided out."""
    region = overview.region
    values = linear(overview.values, 255)
    height, width = values.shape[1:3]
    for index, fall in enumerate(fall_offs):
        if fall is not None:
            scaled = FallOff(
                fall.lamp / region.scale,
                fall.distance / region.scale,
                overview.inward(fall.middle),
            )
            values[index] *= scaled.factors((height, width))[..., None]
    return values
