"""In a page that scrolls: wheel and finger are the page's, Ctrl and two fingers the picture's."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from .hosts import copy_viewer, serve

PAGE = """<!doctype html><meta name="viewport" content="width=device-width">
<script type="module" src="viewer/raking-viewer.js"></script>
<style>body { margin: 0; height: 4000px } raking-viewer { display: block; height: 500px }</style>
<p>Above</p><raking-viewer id="a" wheel="ctrl" src="large/"></raking-viewer>
"""

# Keeps what is said for some seconds, which may be over when a busy machine comes to look.
WATCH = """() => {
    window.hints = [];
    const note = a.shadowRoot.querySelector('#hint');
    const look = () => {
        if (note.checkVisibility({ visibilityProperty: true })) hints.push(note.textContent);
    };
    new MutationObserver(look).observe(note, { childList: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def address(large, tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("scrolling")
    copy_viewer(folder / "viewer")
    (folder / "large").symlink_to(large)
    (folder / "index.html").write_text(PAGE)
    with serve(folder) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 700, "height": 600}, has_touch=True)
    page.goto(address)
    page.evaluate("a.ready")
    page.evaluate(WATCH)
    yield page
    page.close()


def state(page: Page, key: str):
    return page.evaluate("key => a.viewer.state()[key]", key)


def settled_scroll(page: Page) -> float:
    """How far the page is scrolled, once it has stood still for ten frames."""
    return page.evaluate(
        """async () => {
            for (let still = 0, last = scrollY; still < 10; last = scrollY) {
                await new Promise(requestAnimationFrame);
                still = scrollY === last ? still + 1 : 0;
            }
            return scrollY;
        }"""
    )


@pytest.fixture
def touch(page: Page) -> Callable[..., None]:
    """touch(kind, *points): touches at these points of the page."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    return send


def test_the_wheel_scrolls_the_page_and_ctrl_zooms(page) -> None:
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 50)
    page.wait_for_function("scrollY === 50")
    page.wait_for_function("hints.some(hint => hint.includes('Ctrl'))")
    assert state(page, "zoom") is None
    page.keyboard.down("Control")
    page.mouse.wheel(0, -50)
    page.keyboard.up("Control")
    page.wait_for_function("a.viewer.state().zoom")
    assert page.evaluate("scrollY") == 50
    page.locator("#a").get_by_text("Ctrl").wait_for(state="hidden")


def test_a_finger_scrolls_the_page_and_the_disc_still_moves_the_light(page, touch) -> None:
    light = state(page, "light")
    touch("touchStart", (300, 300))
    for y in range(290, 190, -10):
        touch("touchMove", (300, y))
    touch("touchEnd")
    page.wait_for_function("scrollY > 20")
    page.wait_for_function("hints.some(hint => hint.includes('Two fingers move the picture'))")
    assert (state(page, "light"), state(page, "zoom")) == (light, None)
    scrolled = settled_scroll(page)
    box = page.locator("#a").get_by_role("slider", name="Light direction").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch("touchStart", (x, y))
    touch("touchMove", (x - 20, y - 10))
    touch("touchEnd")
    assert state(page, "light")[0] < 0
    assert settled_scroll(page) == scrolled


def test_two_fingers_move_and_zoom_the_picture(page, touch) -> None:
    light = state(page, "light")
    touch("touchStart", (280, 300), (320, 300))
    for step in range(10):
        touch("touchMove", (280 - 6 * step, 300 - 4 * step), (320 + 6 * step, 300 - 4 * step))
    touch("touchEnd")
    page.wait_for_function("a.viewer.state().zoom")
    assert state(page, "zoom") > 1.5 * page.evaluate("a.viewer.view.fitZoom")
    assert page.evaluate("[scrollY, visualViewport.scale]") == [0, 1]
    assert state(page, "light") == light


def test_the_mouse_still_moves_the_light(page) -> None:
    page.mouse.move(300, 300)
    page.mouse.down()
    page.mouse.move(200, 300, steps=4)
    page.mouse.up()
    assert state(page, "light")[0] < 0.2


def test_without_the_attribute_the_wheel_is_the_pictures(page) -> None:
    page.evaluate("a.removeAttribute('wheel')")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -50)
    page.wait_for_function("a.viewer.state().zoom")
    assert page.evaluate("scrollY") == 0


def test_the_link_leads_to_a_page_whose_wheel_zooms(page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#a").get_by_role("button", name="More").click()
    page.locator("#a").get_by_role("button", name="Copy link").click()
    page.locator("#a").get_by_text("The link was copied").wait_for()
    assert "wheel" not in page.evaluate("navigator.clipboard.readText()")
