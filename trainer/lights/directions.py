"""Sets of lights: which to hold out of training, and what a user should know about them."""

from collections.abc import Sequence

import numpy as np

from trainer.lights.names import listing

FEWEST_LIGHTS = 6
HELD_OUT = 5
LARGEST_SHARE = 4  # one light in so many may be held out
# Seen from a light inside the dome, its neighbours leave no gap in azimuth wider than this.
RIM_GAP = np.deg2rad(150)
# Where too few lights are inside, those whose gap is wider than the narrowest by less than this.
GAP_SLACK = np.deg2rad(20)
# Successive choices look to different sides: five steps go once round in 72 degrees.
AZIMUTH_STEP = np.deg2rad(144)
SAME_ELEVATION = 0.01  # of z
SAME_LIGHT = np.deg2rad(0.1)  # closer lights are one that repeats

# What cannot be relit but by extrapolation.
NARROW_CONE = np.deg2rad(20)  # from the middle of the lights to the farthest
THIN_LINE = 0.05  # the spread of (x, y) across the line
THIN_RING = np.deg2rad(6)  # from the lowest elevation to the highest
ONE_SIDE = np.pi  # an azimuth this wide without a light, seen from above
OVERHEAD = 0.1  # a light this close to the zenith, in (x, y), is on no side


def held_out_by_rule(lights: np.ndarray) -> list[int]:
    """Which of the lights [L, 3] to hold out where nobody names them: their indices, ascending.

    Five lights, one from each fifth of the lights in order of elevation. Lights on the rim are
    left out, since nothing surrounds them and they could only be extrapolated: a light is on the
    rim if, seen from it in the plane of x and y, the others leave a gap wider than 150 degrees.
    Where fewer than five are inside, as in a single ring, those with the narrowest gaps count as
    inside. Within its fifth (lights of one elevation share theirs) the light nearest to an
    azimuth of 0, 144, 288, 72 and 216 degrees is taken, from low to high, so that neighbouring
    fifths look to different sides. A light that repeats is held out each time. Small collections
    hold out fewer, and have fewer parts than fifths: at most one light in four, and lights of at
    least six directions stay for training.
    """
    return _spread(lights, HELD_OUT, first_azimuth=0.0)


def validation_lights(lights: np.ndarray, number: int) -> list[int]:
    """Up to `number` of the training lights [L, 3] to choose by: their indices, ascending.

    The rule of `held_out_by_rule` for so many parts, beginning on the opposite side, so that they
    lie between the lights which that rule takes. Small collections give fewer, as there.
    """
    return _spread(lights, number, first_azimuth=np.pi)


def light_warnings(names: Sequence[str], lights: np.ndarray, held_out: np.ndarray) -> list[str]:
    """What is odd about the lights [L, 3] of photographs; `held_out` [L] marks the tested ones."""
    warnings = []
    repeats = _repeats(lights)
    if repeats:
        pairs = listing(listing((names[i] for i in group), " = ") for group in repeats)
        warnings.append(f"lights repeat: {pairs}{leak(repeats, held_out)}")
    lacking = _extrapolated(lights[~held_out])
    if lacking:
        warnings.append(f"{lacking}: relighting from elsewhere is a guess")
    return warnings


def one_sided(lights: np.ndarray) -> str | None:
    """How lights [L, 3] leave most of the sky out, in words; None where they do not."""
    return _extrapolated(lights)


def leak(groups: Sequence[np.ndarray], held_out: np.ndarray) -> str:
    """What it means for the test if one of a group of equals is held out and another is not."""
    if any(held_out[group].any() and not held_out[group].all() for group in groups):
        return "; some are both trained on and held out, so the held-out score is too good"
    return ""


def _spread(lights: np.ndarray, number: int, first_azimuth: float) -> list[int]:
    """Up to `number` lights, spread over elevation and azimuth, with all their repeats."""
    first = _first_of_same(lights)
    distinct = np.unique(first)
    number = min(number, len(distinct) // LARGEST_SHARE, len(distinct) - FEWEST_LIGHTS)
    if number <= 0:
        return []
    gaps = np.array([_widest_gap(lights[distinct], i) for i in range(len(distinct))])
    limit = max(RIM_GAP, np.sort(gaps)[HELD_OUT - 1] + GAP_SLACK)
    inner = distinct[gaps <= limit]
    by_elevation = inner[np.lexsort((inner, lights[inner, 2]))]
    heights = lights[:, 2]
    azimuths = np.arctan2(lights[:, 1], lights[:, 0])
    chosen: list[int] = []
    for step, part in enumerate(np.array_split(by_elevation, min(number, len(inner)))):
        low, high = heights[part[0]] - SAME_ELEVATION, heights[part[-1]] + SAME_ELEVATION
        left = [i for i in by_elevation if i not in chosen]
        members = [i for i in left if low <= heights[i] <= high] or left
        away = azimuths[members] - first_azimuth - AZIMUTH_STEP * step
        chosen.append(members[np.argmax(np.cos(away))])
    return [i for i in range(len(lights)) if first[i] in chosen]


def _first_of_same(lights: np.ndarray) -> np.ndarray:
    """[L], for each light the first of the same direction: its own index unless it repeats."""
    apart = np.linalg.norm(lights[:, None] - lights, axis=2)  # chords, [L, L]
    return np.argmax(apart < SAME_LIGHT, axis=1)


def _repeats(lights: np.ndarray) -> list[np.ndarray]:
    """The groups of lights of one direction, each of at least two."""
    first = _first_of_same(lights)
    groups = [np.flatnonzero(first == i) for i in np.unique(first)]
    return [group for group in groups if len(group) > 1]


def _widest_gap(lights: np.ndarray, index: int) -> float:
    """The widest angle, seen from one light in (x, y), in which no other light lies."""
    return _empty_azimuth(np.delete(lights[:, :2], index, axis=0) - lights[index, :2], 1e-6)


def _empty_azimuth(offsets: np.ndarray, centre: float) -> float:
    """The widest angle, seen from the origin, in which no offset [N, 2] outside `centre` lies."""
    offsets = offsets[np.hypot(*offsets.T) > centre]
    if len(offsets) == 0:
        return 2 * np.pi
    angles = np.sort(np.arctan2(offsets[:, 1], offsets[:, 0]))
    return float(np.diff(angles, append=angles[0] + 2 * np.pi).max())


def _extrapolated(lights: np.ndarray) -> str | None:
    """Where the lights [L, 3] to train on leave most of the sky out: how, in words."""
    middle = lights.mean(axis=0)
    reach = angles_between(lights, middle / max(np.linalg.norm(middle), 1e-9)).max()
    if reach < NARROW_CONE:
        return f"the lights lie within {np.rad2deg(reach):.0f} degrees of one direction"
    centred = lights[:, :2] - lights[:, :2].mean(axis=0)
    if np.linalg.svd(centred, compute_uv=False)[1] / np.sqrt(len(lights)) < THIN_LINE:
        return "the lights lie on a line"
    if np.ptp(np.arcsin(lights[:, 2].clip(-1, 1))) < THIN_RING:
        return "the lights share one elevation"
    empty = _empty_azimuth(lights[:, :2], OVERHEAD)
    if empty >= ONE_SIDE:
        return f"the lights lie on one side, with none in {np.rad2deg(empty):.0f} degrees around"
    return None


def angles_between(lights: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The angles in radians between unit vectors: each of [..., 3] with each of [M, 3], or with
    the one [3]."""
    cosines = np.asarray(lights, np.float64) @ np.asarray(others, np.float64).T
    return np.asarray(np.arccos(cosines.clip(-1, 1)))


def sunflower(count: int, first: float = 0.5) -> np.ndarray:
    """Points [count, 2] spread evenly over the unit disc, in a sunflower's spiral; with 0 for
    `first` the first is the middle."""
    step = np.arange(count)
    radius = np.sqrt((step + first) / count)
    turns = step * np.pi * (3 - np.sqrt(5))
    return radius[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
