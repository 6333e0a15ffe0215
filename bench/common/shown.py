"""Pictures out of the viewer's page, and what a coarser decoding costs: the error of the picture
that adaptive resolution shows."""

import base64
from collections.abc import Iterable
from math import ceil

import numpy as np
from PIL import Image
from playwright.sync_api import Page

ROWS = 128  # compared, from the middle of the image


def middle_rows(height: int) -> tuple[int, int]:
    """The rows [first, end) that the comparison takes."""
    first = max(0, (height - ROWS) // 2)
    return first, min(height, first + ROWS)


def decode_rows(
    page: Page,
    width: int,
    conditions: Iterable[float],
    rows: tuple[int, int],
    target: str = "unorm",
) -> np.ndarray:
    """The rows [first, end) that the viewer's page decodes for a light (x, y), [H, W, 3].

    `conditions` are the light, or a view and the light. `width` is that of the image, `target`
    "unorm" for uint8 levels or "float" for raw float32.
    """
    text = page.evaluate(
        "([told, first, end, target]) => window.raking.decodeRows(told, first, end, target)",
        [[float(value) for value in conditions], *rows, target],
    )
    return decoded_rows(text, width, np.uint8 if target == "unorm" else np.float32)


def decoded_rows(text: str, width: int, dtype: type = np.uint8) -> np.ndarray:
    """[H, W, 3] of what the viewer's decodeRows returns: base64 of RGBA."""
    pixels: np.ndarray = np.frombuffer(base64.b64decode(text), dtype)
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
