"""The relief of a surface, from rectified pictures of cameras: a plane sweep (Collins 1996).

A plane parallel to the one that pictures are rectified to is shifted in each by its parallax. For
every height that is tried, all pictures are shifted back; where the surface has that height, they
agree.
"""

import math

import cv2
import numpy as np

from trainer.collection.rectified import Array, remapped, slopes

FEWEST_CAMERAS = 4  # two halves, each of which finds heights that the other one judges
MOST_CAMERAS = 24  # more tell little more
LONGEST = 384  # pixels a side that heights are looked for at
REACH = 1 / 16  # of the shorter side: the greatest height, up and down
STEP = 0.5  # pixels between two heights that are tried
BLUR = 0.8  # pixels, by a standard deviation: else a shift between pixels takes noise, and pleases
EVENED = 3.0  # pixels, likewise: over these brightness and contrast are evened out
WINDOW = 2.0  # pixels, likewise, over which pictures should agree
LEAST_CONTRAST = 1e-2  # of values 0..1: less is taken for noise
WORST = 1.5  # a disagreement counts no more, in the unit of the contrast
LEANING = 1e-3  # of that, a pixel of height: where nothing tells the height, it is the mean one
AGREEING = 0.7  # of the cameras; what the others show is taken for hidden
LEAST_GAIN = 0.1  # of the disagreement on the best plane: relief that explains less of it is none


def relief_of(pictures: Array, views: np.ndarray) -> Array | None:
    """The heights [H, W], float32, in pixels, of the surface that pictures [C, H, W], 0..1, show
    from the `views` [C, 3]: one of each camera, all lit alike, as the mean over their lights is.

    None where it is flat, or nothing tells that it is not: heights found from half of the cameras
    must explain what the others see clearly better than any even plane does.
    """
    if len(views) < FEWEST_CAMERAS:
        return None
    some = np.unique(np.linspace(0, len(views) - 1, MOST_CAMERAS).round().astype(int))
    size = pictures.shape[:0:-1]  # (W, H)
    scale = min(1.0, LONGEST / max(size))
    small = tuple(max(1, round(scale * side)) for side in size)
    evened = [_evened(cv2.resize(pictures[i], small, interpolation=cv2.INTER_AREA)) for i in some]
    tried = _tried(min(small))
    halves = [_disagreements(evened[i::2], views[some][i::2], tried) for i in (0, 1)]
    if _gain(*halves) < LEAST_GAIN:
        return None
    costs = halves[0] + halves[1]
    plane = costs.mean(axis=(1, 2)).argmin()
    costs += LEANING * abs(tried - tried[plane])[:, None, None]
    found = cv2.medianBlur(_lowest(costs, tried), 5)
    return np.asarray(cv2.resize(found, size, interpolation=cv2.INTER_LINEAR) / scale, np.float32)


def _tried(side: int) -> np.ndarray:
    """Heights [N], evenly spaced, of which the middle one is 0."""
    number = max(2, math.ceil(REACH * side / STEP))
    return STEP * np.arange(-number, number + 1, dtype=np.float32)


def _evened(picture: Array) -> Array:
    """A picture [H, W] with its brightness taken out, and its contrast brought to 1."""
    smooth = _blurred(picture, BLUR)
    apart = smooth - _blurred(smooth, EVENED)
    return np.asarray(apart / np.sqrt(_blurred(apart * apart, EVENED) + LEAST_CONTRAST**2))


def _blurred(picture: Array, deviation: float) -> Array:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), deviation), np.float32)


def _disagreements(pictures: list[Array], views: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """How far pictures [H, W] differ from their median at each height: [N, H, W] float32."""
    rows, columns = np.indices(pictures[0].shape, np.float32)
    number = max(1, round(AGREEING * len(views)))
    found = np.empty((len(heights), *pictures[0].shape), np.float32)
    for cost, height in zip(found, heights, strict=True):
        shifted = []
        for picture, view in zip(pictures, views, strict=True):
            across, up = slopes(view)
            shifted.append(remapped(picture, columns - across * height, rows + up * height))
        middle = np.median(shifted, axis=0)
        apart = [_blurred(np.minimum(abs(each - middle), WORST), WINDOW) for each in shifted]
        cost[:] = np.sort(apart, axis=0)[:number].mean(axis=0)
    return found


def _gain(one: np.ndarray, other: np.ndarray) -> float:
    """The share of the disagreement [N, H, W] on the best even plane that is gone at the heights
    which the other half of the cameras finds."""
    left = 0.0
    for finder, judge in ((one, other), (other, one)):
        there = float(np.take_along_axis(judge, finder.argmin(axis=0)[None], axis=0).mean())
        plane = float(judge.mean(axis=(1, 2)).min())
        left += (there / plane if plane else 1.0) / 2
    return 1 - left


def _lowest(costs: np.ndarray, heights: np.ndarray) -> Array:
    """The height of the least of costs [N, H, W], between the heights as a parabola says."""
    middle = costs.argmin(axis=0).clip(1, len(heights) - 2)
    before, at, after = (
        np.take_along_axis(costs, (middle + i)[None], axis=0)[0] for i in (-1, 0, 1)
    )
    curvature = np.maximum(before - 2 * at + after, 1e-9)
    offset = (0.5 * (before - after) / curvature).clip(-1, 1)
    return np.asarray(heights[middle] + STEP * offset, np.float32)
