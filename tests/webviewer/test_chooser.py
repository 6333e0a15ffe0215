"""Choosing among many images: by their pictures and titles, by mouse, key and finger."""

import json
from pathlib import Path

import numpy as np
import pytest

from renderer.image.pyramid import TileFormat
from renderer.image.relightable import read_image, write_image

from .test_accessibility import assert_accessible, focused

LIGHT = (0.35, 0.45)  # of all previews
PREVIEW = """i => {
    const root = document.querySelector('raking-viewer').shadowRoot;
    const canvas = root.querySelectorAll('#chooser li')[i].querySelector('canvas');
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    return [[height, width, 4], [...data]];
}"""


@pytest.fixture(scope="module")
def images(small, other, masked, classical, tmp_path_factory) -> list[Path]:
    """Twelve of different models, titles and sizes, some in tiles."""
    folder = tmp_path_factory.mktemp("many")
    kinds = [small, other, masked, *map(classical, ("ptm", "hsh", "rbf"))]
    written = []
    for i in range(12):
        image = read_image(kinds[i % 6])
        image.title = f"<i>Seal</i> {i + 1}"
        path = folder / str(i)
        write_image(image, path, tiles=TileFormat(size=64, overlap=1) if i >= 6 else None)
        written.append(path)
    return written


def open_chooser(page) -> None:
    page.get_by_role("button", name="Image 1 of 12").click()
    page.get_by_role("dialog", name="Images").wait_for()


def item(page, number: int):
    return page.get_by_role("dialog", name="Images").get_by_role("listitem").nth(number - 1)


@pytest.mark.long
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_twelve_images_have_pictures_and_titles(open_viewer, images, relight, size) -> None:
    with open_viewer(images, *size) as page:
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        held = page.evaluate("raking.status()")["bytes"]
        open_chooser(page)
        for number in range(1, 13):
            item(page, number).scroll_into_view_if_needed()
            item(page, number).get_by_text(f"<i>Seal</i> {number}", exact=True).wait_for()
            item(page, number).locator("canvas").wait_for()
        assert page.evaluate("raking.status()")["bytes"] == held
        assert_accessible(page)
        for i in (0, 1, 3, 4, 5):  # smaller than a preview may be: at their own size
            shape, levels = page.evaluate(PREVIEW, i)
            preview = np.array(levels).reshape(shape)
            on = preview[..., 3] > 0
            expected = relight(images[i], LIGHT).astype(int)
            assert np.abs(preview[..., :3] - expected)[on].max() <= 1
        asked = len(requests)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="hidden")
        open_chooser(page)
        item(page, 12).locator("canvas").wait_for()
        assert len(requests) == asked  # the pictures are kept


def test_an_image_is_chosen_by_mouse(open_viewer, images) -> None:
    with open_viewer(images) as page:
        open_chooser(page)
        item(page, 8).get_by_role("button").click()
        page.get_by_role("dialog").wait_for(state="hidden")
        page.get_by_role("button", name="Image 8 of 12").wait_for()
        assert page.evaluate("raking.state()")["show"] == 7


def test_the_choice_is_left_as_it_is_by_closing(open_viewer, images) -> None:
    with open_viewer(images) as page:
        open_chooser(page)
        dialog = page.get_by_role("dialog", name="Images")
        dialog.get_by_role("button", name="Close").click()
        dialog.wait_for(state="hidden")
        assert page.evaluate("raking.state()")["show"] == 0


def test_an_image_is_chosen_by_key(open_viewer, images) -> None:
    with open_viewer(images, 1366, 768) as page:
        button = page.get_by_role("button", name="Image 1 of 12")
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog", name="Images").wait_for()
        item(page, 12).get_by_text("Seal").wait_for()
        assert focused(page)["framed"]
        assert item(page, 1).get_by_role("button").get_attribute("aria-current") == "true"
        for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Image 7 of 12").wait_for()
        assert page.evaluate("raking.state()")["light"] == list(LIGHT)
        assert focused(page)["name"] == "Image 7 of 12"


def test_one_that_cannot_be_opened_says_so(open_viewer, images, tmp_path) -> None:
    broken = tmp_path / "broken"
    write_image(read_image(images[0]), broken)
    info = json.loads((broken / "info.json").read_text())
    (broken / "info.json").write_text(json.dumps({**info, "type": "unknown"}))
    with open_viewer([*images[:11], broken]) as page:
        open_chooser(page)
        item(page, 12).get_by_text("cannot be opened").wait_for()
        item(page, 12).scroll_into_view_if_needed()
        item(page, 11).locator("canvas").wait_for()


def test_titles_and_pictures_of_any_shape_keep_the_rows_even(open_viewer, images, tmp_path) -> None:
    titles = ["word " * 40, "x" * 200, "short", "عنوان " * 30]
    shown = []
    for i, (title, shape) in enumerate(
        zip(titles, [(90, 20), (20, 90), (64, 64), (3, 80)], strict=True)
    ):
        image = read_image(images[0])
        image.planes = np.resize(image.planes, (len(image.planes), *shape, 3))
        image.title = title
        write_image(image, tmp_path / str(i))
        shown.append(tmp_path / str(i))
    with open_viewer(shown, width=390, height=844) as page:
        page.get_by_role("button", name="Image 1 of 4").click()
        for i in range(4):
            item(page, i + 1).scroll_into_view_if_needed()
            item(page, i + 1).locator("canvas").wait_for()
        sizes = page.evaluate(
            """[...document.querySelector('raking-viewer').shadowRoot
                .querySelectorAll('#chooser li button')].map(({ children: [preview, title] }) => [
                    preview.offsetWidth / preview.offsetHeight,
                    title.offsetHeight / parseFloat(getComputedStyle(title).fontSize),
                    title.title.length])"""
        )
    for (aspect, lines, length), title in zip(sizes, titles, strict=True):
        assert aspect == pytest.approx(4 / 3, rel=0.02)
        assert lines < 3 * 1.6
        assert length == len(title.strip())
