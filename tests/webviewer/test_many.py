"""More viewers on one page than the browser has WebGL contexts for."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from .hosts import copy_viewer, serve
from .pictures import screenshot

COUNT = 40
BROWSERS_MOST = 16
HELD = """[...document.querySelectorAll('raking-viewer')]
    .filter(({ viewer }) => viewer && !viewer.engine.gl.isContextLost())"""
SHOWN = """i => {
    const { viewer, shadowRoot } = document.getElementById(`v${i}`);
    return viewer && !viewer.engine.gl.isContextLost() && viewer.scene && viewer.atRest
        && shadowRoot.querySelector('#still').hidden;
}"""


def light(index: int) -> tuple[float, float]:
    angle = 2 * math.pi * index / COUNT
    return round(0.6 * math.cos(angle), 3), round(0.6 * math.sin(angle), 3)


@pytest.fixture(scope="module")
def address(small: Path, other: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page of 40 viewers below each other, and one where all are in sight."""
    folder = tmp_path_factory.mktemp("museum")
    copy_viewer(folder / "viewer")
    for name, image in {"small": small, "other": other}.items():
        (folder / name).symlink_to(image)
    head = '<!doctype html><script type="module" src="viewer/raking-viewer.js"></script>'
    style = "<style>body { margin: 0 } raking-viewer { display: block; height: 200px }"
    viewers = "".join(
        f'<raking-viewer id="v{i}" ui="off" zoom="1" src="{["small", "other"][i % 2]}/" '
        f'light="{light(i)[0]},{light(i)[1]}"></raking-viewer>'
        for i in range(COUNT)
    )
    (folder / "index.html").write_text(f"{head}{style}</style>{viewers}")
    grid = "body { display: grid; grid-template-columns: repeat(8, 1fr) }"
    grid += "raking-viewer { height: 120px }"
    (folder / "grid.html").write_text(f"{head}{style}{grid}</style>{viewers}")
    with serve(folder) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 800, "height": 600}, device_scale_factor=1)
    page.told = []
    page.on("console", lambda message: page.told.append(message.text))
    yield page
    assert [text for text in page.told if "context" in text] == []
    page.close()


@pytest.fixture
def check(small: Path, other: Path, relight: Callable[..., np.ndarray]) -> Callable[..., None]:
    """check(picture, i): the viewer i's picture is in the middle of `picture`, [H, W, 3]."""

    def compare(picture: np.ndarray, index: int) -> None:
        top, left = (picture.shape[0] - 48) // 2, (picture.shape[1] - 64) // 2
        expected = relight([small, other][index % 2], light(index)).astype(int)
        found = picture[top : top + 48, left : left + 64].astype(int)
        assert np.abs(found - expected).max() <= 1

    return compare


def element(page: Page, index: int) -> np.ndarray:
    box = page.locator(f"#v{index}").bounding_box()
    x, y, width, height = (round(box[key]) for key in ("x", "y", "width", "height"))
    return screenshot(page)[y : y + height, x : x + width]


def scroll_to(page: Page, index: int) -> None:
    page.evaluate(
        "i => document.getElementById(`v${i}`).scrollIntoView({ block: 'center' })", index
    )


def still(page: Page, index: int) -> np.ndarray:
    """The still picture that a viewer left, [H, W, 3]."""
    size, levels = page.evaluate(
        """i => {
            const canvas = document.getElementById(`v${i}`).shadowRoot.querySelector('#still');
            const { width, height, hidden } = canvas;
            if (hidden) return null;
            const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
            return [[height, width, 4], [...data]];
        }""",
        index,
    )
    return np.array(levels, np.uint8).reshape(size)[..., :3]


@pytest.mark.long
def test_forty_viewers_scrolled_through_show_each_its_picture(page, address, check) -> None:
    page.goto(address)
    for index in [*range(COUNT), *reversed(range(0, COUNT - 4, 3))]:
        scroll_to(page, index)
        page.wait_for_function(SHOWN, arg=index)
        check(element(page, index), index)
        assert page.evaluate(f"{HELD}.length") < BROWSERS_MOST
    assert page.evaluate("document.querySelector('#v39').viewer.engine.gl.isContextLost()")
    check(still(page, 39), 39)


def test_those_far_out_of_sight_neither_load_nor_draw(page, address) -> None:
    page.goto(address)
    page.wait_for_function(SHOWN, arg=0)
    page.evaluate("document.querySelector('#v1').ready")
    assert page.evaluate("document.querySelector('#v39').viewer") is None
    assert page.evaluate(f"{HELD}.length") < 8


@pytest.mark.long
def test_all_in_sight_take_turns_until_each_is_seen(page, address, check) -> None:
    page.goto(f"{address}grid.html")
    page.evaluate("Promise.all([...document.querySelectorAll('raking-viewer')].map(e => e.ready))")
    for index in range(COUNT):
        check(element(page, index), index)
    assert page.evaluate(f"{HELD}.length") < BROWSERS_MOST


@pytest.mark.long
def test_one_that_gave_its_context_back_answers_the_hand(page, address, relight, small) -> None:
    page.goto(f"{address}grid.html")
    page.evaluate("Promise.all([...document.querySelectorAll('raking-viewer')].map(e => e.ready))")
    away = page.evaluate(
        "[...document.querySelectorAll('raking-viewer')].findIndex(({ viewer }) => viewer.away)"
    )
    assert away % 2 == 0 or away + 1 < COUNT
    index = away + away % 2
    page.evaluate(
        "i => document.getElementById(`v${i}`).viewer.setState({ light: [0.1, -0.2] })", index
    )
    page.wait_for_function(SHOWN, arg=index)
    picture = element(page, index)
    top, left = (picture.shape[0] - 48) // 2, (picture.shape[1] - 64) // 2
    expected = relight(small, (0.1, -0.2)).astype(int)
    assert np.abs(picture[top : top + 48, left : left + 64].astype(int) - expected).max() <= 1


@pytest.mark.long
def test_all_viewers_of_a_page_keep_to_one_budget(page, address) -> None:
    page.goto(f"{address}grid.html")
    page.evaluate("Promise.all([...document.querySelectorAll('raking-viewer')].map(e => e.ready))")
    budgets = page.evaluate(f"{HELD}.map(({{ viewer }}) => viewer.status().budget)")
    assert sum(budgets) <= 512 * 2**20 + 1
