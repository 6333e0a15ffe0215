"""The metrics against values worked out by hand."""

import numpy as np
import pytest

from trainer.metrics import MAX_PSNR, delta_e, psnr, ssim


def test_psnr_of_a_known_error() -> None:
    truth = np.full((8, 8, 3), 0.5, np.float32)
    assert psnr(truth, truth + np.float32(0.1)) == pytest.approx(20, abs=1e-4)
    assert psnr(truth, truth) == MAX_PSNR


def test_psnr_does_not_wrap_and_leaves_the_background_out() -> None:
    truth = np.zeros((4, 4, 3), np.float32)
    picture = truth.copy()
    picture[0] = 0.01  # on the object
    picture[1:] = 1.0  # off it
    mask = np.zeros((4, 4), bool)
    mask[0] = True
    assert psnr(truth, picture, mask) == pytest.approx(40, abs=1e-4)
    assert psnr(truth, picture) == pytest.approx(-10 * np.log10((12 + 4e-4) / 16), abs=1e-4)


def test_ssim_of_flat_pictures_is_its_luminance_term() -> None:
    truth, picture = np.full((16, 16, 3), 0.2), np.full((16, 16, 3), 0.6)
    c1 = 0.01**2
    by_hand = (2 * 0.2 * 0.6 + c1) / (0.2**2 + 0.6**2 + c1)
    assert ssim(truth, picture) == pytest.approx(by_hand, abs=1e-6)


def test_ssim_with_a_mask_sees_nothing_of_the_background() -> None:
    random = np.random.default_rng(0)
    truth = random.random((24, 24, 3))
    mask = np.zeros((24, 24), bool)
    mask[6:18, 6:18] = True
    picture = np.where(mask[..., None], truth, random.random((24, 24, 3)))
    assert ssim(truth, picture, mask) == pytest.approx(1)
    assert ssim(truth, picture) < 0.7


def test_delta_e_between_greys_is_their_weighted_lightness_difference() -> None:
    def grey(lightness: float) -> np.ndarray:  # CIE L* to the sRGB value
        luminance = ((lightness + 16) / 116) ** 3
        return np.full((4, 4, 3), 1.055 * luminance ** (1 / 2.4) - 0.055)

    weight = 1 + 0.015 * 5**2 / np.sqrt(20 + 5**2)  # S_L of CIEDE2000 at a mean L* of 55
    assert delta_e(grey(50), grey(60)) == pytest.approx(10 / weight, abs=1e-2)


def test_delta_e_with_a_mask() -> None:
    truth, picture = np.zeros((4, 4, 3)), np.ones((4, 4, 3))
    mask = np.zeros((4, 4), bool)
    mask[0] = True
    picture[0] = 0
    assert delta_e(truth, picture, mask) == 0
    assert delta_e(truth, picture) > 50
