"""The guide: honest about what it leaves out, true where the surface is simple, never singular."""

import numpy as np
import pytest
from scipy.optimize import nnls

from shaders.linear import channel_terms
from trainer.training.guide import CANDIDATES, Guide

from ..conftest import bumps, ring_lights

INSIDE = np.array([[0.1, 0.2], [-0.4, 0.3], [0.3, -0.35], [-0.2, -0.5]])


def products_of(values: np.ndarray) -> np.ndarray:
    """[P, L] -> [L, L]"""
    return values.T @ values / len(values)


def pixels(lights: np.ndarray) -> np.ndarray:
    """Matte bumps, [P, L] values 0..1."""
    return bumps(lights).reshape(len(lights), -1).T / 255


def upright(lights: np.ndarray) -> np.ndarray:
    return np.column_stack([lights, np.sqrt(1 - np.square(lights).sum(axis=1))])


def within(radius: float) -> np.ndarray:
    """Lights (x, y) [100, 2] at random in the disc of this radius."""
    random = np.random.default_rng(0)
    angle = random.uniform(0, 2 * np.pi, 100)
    return (radius * np.sqrt(random.uniform(size=100)) * [np.cos(angle), np.sin(angle)]).T


def over_the_dome(number: int) -> np.ndarray:
    """Unit vectors [N, 3], at random and evenly."""
    random = np.random.default_rng(3)
    z = random.uniform(size=number)
    azimuth = random.uniform(0, 2 * np.pi, number)
    return np.column_stack([*np.sqrt(1 - z * z) * [np.cos(azimuth), np.sin(azimuth)], z])


def shallow_bumps(lights: np.ndarray) -> np.ndarray:
    """Matte and nearly flat, as displayed: [P, L], 0..1."""
    y, x = np.mgrid[0:24, 0:24] / 24
    normals = np.stack([0.1 * np.sin(x * 12), 0.1 * np.cos(y * 9), np.ones_like(x)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.clip(normals.reshape(-1, 3) @ lights.T, 0, None) ** (1 / 2.2)


def rings_down_to_the_horizon() -> np.ndarray:
    """Unit vectors [49, 3], as domes have them: rings at 10, 30, 50 and 70 degrees, the zenith."""
    rings = [around(degrees, number) for number, degrees in ((18, 10), (14, 30), (10, 50), (6, 70))]
    return np.concatenate([*rings, [[0.0, 0.0, 1.0]]])


def around(degrees: float, number: int = 24) -> np.ndarray:
    """Unit vectors [N, 3] of one elevation."""
    azimuth, elevation = np.arange(number) / number * 2 * np.pi + degrees, np.deg2rad(degrees)
    flat = np.cos(elevation) * np.column_stack([np.cos(azimuth), np.sin(azimuth)])
    return np.column_stack([flat, np.full(number, np.sin(elevation))])


def varnished(lights: np.ndarray) -> np.ndarray:
    """As `shallow_bumps`, with a narrow gloss (Blinn-Phong, exponent 300), seen from above."""
    half = lights + np.array([0, 0, 1])
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    matte, gloss = shallow_bumps(lights) ** 2.2, shallow_bumps(half) ** (2.2 * 300)
    return np.clip(0.5 * matte + 0.5 * gloss, 0, 1) ** (1 / 2.2)


def rms(errors: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def test_it_predicts_a_matte_surface_between_the_photographs() -> None:
    lights = ring_lights()
    guide = Guide(lights, products_of(pixels(lights)))
    predicted = pixels(lights) @ guide.weights(INSIDE).T
    error = np.sqrt(np.mean(np.square(predicted - pixels(upright(INSIDE)))))
    nearest = np.argmin(np.linalg.norm(lights[:, :2] - INSIDE[:, None], axis=2), axis=1)
    naive = np.sqrt(np.mean(np.square(pixels(lights)[:, nearest] - pixels(upright(INSIDE)))))
    assert error < 0.02
    assert error < naive / 5


@pytest.mark.parametrize("index", [0, 100, 250, len(CANDIDATES) - 1])
def test_left_out_errors_equal_leaving_out(index: int) -> None:
    lights = ring_lights().astype(np.float64)
    values = pixels(lights)
    interpolator = CANDIDATES[index]
    guide = Guide(lights, products_of(values))
    for left in (0, 7, 19):
        others = np.delete(np.arange(len(lights)), left)
        weights = (
            interpolator.covariance(lights[[left]], lights[others])
            @ interpolator.inverse(lights[others])
        )[0]
        expected = values[:, left] - values[:, others] @ weights
        np.testing.assert_allclose(
            values @ guide._left_out(interpolator)[left], expected, atol=1e-6
        )


def test_the_mixture_is_no_worse_than_its_parts() -> None:
    lights = ring_lights()
    noisy = pixels(lights) + np.random.default_rng(0).normal(0, 0.05, (576 * 3, len(lights)))
    products = products_of(noisy)
    guide = Guide(lights, products)
    np.testing.assert_allclose(guide.shares.sum(axis=2), 1)
    assert (guide.shares >= 0).all()
    alone = [np.mean(np.square(noisy @ guide._left_out(part).T)) for part in guide.interpolators]
    assert np.mean(np.square(noisy @ guide.left_out.T)) <= min(alone) * 1.001
    assert guide.loo_psnr == pytest.approx(
        -10 * np.log10(np.square(noisy @ guide.left_out.T).mean(axis=0)).mean()
    )


def test_noisy_photographs_are_not_followed_blindly() -> None:
    lights = ring_lights()
    clean, between = pixels(lights), within(0.94)
    trusting = Guide(lights, products_of(clean)).weights(between)
    errors = []
    for seed in range(1, 5):
        drift = np.random.default_rng(seed).normal(1, 0.15, len(lights))  # of the exposure
        values = clean * drift
        wary = Guide(lights, products_of(values)).weights(between)
        errors.append([rms(values @ w.T - pixels(upright(between))) for w in (trusting, wary)])
    of_trusting, of_wary = np.mean(errors, axis=0)
    assert of_wary < 0.8 * of_trusting


def test_it_knows_how_a_surface_fades_at_the_horizon() -> None:
    lights = over_the_dome(60)
    azimuth, low = np.deg2rad(np.arange(0, 360, 15)), np.deg2rad(4)
    asked = np.cos(low) * np.column_stack([np.cos(azimuth), np.sin(azimuth)])
    hsh = channel_terms("hsh", 3, upright(asked)) @ np.linalg.pinv(channel_terms("hsh", 3, lights))
    values, truth = shallow_bumps(lights), shallow_bumps(upright(asked))
    error = rms(values @ Guide(lights, products_of(values)).weights(asked).T - truth)
    assert error < 0.8 * rms(values @ hsh.T - truth)


def test_one_mixture_for_all_elevations_is_worse() -> None:
    lights = rings_down_to_the_horizon()
    asked = np.concatenate([around(20), around(40), around(60)])
    values, truth = varnished(lights), varnished(asked)
    guide = Guide(lights, products_of(values))
    errors = np.array([values @ guide._left_out(part).T for part in guide.interpolators])
    errors /= np.sqrt(np.square(errors).mean(axis=1).min(axis=0))  # dark photographs count as much
    heavy = 1e3 * np.abs(errors).max()
    system = np.vstack([errors.reshape(len(errors), -1).T, np.full(len(errors), heavy)])
    shares, _ = nnls(system, np.append(np.zeros(len(system) - 1), heavy))
    one = sum(
        share * part.covariance(asked, lights) @ part.inverse(lights)
        for share, part in zip(shares, guide.interpolators, strict=True)
    )
    mixed = rms((values @ guide.weights(asked[:, :2]).T).clip(0, 1) - truth)
    assert mixed < 0.9 * rms((values @ one.T).clip(0, 1) - truth)


def test_photographs_under_one_light_count_as_one() -> None:
    lights = ring_lights()
    once = Guide(lights, products_of(pixels(lights)))
    twice = np.repeat(lights, 2, axis=0)
    doubled = Guide(twice, products_of(pixels(twice)))
    np.testing.assert_allclose(
        doubled.weights(INSIDE).reshape(len(INSIDE), -1, 2).sum(axis=2),
        once.weights(INSIDE),
        atol=1e-6,
    )
    assert doubled.loo_psnr == pytest.approx(once.loo_psnr)


@pytest.mark.parametrize("kind", ["repeated", "one ring", "black"])
def test_awkward_lights_and_pictures_give_finite_weights(kind: str) -> None:
    lights = ring_lights()
    if kind == "repeated":
        lights = np.repeat(lights, 2, axis=0)
    if kind == "one ring":
        lights = lights[:8]
    values = pixels(lights) * (kind != "black")
    weights = Guide(lights, products_of(values)).weights(INSIDE)
    assert np.isfinite(weights).all()
    assert np.abs(weights).max() < 10
