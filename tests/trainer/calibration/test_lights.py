"""Lights from rays: near and distant lamps, and spheres that disagree."""

import numpy as np
import pytest

from trainer.calibration.lights import Rays, disagreements, lights_of, on_dome

SPHERES = np.array([[-250.0, 20.0, 40.0], [260.0, -60.0, 35.0]])
NOISE = np.radians(0.3)


def lamps(count: int = 20, distance: float = 900.0) -> np.ndarray:
    random = np.random.default_rng(1)
    z = random.uniform(0.25, 0.95, count)
    turn = random.uniform(0, 2 * np.pi, count)
    across = np.sqrt(1 - z * z)
    return distance * np.column_stack([across * np.cos(turn), across * np.sin(turn), z])


def rays_to(positions: np.ndarray, spheres: np.ndarray = SPHERES, noise: float = 0.0) -> Rays:
    random = np.random.default_rng(2)
    places = np.repeat(spheres[:, None], len(positions), axis=1)
    toward = positions[None] - places
    toward /= np.linalg.norm(toward, axis=-1, keepdims=True)
    toward += random.normal(0, noise, toward.shape)
    toward /= np.linalg.norm(toward, axis=-1, keepdims=True)
    shape = toward.shape[:2]
    return Rays(places, toward, np.full(shape, NOISE), np.ones(shape, bool))


def test_two_spheres_give_near_lamps_their_places() -> None:
    true = lamps()
    for noise, most in ((0.0, 0.002), (np.radians(0.1), 0.03)):
        lights = lights_of(rays_to(true, noise=noise))
        errors = [
            np.linalg.norm(light.position - position) / np.linalg.norm(position)
            for light, position in zip(lights, true, strict=True)
            if light is not None and light.position is not None
        ]
        assert len(errors) == len(true)
        assert np.mean(errors) < most


def test_distant_lamps_have_directions_alone(angles) -> None:
    true = lamps(distance=1e7)
    lights = lights_of(rays_to(true, noise=np.radians(0.1)))
    for light, position in zip(lights, true, strict=True):
        assert light is not None and light.position is None
        assert angles(light.direction, position / np.linalg.norm(position)) < 0.4
        assert light.deviation < 1


def test_one_sphere_and_a_dome() -> None:
    true = lamps()
    for light, position in zip(on_dome(rays_to(true, SPHERES[:1]), 900), true, strict=True):
        assert light is not None and light.position == pytest.approx(position, abs=1e-6)


def test_a_photograph_without_highlights_has_no_light() -> None:
    rays = rays_to(lamps())
    rays.valid[:, 3] = False
    rays.valid[0, 5] = False
    lights = lights_of(rays)
    assert lights[3] is None
    assert [i for i, light in enumerate(lights) if light is None] == [3]
    alone = lights[5]
    assert alone is not None and alone.residuals[0] is None


def test_a_sphere_that_disagrees_is_named() -> None:
    rays = rays_to(lamps())
    wrong = np.array([0.0, 0.0, 1.0])
    rays.directions[1, 7] = wrong
    lights = lights_of(rays)
    found = disagreements(rays, lights)
    assert {photograph for _, photograph, _ in found} == {7}
