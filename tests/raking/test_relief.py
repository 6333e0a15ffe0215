"""Images with a relief on the command line: shown, cropped, copied, not cut into tiles."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.image.relightable import read_image, write_image
from shaders.heights import Relief

VIEW, LIGHT = (0.6, -0.3), (0.3, -0.2)
TOLD = ("--light", "0.3,-0.2", "--view", "0.6,-0.3")


@pytest.fixture(scope="module")
def carved(make_hyper_image, tmp_path_factory) -> Path:
    """64 x 48 pixels, rough."""
    image = make_hyper_image(8, conditions=4)
    levels = np.random.default_rng(4).integers(0, 256, image.planes.shape[1:3], np.uint8)
    image.relief = Relief(levels, -2.5, 4)
    path = tmp_path_factory.mktemp("relief") / "carved"
    write_image(image, path)
    return path


def test_a_crop_shows_what_comes_from_beyond_it(raking, carved, by_hand, tmp_path) -> None:
    seen = read_image(carved).seen_from(VIEW)
    expected = np.floor(by_hand(seen, (*VIEW, *LIGHT)).clip(0, 1) * 255 + 0.5)
    ran = raking("render", carved, *TOLD, "--crop", "10,5,20,16", "-o", tmp_path / "part.png")
    assert ran.status == 0, ran.err
    part = np.asarray(Image.open(tmp_path / "part.png")).astype(int)
    assert np.abs(part - expected[5:21, 10:30]).max() <= 1
    ran = raking(
        *("render", carved, *TOLD, "--crop", "10,5,20,16", "--scale", "2"),
        *("-o", tmp_path / "large.png"),
    )
    assert Image.open(tmp_path / "large.png").size == (40, 32), ran.err
    ran = raking("render", carved, *TOLD, "--crop", "50,5,20,16", "-o", tmp_path / "out.png")
    assert "does not lie within the image" in ran.err
    assert not (tmp_path / "out.png").exists()


def test_it_is_kept_by_a_copy(raking, carved, tmp_path) -> None:
    ran = raking("convert", carved, "--title", "A relief", "-o", tmp_path / "copy")
    assert ran.status == 0, ran.err
    copied, relief = read_image(tmp_path / "copy"), read_image(carved).relief
    np.testing.assert_array_equal(copied.relief.levels, relief.levels)
    assert (copied.relief.low, copied.relief.high, copied.title) == (-2.5, 4, "A relief")
    assert json.loads((tmp_path / "copy" / "info.json").read_text())["raking"]["version"] == 3
    told = raking("info", tmp_path / "copy")
    assert "-2.5 to 4.0 pixels above the plane" in told.out
    assert json.loads(raking("info", tmp_path / "copy", "--json").out)["relief_px"] == [-2.5, 4]


def test_it_is_not_cut_into_tiles(raking, carved, tmp_path) -> None:
    ran = raking("convert", carved, "--tiles", "-o", tmp_path / "tiled")
    assert ran.status == 1
    assert "an image with a relief cannot be written in tiles" in ran.err
    assert not (tmp_path / "tiled").exists()


def test_relief_and_tiles_are_not_asked_for_together(raking, tmp_path) -> None:
    ran = raking("train", tmp_path / "a", "--relief", "--tiles", "-o", tmp_path / "image")
    assert ran.status == 2
    assert "--relief goes without --tiles" in ran.err
    ran = raking("train", tmp_path / "a", "--no-relief", "--model", "ptm", "-o", tmp_path / "image")
    assert "--relief goes with --model neural, disk and hyper" in ran.err


@pytest.mark.parametrize("damage", ["gone", "cut", "of another size", "coloured"])
def test_heights_that_are_damaged_are_told(raking, carved, tmp_path, damage) -> None:
    write_image(read_image(carved), tmp_path / "image")
    file = tmp_path / "image" / "relief.png"
    levels = read_image(carved).relief.levels
    match damage:
        case "gone":
            file.unlink()
        case "cut":
            file.write_bytes(file.read_bytes()[:-40])
        case "of another size":
            Image.fromarray(levels[:-1]).save(file)
        case "coloured":
            Image.fromarray(np.dstack([levels] * 3)).save(file)
    ran = raking("render", tmp_path / "image", *TOLD, "-o", tmp_path / "a.png")
    assert ran.status == 1
    assert "relief.png" in ran.err
    assert not (tmp_path / "a.png").exists()
