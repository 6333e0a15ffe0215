"""Multi-light: what it is made of, and that it shows what no light alone does."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from renderer.gpu.fan import Grid, fan_of, grid_of
from renderer.gpu.relighter import Relighter
from renderer.image.normal_levels import normal_levels
from renderer.image.relightable import RelightableImage
from shaders.look import Look
from trainer.models.multilight import lit_by_places

SIDE = 160


@pytest.fixture
def image(make_linear_image) -> RelightableImage:
    """A matt surface as a PTM: grooves across its left half, and along its right."""
    made: RelightableImage = make_linear_image("ptm", 18, width=SIDE, height=SIDE)
    y, x = np.mgrid[:SIDE, :SIDE]
    left = x < SIDE // 2
    ripple = 0.35 * np.sin(np.where(left, y, x) / 2)
    normals = np.stack([np.where(left, 0, ripple), np.where(left, ripple, 0), 1 + 0 * x], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    made.normals = normal_levels(normals)
    low, high = np.zeros(18, np.float32), np.ones(18, np.float32)
    low[3:9], high[3:9] = -1, 1  # n.l with l's height left out: 0.7 + nx u + ny v, of each channel
    made.decoder = replace(made.decoder, latent_min=low, latent_max=high)
    made.planes[:] = 0
    made.planes[0] = 0.6 * 255
    for plane, slope in ((1, normals[..., 0]), (2, normals[..., 1])):
        made.planes[plane] = np.rint((slope[..., None] + 1) / 2 * 255)
    return made


def contrasts(frame: np.ndarray) -> np.ndarray:
    """Of the two halves, away from where they meet."""
    grey = frame[..., 1].astype(float)
    return np.array(
        [grey[20:-20, 20 : SIDE // 2 - 20].std(), grey[20:-20, SIDE // 2 + 20 : -20].std()]
    )


def test_grooves_of_both_directions_show_at_once(image: RelightableImage) -> None:
    plain = Relighter(image)
    low = np.cos(np.radians(25))
    angles = np.radians(np.arange(0, 360, 15))
    single = [contrasts(plain.frame((low * np.cos(a), low * np.sin(a)))) for a in angles]
    best = np.array(single).max(axis=0)
    fixed = contrasts(Relighter(image, look=Look("multi-light-static")).frame((0, 0)))
    assert (fixed > 0.8 * best).all()
    assert fixed.min() > 1.1 * max(both.min() for both in single)
    light = (low * np.cos(np.radians(110)), low * np.sin(np.radians(110)))
    moving = contrasts(Relighter(image, look=Look("multi-light")).frame(light))
    before = contrasts(plain.frame(light))
    assert moving[1] > 1.5 * before[1]  # they lie along the light
    assert moving[0] > 0.9 * before[0]


def test_the_fixed_one_is_the_same_under_any_light(image: RelightableImage) -> None:
    relighter = Relighter(image, look=Look("multi-light-static"))
    np.testing.assert_array_equal(relighter.frame((0.9, 0)), relighter.frame((-0.2, -0.6)))


def test_a_surface_with_no_relief_is_lit_as_it_is(image: RelightableImage) -> None:
    image.normals = np.full((SIDE, SIDE, 3), (128, 128, 255), np.uint8)
    light = (0.5, 0.4)
    shown = Relighter(image, look=Look("multi-light")).frame(light)
    np.testing.assert_array_equal(shown, Relighter(image).frame(light))


def test_blocks_make_no_difference(image: RelightableImage) -> None:
    look = Look("multi-light", area=10)
    whole, parts = (Relighter(image, look=look, block=size) for size in (4096, 47))
    np.testing.assert_array_equal(whole.frame((0.3, 0.7)), parts.frame((0.3, 0.7)))


def test_the_fan() -> None:
    """Seven lights at one elevation, the present one in their middle; views stay."""
    fan = fan_of(Look("multi-light", spread=30), np.array([0.1, 0.2, 0.6, 0]))
    np.testing.assert_allclose(np.degrees(np.arctan2(fan[:, 3], fan[:, 2])), np.arange(-30, 31, 10))
    np.testing.assert_allclose(np.hypot(fan[:, 2], fan[:, 3]), 0.6)
    np.testing.assert_allclose(fan[:, :2], np.tile([0.1, 0.2], (7, 1)))
    fixed = fan_of(Look("multi-light-static", raking=60), np.array([0.6, 0]))
    np.testing.assert_allclose(fixed[3], [-(8**-0.5), 8**-0.5])
    np.testing.assert_allclose(fixed[6], -fixed[0], atol=1e-12)


def test_on_the_horizon_it_is_what_the_oracle_says(make_hyper_image) -> None:
    """There a decoder on HSH's sphere tells a light's height to the last digit."""
    image: RelightableImage = make_hyper_image(8)
    random = np.random.default_rng(0)
    shape = (image.height, image.width)
    slopes = gaussian_filter(random.normal(0, 8, (*shape, 2)), (4, 4, 0))
    image.normals = normal_levels(np.dstack([slopes, np.ones(shape)]))
    look = Look("multi-light")
    relighter = Relighter(image, "float", look=look)
    for angle in np.radians([10.0, 137.0, 190.0, 281.0]):
        light = np.array([np.cos(angle), np.sin(angle)], np.float32)
        expected, _ = lit_by_places(image, look, light)
        np.testing.assert_allclose(relighter.frame(light), expected, atol=1e-4 * np.ptp(expected))


def test_large_images_are_halved_first(image: RelightableImage) -> None:
    grid: Grid = grid_of(image)
    image.normals = np.tile(image.normals, (1, 16, 1))
    large = grid_of(image)
    assert (grid.side, grid.moments.shape) == (8, (20, 20, 10))
    assert (large.side, large.moments.shape) == (32, (5, 80, 10))
    np.testing.assert_allclose(large.moments[..., 0], 64)
