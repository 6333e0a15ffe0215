"""Latents to 8 bits and back."""

import numpy as np

from trainer.models.quantise import dequantise, latent_ranges, quantise, quantise_together


def normal(pixels: int, latents: int = 9) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 2, (pixels, latents)).astype(np.float32)


def error(latents: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    stored = dequantise(quantise(latents, low, high), low, high)
    return np.square(stored - latents).sum(axis=0)


def test_levels_are_rounded_to_the_nearest() -> None:
    low, high = np.zeros(1, np.float32), np.full(1, 255, np.float32)
    latents = np.array([[-3], [0.4], [0.6], [99.5001], [254.6], [300]], np.float32)
    assert quantise(latents, low, high)[:, 0].tolist() == [0, 0, 1, 100, 255, 255]


def test_errors_stay_within_half_a_step_and_have_no_bias() -> None:
    latents = np.random.default_rng(0).uniform(-3, 5, (20_000, 3)).astype(np.float32)
    low, high = latent_ranges(latents)
    stored = dequantise(quantise(latents, low, high), low, high)
    step = (high - low) / 255
    assert (np.abs(stored - latents) <= step * 0.501).all()
    assert (np.abs((stored - latents).mean(axis=0)) < step * 0.02).all()


def test_outliers_are_clipped_where_that_lowers_the_error() -> None:
    latents = normal(1_000_000, 3)
    latents[:2, 1] = 40  # two of a million waste more than half of the levels
    latents[:9, 2] = 90  # clipping these would cost more than it saves
    low, high = latent_ranges(latents)
    assert high[0] < 12
    assert high[1] < 12
    assert high[2] == 90
    widest = error(latents, latents.min(axis=0), latents.max(axis=0))
    assert error(latents, low, high)[1] < 0.9 * widest[1]


def test_a_latent_that_never_varies_gets_a_range() -> None:
    latents = np.full((10, 3), 4, np.float32)
    low, high = latent_ranges(latents)
    assert (high > low).all()
    np.testing.assert_allclose(dequantise(quantise(latents, low, high), low, high), latents)


def test_latents_that_do_not_overlap_are_rounded_to_the_nearest() -> None:
    latents = normal(1000, 4)
    low, high = latent_ranges(latents)
    together = quantise_together(latents, low, high, np.diag([3.0, 0.1, 1, 8]))
    assert (together == quantise(latents, low, high)).all()


def test_errors_of_latents_that_overlap_make_up_for_each_other() -> None:
    random = np.random.default_rng(1)
    latents = normal(5000, 6)
    low, high = latent_ranges(latents)
    effect = random.normal(size=(3, 6))  # three values to be seen, of six latents
    factor = np.linalg.qr(np.vstack([effect, 0.03 * np.eye(6)]))[1]

    def seen(levels: np.ndarray) -> float:
        error = dequantise(levels, low, high) - latents
        return float(np.square(error @ effect.T).mean())

    nearest = seen(quantise(latents, low, high))
    assert seen(quantise_together(latents, low, high, factor)) < 0.5 * nearest
