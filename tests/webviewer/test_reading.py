"""The panel of reading: modes, the light in numbers and exposure, with hands on its controls."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from bench.common.shown import decode_rows
from renderer.gpu.relighter import Relighter
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import read_image, write_image
from shaders.evidence import ErrorField
from shaders.look import OF_NEIGHBOURS, Look

from .pictures import screenshot, settle
from .test_accessibility import assert_accessible


@pytest.fixture(scope="module")
def with_normals(small, tmp_path_factory):
    """`small` with the normals of ripples."""
    image = read_image(small)
    x = np.mgrid[: image.height, : image.width][1]
    normals = np.stack([0.6 * np.sin(x / 4), 0 * x, 1 + 0 * x], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    image.normals = np.rint((normals + 1) / 2 * 255).astype(np.uint8)
    path = tmp_path_factory.mktemp("normals") / "image"
    write_image(image, path)
    return path


@pytest.fixture(scope="module")
def with_evidence(with_normals, tmp_path_factory):
    """Of a step of the scale more from the left to the right, under lights at the right."""
    image = read_image(with_normals)
    levels = np.zeros((image.height, image.width, 3), np.uint8)
    levels[..., 0] = np.linspace(0, 255, image.width)
    image.lights = np.array([(0.6, 0, 0.8), (0.8, 0, 0.6)], np.float32)
    rows = np.zeros((2, 4 + image.decoder.latents), np.float32)
    rows[:, 0], rows[:, -3] = np.log2(4 / 255), (1, 3)
    image.evidence, image.error_field = levels, ErrorField(rows, image.lights, 0.3, 2.0)
    path = tmp_path_factory.mktemp("evidence") / "image"
    write_image(image, path)
    return path


def open_panel(page):
    page.keyboard.press("l")
    return page.get_by_role("region", name="Reading the surface")


def state(page) -> dict:
    return page.evaluate("raking.state()")


def picture(page, light, rows=(0, 48)) -> np.ndarray:
    return decode_rows(page, 64, light, rows)


LOOKS = [
    Look("normals"),
    Look("specular", kd=0.8, ks=1.2, exponent=20),
    Look("specular", exposure=-0.5, gamma=1.3, saturation=1.8),
    Look(exposure=1.5, saturation=0.0),
    Look(red=1.4, blue=0.5),
    Look("curvature", radius=1.5, amount=2),
    Look("unsharp-normals", radius=2, amount=3, exposure=0.5),
    Look("multi-light", spread=80),
    Look("multi-light-static", raking=40, area=8, gamma=1.2, second=0.4),
    Look("specular", second=0.8, azimuth2=200, elevation2=20),
]


@pytest.mark.parametrize("tiled", [False, True])
def test_the_page_shows_what_the_native_renderer_does(
    open_viewer, with_normals, tmp_path, tiled
) -> None:
    path = with_normals
    if tiled:
        path = tmp_path / "tiled"
        write_image(read_image(with_normals), path, tiles=TileFormat(size=64))
    image, light = read_image(path), (0.4, -0.3)
    with open_viewer([path], light="0.4,-0.3") as page:
        for look in LOOKS:
            page.evaluate("look => raking.setState(look)", vars(look))
            expected = Relighter(image, look=look).frame(light)
            steps = picture(page, light).astype(int) - expected
            assert np.abs(steps).max() <= 1, look
            assert np.count_nonzero(steps) / steps.size < 1e-3, look


@pytest.mark.parametrize("tiled", [False, True])
def test_evidence(open_viewer, with_evidence, tmp_path, tiled) -> None:
    """As the native renderer has it, at the lights of the photographs and far from them."""
    path = with_evidence
    if tiled:
        path = tmp_path / "tiled"
        write_image(read_image(with_evidence), path, tiles=TileFormat(size=64))
    relighter = Relighter(read_image(path), look=Look("evidence"))
    with open_viewer([path], mode="evidence") as page:
        for light in [(0.6, 0.0), (0.75, -0.1), (-0.9, 0.3)]:
            steps = picture(page, light).astype(int) - relighter.frame(light)
            assert np.abs(steps).max() <= 1
            assert np.count_nonzero(steps) / steps.size < 1e-3
        panel = open_panel(page)
        panel.get_by_text("inferred: not to be relied on").wait_for()
        assert_accessible(page)
        panel.get_by_label("Show").select_option("Photograph")
        panel.get_by_text("not to be relied on").wait_for(state="hidden")
        panel.get_by_label("Beside it").select_option("Evidence")
        panel.get_by_text("not to be relied on").wait_for()


@pytest.mark.parametrize("tiled", [False, pytest.param(True, marks=pytest.mark.long)])
def test_modes_that_look_about_a_pixel(open_viewer, with_normals, tmp_path, tiled) -> None:
    """On the canvas at 1:1, and in a snapshot, as the native renderer has them; also when the light
    has moved, under which normals stay as they are."""
    image = read_image(with_normals)
    image.mask = np.hypot(*np.mgrid[-24:24, -32:32]) < 23
    path = tmp_path / "image"
    write_image(image, path, tiles=TileFormat(size=32) if tiled else None)
    on = image.mask
    with open_viewer([path], 640, 480, zoom="1", ui="off") as page:
        for mode in OF_NEIGHBOURS:
            relighter = Relighter(image, look=Look(mode, radius=2, amount=2.5))
            for light in [(0.4, -0.3), (-0.2, 0.6)]:
                asked = {"mode": mode, "radius": 2, "amount": 2.5, "light": light}
                page.evaluate("asked => raking.setState(asked)", asked)
                settle(page)
                shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                top, left = (480 - 48) // 2, (640 - 64) // 2
                shown = np.asarray(shown).astype(int)[top : top + 48, left : left + 64]
                expected = relighter.frame(light).astype(int)
                assert np.abs(shown - expected)[on].max() <= 1, mode
                assert np.abs(shown[~on] - (22, 22, 23)).max() == 0, mode
            found = picture(page, light, (10, 40)).astype(int)
            assert np.abs(found - expected[10:40])[on[10:40]].max() <= 1, mode


def test_curvature_turns_with_the_picture(open_viewer, with_normals) -> None:
    """A quarter turn moves its pixels and leaves their levels."""
    look = {"mode": "curvature", "amount": 2, "radius": 2, "zoom": 4, "ui": "off"}
    with open_viewer([with_normals], 640, 480, **look) as page:
        settle(page)
        upright = screenshot(page)[160:320, 240:400].astype(int)
        page.evaluate("raking.setState({ rotation: 90 })")
        settle(page)
        turned = screenshot(page)[160:320, 240:400].astype(int)
        assert upright.std() > 10
        assert np.abs(np.rot90(upright, -1) - turned).mean() < 3


def test_what_no_light_changes_is_not_drawn_anew(open_viewer, with_normals) -> None:
    with open_viewer([with_normals], mode="normals", light="0,0", ui="off") as page:
        settle(page)
        frames, shown = page.evaluate("raking.counts().frames"), screenshot(page)
        for light in [(0.5, 0.2), (-0.3, 0.6)]:
            page.evaluate("light => raking.setState({ light })", light)
        assert state(page)["light"] == [-0.3, 0.6]
        assert page.evaluate("raking.counts().frames") == frames
        np.testing.assert_array_equal(screenshot(page), shown)
        page.evaluate("raking.setState({ mode: 'plain' })")
        settle(page)
        lit = screenshot(page)
        page.evaluate("raking.setState({ light: [0.5, 0.2] })")
        settle(page)
        assert np.abs(screenshot(page).astype(int) - lit).max() > 20
        page.evaluate("raking.setState({ mode: 'normals' })")
        settle(page)
        np.testing.assert_array_equal(screenshot(page), shown)


def test_an_image_without_evidence_says_so(open_viewer, small) -> None:
    with open_viewer([small], ready=False, mode="evidence") as page:
        page.get_by_text("train it again from its photographs").wait_for()


def test_a_mode_is_chosen_explained_and_kept_in_the_address(open_viewer, with_normals) -> None:
    with open_viewer([with_normals]) as page:
        panel = open_panel(page)
        assert not panel.get_by_label("Gloss").is_visible()
        panel.get_by_label("Show").select_option("Specular enhancement")
        panel.get_by_text("shallow marks").wait_for()
        panel.get_by_label("Gloss").fill("1.5")
        page.wait_for_url(re.compile("mode=specular.*ks=1.5"))
        page.reload()
        page.evaluate("raking.ready")
        assert (state(page)["mode"], state(page)["ks"]) == ("specular", 1.5)
        panel = open_panel(page)
        assert panel.get_by_label("Gloss").input_value() == "1.5"
        panel.get_by_role("button", name="Reset").click()
        page.wait_for_url(re.compile(r"^(?!.*(mode|ks)=)"))
        assert panel.get_by_label("Show").input_value() == "plain"


def test_two_modes_beside_each_other(open_viewer, with_normals) -> None:
    with open_viewer([with_normals]) as page:
        open_panel(page).get_by_label("Beside it").select_option("Normals")
        page.locator("#right").get_by_text("Normals").wait_for()
        assert page.locator("#left").inner_text() == "Photograph"
        page.keyboard.press("Escape")
        page.evaluate("raking.setState({ split: 0 })")
        shown = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
        middle = shown[shown.shape[0] // 2, 250:390]
        assert (middle[:, 2] > 180).mean() > 0.8  # towards the viewer: blue


def test_the_light_in_numbers_and_from_the_sides(open_viewer, with_normals) -> None:
    with open_viewer([with_normals], light="0,0") as page:
        panel = open_panel(page)
        panel.get_by_role("button", name="Light from the upper left").click()
        x, y = state(page)["light"]
        cosine = np.cos(np.radians(15))
        np.testing.assert_allclose([x, y], [-cosine / 2**0.5, cosine / 2**0.5], atol=1e-3)
        assert panel.get_by_label("Azimuth in degrees").input_value() == "135"
        assert panel.get_by_label("Elevation in degrees").input_value() == "15"
        panel.get_by_label("Elevation in degrees").fill("60")
        panel.get_by_label("Azimuth in degrees").fill("0")
        panel.get_by_label("Azimuth in degrees").press("Tab")
        np.testing.assert_allclose(state(page)["light"], [0.5, 0], atol=1e-3)
        panel.get_by_role("button", name="Light from straight above").click()
        np.testing.assert_allclose(state(page)["light"], [0, 0], atol=1e-3)


def test_a_second_light(open_viewer, with_normals) -> None:
    with open_viewer([with_normals]) as page:
        panel = open_panel(page)
        assert not panel.get_by_label("Its azimuth").is_visible()
        panel.get_by_label("Second light").fill("0.5")
        panel.get_by_label("Its azimuth").fill("90")
        page.wait_for_url(re.compile("second=0.5.*azimuth2=90"))
        panel.get_by_role("button", name="Reset").click()
        page.wait_for_url(re.compile(r"^(?!.*second)"))


def test_an_image_without_normals_says_so_and_offers_what_it_has(open_viewer, small) -> None:
    with open_viewer([small], ready=False, mode="specular") as page:
        page.get_by_text("comes without the normals").wait_for()
        page.get_by_role("button", name="Show it plain").click()
        page.evaluate("raking.setState({})")
        assert state(page)["mode"] == "plain"


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_axe_finds_nothing_in_the_panel(open_viewer, with_normals, size) -> None:
    with open_viewer([with_normals], *size, mode="specular") as page:
        page.keyboard.press("l")
        page.get_by_role("region", name="Reading the surface").wait_for()
        assert_accessible(page)
        page.keyboard.press("Escape")
        assert not page.get_by_role("region", name="Reading the surface").is_visible()


def test_on_a_phone_the_menu_gives_way_to_the_panel(open_viewer, small) -> None:
    with open_viewer([small], 390, 844) as page:
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="Reading").click()
        page.get_by_role("region", name="Reading the surface").wait_for()
        assert page.locator("#tools").is_hidden()
        assert page.get_by_role("button", name="More").get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize("text", ["mode=shiny", "exposure=99", "ks=-1", "versus=none"])
def test_what_an_address_cannot_ask_for(open_viewer, small, text) -> None:
    key, value = text.split("=")
    with open_viewer([small], ready=False, **{key: value}) as page:
        page.get_by_text(f"The setting {text}").wait_for()


def test_the_wheel_over_a_panel_scrolls_it(open_viewer, with_normals) -> None:
    """And leaves the picture as it is."""
    with open_viewer([with_normals], 900, 420, zoom=2) as page:
        page.locator("#picture").focus()
        page.keyboard.press("l")
        panel = page.locator(".side:visible")
        panel.wait_for()
        box = panel.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.wheel(0, 120)
        page.wait_for_function(
            """() => document.querySelector('raking-viewer').shadowRoot
                .querySelector('.side:not([hidden])').scrollTop > 60"""
        )
        assert page.evaluate("raking.state().zoom") == 2
        page.mouse.move(800, 150)
        page.mouse.wheel(0, -120)
        page.wait_for_function("raking.state().zoom > 2")
