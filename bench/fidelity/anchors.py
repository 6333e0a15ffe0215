"""What a collection's photographs allow without any storing: the anchor B of an item.

PTM, HSH and thin-plate interpolation are linear in the photographs: a picture under a new light
is a weighted sum of them. So each anchor is a matrix of weights from training to test lights.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.interpolate import RBFInterpolator

from trainer.collection.mlic import Mlic
from trainer.quality.metrics import psnr, ssim
from trainer.training import classical

# Training lights [L, 3] and test lights [T, 3] -> weights [T, L].
Weigh = Callable[[np.ndarray, np.ndarray], np.ndarray]

PIXELS_AT_ONCE = 1 << 16  # so that a collection of any size fits


def score_anchors(mlic: Mlic) -> dict[str, Any]:
    """PSNR (dB) and SSIM of every anchor under the test lights, in float.

    Returns `per_image`, by anchor a list of `name`, `light`, `psnr` and `ssim`; `psnr`, by anchor
    the mean; `best`, the anchor with the highest, and `b`, its mean. An anchor that cannot be
    computed, such as an interpolation through lights that repeat, is left out.
    """
    per_image = {}
    for name, weigh in ANCHORS.items():
        try:
            weights = weigh(
                mlic.train.lights.astype(np.float64), mlic.test.lights.astype(np.float64)
            )
        except (np.linalg.LinAlgError, ValueError):
            continue
        per_image[name] = [_scores(mlic, index, row) for index, row in enumerate(weights)]
    means = {
        name: float(np.mean([scores["psnr"] for scores in found]))
        for name, found in per_image.items()
    }
    best = max(means, key=lambda name: means[name])
    return {"per_image": per_image, "psnr": means, "best": best, "b": means[best]}


def _scores(mlic: Mlic, index: int, weights: np.ndarray) -> dict[str, Any]:
    truth = mlic.test.image(index)
    picture = weighted_sum(mlic, weights).clip(0, 1)
    return {
        "name": mlic.test.names[index],
        "light": [float(value) for value in mlic.test.lights[index]],
        "psnr": psnr(truth, picture, mlic.mask),
        "ssim": ssim(truth, picture, mlic.mask),
    }


def weighted_sum(mlic: Mlic, weights: np.ndarray) -> np.ndarray:
    """The training photographs, each times its weight [L], summed: [H, W, 3] float32."""
    values = mlic.train.values  # [P, L, 3]
    scaled = (weights / mlic.train.white).astype(np.float32)
    picture = np.zeros((mlic.height * mlic.width, 3), np.float32)
    place = np.arange(len(picture)) if mlic.mask is None else np.flatnonzero(mlic.mask)
    for first in range(0, len(values), PIXELS_AT_ONCE):
        part = values[first : first + PIXELS_AT_ONCE].astype(np.float32)
        picture[place[first : first + PIXELS_AT_ONCE]] = np.tensordot(part, scaled, (1, 0))
    return picture.reshape(mlic.height, mlic.width, 3)


def least_squares(model: str, order: int) -> Weigh:
    """Of the plain fit of a model's terms to the photographs."""
    return lambda lights, test: (
        classical.basis(model, order, test) @ np.linalg.pinv(classical.basis(model, order, lights))
    )


def thin_plate(smoothing: float) -> Weigh:
    """Of interpolation in (x, y): how much each photograph counts is found by one at a time."""
    return lambda lights, test: RBFInterpolator(
        lights[:, :2], np.eye(len(lights)), smoothing=smoothing
    )(test[:, :2])


ANCHORS: dict[str, Weigh] = {
    "PTM": least_squares("ptm", 2),
    "HSH 2": least_squares("hsh", 2),
    "HSH 3": least_squares("hsh", 3),
    "thin-plate": thin_plate(0.0),
    "thin-plate 0.01": thin_plate(0.01),
}
