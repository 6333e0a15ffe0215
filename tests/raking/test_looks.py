"""`raking render` in the modes of reading a surface, and its contact sheet."""

import numpy as np
import pytest
from PIL import Image

from renderer.gpu.relighter import Relighter
from renderer.gpu.sheet import PLACES, sheet_lights
from renderer.image.relightable import read_image, write_image
from shaders.look import Look


@pytest.fixture
def with_normals(make_image, tmp_path):
    image = make_image()
    normals = np.random.default_rng(0).integers(100, 156, (48, 64, 3), np.uint8)
    normals[..., 2] = 250
    image.normals = normals
    write_image(image, tmp_path / "image")
    return tmp_path / "image"


def test_a_mode_and_its_numbers(raking, with_normals, tmp_path) -> None:
    output = tmp_path / "frame.png"
    options = ("--mode", "specular", "--set", "exponent=90", "--set", "exposure=0.5")
    assert raking("render", with_normals, "-o", output, "--light", "0.3,0.4", *options).status == 0
    look = Look("specular", exponent=90, exposure=0.5)
    expected = Relighter(read_image(with_normals), look=look).frame((0.3, 0.4))
    np.testing.assert_array_equal(np.asarray(Image.open(output)), expected)


def test_normals_are_found_where_an_image_has_none(raking, image, tmp_path) -> None:
    output = tmp_path / "frame.png"
    ran = raking("render", image, "-o", output, "--light", "0,0", "--mode", "normals")
    assert ran.status == 0, ran.err
    vectors = np.asarray(Image.open(output)).astype(float) / 127.5 - 1
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=0.02)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("shine=1", "--set knows no 'shine'"),
        ("ks=much", "--set ks takes a number"),
        ("ks=9", "ks is 9: choose 0 to 2"),
        ("ks=nan", "ks is nan"),
    ],
)
def test_refused(raking, image, tmp_path, text: str, sentence: str) -> None:
    ran = raking("render", image, "-o", tmp_path / "f.png", "--light", "0,0", "--set", text)
    assert ran.status != 0
    assert sentence in ran.err
    assert not (tmp_path / "f.png").exists()


def test_the_sheet(raking, image, tmp_path) -> None:
    """Nine pictures, each where its light comes from, and each of its own light."""
    output = tmp_path / "sheet.png"
    ran = raking("render", image, "-o", output, "--sheet", "--elevation", "20")
    assert ran.status == 0, ran.err
    sheet = np.asarray(Image.open(output))
    relighter = Relighter(read_image(image))
    lights = sheet_lights(20)
    np.testing.assert_allclose(np.hypot(*lights.T)[[0, 4]], [np.cos(np.radians(20)), 0], atol=1e-9)
    for i, (light, (name, _)) in enumerate(zip(lights, PLACES, strict=True)):
        column, row = i % 3 - 1, 1 - i // 3
        np.testing.assert_array_equal(np.sign(np.round(light, 6)), [column, row], name)
        frame = relighter.frame(light)
        found = [
            (y, x)
            for y, x in np.argwhere((sheet[:, :, :] == frame[0, 0]).all(axis=-1))
            if np.array_equal(sheet[y : y + 48, x : x + 64], frame)
        ]
        assert len(found) == 1, name
        y, x = found[0]
        assert 3 * x // sheet.shape[1] - 1 == column
        assert 1 - 3 * y // sheet.shape[0] == row
    again = raking("render", image, "-o", tmp_path / "s.png", "--sheet", "--light", "0,0")
    assert "give one of" in again.err
