"""The error of coarse decoding, against pictures whose error is known."""

import base64

import numpy as np
import pytest

from bench.common.shown import coarse_psnr, decoded_rows, middle_rows


def test_nothing_is_lost_at_full_scale_or_in_a_flat_picture():
    random = np.random.default_rng(0)
    assert coarse_psnr(random.integers(0, 256, (20, 30, 3), dtype=np.uint8), 1.0) is None
    assert coarse_psnr(np.full((20, 30, 3), 90, np.uint8), 0.3) is None


def test_alternate_rows_lost_at_half_scale():
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[1::2] = 10
    # Half scale reads the odd rows only: all is shown as 10, and the even rows are off by 10.
    assert coarse_psnr(picture, 0.5) == pytest.approx(10 * np.log10(255**2 / 50))


def test_coarser_is_worse():
    ramp = np.linspace(0, 20, 128)
    wave = (127 + 120 * np.sin(ramp)[:, None] * np.cos(ramp)[None]).astype(np.uint8)
    picture = np.repeat(wave[..., None], 3, axis=2)
    found = [coarse_psnr(picture, scale) for scale in (0.7, 0.35, 0.15)]
    assert found == sorted(found, reverse=True)


def test_rows_come_from_the_middle_and_lose_their_alpha():
    assert middle_rows(1000) == (436, 564)
    assert middle_rows(50) == (0, 50)
    rgba = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    text = base64.b64encode(rgba.tobytes()).decode()
    assert np.array_equal(decoded_rows(text, 3), rgba[..., :3])
