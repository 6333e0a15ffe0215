"""Unsharp masking of a picture's luminance, as shaders/sharpen.glsl.jinja has it for the page.

A Gaussian of `radius` pixels smooths the luminance (Rec. 709's, of display-referred colours), over
the pixels of the object alone; what a pixel's luminance has more than that is added to its colours,
`amount` times.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from shaders.look import REC_709, Look

DEVIATIONS = 3  # that the Gaussian reaches


def sharpened(frame: np.ndarray, mask: np.ndarray | None, look: Look) -> np.ndarray:
    """A frame [H, W, 3], uint8 or float32, with the radius and the amount of a look; the same type,
    levels rounded."""
    on = np.ones(frame.shape[:2]) if mask is None else mask.astype(np.float64)
    luminance = frame @ np.array(REC_709)
    options = {"sigma": look.radius, "mode": "constant"}
    options["radius"] = int(np.ceil(DEVIATIONS * look.radius))
    weight = np.maximum(gaussian_filter(on, **options), 1e-12)
    smooth = gaussian_filter(luminance * on, **options) / weight
    made = frame + (look.amount * on * (luminance - smooth))[..., None]
    if frame.dtype == np.uint8:
        return np.asarray(np.floor(made.clip(0, 255) + 0.5).astype(np.uint8))
    return np.asarray(made.astype(frame.dtype))
