"""The controls as a person uses them: light, compare, ruler, link, snapshot, full screen, touch."""

import numpy as np
import pytest
from PIL import Image

from .pictures import drag, middle, screenshot, settle, state

STATE = "raking.state()"
LIGHT = (0.3, 0.2)


def dome(page):
    return page.get_by_role("slider", name="Light direction")


def picture_at(page, zoom: int = 1) -> np.ndarray:
    """The 64 x 48 picture in the middle of the stage, [48, 64, 3] int, at that zoom."""
    x, y = middle(page.locator("#picture"))
    left, top = round(x - 32 * zoom), round(y - 24 * zoom)
    shown = screenshot(page)[top : top + 48 * zoom, left : left + 64 * zoom]
    return shown[zoom // 2 :: zoom, zoom // 2 :: zoom]


def fingers(page):
    """fingers(kind, *points): touches at these points of the page."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    return send


# Light


def test_dome_shows_the_photographed_lights_and_warns_beyond_them(open_viewer, lit) -> None:
    """They are at the corners (+-0.5, +-0.5)."""
    with open_viewer([lit], light="0.45,-0.45") as page:
        assert page.locator("#dome .known").get_attribute("d").count("M") == 5
        warning = page.get_by_text("Beyond the photographed lights")
        assert not warning.is_visible()
        marker = dome(page).locator("span")
        inside = marker.evaluate("element => getComputedStyle(element, '::after').borderStyle")
        for light, outside in [((0, 0.6), True), ((0.49, 0), False), ((-0.6, 0.6), True)]:
            page.evaluate("light => raking.setState({ light })", light)
            assert warning.is_visible() == outside
            border = marker.evaluate("element => getComputedStyle(element, '::after').borderStyle")
            assert (border != inside) == outside


@pytest.mark.parametrize("height", [220, 300, 480])
def test_the_whole_dome_is_in_sight_however_low_the_viewer_is(open_viewer, small, height) -> None:
    with open_viewer([small], height=height) as page:
        dome, stage = (page.locator(name).bounding_box() for name in ("#dome", "#stage"))
        assert dome["width"] == dome["height"] > 40
        assert dome["y"] >= stage["y"]
        assert dome["y"] + dome["height"] <= stage["y"] + stage["height"]


def test_an_image_without_known_lights_warns_of_nothing(open_viewer, small) -> None:
    with open_viewer([small], light="0.9,0.1") as page:
        assert not page.get_by_text("Beyond the photographed lights").is_visible()


@pytest.mark.parametrize("how", ["drag", "keys", "dome"])
def test_light_from_the_right_of_a_turned_picture_is_from_the_right_of_the_screen(
    open_viewer, small, how
) -> None:
    """Turned clockwise by a quarter, the picture's own top is at the right."""
    with open_viewer([small], light="0,0", rotation=90) as page:
        if how == "drag":
            drag(page, (300, 200), (360, 200))
        elif how == "keys":
            page.keyboard.press("ArrowRight")
        else:
            x, y = middle(dome(page))
            page.mouse.click(x + 20, y)
        x, y = state(page, "light")
        assert y > 0.04
        assert x == pytest.approx(0, abs=0.02)
        place, knob = middle(dome(page)), middle(dome(page).locator("span"))
        assert knob[0] > place[0] + 2
        assert knob[1] == pytest.approx(place[1], abs=2)


def test_one_finger_lights(open_viewer, small) -> None:
    with open_viewer([small], light="0,0") as page:
        touch = fingers(page)
        touch("touchStart", (300, 240))
        for x in range(310, 361, 10):
            touch("touchMove", (x, 240))
        touch("touchEnd")
        x, y = state(page, "light")
        assert 0.15 < x < 0.5
        assert y == pytest.approx(0, abs=0.02)
        assert state(page, "zoom") is None


def test_a_finger_left_after_a_pinch_does_not_light(open_viewer, small) -> None:
    with open_viewer([small], light="0,0", zoom=2) as page:
        touch = fingers(page)
        touch("touchStart", (300, 240))
        touch("touchStart", (300, 240), (340, 240))
        touch("touchMove", (280, 240), (360, 240))
        touch("touchEnd", (280, 240))
        touch("touchMove", (200, 200))
        touch("touchEnd")
        assert state(page, "light") == [0, 0]
        assert page.evaluate("visualViewport.scale") == 1


def test_a_long_press_does_nothing(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        before = page.evaluate(STATE)
        touch = fingers(page)
        for x, y in [(300, 240), middle(page.locator("#title"))]:
            touch("touchStart", (x, y))
            page.wait_for_timeout(900)
            touch("touchEnd")
        assert page.evaluate(STATE) == before
        prevented = (
            "element => !element.dispatchEvent(new Event('contextmenu', { cancelable: true }))"
        )
        assert page.locator("#picture").evaluate(prevented)
        assert dome(page).evaluate(prevented)


# View


def test_a_touchpads_pinch_zooms_the_picture_and_not_the_page(open_viewer, large) -> None:
    """It comes as a wheel with Ctrl; over the dome too."""
    with open_viewer([large], zoom=1) as page:
        ratio = page.evaluate("devicePixelRatio")
        page.keyboard.down("Control")
        for place in [(300, 240), middle(dome(page))]:
            zoom = state(page, "zoom")
            page.mouse.move(*place)
            page.mouse.wheel(0, -20)
            page.wait_for_function("zoom => raking.state().zoom !== zoom", arg=zoom)
            settle(page)
            assert state(page, "zoom") > 1.1 * zoom
        assert page.evaluate("[devicePixelRatio, visualViewport.scale]") == [ratio, 1]


@pytest.mark.parametrize("how", ["mouse", "finger"])
def test_a_double_click_or_tap_zooms_about_its_point(open_viewer, large, how) -> None:
    with open_viewer([large], ui="off", zoom=1, center="350,300", light="0,0") as page:
        if how == "mouse":
            page.mouse.dblclick(200, 150)
        else:
            touch = fingers(page)
            for _ in range(2):
                touch("touchStart", (200, 150))
                touch("touchEnd")
        settle(page)
        now = page.evaluate(STATE)
        assert now["zoom"] == pytest.approx(2)
        # The image pixel under the pointer stays: 350 - 120 = c - 120 / 2
        assert now["center"] == pytest.approx([290, 255], abs=0.5)
        assert now["light"] == [0, 0]


def test_buttons_and_keys_turn_the_picture(open_viewer, small, relight) -> None:
    with open_viewer([small], 1440, 900, zoom=4, light=f"{LIGHT[0]},{LIGHT[1]}") as page:
        page.get_by_role("button", name="Turn right").click()
        assert state(page, "rotation") == 90
        page.keyboard.press("r")
        assert state(page, "rotation") == 105
        page.keyboard.press("R")
        page.get_by_role("button", name="Turn left").click()
        page.get_by_role("button", name="Turn left").click()
        page.get_by_role("button", name="Turn left").click()
        assert state(page, "rotation") == 180
        settle(page)
        turned = picture_at(page, 4)[::-1, ::-1]
    assert np.abs(turned - relight(small, LIGHT).astype(int)).mean() < 12
    assert np.abs(turned[::-1, ::-1] - relight(small, LIGHT).astype(int)).mean() > 24


# Comparing


def compared(open_viewer, small, other, mode, **more):
    light = f"{LIGHT[0]},{LIGHT[1]}"
    return open_viewer(
        [small, other], 1440, 900, compare=mode, zoom=8, center="32,24", light=light, **more
    )


def test_split_shows_one_image_at_each_side_of_the_handle(
    open_viewer, small, other, relight
) -> None:
    with compared(open_viewer, small, other, "off") as page:
        page.get_by_role("button", name="Split").click()
        handle = page.get_by_role("slider", name="Border between the two images")
        handle.wait_for()
        assert page.locator("#left").inner_text() == "DisK(8)"
        assert page.locator("#right").inner_text() == "NeuralRTI(12)"
        x, y = middle(handle)
        drag(page, (x, y + 100), (x - 64, y + 100))
        assert state(page, "split") == pytest.approx(0.5 - 64 / 1440, abs=0.002)
        settle(page)
        shown = picture_at(page, 8)
        assert state(page, "light") == pytest.approx(LIGHT)
        handle.press("ArrowRight")
        assert state(page, "split") == pytest.approx(0.52 - 64 / 1440, abs=0.002)
        handle.press("End")
        assert state(page, "split") == 1
        assert handle.get_attribute("aria-valuenow") == "100"
        page.get_by_role("button", name="Split").click()
        handle.wait_for(state="hidden")
    # 64 pixels of the screen are 8 of the picture; the handle covers two at each side.
    assert np.abs(shown[:, :21] - relight(small, LIGHT).astype(int)[:, :21]).max() <= 1
    assert np.abs(shown[:, 27:] - relight(other, LIGHT).astype(int)[:, 27:]).max() <= 1


def test_difference_has_a_scale_in_steps(open_viewer, small, other, relight) -> None:
    with compared(open_viewer, small, other, "difference") as page:
        steps = page.locator("#steps")
        steps.wait_for()
        assert steps.inner_text().split() == ["0", "16", "32+"]
        page.get_by_role("button", name="Show only greater differences").click()
        assert state(page, "gain") == 4
        assert steps.inner_text().split() == ["0", "32", "64+"]
        for _ in range(2):
            page.get_by_role("button", name="Show smaller differences").click()
        assert state(page, "gain") == 16


NAMED = """name => document.querySelector('raking-viewer')
    .shadowRoot.querySelector('#left').textContent === name"""


def test_blink_shows_the_two_in_turn(open_viewer, small, other) -> None:
    with compared(open_viewer, small, other, "blink") as page:
        for name in ("DisK(8)", "NeuralRTI(12)", "DisK(8)"):
            page.wait_for_function(NAMED, arg=name)


@pytest.mark.long
def test_with_reduced_motion_blink_waits_for_a_key(open_viewer, small, other) -> None:
    with open_viewer([small, other]) as page:
        page.emulate_media(reduced_motion="reduce")
        page.keyboard.press("b")
        name = page.locator("#left")
        name.wait_for()
        first = name.inner_text()
        page.wait_for_timeout(2500)
        assert name.inner_text() == first
        page.keyboard.press("x")
        settle(page)
        assert name.inner_text() != first


def test_of_three_images_the_second_is_chosen(open_viewer, small, other, masked) -> None:
    with open_viewer([small, other, masked], 1440, 900, compare="split") as page:
        page.get_by_label("Compare with").select_option(index=2)
        page.locator("#right", has_text="A small relief DisK(8)").wait_for()
        assert state(page, "with") == 2


# Keeping and sharing


def test_snapshot_saves_the_whole_picture_under_this_light(open_viewer, large, relight) -> None:
    with open_viewer([large], 1440, 900, light=f"{LIGHT[0]},{LIGHT[1]}", zoom=3) as page:
        with page.expect_download() as download:
            page.get_by_role("button", name="Snapshot").click()
        assert download.value.suggested_filename == "A_small_relief_DisK(8)_light_0.30,0.20.png"
        with Image.open(download.value.path()) as picture:
            saved = np.asarray(picture.convert("RGB"))
        page.get_by_text("was saved").wait_for()
    assert np.abs(saved.astype(int) - relight(large, LIGHT)).max() <= 1


def test_link_restores_what_is_seen(open_viewer, small, other) -> None:
    with open_viewer([small, other], 1440, 900) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        drag(page, (700, 400), (760, 380))
        page.keyboard.press("+")
        page.keyboard.press("s")
        page.keyboard.press("r")
        page.locator("#right").wait_for()
        page.get_by_role("button", name="Copy link").click()
        page.get_by_text("The link was copied").wait_for()
        settle(page)
        before = page.evaluate(STATE)
        link = page.evaluate("navigator.clipboard.readText()")
        page.goto("about:blank")
        page.goto(link)
        page.evaluate("raking.ready")
        after = page.evaluate(STATE)
    assert after == before
    assert (after["compare"], after["rotation"]) == ("split", 15)


def test_full_screen_holds_the_viewer(open_viewer, small) -> None:
    with open_viewer([small], 1440, 900) as page:
        button = page.get_by_role("button", name="Full screen")
        button.click()
        page.locator("#fullScreen[aria-pressed=true]").wait_for()
        assert page.evaluate("document.fullscreenElement.localName") == "raking-viewer"
        assert button.get_attribute("aria-pressed") == "true"
        button.click()
        page.locator("#fullScreen[aria-pressed=false]").wait_for()
        assert page.evaluate("document.fullscreenElement") is None
        assert button.get_attribute("aria-pressed") == "false"


# Reading


def test_help_names_every_key_and_holds_them_meanwhile(open_viewer, small) -> None:
    with open_viewer([small], 1440, 900, light="0,0") as page:
        page.get_by_role("button", name="Help").click()
        dialog = page.get_by_role("dialog")
        keys = dialog.locator("kbd").all_inner_texts()
        assert set("FRNSBDXMOTALCGPWIH1+\u2212←↑↓→") == set(keys)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("o")
        assert state(page, "light") == [0, 0]
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        page.keyboard.press("?")
        dialog.get_by_role("button", name="Close").click()
        assert not dialog.is_visible()


def test_a_message_may_offer_what_to_do(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        page.evaluate("""() => {
            const { viewer } = document.querySelector('raking-viewer');
            const action = { label: 'Try again', run: () => { window.tried = true; } };
            const detail = { text: 'Two tiles are missing.', problem: true, action };
            viewer.dispatchEvent(new CustomEvent('message', { detail }));
        }""")
        assert page.get_by_role("status").inner_text() == "Two tiles are missing."
        page.get_by_role("button", name="Try again").click()
        assert page.evaluate("tried")
        page.get_by_role("button", name="Close the message").click()
        assert page.get_by_role("status").inner_text() == ""


# The first minute


def test_a_first_visitor_is_told_to_drag_until_the_light_moves(open_viewer, small) -> None:
    with open_viewer([small], 1366, 768) as page:
        told = page.get_by_text("Drag across the picture to move the light")
        assert told.is_visible()
        page.mouse.move(600, 300)
        page.mouse.wheel(0, -200)
        assert told.is_visible()
        drag(page, (600, 300), (640, 320))
        assert not told.count()
        page.goto("about:blank")
    # A link shows exactly what is seen.
    with open_viewer([small], 1366, 768, light="0.1,0.2") as page:
        assert not told.count()
    with open_viewer([small], 1366, 768, ui="off") as page:
        assert not page.get_by_text("Drag across the picture").is_visible()


def test_what_is_for_experts_is_folded_away(open_viewer, small) -> None:
    with open_viewer([small], 1366, 768) as page:
        tiling = page.get_by_role("button", name="Tiling")
        assert not tiling.count()
        page.get_by_text("Expert").focus()
        page.keyboard.press("Enter")
        tiling.click()
        assert page.evaluate("raking.state()")["tiling"] is False
        page.keyboard.press("t")  # its key does it anyway
        assert page.evaluate("raking.state()")["tiling"] is True
