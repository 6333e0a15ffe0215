"""Spheres in perspective, against rays traced one by one."""

import numpy as np
import pytest

from trainer.calibration.camera import Camera, place_sphere
from trainer.calibration.rim import Outline

SIZE = (600, 800)


def outline_of(centre: np.ndarray, radius: float, camera: Camera) -> Outline:
    """By bisection: along each ray from the sphere's middle, where the picture leaves it."""
    assert camera.focal is not None
    eye = np.array([0, 0, camera.focal])
    middle = eye + (centre - eye) * camera.focal / (camera.focal - centre[2])
    found = []
    for angle in np.linspace(0, 2 * np.pi, 72, endpoint=False):
        low, high = 0.0, 3 * radius
        for _ in range(50):
            length = (low + high) / 2
            ray = middle + length * np.array([np.cos(angle), np.sin(angle), 0]) - eye
            ray /= np.linalg.norm(ray)
            offset = centre - eye
            hit = np.linalg.norm(offset - (offset @ ray) * ray) < radius
            low, high = (length, high) if hit else (low, length)
        found.append(middle[:2] + low * np.array([np.cos(angle), np.sin(angle)]))
    points = np.array(found)
    # The ellipse's axis points to the picture's middle.
    axis = middle[:2] / np.linalg.norm(middle[:2])
    along, beside = points @ axis, points @ [-axis[1], axis[0]]
    x, y = axis * (along.max() + along.min()) / 2
    long, across = np.ptp(along) / 2, np.ptp(beside) / 2
    column, row = camera.middle[0] + x, camera.middle[1] - y
    return Outline(column, row, across, long / across - 1, 0.1, 0.0, 1.0, 1.0)


@pytest.mark.parametrize("place", [(250.0, -120.0), (-300.0, 0.5), (40.0, 60.0)])
def test_the_outline_gives_the_sphere_back(place: tuple[float, float]) -> None:
    camera = Camera(SIZE, 700.0)
    centre, radius = np.array([*place, 45.0]), 45.0
    outline = outline_of(centre, radius, camera)
    assert outline.elongation > 0
    sphere = place_sphere(outline, camera)
    assert sphere.radius == pytest.approx(radius, rel=0.01)
    assert sphere.centre == pytest.approx(centre, abs=1.0)


def test_without_perspective_light_is_twice_the_normal() -> None:
    """The formula that orthographic highlight RTI goes by."""
    camera = Camera(SIZE)
    sphere = place_sphere(Outline(300, 200, 50, 0, 0.1, 0, 1, 1), camera)
    points = np.array([[320.0, 185.0], [300.0, 200.0], [265.0, 200.0]])
    _, lights = sphere.mirrored(points)
    x, y = (points[:, 0] - 300) / 50, (200 - points[:, 1]) / 50
    z = np.sqrt(1 - x**2 - y**2)
    normals = np.column_stack([x, y, z])
    expected = 2 * z[:, None] * normals - [0, 0, 1]
    assert lights == pytest.approx(expected, abs=1e-9)


def test_a_mirror_shows_what_it_looks_to() -> None:
    """The point of the sphere that mirrors a given lamp into the camera, found by search."""
    camera = Camera(SIZE, 900.0)
    centre, radius = np.array([220.0, 90.0, 40.0]), 40.0
    lamp, eye = np.array([-300.0, 200.0, 500.0]), np.array([0, 0, 900.0])
    random = np.random.default_rng(0)
    normals = random.normal(size=(200_000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = centre + radius * normals
    views = eye - points
    views /= np.linalg.norm(views, axis=1, keepdims=True)
    toward = lamp - points
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    half = views + toward
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    best = points[np.argmax(np.sum(half * normals, axis=1))]
    pixel = best[:2] * 900 / (900 - best[2])
    place = np.array([[camera.middle[0] + pixel[0], camera.middle[1] - pixel[1]]])
    sphere = place_sphere(outline_of(centre, radius, camera), camera)
    start, ray = sphere.mirrored(place)
    wanted = lamp - start[0]
    assert ray[0] @ wanted / np.linalg.norm(wanted) > np.cos(np.radians(1.0))
