"""From stored levels to linear light and back: sRGB's curve (IEC 61966-2-1)."""

import numpy as np


def linear(levels: np.ndarray, white: float) -> np.ndarray:
    """Levels of whatever kind, `white` being 1.0, as linear float32."""
    if levels.dtype.kind == "u":  # each integer once
        return _linear(np.arange(white + 1, dtype=np.float64) / white)[
            np.minimum(levels, int(white))
        ]
    return _linear(levels / white)


def coded(values: np.ndarray) -> np.ndarray:
    """Linear values as sRGB, 0..1; float32."""
    values = values.clip(0, 1)
    root = 1.055 * np.power(values, np.float32(1 / 2.4)) - 0.055
    return np.asarray(np.where(values < 0.0031308, 12.92 * values, root), np.float32)


def _linear(share: np.ndarray) -> np.ndarray:
    root = ((share + 0.055).clip(0) / 1.055) ** 2.4
    return np.asarray(np.where(share <= 0.04045, share / 12.92, root), np.float32)
