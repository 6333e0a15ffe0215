"""Latents to 8-bit levels, with the offset and scale of each latent."""

import numpy as np

LEVELS = 255
# Shares of a latent's values that may be clipped at each end; the least total error wins.
CLIPPED_SHARES = (0.0, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3)
SAMPLE = 1_000_000


def latent_ranges(latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ranges (min [K], max [K]) that store latents [P, K] in 8 bits with the least error.

    Ranges that reach the extremes waste levels on outliers. So tighter ones are tried too, and
    for each latent that one is taken whose squared error, of rounding and of clipping together,
    is least. Judged on a million pixels at most. A latent that never varies gets a range of 1.
    """
    sample = latents[:: -(-len(latents) // SAMPLE)]
    best_error = np.full(latents.shape[1], np.inf)
    best_low = latents.min(axis=0)
    best_high = latents.max(axis=0)
    ends = np.quantile(sample, [[share, 1 - share] for share in CLIPPED_SHARES], axis=0)
    for share, (low, high) in zip(CLIPPED_SHARES, ends.astype(np.float32), strict=True):
        if share == 0:
            low, high = latents.min(axis=0), latents.max(axis=0)
        high = np.where(high > low, high, low + 1).astype(np.float32)
        stored = dequantise(quantise(sample, low, high), low, high)
        error = np.square(stored - sample, dtype=np.float64).sum(axis=0)
        better = error < best_error
        best_error = np.where(better, error, best_error)
        best_low = np.where(better, low, best_low)
        best_high = np.where(better, high, best_high)
    return best_low, best_high


def quantise(latents: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Latents [..., K] float32 -> levels [..., K] uint8, rounded to the nearest."""
    levels = (latents - low) * (LEVELS / (high - low))
    return np.rint(levels).clip(0, LEVELS).astype(np.uint8)


def quantise_together(
    latents: np.ndarray, low: np.ndarray, high: np.ndarray, factor: np.ndarray
) -> np.ndarray:
    """Latents [..., K] float32 -> levels [..., K] uint8, each rounded knowing what those after it
    lost.

    Latents overlap in what they do to a picture, so that an error in one can be made up for in
    another. The squared error that l' in place of l makes there is |R (l - l')|^2, with `factor` R
    [K, K] upper triangular; it is kept small row by row, from the last (Babai's nearest plane,
    Combinatorica 6, 1986). `low` and `high` are [..., K].
    """
    makeup = (factor / np.diag(factor)[:, None]).astype(np.float32)
    lost = np.zeros_like(latents)
    levels = np.empty(latents.shape, np.uint8)
    for j in reversed(range(len(makeup))):
        target = latents[..., j] + lost[..., j + 1 :] @ makeup[j, j + 1 :]
        levels[..., j] = quantise(target, low[..., j], high[..., j])
        lost[..., j] = latents[..., j] - dequantise(levels[..., j], low[..., j], high[..., j])
    return levels


def dequantise(levels: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Levels [..., K] uint8 -> latents [..., K] float32: `level / 255 (max - min) + min`."""
    return levels.astype(np.float32) / np.float32(LEVELS) * (high - low) + low
