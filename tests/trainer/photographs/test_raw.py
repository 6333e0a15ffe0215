"""Camera raw, developed by a fixed rule."""

import sys
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.photographs.pictures import read_header, read_picture

from ..profiles import linear_to_srgb
from ..raws import write_dng

pytest.importorskip("rawpy", reason="the extra `raw` is not installed")

PATCHES = {(40, 10): (0.6, 0.1, 0.1), (40, 48): (0.2, 0.2, 0.2), (40, 80): (0.1, 0.3, 0.6)}


def scene() -> np.ndarray:
    """Three patches below a bright strip, linear [64, 96, 3]."""
    linear = np.repeat(np.array(list(PATCHES.values())), 32, axis=0)[None].repeat(64, axis=0)
    linear[:16] = 0.9
    return linear


def test_a_raw_file_is_developed_to_srgb(tmp_path: Path) -> None:
    write_dng(tmp_path / "photo.dng", scene())
    picture = read_picture(tmp_path / "photo.dng")
    assert picture.values.dtype == np.uint16
    assert picture.header.size == picture.values.shape[:2] == (64, 96)
    assert picture.header.colour == "camera raw developed to sRGB"
    for place, linear in PATCHES.items():
        shown = picture.values[place] / 65535
        np.testing.assert_allclose(shown, linear_to_srgb(np.array(linear)), atol=0.001)


def test_brightness_does_not_depend_on_the_picture(tmp_path: Path) -> None:
    write_dng(tmp_path / "photo.dng", scene() / 8)
    picture = read_picture(tmp_path / "photo.dng")
    for place, linear in PATCHES.items():
        expected = linear_to_srgb(np.array(linear) / 8)
        np.testing.assert_allclose(picture.values[place] / 65535, expected, atol=0.002)


def test_a_given_white_balance_comes_before_the_files_own(tmp_path: Path) -> None:
    write_dng(tmp_path / "right.dng", scene())
    write_dng(tmp_path / "wrong.dng", scene(), as_shot=(0.9, 1.0, 0.4))
    right, wrong = (read_picture(tmp_path / name).values for name in ("right.dng", "wrong.dng"))
    assert np.abs(right.astype(int) - wrong).max() > 3000
    balance = read_header(tmp_path / "right.dng").white_balance
    given = read_picture(tmp_path / "wrong.dng", balance).values
    assert np.abs(given.astype(int) - right).max() < 40


def test_a_raw_file_is_not_turned(tmp_path: Path) -> None:
    write_dng(tmp_path / "upright.dng", scene())
    write_dng(tmp_path / "turned.dng", scene(), orientation=6)
    assert read_header(tmp_path / "turned.dng").orientation == 6
    upright, turned = (read_picture(tmp_path / f"{n}.dng").values for n in ("upright", "turned"))
    np.testing.assert_array_equal(turned, upright)


@pytest.mark.parametrize("kept", [12000, 6000, 300, 0])
def test_a_truncated_raw_file_is_refused(
    tmp_path: Path, kept: int, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "photo.dng"
    write_dng(file, scene())
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(RakingError, match=r"photo\.dng is damaged, or raw of a camera"):
        read_picture(file)
    assert capfd.readouterr().err == ""


def test_without_the_extra_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_dng(tmp_path / "photo.dng", scene())
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(RakingError, match="pip install rawpy"):
        read_picture(tmp_path / "photo.dng")
