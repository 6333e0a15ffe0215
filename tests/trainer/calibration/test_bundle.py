"""Circles that are off, put right by the highlights of lamps whose places are known."""

from dataclasses import replace

import numpy as np
from scipy.optimize import least_squares

from trainer.calibration.bundle import settled
from trainer.calibration.camera import Camera, place_sphere
from trainer.calibration.highlights import Highlight
from trainer.calibration.lights import lights_of, rays_of
from trainer.calibration.rim import Outline
from trainer.calibration.spheres import Found
from trainer.calibration.views import Region, View

CAMERA = Camera((480, 640))
NO_VIEW = View(Region(0, 0, 1, 1, 1), np.zeros((1, 1, 1, 3), np.float32))


def outline(x: float, y: float, radius: float) -> Outline:
    return Outline(x, y, radius, 0.0, 0.1, 0.0, 1.0, 1.0)


def mirrored(circle: Outline, lamp: np.ndarray, noise: np.ndarray) -> Highlight:
    """Where a sphere shows a lamp: the pixel whose mirrored ray meets it."""
    sphere = place_sphere(circle, CAMERA)

    def miss(pixel: np.ndarray) -> np.ndarray:
        place, ray = sphere.mirrored(pixel[None])
        toward = lamp - place[0]
        return np.asarray(toward / np.linalg.norm(toward) - ray[0])

    x, y = least_squares(miss, [circle.x, circle.y]).x + noise
    return Highlight("found", float(x), float(y), 0.2)


def lamps_on_a_dome(random: np.random.Generator) -> np.ndarray:
    turns = np.arange(30) * 2.4
    heights = np.linspace(0.3, 0.95, 30)
    across = np.sqrt(1 - heights**2)
    dome = np.column_stack([across * np.cos(turns), across * np.sin(turns), heights])
    return np.asarray(900 * dome * random.normal(1, 0.03, (30, 1)))


def test_circles_are_put_right_by_the_rays_that_meet() -> None:
    random = np.random.default_rng(4)
    lamps = lamps_on_a_dome(random)
    true = [outline(70, 180, 40), outline(575, 270, 48)]
    rows = [[mirrored(c, lamp, random.normal(0, 0.05, 2)) for lamp in lamps] for c in true]
    off = [
        replace(true[0], x=true[0].x - 0.4, across=39.7),
        replace(true[1], x=true[1].x + 0.5, y=true[1].y + 0.2, across=47.8),
    ]
    found = [Found(c, NO_VIEW, row) for c, row in zip(off, rows, strict=True)]

    def missed_by(spheres: list[Found]) -> float:
        placed = [place_sphere(sphere.outline, CAMERA) for sphere in spheres]
        lights = lights_of(rays_of(placed, rows), near=True)
        places = np.array([light.position for light in lights if light is not None])
        return float(np.mean(np.linalg.norm(places - lamps, axis=1)) / 900)

    start = lights_of(rays_of([place_sphere(c, CAMERA) for c in off], rows), near=True)
    right = settled(found, CAMERA, start)
    # The distance of the circles is what brings rays together in the lamps.
    apart, at_first = (
        two[1].outline.x - two[0].outline.x - (true[1].x - true[0].x) for two in (right, found)
    )
    assert abs(apart) < 0.3 * abs(at_first)
    off_by = [
        sum(np.hypot(s.outline.x - c.x, s.outline.y - c.y) for s, c in zip(two, true, strict=True))
        for two in (right, found)
    ]
    assert off_by[0] < 0.6 * off_by[1]
    assert missed_by(right) < 0.5 * missed_by(found)


def test_one_sphere_and_distant_lamps_leave_circles_as_they_are() -> None:
    random = np.random.default_rng(4)
    lamps = lamps_on_a_dome(random)
    circles = [outline(70, 180, 40), outline(575, 270, 48)]
    rows = [[mirrored(c, lamp, np.zeros(2)) for lamp in lamps] for c in circles]
    found = [Found(c, NO_VIEW, row) for c, row in zip(circles, rows, strict=True)]
    distant = lights_of(rays_of([place_sphere(c, CAMERA) for c in circles], rows), near=False)
    for some in (found[:1], found):
        assert [s.outline for s in settled(some, CAMERA, distant)] == [s.outline for s in some]
