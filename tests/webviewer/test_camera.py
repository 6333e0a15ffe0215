"""Images of several cameras: the camera is turned as the light is, and the picture follows both."""

import re

import numpy as np
import pytest
from PIL import Image

from renderer.image.pyramid import TileFormat
from renderer.image.relightable import read_image, write_image

from .pictures import drag, middle, screenshot, settle, state
from .test_accessibility import assert_accessible
from .test_chooser import PREVIEW
from .test_page import fingers, picture_at

LIGHT, CAMERA = (0.3, 0.2), (-0.4, 0.5)
PLACE = {"light": "0.3,0.2", "camera": "-0.4,0.5"}
SQUARE = [(x, y, 0.5**0.5) for x in (-0.5, 0.5) for y in (-0.5, 0.5)]


@pytest.fixture(scope="module", params=[pytest.param("neural", marks=pytest.mark.long), "hyper"])
def each(request, make_image, make_hyper_image, tmp_path_factory):
    """An image of 64 x 48 pixels whose cameras stood at a square's corners."""
    make = make_hyper_image if request.param == "hyper" else make_image
    image = make(8, conditions=4)
    image.lights = image.views = np.array(SQUARE, np.float32)
    image.title = "A small relief"
    path = tmp_path_factory.mktemp("seen") / request.param
    write_image(image, path)
    return path


@pytest.fixture(scope="module")
def seen(make_image, tmp_path_factory):
    """One of these, in tiles."""
    image = make_image(8, width=300, height=200, conditions=4)
    image.lights = image.views = np.array(SQUARE, np.float32)
    path = tmp_path_factory.mktemp("seen") / "tiled"
    write_image(image, path, tiles=TileFormat(size=128, overlap=1))
    return path


def camera(page):
    return page.get_by_role("slider", name="Camera direction")


def assert_shown(page, expected: np.ndarray) -> None:
    assert np.abs(picture_at(page) - expected.astype(int)).max() <= 1


def test_the_picture_is_that_of_the_camera_and_the_light(open_viewer, each, relight) -> None:
    with open_viewer([each], 640, 480, zoom=1, **PLACE) as page:
        assert_shown(page, relight(each, (*CAMERA, *LIGHT)))
        page.evaluate("raking.setState({ camera: '0.6,-0.3' })")
        assert_shown(page, relight(each, (0.6, -0.3, *LIGHT)))
        page.wait_for_url(re.compile("camera=0.6,-0.3"))
        page.reload()
        page.evaluate("raking.ready")
        assert_shown(page, relight(each, (0.6, -0.3, *LIGHT)))
    with open_viewer([each], 640, 480, zoom=1, light="0.3,0.2") as page:
        assert_shown(page, relight(each, (0, 0, *LIGHT)))
    assert np.abs(relight(each, (0, 0, *LIGHT)) - relight(each, (*CAMERA, *LIGHT))).mean() > 2


def test_no_camera_stands_on_the_horizon(open_viewer, seen) -> None:
    with open_viewer([seen], camera="3,-4") as page:
        assert np.hypot(*state(page, "camera")) == pytest.approx(np.cos(np.radians(5)))


@pytest.mark.parametrize("how", ["drag", "keys", "dome", "fingers"])
@pytest.mark.parametrize("rotation", [0, 90])
def test_the_camera_is_turned_by_hand(open_viewer, seen, how, rotation) -> None:
    """To the right of the screen, which of a turned picture is its own top."""
    with open_viewer([seen], light="0,0", rotation=rotation) as page:
        view = [state(page, key) for key in ("zoom", "center")]
        if how == "drag":
            drag(page, (300, 200), (360, 200), button="right")
        elif how == "keys":
            page.keyboard.press("c")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("c")
            page.keyboard.press("ArrowUp")  # of the light again
            page.keyboard.press("ArrowDown")
        elif how == "dome":
            x, y = middle(camera(page))
            page.mouse.click(x + 20, y)
        else:
            touch = fingers(page)
            touch("touchStart", (300, 200), (300, 260))
            for x in range(310, 361, 10):
                touch("touchMove", (x, 200), (x, 260))
            touch("touchEnd")
        x, y = state(page, "camera")
        assert (y if rotation else x) > 0.04
        assert (x if rotation else y) == pytest.approx(0, abs=0.02)
        assert state(page, "light") == pytest.approx([0, 0], abs=1e-9)
        if how != "fingers":
            assert [state(page, key) for key in ("zoom", "center")] == view
        place, knob = middle(camera(page)), middle(camera(page).locator(".marker"))
        assert knob[0] > place[0] + 2
        assert knob[1] == pytest.approx(place[1], abs=2)


def test_the_picture_is_still_moved(open_viewer, seen) -> None:
    with open_viewer([seen], zoom=3, **PLACE) as page:
        page.keyboard.down("Shift")
        drag(page, (300, 200), (330, 200), button="right")
        page.keyboard.up("Shift")
        assert state(page, "center") == pytest.approx([140, 100], abs=0.01)
        touch = fingers(page)
        touch("touchStart", (300, 200), (340, 200), (320, 240))
        touch("touchMove", (330, 200), (370, 200), (350, 240))
        touch("touchEnd")
        assert state(page, "center") == pytest.approx([130, 100], abs=0.01)
        assert state(page, "zoom") == 3
        assert state(page, "camera") == list(CAMERA)


def test_of_one_camera_there_is_no_disc_and_the_right_button_moves_the_picture(
    open_viewer, small
) -> None:
    with open_viewer([small], zoom=4, camera="0.5,0.5") as page:
        assert camera(page).count() == 0
        drag(page, (300, 200), (320, 200), button="right")
        assert state(page, "center") == pytest.approx([27, 24])
        page.keyboard.press("c")
        page.get_by_text("seen by one camera").wait_for()
        tiles = page.evaluate("raking.counts()")["tiles"]
        page.evaluate("raking.setState({ camera: '-0.5,0' })")
        assert page.evaluate("raking.counts()")["tiles"] == tiles  # nothing is decoded again


def test_when_the_camera_moves_every_tile_is_decoded_again(open_viewer, seen, relight) -> None:
    with open_viewer([seen], 640, 480, ui="off", zoom=1, **PLACE) as page:
        tiles, wanted = (page.evaluate("raking.counts()")[key] for key in ("tiles", "wantedTiles"))
        assert wanted == 6
        page.evaluate("raking.setState({ camera: '0.5,0.1' })")
        assert page.evaluate("raking.counts()")["tiles"] == tiles + wanted
        shown = screenshot(page)[140:340, 170:470]
    assert np.abs(shown - relight(seen, (0.5, 0.1, *LIGHT)).astype(int)).max() <= 1


# Turns the camera by hand, and stays in motion, on a machine that is too slow for the frame rate.
MOVE = """async () => {
    const { viewer } = document.querySelector('raking-viewer');
    for (let i = 0; i < 12; i++) {
        viewer.motion.turn('camera', [0.5, 0.1 + 0.001 * (11 - i)]);
        await new Promise(requestAnimationFrame);
    }
    clearTimeout(viewer.motion.resting);
    await new Promise(resolve => setTimeout(resolve, 300));
}"""


def test_in_motion_the_coarse_picture_is_that_of_the_camera(
    open_viewer, make_image, tmp_path, relight
) -> None:
    """Means of the picture, whose latents are the same everywhere."""
    image = make_image(8, width=640, height=480, conditions=4)
    image.planes[:] = image.planes[:, :1, :1]
    write_image(image, tmp_path / "plain")
    target = {"ui": "off", "target": 1000, "zoom": 1}
    with open_viewer([tmp_path / "plain"], 640, 480, **target, **PLACE) as page:
        page.evaluate(MOVE)
        assert page.evaluate("raking.status()")["scale"] < 0.7
        shown = screenshot(page).mean(axis=(0, 1))
    expected = relight(tmp_path / "plain", (0.5, 0.1, *LIGHT))[0, 0]
    assert np.abs(shown - expected).max() <= 1.5


def test_beside_an_image_of_one_camera(open_viewer, each, small, relight) -> None:
    """Either side has what its decoder asks for, whichever is first."""
    for images in ([each, small], [small, each]):
        split = {"compare": "split", "zoom": 8, "center": "32,24"}
        with open_viewer(images, 1440, 900, **split, **PLACE) as page:
            camera(page).wait_for()
            settle(page)
            shown = picture_at(page, 8)
        left, right = (
            relight(path, (*CAMERA, *LIGHT) if path == each else LIGHT).astype(int)
            for path in images
        )
        assert np.abs(shown - left)[:, :29].max() <= 1
        assert np.abs(shown - right)[:, 35:].max() <= 1


def test_the_snapshot_and_the_preview_are_of_their_camera(open_viewer, each, relight) -> None:
    with open_viewer([each] * 4, 1440, 900, **PLACE) as page:
        with page.expect_download() as download:
            page.get_by_role("button", name="Snapshot").click()
        assert "light_0.30,0.20_camera_-0.40,0.50.png" in download.value.suggested_filename
        with Image.open(download.value.path()) as picture:
            saved, told = np.asarray(picture.convert("RGB")).astype(int), picture.text
        page.get_by_role("button", name="Image 1 of 4").click()
        page.get_by_role("listitem").nth(0).locator("canvas").wait_for()
        shape, levels = page.evaluate(PREVIEW, 0)
    assert np.abs(saved - relight(each, (*CAMERA, *LIGHT))).max() <= 1
    assert "seen from x -0.4000, y 0.5000" in told["Description"]
    preview = np.array(levels).reshape(shape)[..., :3]
    assert np.abs(preview - relight(each, (0, 0, 0.35, 0.45)).astype(int)).max() <= 1


def test_gloss_follows_the_camera(open_viewer, each, tmp_path) -> None:
    """Of a plain surface the highlight is where light and camera mirror each other."""
    image = read_image(each)
    image.normals = np.full((image.height, image.width, 3), (128, 128, 255), np.uint8)
    write_image(image, tmp_path / "glossy")
    look = {"mode": "specular", "kd": 0, "ks": 2, "exponent": 100, "light": "0.5,0", "zoom": 1}
    levels = {}
    for place in ("-0.5,0", "0.5,0", "0,0"):
        with open_viewer([tmp_path / "glossy"], camera=place, **look) as page:
            levels[place] = picture_at(page).mean()
    assert levels["-0.5,0"] > 3 * max(levels["0.5,0"], levels["0,0"], 5)


def test_the_camera_in_numbers(open_viewer, seen, small) -> None:
    with open_viewer([seen, small], camera="0,0") as page:
        page.keyboard.press("l")
        panel = page.get_by_role("region", name="Reading the surface")
        panel.get_by_label("Elevation of the camera").fill("60")
        panel.get_by_label("Azimuth of the camera").fill("90")
        panel.get_by_label("Azimuth of the camera").press("Tab")
        np.testing.assert_allclose(state(page, "camera"), [0, 0.5], atol=1e-3)
        panel.get_by_role("button", name="Straight above", exact=True).click()
        np.testing.assert_allclose(state(page, "camera"), [0, 0], atol=1e-3)
        page.evaluate("raking.setState({ show: 1 })")
        panel.get_by_label("Elevation of the camera").wait_for(state="hidden")


def test_beyond_the_photographed_cameras(open_viewer, seen) -> None:
    """They are at the corners (+-0.5, +-0.5), and so are the lights."""
    with open_viewer([seen], light="0,0", camera="0,0") as page:
        warning = page.locator("#outside")
        assert page.locator("#cameraDome .known").get_attribute("d").count("M") == 4
        assert camera(page).get_attribute("aria-valuetext").startswith("seen from straight above")
        page.keyboard.press("c")
        for _ in range(12):
            page.keyboard.press("ArrowLeft")
        assert camera(page).get_attribute("aria-valuetext").startswith("seen from the left, 53°")
        assert warning.inner_text() == ("Beyond the photographed cameras: this is extrapolated")
        page.evaluate("raking.setState({ light: '0.9,0' })")
        assert "the photographed lights and cameras" in warning.inner_text()


@pytest.mark.parametrize("size", [(1440, 900), (360, 640), (320, 568), (640, 220)])
def test_both_discs_are_in_sight_and_axe_finds_nothing(open_viewer, seen, size) -> None:
    with open_viewer([seen], *size, camera="0.9,0", light="0.9,0.1") as page:
        stage = page.locator("#stage").bounding_box()
        for name in ("Camera direction", "Light direction"):
            box = page.get_by_role("slider", name=name).bounding_box()
            assert box["width"] == pytest.approx(box["height"]) and box["width"] >= 40
            assert box["x"] >= 0 and box["y"] >= stage["y"]
            assert box["y"] + box["height"] <= stage["y"] + stage["height"]
        assert_accessible(page)


def test_the_plane_is_shown_as_the_camera_sees_it(open_viewer, each, small) -> None:
    """Its picture, 64 x 48 pixels of 4, is 0.6 as wide before a camera 0.8 to the right."""
    options = {"zoom": 4, "light": "0.3,0.2", "camera": "0.8,0"}
    with open_viewer([each, small], 900, 700, **options) as page:
        settle(page)
        flat = screenshot(page)
        left, top = (round(at) for at in middle(page.locator("#picture")))
        ground = flat[top, left - 200]

        def width(shown: np.ndarray) -> int:
            return int((np.abs(shown[top, left - 200 : left + 200] - ground) > 6).any(axis=1).sum())

        assert abs(width(flat) - 256) <= 2
        page.keyboard.press("l")
        page.get_by_role("button", name="Tilt the picture").click()
        assert_accessible(page)
        page.keyboard.press("Escape")
        settle(page)
        tilted = screenshot(page)
        assert abs(width(tilted) - 0.6 * 256) <= 3
        assert state(page, "tilt") is True
        # Along its height nothing changes, and along its width the same is seen closer together.
        for at in (-90, -30, 0, 60, 100):
            column = slice(top - 60, top + 60)
            there = flat[column, left + at]
            here = tilted[column, left + round(0.6 * at)]
            assert np.median(np.abs(there - here)) < 12
        page.evaluate("raking.setState({ show: 1 })")
        settle(page)
        assert abs(width(screenshot(page)) - 256) <= 2, "of one camera: it stays flat"
