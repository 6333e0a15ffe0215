"""A surface with relief in the viewer: its places are shown where the camera sees them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.image.relightable import read_image, write_image
from shaders.heights import Relief
from shaders.look import Look
from trainer.models.seen import seen

from .pictures import settle, state
from .test_page import picture_at

LIGHT = (0.3, 0.2)
CAMERAS = [(0.0, 0.0), (-0.4, 0.5), (0.7, -0.1)]
GROUND = (22, 22, 23)


@pytest.fixture(scope="module")
def carved(make_hyper_image, tmp_path_factory) -> Path:
    """An image of 64 x 48 pixels, rough, off the object at its left."""
    image = make_hyper_image(8, conditions=4)
    random = np.random.default_rng(1)
    size = (image.height, image.width)
    image.views = np.array([(0.5, 0.5, 0.5**0.5), (-0.5, 0.5, 0.5**0.5)], np.float32)
    image.relief = Relief(random.integers(0, 256, size, np.uint8), -3, 5)
    image.normals = random.integers(64, 255, (*size, 3), np.uint8)
    image.mask = np.ones(size, bool)
    image.mask[:, :9] = False
    path = tmp_path_factory.mktemp("relief") / "carved"
    write_image(image, path)
    return path


@pytest.fixture(scope="module")
def expected(carved: Path, by_hand):
    """expected(camera, mode): what must be seen, [48, 64, 3], the ground off the object."""

    def shown(camera: tuple[float, float], mode: str = "plain") -> np.ndarray:
        turned = read_image(carved).seen_from(camera)
        told = np.array([*camera, *LIGHT])
        colours = seen(turned, by_hand(turned, (*camera, *LIGHT)), Look(mode), told)
        levels = np.floor(colours.clip(0, 1) * 255 + 0.5)
        levels[~turned.mask] = GROUND
        return levels

    return shown


def told(camera: tuple[float, float]) -> str:
    return f"{camera[0]},{camera[1]}"


@pytest.mark.parametrize("mode", ["plain", "normals", "specular"])
def test_places_are_where_the_camera_sees_them(open_viewer, carved, expected, mode) -> None:
    with open_viewer([carved], zoom=1, light="0.3,0.2", mode=mode) as page:
        for camera in CAMERAS:
            page.evaluate("camera => raking.setState({ camera })", told(camera))
            settle(page)
            assert np.abs(picture_at(page) - expected(camera, mode)).max() <= 1
    apart = np.abs(expected(CAMERAS[1], mode) - expected(CAMERAS[2], mode))
    assert (apart.max(axis=-1) > 4).mean() > 0.3


def test_places_are_found_once_a_camera(open_viewer, carved) -> None:
    """Light that moves costs no pass but its own."""
    with open_viewer([carved], zoom=1, camera="0.5,0.1", light="0.3,0.2") as page:
        settle(page)
        page.evaluate(
            """() => {
                const { prototype } = WebGL2RenderingContext;
                const { uniform4iv } = prototype;
                window.sought = 0;
                prototype.uniform4iv = function (...given) {
                    window.sought++;
                    return uniform4iv.apply(this, given);
                };
            }"""
        )
        for light in ("0.1,0.2", "-0.4,0.3"):
            page.evaluate("light => raking.setState({ light })", light)
            settle(page)
        assert page.evaluate("sought") == 0
        page.evaluate("raking.setState({ camera: '0.2,0.6' })")
        settle(page)
        assert page.evaluate("sought") == 1
        assert state(page, "camera") == pytest.approx([0.2, 0.6], abs=1e-3)


def test_a_picture_of_heights_that_is_damaged_is_told(open_viewer, carved, tmp_path) -> None:
    write_image(read_image(carved), tmp_path / "broken")
    (tmp_path / "broken" / "relief.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with open_viewer([tmp_path / "broken"], ready=False) as page:
        page.get_by_text("relief.png").first.wait_for()


def test_one_that_is_level_is_shown_as_it_is_stored(open_viewer, carved, by_hand, tmp_path) -> None:
    """Without heights the camera shifts nothing."""
    image = read_image(carved)
    level = replace(image, relief=Relief(np.zeros_like(image.relief.levels), 0, 1), mask=None)
    write_image(level, tmp_path / "level")
    with open_viewer([tmp_path / "level"], zoom=1, light="0.3,0.2", camera="0.5,0.5") as page:
        colours = by_hand(level, (0.5, 0.5, *LIGHT))
        assert np.abs(picture_at(page) - colours.clip(0, 1) * 255).max() <= 1.5
