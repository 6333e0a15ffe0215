"""What a coarser decoding costs: the error of the picture that adaptive resolution shows."""

import base64
from math import ceil

import numpy as np
from PIL import Image

ROWS = 128  # compared, from the middle of the image


def middle_rows(height: int) -> tuple[int, int]:
    """The rows [first, end) that the comparison takes."""
    first = max(0, (height - ROWS) // 2)
    return first, min(height, first + ROWS)


def decoded_rows(text: str, width: int) -> np.ndarray:
    """[H, W, 3] uint8 of the viewer's decodeRows: base64 of RGBA."""
    pixels = np.frombuffer(base64.b64decode(text), np.uint8)
    return pixels.reshape(-1, width, 4)[..., :3]


def coarse_psnr(picture: np.ndarray, scale: float) -> float | None:
    """PSNR in dB of `picture` [H, W, 3] uint8 decoded at `scale` per axis, against itself.

    As the viewer does it: a decoded pixel takes the latents nearest to its centre, and the
    coarse picture is enlarged with linear filtering. None where nothing is lost.
    """
    height, width = picture.shape[:2]
    rows, columns = (nearest(size, ceil(size * scale)) for size in (height, width))
    coarse = Image.fromarray(picture[rows][:, columns])
    shown = np.asarray(coarse.resize((width, height), Image.Resampling.BILINEAR))
    error = np.mean((shown.astype(float) - picture.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else None


def nearest(size: int, decoded: int) -> np.ndarray:
    """The pixels of an axis `size` long that `decoded` evenly spaced ones read."""
    return np.minimum((np.arange(decoded) + 0.5) * size / decoded, size - 1).astype(int)
