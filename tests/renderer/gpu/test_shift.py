"""A surface with relief as the native renderer shows it, against numpy."""

from dataclasses import replace

import numpy as np
import pytest

import renderer.gpu.relighter
from renderer.gpu import frames
from renderer.gpu.relighter import Relighter
from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError
from shaders.heights import Relief

VIEWS = [(0.0, 0.0), (0.6, 0.2), (-0.3, -0.8)]
LIGHT = (0.35, -0.55)
CROP = (20, 10, 24, 16)


@pytest.fixture(scope="module")
def image(make_hyper_image) -> RelightableImage:
    found = make_hyper_image(8, conditions=4)
    random = np.random.default_rng(2)
    levels = random.integers(0, 256, (found.height, found.width), np.uint8)
    mask = np.ones(levels.shape, bool)
    mask[:6] = False
    return replace(found, relief=Relief(levels, -4, 6), mask=mask)


def test_places_are_where_the_camera_sees_them(image: RelightableImage, by_hand) -> None:
    exact, levels = Relighter(image, "float"), Relighter(image, block=16)
    for view in (*VIEWS, VIEWS[1]):
        expected = by_hand(image.seen_from(view), (*view, *LIGHT))
        np.testing.assert_allclose(exact.frame(LIGHT, view), expected, atol=1e-5 * np.ptp(expected))
        steps = levels.frame(LIGHT, view) - np.rint(expected.clip(0, 1) * 255)
        assert np.abs(steps).max() <= 1
        assert np.count_nonzero(steps) / steps.size < 1e-3


def test_frames_are_cut_where_the_object_is_seen(image: RelightableImage) -> None:
    """Cropped, places from beyond the crop are seen in it, and the mask is the camera's."""
    told = np.array([[*view, *LIGHT] for view in VIEWS])
    x, y, width, height = CROP
    whole = frames.relight_frames(image, told)
    cut = frames.relight_frames(image, told, crop=CROP)
    for view, one, other in zip(VIEWS, whole, cut, strict=True):
        assert other.size == (width, height)
        np.testing.assert_array_equal(
            np.asarray(one)[y : y + height, x : x + width], np.asarray(other)
        )
        alpha = np.asarray(one)[..., 3]
        np.testing.assert_array_equal(alpha, image.mask_from(view) * np.uint8(255))


def test_one_too_large_for_a_texture_is_refused(image: RelightableImage) -> None:
    device = renderer.gpu.relighter.request_device()

    class Small:
        @property
        def limits(self) -> dict:
            return {**device.limits, renderer.gpu.relighter.LONGEST_SIDE: 32}

        def __getattr__(self, name: str) -> object:
            return getattr(device, name)

    with pytest.raises(RakingError, match="must fit one texture, which on this device is 32"):
        Relighter(image, device=Small())
