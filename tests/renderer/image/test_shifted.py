"""A surface with relief as a camera sees it, against geometry and against SciPy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from renderer.image.relightable import RelightableImage
from renderer.image.shifted import places_seen, shifted
from shaders.heights import PART, Relief

from ...conftest import random_image

HEIGHT, WIDTH = 40, 48
VIEWS = [(0.6, 0.0), (-0.5, 0.3), (0.0, -0.8), (0.36, 0.48)]


def slope_of(view: tuple[float, float]) -> np.ndarray:
    """Pixels to the right and down that a ray goes, a pixel of height."""
    x, y = view
    return np.array([x, -y]) / np.sqrt(1 - x * x - y * y)


@pytest.mark.parametrize("view", VIEWS)
def test_an_even_plane_is_shifted_by_its_height(view: tuple[float, float]) -> None:
    relief = Relief(np.full((HEIGHT, WIDTH), 204, np.uint8), -2, 8)  # 6 pixels high
    columns, rows = places_seen(relief, view) / PART
    across, down = 6 * slope_of(view)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    np.testing.assert_allclose(columns, x + across, atol=0.05)
    np.testing.assert_allclose(rows, y + down, atol=0.05)


@pytest.mark.parametrize("view", VIEWS)
def test_a_ramp_is_met_where_lines_cross(view: tuple[float, float]) -> None:
    """Heights of g x: the place q of pixel p solves q = p + slope g q, in closed form."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    rise = 5 / (WIDTH - 1)
    levels = np.rint(x * 255 / (WIDTH - 1)).astype(np.uint8)
    columns, rows = places_seen(Relief(levels, 0, 5), view) / PART
    across, down = slope_of(view)
    at = x / (1 - across * rise)
    inside = (at > 1) & (at < WIDTH - 2)
    np.testing.assert_allclose(columns[inside], at[inside], atol=0.1)
    np.testing.assert_allclose(rows[inside], (y + down * rise * at)[inside], atol=0.1)


def test_a_wall_hides_what_is_behind_it() -> None:
    """A wall 4 pixels high at columns 20 to 23, seen from the right at 45 degrees: what is shown
    jumps from before it to its top, and the ground behind it, to the left, is not seen."""
    levels = np.zeros((HEIGHT, WIDTH), np.uint8)
    levels[:, 20:24] = 255
    columns, _ = places_seen(Relief(levels, 0, 4), (0.5**0.5, 0))[:, 5] / PART
    seen = np.rint(columns).astype(int)
    assert list(seen[:14]) == list(range(14))
    assert not {16, 17, 18} & set(seen[:24])  # a ray that comes down behind it meets the wall
    assert (np.diff(columns) >= -0.01).all()
    np.testing.assert_allclose(columns[26:], np.arange(26, WIDTH), atol=0.01)


@pytest.mark.parametrize("view", VIEWS)
def test_levels_lie_between_four_texels(view: tuple[float, float]) -> None:
    random = np.random.default_rng(3)
    relief = Relief(random.integers(0, 256, (HEIGHT, WIDTH), np.uint8), -3, 4)
    picture = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    places = places_seen(relief, view)
    at = [places[1] / PART, places[0] / PART]
    for channel in range(3):
        plane = picture[..., channel].astype(float)
        exact = map_coordinates(plane, at, order=1, mode="nearest")
        assert np.abs(shifted(picture, places)[..., channel] - exact).max() <= 0.5 + 1e-9


def with_relief() -> RelightableImage:
    image = random_image(conditions=4)
    size = (image.height, image.width)
    random = np.random.default_rng(5)
    relief = Relief(random.integers(0, 256, size, np.uint8), -2, 3)
    mask = np.zeros(size, bool)
    mask[8:-8, 8:-8] = True
    normals = random.integers(0, 256, (*size, 3), np.uint8)
    return replace(image, relief=relief, mask=mask, normals=normals)


def test_from_above_nothing_is_shifted() -> None:
    image = with_relief()
    above = image.seen_from((0, 0))
    assert above.relief is None
    np.testing.assert_array_equal(above.planes, image.planes)
    np.testing.assert_array_equal(above.mask, image.mask)


def test_all_pictures_are_shifted_alike() -> None:
    image = with_relief()
    seen = image.seen_from((0.6, 0))
    places = places_seen(image.relief, (0.6, 0))
    np.testing.assert_array_equal(seen.planes[1], shifted(image.planes[1], places))
    np.testing.assert_array_equal(seen.normals, shifted(image.normals, places))
    on = shifted(image.mask.astype(np.uint8) * 255, places) > 127
    np.testing.assert_array_equal(seen.mask, on)
    assert on.any() and (on != image.mask).any()
    np.testing.assert_array_equal(image.mask_from((0.6, 0)), on)
