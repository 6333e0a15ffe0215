"""How far a relit picture is from a photograph: PSNR, SSIM, Delta E, FLIP and LPIPS.

Pictures are [H, W, 3] floats, display-referred sRGB, 0..1. A mask [H, W] (true = object)
restricts every mean to object pixels, in float arithmetic. All but LPIPS look at a strip of rows
at a time, with as many rows around it as a pixel's value depends on: the result is that of the
whole picture, and memory stays small.
"""

import functools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import ceil
from typing import Any

import flip_evaluator
import numpy as np
import torch
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity
from torch.nn.functional import interpolate

from shaders.errors import RakingError
from trainer.quality.lpips_network import LpipsNetwork, find_weights

# Equal pictures would give infinity, which spoils averages and is no JSON number.
MAX_PSNR = 100.0

STRIP_PIXELS = 1 << 19
STRIP_ROWS = 64  # about, at least, so that the rows around a strip do not outweigh it
THREADS = min(4, os.cpu_count() or 1)  # each holds a strip, many times over
SSIM_RADIUS = 5  # of the Gaussian window: 11 pixels
# Of FLIP's filters at its own 67 pixels per degree: three deviations of the widest, rounded up.
FLIP_RADIUS = 10

SMALLEST_FOR_LPIPS = 31  # pixels a side, of which AlexNet's last layers see one

# Two pictures [R, W, 3] to a value per pixel [R, W].
PerPixel = Callable[[np.ndarray, np.ndarray], np.ndarray]


def psnr(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Peak signal-to-noise ratio in dB: 10 log10(1 / MSE), the MSE over all pixels and channels.

    At most 100 dB, which stands for equal pictures.
    """

    def squared_error(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.square(one.astype(np.float64) - other).mean(axis=-1)

    return psnr_of_error(_mean(squared_error, truth, picture, mask))


def psnr_of_error(mean_squared_error: float) -> float:
    """PSNR in dB for values of 0..1, at most 100; NaN of NaN."""
    if mean_squared_error <= 0:
        return MAX_PSNR
    return min(float(-10 * np.log10(mean_squared_error)), MAX_PSNR)  # the order lets NaN through


def ssim(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Structural similarity of Wang et al. 2004: Gaussian window, sigma 1.5, per channel.

    As scikit-image has it, averaged over all pixels, those at the border too. With a mask, both
    backgrounds are set to 0 before, so that windows at the object's border compare nothing but
    the object.
    """

    def similarity(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        _, found = structural_similarity(
            one,
            other,
            channel_axis=-1,
            data_range=1.0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            full=True,
        )
        return found.mean(axis=-1)

    return _mean(similarity, truth, picture, mask, SSIM_RADIUS)


def delta_e(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Mean colour difference CIEDE2000 (in CIELAB, D65), in just noticeable differences.

    As scikit-image has it, after Sharma, Wu and Dalal 2005.
    """

    def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return deltaE_ciede2000(rgb2lab(one), rgb2lab(other))

    return _mean(difference, truth, picture, mask)


def flip(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float:
    """LDR-FLIP of Andersson et al. 2020, 0 (equal) to 1: the mean of its error map.

    From NVIDIA's flip-evaluator, as seen at its default distance, 67 pixels per degree (0.7 m
    from a 4K display 0.7 m wide). The map's plain mean, which its authors report too. With a
    mask, both backgrounds are set to 0 before, as for SSIM.
    """

    def error(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        found, _, _ = flip_evaluator.evaluate(
            one, other, "LDR", applyMagma=False, computeMeanError=False
        )
        return found[..., 0]

    return _mean(error, truth, picture, mask, FLIP_RADIUS)


def lpips(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float | None:
    """LPIPS of Zhang et al. 2018, version 0.1 on AlexNet; None where `lpips_absent` says why.

    The distances of all layers, averaged over the picture and summed, as the package lpips does.
    With a mask, both backgrounds are set to 0 before, and each layer is enlarged to the picture's
    size and averaged over object pixels. AlexNet sees far around a pixel, so the whole picture is
    looked at at once.
    """
    if lpips_absent(truth.shape):
        return None
    one, other = (
        torch.from_numpy(_on_black(p, mask).astype(np.float32).transpose(2, 0, 1))[None]
        for p in (truth, picture)
    )
    total = 0.0
    for layer in _lpips_network()[0].layers(one, other):  # [1, 1, h, w]
        if mask is None:
            total += float(layer.mean())
        else:
            enlarged = interpolate(layer, mask.shape, mode="bilinear", align_corners=False)
            total += float(enlarged[0, 0].numpy()[mask].mean(dtype=np.float64))
    return total


def lpips_absent(shape: tuple[int, ...]) -> str | None:
    """Why LPIPS cannot be had for pictures of this shape, in a sentence; None where it can."""
    if min(shape[:2]) < SMALLEST_FOR_LPIPS:
        return f"LPIPS was not measured: it needs {SMALLEST_FOR_LPIPS} pixels a side"
    return _lpips_network()[1]


@functools.cache
def _lpips_network() -> tuple[Any, str | None]:
    """The network, or why there is none."""
    try:
        return LpipsNetwork(*find_weights()), None
    except RakingError as error:
        return None, f"LPIPS was not measured: {error}"


def _mean(
    per_pixel: PerPixel,
    truth: np.ndarray,
    picture: np.ndarray,
    mask: np.ndarray | None,
    radius: int = 0,
) -> float:
    """The mean over the object of what `per_pixel` gives, which looks `radius` pixels around."""

    def measured(strip: tuple[int, int]) -> tuple[float, int]:
        first, end = strip
        low, high = max(0, first - radius), min(len(truth), end + radius)
        around = None if mask is None else mask[low:high]
        found = per_pixel(_on_black(truth[low:high], around), _on_black(picture[low:high], around))
        found = found[first - low : end - low]
        if mask is not None:
            found = found[mask[first:end]]
        return float(found.sum(dtype=np.float64)), found.size

    with ThreadPoolExecutor(THREADS) as pool:
        totals, counts = zip(*pool.map(measured, _strips(*truth.shape[:2])), strict=True)
    return sum(totals) / sum(counts)


def _strips(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Rows [first, end) of strips of about equal height, no higher than memory likes, as many for
    each thread."""
    rows = max(STRIP_ROWS, STRIP_PIXELS // width)
    number = THREADS * ceil(height / rows / THREADS) if height > STRIP_ROWS else 1
    edges = [height * i // number for i in range(number + 1)]
    yield from pairwise(edges)


def _on_black(picture: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    return picture if mask is None else picture * mask[..., None]
