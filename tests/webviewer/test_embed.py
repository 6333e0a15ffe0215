"""The viewer as an element of another page: several at once, a strict policy, coming and going."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from .conftest import TakePage
from .faults import FaultyServer
from .hosts import copy_viewer
from .pictures import drag, screenshot

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'"
)
EMBEDDING = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A museum</title>
<link rel="stylesheet" href="museum.css">
<script type="module" src="viewer/raking-viewer.js"></script>
</head>
<body>
<h1>Two coins</h1><a href="#more">Read on</a>
<raking-viewer id="a" src="small/ other/" light="0.2,0.1"></raking-viewer>
<raking-viewer id="b" src="other/" light="-0.3,0.4"></raking-viewer>
<script type="module" src="museum.js"></script>
</body>
</html>
"""
# A page whose own style would spoil what it reached.
STYLE = """body { margin: 0; }
button, canvas, #stage, #dome { display: none; }
* { letter-spacing: 9px; }
#b { height: 300px; }
"""
SCRIPT = """window.violations = [];
document.addEventListener('securitypolicyviolation', event => violations.push(event.blockedURI));
"""
LIGHT = "id => document.getElementById(id).viewer.state().light"


class Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 (the base class's way)
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".jinja": "text/plain",
    }

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(small: Path, other: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a plain static site with the viewer, two images and an embedding page."""
    folder = tmp_path_factory.mktemp("site")
    copy_viewer(folder / "viewer")
    shutil.copytree(small, folder / "small")
    shutil.copytree(other, folder / "other")
    (folder / "index.html").write_text(EMBEDDING)
    (folder / "museum.css").write_text(STYLE)
    (folder / "museum.js").write_text(SCRIPT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def open_site(take_page: TakePage, site: str) -> Iterator[Page]:
    with take_page(700, 900) as page:
        page.goto(site)
        page.evaluate("Promise.all([a.ready, b.ready])")
        yield page


def test_two_elements_draw_under_a_strict_policy(take_page, site, small, other, relight) -> None:
    with open_site(take_page, site) as page:
        assert [page.locator(f"#{i}").bounding_box()["height"] for i in "ab"] == [480, 300]
        page.evaluate(
            "Promise.all([a, b].map(element => "
            "element.viewer.setState({ ui: 'off', zoom: 1, center: [32, 24] })))"
        )
        shown = screenshot(page)
        boxes = [page.locator(f"#{i} #picture").bounding_box() for i in "ab"]
        assert page.evaluate("violations") == []
    for box, image, light in [(boxes[0], small, (0.2, 0.1)), (boxes[1], other, (-0.3, 0.4))]:
        left = round(box["x"] + box["width"] / 2) - 32
        top = round(box["y"] + box["height"] / 2) - 24
        found = shown[top : top + 48, left : left + 64]
        assert np.abs(found - relight(image, light).astype(int)).max() <= 1


def test_the_pages_style_does_not_reach_in_nor_the_elements_out(take_page, site) -> None:
    with open_site(take_page, site) as page:
        assert page.locator("#a").get_by_role("slider", name="Light direction").is_visible()
        assert page.locator("#a").get_by_role("button", name="Zoom in").is_visible()
        heading = "getComputedStyle(document.querySelector('h1')).fontWeight"
        assert page.evaluate(heading) == "700"


def test_keys_act_on_the_element_that_has_the_focus(take_page, site) -> None:
    with open_site(take_page, site) as page:
        page.keyboard.press("ArrowRight")
        assert page.evaluate(LIGHT, "a") == [0.2, 0.1]
        page.locator("#a #picture").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("n")
        assert page.evaluate(LIGHT, "a") == pytest.approx([0.25, 0.1])
        assert page.evaluate(LIGHT, "b") == [-0.3, 0.4]
        assert page.evaluate("[a, b].map(element => element.viewer.state().show)") == [1, 0]


def test_a_drag_on_one_leaves_the_other(take_page, site) -> None:
    with open_site(take_page, site) as page:
        box = page.locator("#b #picture").bounding_box()
        x, y = box["x"] + 200, box["y"] + 100
        drag(page, (x, y), (x + 40, y))
        assert page.evaluate(LIGHT, "b")[0] > -0.2
        assert page.evaluate(LIGHT, "a") == [0.2, 0.1]


def test_attributes_are_settings(take_page, site) -> None:
    with open_site(take_page, site) as page:
        page.evaluate("a.setAttribute('zoom', '3')")
        page.evaluate("a.setAttribute('src', 'other/')")
        page.locator("#a").get_by_role("button", name="NeuralRTI(12)").wait_for(state="hidden")
        page.locator("#a #images", has_text="NeuralRTI(12)").wait_for()
        assert page.evaluate("a.viewer.state().image") == ["other/"]
        page.evaluate("b.setAttribute('light', 'sideways')")
        assert page.evaluate(LIGHT, "b") == [-0.3, 0.4]
        page.evaluate(
            """() => {
                const element = document.createElement('raking-viewer');
                element.setAttribute('src', 'small/');
                element.setAttribute('light', 'sideways');
                element.id = 'c';
                document.body.append(element);
            }"""
        )
        failure = page.evaluate("c.ready.then(() => null, error => error.message)")
        assert "light=sideways" in failure
        assert page.locator("#c").get_by_role("status").inner_text() == failure


@pytest.mark.long
def test_elements_come_and_go_and_keep_what_they_show(take_page, site) -> None:
    """More comings than a browser keeps contexts: each going must give its own back."""
    told: list[str] = []
    with open_site(take_page, site) as page:
        page.on("console", lambda message: told.append(message.text))
        page.locator("#a #picture").focus()
        page.keyboard.press("ArrowUp")
        page.wait_for_timeout(400)
        a = page.query_selector("#a")
        state = page.evaluate("a.viewer.state()")
        picture = page.locator("#b #picture").screenshot()
        gone = page.evaluate(
            """async () => {
                const viewers = [];
                const element = a;
                for (let i = 0; i < 20; i++) {
                    viewers.push(element.viewer);
                    element.remove();
                    document.body.prepend(element);
                    await element.ready;
                }
                return viewers.map(({ engine }) => engine.gl.isContextLost());
            }"""
        )
        assert all(gone)
        assert page.evaluate("a.viewer.state()") == json.loads(json.dumps(state))
        page.wait_for_timeout(400)
        assert page.locator("#b #picture").screenshot() == picture
        assert (
            page.evaluate("[a, b].some(({ viewer }) => viewer.engine.gl.isContextLost())") is False
        )
        assert page.evaluate("element => (element.remove(), element.viewer)", a) is None
    assert [text for text in told if "context" in text] == []


def test_the_link_of_an_element_leads_to_the_viewers_own_page(take_page, site, relight) -> None:
    with open_site(take_page, site) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("#b").get_by_role("button", name="More").click()
        page.locator("#b").get_by_role("button", name="Copy link").click()
        page.locator("#b").get_by_text("The link was copied").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link.startswith(f"{site}viewer/index.html?")
        page.goto(link)
        page.evaluate("raking.ready")
        assert page.evaluate("raking.info()")["units"] == 12
        assert page.evaluate("raking.state()")["light"] == [-0.3, 0.4]


def test_viewers_of_one_page_have_each_its_patience(browser, small, other) -> None:
    with FaultyServer([small, other]) as server:
        server.fail("*/info.json", "silent")
        page = browser.new_page()
        page.goto(server.url(patience=0.4))
        told = page.evaluate("""async () => {
            const second = document.createElement('raking-viewer');
            second.setAttribute('src', 'images/1/');
            second.setAttribute('patience', '1.3');
            document.body.append(second);
            const elements = [document.querySelector('raking-viewer'), second];
            const sentence = ({ ready }) => ready.then(() => null, error => error.message);
            return Promise.all(elements.map(sentence));
        }""")
        page.close()
    assert [text.rpartition(" for ")[2] for text in told] == ["0.4 s.", "1.3 s."]
