"""Circles in what all photographs show together: where a sphere may be.

No single photograph shows a sphere's whole rim. Means, medians and deviations over all of them
do; circles are proposed in each (OpenCV's Hough transform with gradients, the variant of Yuen et
al. 1990 that counts edges along the whole circle), on a logarithmic scale, as a black sphere on
black cloth has faint edges.
"""

import cv2
import numpy as np

SIDE = 450  # pixels of the shorter side, to which larger pictures are scaled down
SMALLEST = 9  # pixels' radius there
LARGEST = 0.6  # of the shorter side
EDGES = 120  # Canny's upper threshold, of OpenCV's Scharr gradients
PERFECTION = (0.8, 0.6)  # share of a circle that must be edges
MOST = 40  # circles of each picture
SAME = 0.15  # of a radius: circles closer than that are one
DARK = 0.5  # a level; what is darker is noise
MARGIN = 0.12  # of the picture, put around it so that cut spheres are found


def propose_circles(grey: np.ndarray) -> np.ndarray:
    """Circles [C, 3] (column, row, radius) of the view `grey` [L, h, w], of levels 0..255."""
    scale = max(1.0, min(grey.shape[1:]) / SIDE)
    found: list[np.ndarray] = []
    for picture in _composites(grey):
        size = (round(picture.shape[1] / scale), round(picture.shape[0] / scale))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        found += [circle * scale for circle in _circles(_stretched(small))]
    return _distinct(np.array(found).reshape(-1, 3))


def _composites(grey: np.ndarray) -> list[np.ndarray]:
    low, middle, high = np.percentile(grey[:: max(1, len(grey) // 48)], [25, 50, 85], axis=0)
    deviation = grey.std(axis=0)
    logarithms = [
        np.log(picture + DARK) for picture in (grey.mean(axis=0), low, middle, high, deviation)
    ]
    return [*logarithms, grey.mean(axis=0), grey.max(axis=0)]


def _stretched(picture: np.ndarray) -> np.ndarray:
    """As 8 bits, with a margin around."""
    low, high = np.percentile(picture, [1, 99.5])
    levels = 255 * ((picture - low) / max(high - low, 1e-6)).clip(0, 1)
    smooth = cv2.GaussianBlur(levels.astype(np.uint8), (0, 0), 1.2)
    margin = round(MARGIN * min(picture.shape))
    around = cv2.copyMakeBorder(smooth, *(margin,) * 4, cv2.BORDER_REPLICATE)
    return np.asarray(around)


def _circles(picture: np.ndarray) -> list[np.ndarray]:
    margin = round(MARGIN / (1 + 2 * MARGIN) * min(picture.shape))
    largest = int(LARGEST * min(picture.shape))
    circles: list[np.ndarray] = []
    for perfection in PERFECTION:
        found = cv2.HoughCircles(
            picture,
            cv2.HOUGH_GRADIENT_ALT,
            1.5,
            SMALLEST,
            param1=EDGES,
            param2=perfection,
            minRadius=SMALLEST,
            maxRadius=largest,
        )
        if found is not None:
            circles += list(found[0][:MOST, :3] - [margin, margin, 0])
    return circles


def _distinct(circles: np.ndarray) -> np.ndarray:
    """One of those that are all but the same."""
    kept: list[np.ndarray] = []
    for circle in circles:
        if not any(np.abs(circle - other).max() < SAME * other[2] for other in kept):
            kept.append(circle)
    return np.array(kept).reshape(-1, 3)
