"""The page for those who do not use a mouse, or do not see it: axe, the keyboard, small screens."""

import pytest
from axe_playwright_python.sync_playwright import Axe

MODES = ["split", "blink", "difference"]


def assert_accessible(page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(found["help"], node["html"]) for found in violations for node in found["nodes"]] == []


@pytest.mark.parametrize("size", [(1440, 900), (360, 640)])
def test_axe_finds_nothing_on_the_page(open_viewer, lit, other, size) -> None:
    with open_viewer([lit, other], *size, ruler="8,8,40,30", light="0.9,0.1") as page:
        page.get_by_text("Beyond the photographed lights").wait_for()
        assert_accessible(page)


def test_axe_finds_nothing_in_the_tools_of_a_phone(open_viewer, lit, other, masked) -> None:
    with open_viewer([lit, other, masked], 360, 640) as page:
        page.get_by_role("button", name="More").click()
        assert_accessible(page)


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_while_comparing(open_viewer, lit, other, mode) -> None:
    with open_viewer([lit, other], 1440, 900, compare=mode) as page:
        page.get_by_text("NeuralRTI(12)").first.wait_for()
        assert_accessible(page)


def test_axe_finds_nothing_in_the_help(open_viewer, small) -> None:
    with open_viewer([small], 1440, 900) as page:
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        assert_accessible(page)


@pytest.mark.parametrize("size", [(1440, 900), (360, 640)])
def test_axe_finds_nothing_beside_a_message(open_viewer, small, size) -> None:
    with open_viewer([small], *size, ready=False, show=4) as page:
        page.get_by_text("image number 4").wait_for()
        assert_accessible(page)


def focused(page) -> dict:
    """What has the focus, whether a frame shows it, and whether it is in sight."""
    return page.evaluate(
        """() => {
            let element = document.activeElement;
            while (element?.shadowRoot) element = element.shadowRoot.activeElement;
            if (!element || element === document.body) return { name: null };
            const { outlineStyle, outlineWidth } = getComputedStyle(element);
            const { top, left, bottom, right } = element.getBoundingClientRect();
            return {
                name: element.id || element.ariaLabel || element.textContent,
                framed: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
                inside: top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth,
            };
        }"""
    )


def test_tab_reaches_every_control_in_reading_order(open_viewer, lit, other) -> None:
    with open_viewer([lit, other], 1440, 900, compare="split", ruler="8,8,40,30") as page:
        page.get_by_role("button", name="NeuralRTI(12)").wait_for()
        page.keyboard.press("Tab")
        found = []
        while (now := focused(page))["name"] is not None and len(found) < 60:
            assert now["framed"], now
            assert now["inside"], now
            found.append(now["name"].partition(":")[0])
            page.keyboard.press("Tab")
    assert found == [
        "DisK(8)", "NeuralRTI(12)", "picture", "First end of the ruler", "Second end of the ruler",
        "handle", "dome", "zoomOut", "zoomIn", "fit", "showPixels", "turnLeft", "turnRight",
        "reading", "notes", "orbit", "split", "blink", "difference",
        "measure", "snapshot", "seen", "copyLink", "Expert", "open", "fullScreen",
        "facts", "help",
    ]  # fmt: skip


@pytest.mark.parametrize("size", [(360, 640), (320, 568), (640, 360)])
def test_a_small_screen_holds_everything(open_viewer, lit, other, size) -> None:
    with open_viewer([lit, other], *size, compare="difference", light="0.9,0.1") as page:
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [size[0]] * 2
        stage = page.locator("#stage").bounding_box()
        assert stage["height"] * stage["width"] >= 0.65 * size[0] * size[1]
        page.get_by_role("button", name="More").click()
        controls = page.locator("button:visible, select:visible, [role=slider]:visible")
        assert controls.count() > 20
        for control in controls.all():
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 40, control.inner_text()
            assert box["x"] >= 0 and box["x"] + box["width"] <= size[0], control.inner_text()


def test_the_tools_of_a_small_screen_open_and_close_by_key(open_viewer, small) -> None:
    with open_viewer([small], 360, 640) as page:
        more, orbit = (page.get_by_role("button", name=name) for name in ("More", "Orbit"))
        assert not orbit.is_visible()
        more.focus()
        page.keyboard.press("Enter")
        assert more.get_attribute("aria-expanded") == "true"
        orbit.focus()
        page.keyboard.press("Space")
        assert orbit.get_attribute("aria-pressed") == "true"
        page.keyboard.press("Escape")
        assert not orbit.is_visible()
        assert focused(page)["name"] == "more"


def test_changes_are_announced_politely(open_viewer, lit) -> None:
    with open_viewer([lit], light="0,0") as page:
        warning = page.locator("#outside")
        assert warning.get_attribute("aria-live") == "polite"
        assert warning.inner_text() == ""
        dome = page.get_by_role("slider", name="Light direction")
        assert dome.get_attribute("aria-valuetext").startswith("light from straight above, 90°")
        dome.focus()
        for _ in range(16):
            page.keyboard.press("ArrowRight")
        assert "Beyond the photographed lights" in warning.inner_text()
        assert dome.get_attribute("aria-valuetext").startswith("light from the right")


def test_pressed_buttons_are_told_apart_without_colours(open_viewer, small) -> None:
    """With forced colours a background says nothing."""
    with open_viewer([small], 1440, 900) as page:
        page.emulate_media(forced_colors="active")
        page.get_by_text("Expert").click()
        tiling, orbit = (
            page.get_by_role("button", name=name).evaluate("e => getComputedStyle(e).outlineStyle")
            for name in ("Tiling", "Orbit")
        )
        assert tiling != orbit
