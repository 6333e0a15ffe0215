"""How far a relit picture is from a photograph: PSNR, SSIM and Delta E.

Pictures are [H, W, 3] floats, display-referred sRGB, 0..1. A mask [H, W] (true = object)
restricts every mean to object pixels, in float arithmetic.
"""

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity

# Equal pictures would give infinity, which spoils averages and is no JSON number.
MAX_PSNR = 100.0


def psnr(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Peak signal-to-noise ratio in dB: 10 log10(1 / MSE), the MSE over all pixels and channels.

    At most 100 dB, which stands for equal pictures.
    """
    squared = np.square(truth.astype(np.float64) - picture)
    error = float(squared.mean() if mask is None else squared[mask].mean())
    return psnr_of_error(error)


def psnr_of_error(mean_squared_error: float) -> float:
    """PSNR in dB for values of 0..1, at most 100."""
    if mean_squared_error <= 0:
        return MAX_PSNR
    return min(MAX_PSNR, float(-10 * np.log10(mean_squared_error)))


def ssim(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Structural similarity of Wang et al. 2004: Gaussian window, sigma 1.5, per channel.

    With a mask, both backgrounds are set to 0 before, so that windows at the object's border
    compare nothing but the object.
    """
    if mask is not None:
        truth = truth * mask[..., None]
        picture = picture * mask[..., None]
    _, similarity = structural_similarity(
        truth,
        picture,
        channel_axis=-1,
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )
    return float(similarity.mean() if mask is None else similarity[mask].mean())


def delta_e(truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Mean colour difference CIEDE2000 (in CIELAB, D65), in just noticeable differences."""
    difference = deltaE_ciede2000(rgb2lab(truth), rgb2lab(picture))
    return float(difference.mean() if mask is None else difference[mask].mean())
