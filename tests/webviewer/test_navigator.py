"""The small picture of the whole, while not all of it is in sight."""

import io
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from .pictures import settle


def frame(page: Page) -> np.ndarray:
    """Its corners, [4, 2], image pixels."""
    path = page.locator("#navigator path").get_attribute("d") or ""
    return np.array(re.findall(r"[-\d.]+", path), float).reshape(4, 2)


def test_it_shows_what_is_in_sight_and_nothing_where_that_is_all(open_viewer, large) -> None:
    with open_viewer([large], 800, 600) as page:
        expect(page.locator("#navigator")).to_have_count(0)
        page.evaluate("raking.setState({ zoom: 2, center: [300, 200] })")
        expect(page.locator("#navigator")).to_be_visible()
        width, height = page.evaluate(
            "document.querySelector('raking-viewer').viewer.store.state.canvas"
        )
        reach = np.array([width, height]) / 4
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        assert frame(page) == pytest.approx(np.array([300, 200]) + signs * reach, abs=1)
        page.evaluate("raking.setState({ rotation: 90 })")
        turned = np.array([300, 200]) + signs * reach[::-1]
        assert frame(page).min(0) == pytest.approx(turned.min(0), abs=1)
        assert frame(page).max(0) == pytest.approx(turned.max(0), abs=1)
        page.keyboard.press("f")
        expect(page.locator("#navigator")).to_be_hidden()


def test_a_press_moves_the_view_there(open_viewer, large) -> None:
    with open_viewer([large], 800, 600, zoom=3, center="100,100") as page:
        box = page.locator("#navigator").bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.5)
        assert page.evaluate("raking.state().center") == pytest.approx([525, 300], abs=6)
        assert page.evaluate("raking.state().zoom") == 3
        page.mouse.move(box["x"] + 40, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] - 50, box["y"] - 50)
        page.mouse.up()
        assert page.evaluate("raking.state().center") == [0, 0]


def test_its_picture_is_the_image_under_the_present_light(open_viewer, large, relight) -> None:
    with open_viewer([large], 800, 600, zoom=3, light="-0.5,0.4") as page:
        for light in ((-0.5, 0.4), (0.7, -0.1)):
            page.evaluate("light => raking.setState({ light })", light)
            settle(page)
            picture = page.locator("#navigator canvas")
            expect(picture).to_be_visible()
            data = picture.evaluate(
                "async canvas => { const blob = await new Promise(f => canvas.toBlob(f));"
                "return [...new Uint8Array(await blob.arrayBuffer())]; }"
            )
            seen = np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB"))
            whole = Image.fromarray(relight(large, light)).resize(seen.shape[1::-1], Image.BOX)
            assert np.abs(seen.astype(int) - np.asarray(whole)).mean() < 12


def test_axe_finds_nothing_beside_it(open_viewer, large) -> None:
    with open_viewer([large], 900, 600, zoom=3) as page:
        expect(page.locator("#navigator canvas")).to_be_visible()
        assert Axe().run(page).response["violations"] == []
