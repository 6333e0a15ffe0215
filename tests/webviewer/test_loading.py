"""How the page comes up on a slow line, and where its scripts cannot run: nothing unstyled is
painted, nothing moves, and a sentence says what to do."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from webviewer.addresses import APP
from webviewer.site import write_site

from .faults import FaultyServer
from .hosts import copy_viewer, serve
from .pictures import screenshot

GROUND = (22, 22, 23)
SIZES = [(1366, 768), (390, 844)]
# Sums up layout shifts, and looks before each frame for what is seen without styles.
WATCH = """
    window.shifts = [];
    new PerformanceObserver(list => list.getEntries().forEach(({ value, sources }) => shifts.push(
        [value, sources.map(({ previousRect, currentRect }) => [previousRect, currentRect])])))
        .observe({ type: 'layout-shift', buffered: true });
    window.unstyled = 0;
    const look = () => {
        for (const { shadowRoot } of document.querySelectorAll('raking-viewer:defined')) {
            const frame = shadowRoot?.querySelector('#frame');
            if (frame && !shadowRoot.querySelector('link').sheet
                && frame.checkVisibility({ visibilityProperty: true })) unstyled++;
        }
        requestAnimationFrame(look);
    };
    look();
"""


@pytest.fixture
def slow_page(browser: Browser) -> Iterator[Page]:
    """A page at 1.6 Mbit/s and 150 ms."""
    page = browser.new_page(viewport={"width": 1366, "height": 768}, device_scale_factor=1)
    page.add_init_script(WATCH)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 2e5},
    )
    yield page
    page.close()


@pytest.fixture(scope="module")
def museum(small: Path, lit: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page of a museum with two viewers and text below each."""
    folder = tmp_path_factory.mktemp("museum")
    copy_viewer(folder / "viewer")
    (folder / "small").symlink_to(small)
    (folder / "lit").symlink_to(lit)
    (folder / "index.html").write_text(
        '<!doctype html><script type="module" src="viewer/raking-viewer.js"></script>'
        "<style>body { font: 16px/24px sans-serif } raking-viewer { display: block; height: 300px }"
        "</style><h1>Coins</h1>"
        '<raking-viewer src="small/ lit/"></raking-viewer><p>One</p>'
        '<raking-viewer src="lit/"></raking-viewer><p>Two</p>'
    )
    with serve(folder) as address:
        yield address


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_nothing_moves_and_nothing_is_unstyled_on_a_slow_line(
    slow_page, small, lit, other, size, count
) -> None:
    slow_page.set_viewport_size({"width": size[0], "height": size[1]})
    with FaultyServer([lit, other, small, lit, other][:count]) as server:
        slow_page.goto(server.url(light="0.9,0.1"))
        slow_page.evaluate("raking.ready")
        slow_page.get_by_text("Beyond the photographed lights").wait_for()
        if count > 1:
            slow_page.locator("#images button").first.wait_for()
        assert slow_page.evaluate("[shifts, unstyled]") == [[], 0]


def test_nothing_moves_in_a_page_that_gives_the_element_its_place(slow_page, museum) -> None:
    slow_page.goto(museum)
    slow_page.evaluate(
        "Promise.all([...document.querySelectorAll('raking-viewer')].map(e => e.ready))"
    )
    assert slow_page.evaluate("[shifts, unstyled]") == [[], 0]


def test_an_element_has_its_place_before_its_style(browser, museum) -> None:
    """Also where the page says nothing about it."""
    page = browser.new_page(viewport={"width": 700, "height": 600})
    held = []
    page.route("**/style.css", lambda route: held.append(route))
    with page.expect_request("**/style.css"):
        page.goto(museum, wait_until="commit")
    page.wait_for_selector("h1 + raking-viewer", state="attached")  # the head is read by then
    page.evaluate("document.querySelector('style').remove()")
    page.wait_for_function(
        "document.querySelector('raking-viewer').shadowRoot?.querySelector('link')"
    )
    assert page.locator("raking-viewer").first.bounding_box()["height"] == 480
    box = page.locator("raking-viewer").first.bounding_box()
    shown = screenshot(page)[round(box["y"]) + 1 : round(box["y"]) + 400, 20:680]
    assert np.abs(shown.astype(int) - GROUND).max() <= 1
    for route in held:
        route.continue_()
    page.evaluate("document.querySelector('raking-viewer').ready")
    assert page.locator("raking-viewer").first.get_by_role("button", name="Zoom in").is_visible()
    page.close()


def test_a_style_that_does_not_come_is_told(browser, museum) -> None:
    page = browser.new_page()
    page.route("**/style.css", lambda route: route.abort())
    page.goto(museum)
    page.get_by_text("style.css could not be loaded").first.wait_for()
    page.close()


@pytest.mark.parametrize("kind", ["application", "site"])
@pytest.mark.parametrize("scripts", [True, False])
def test_opened_as_a_file_the_page_says_what_to_do(browser, small, tmp_path, kind, scripts) -> None:
    write_site([small], tmp_path / "site")
    index = (tmp_path / "site" if kind == "site" else APP) / "index.html"
    context = browser.new_context(
        viewport={"width": 390, "height": 700}, java_script_enabled=scripts
    )
    page = context.new_page()
    page.goto(index.as_uri())
    sentence = page.get_by_text("web server")
    sentence.wait_for()
    assert "python -m http.server" in sentence.inner_text()
    box = sentence.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    context.close()


def test_what_the_first_picture_needs_is_asked_for_at_once(browser, museum) -> None:
    """Modules found one behind the other come late on a slow line, so index.html names them all."""
    page = browser.new_page()
    asked = set()
    page.on("request", lambda request: asked.add(request.url.removeprefix(f"{museum}viewer/")))
    page.goto(museum)
    page.evaluate("document.querySelector('raking-viewer').ready")
    page.close()
    named = re.findall(r'rel="modulepreload" href="(.+?)"', (APP / "index.html").read_text())
    assert sorted(named) == sorted(name for name in asked if name.endswith(".js"))


# Counts the frames until the scripts run, and in how many of them the sentence is seen; begun
# before anything of the page is there. After three seconds it may be: the machine may be busy.
SEEN = """
window.frameCount = window.seen = 0;
const look = () => {
    const note = document.querySelector('raking-viewer p');
    if (window.raking || performance.now() > 2900) return;
    frameCount++;
    if (note?.checkVisibility({ opacityProperty: true })
        && getComputedStyle(note.parentElement).opacity > 0) seen++;
    requestAnimationFrame(look);
};
requestAnimationFrame(look);  // none comes before the page is painted
"""


@pytest.mark.long
def test_served_the_sentence_is_never_seen(slow_page, small) -> None:
    """Neither while the scripts are under way nor once they run."""
    slow_page.add_init_script(SEEN)
    with FaultyServer([small]) as server:
        slow_page.goto(server.url())
        slow_page.evaluate("raking.ready")
        assert slow_page.evaluate("frameCount") > 0
        assert slow_page.evaluate("seen") == 0
        assert not slow_page.get_by_text("web server").is_visible()
