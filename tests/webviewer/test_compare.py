"""Two images under one light and view: split, blink and difference; and pictures to keep."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from .pictures import screenshot, settle

LIGHT = (0.4, -0.3)
SNAPSHOT = """async () => {
    const blob = await raking.snapshot();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
}"""
# Names and legends lie in the corners of a window this large, off the pictures in its middle.
SIZE = (640, 480)
PICTURE = np.s_[216:264, 288:352]
WINDOW = {"ui": "off", "zoom": 1, "light": f"{LIGHT[0]},{LIGHT[1]}"}


@pytest.fixture
def pair(small, other, relight):
    """Two images of 64 x 48 pixels and what they must look like."""
    return [small, other], [relight(image, LIGHT).astype(int) for image in (small, other)]


def test_split_shows_each_image_on_its_side(open_viewer, pair) -> None:
    images, pictures = pair
    first, second = (picture.repeat(8, axis=0).repeat(8, axis=1) for picture in pictures)
    parameters = {**WINDOW, "zoom": 8, "compare": "split", "split": 0.4}
    with open_viewer(images, *SIZE, **parameters) as page:
        shown = screenshot(page)[48:432, 64:576]
        # The handle is at 192 of these columns; the light and the names are in the corners.
        rows, left, right = slice(100, 300), slice(160), slice(224, 400)
        assert np.abs(shown[rows, left] - first[rows, left]).max() <= 1
        assert np.abs(shown[rows, right] - second[rows, right]).max() <= 1
        page.evaluate("raking.setState({ split: 0.9 })")
        moved = screenshot(page)[48:432, 64:576]
        assert np.abs(moved[rows, right] - first[rows, right]).max() <= 1


def test_difference_is_black_where_equal_and_hot_where_not(open_viewer, pair, small) -> None:
    images, (first, second) = pair
    gain = 2
    with open_viewer(images, *SIZE, compare="difference", gain=gain, **WINDOW) as page:
        shown = screenshot(page)[PICTURE]
    heat = 3 * gain * np.abs(first - second).max(axis=2) / 255
    expected = np.clip(np.stack([heat, heat - 1, heat - 2], axis=2), 0, 1) * 255
    assert 20 < expected.mean() < 235
    # One step of either picture is worth three times the gain, in both.
    assert np.abs(shown - expected).max() <= 2 * 3 * gain + 1
    with open_viewer([small, small], *SIZE, compare="difference", gain=64, **WINDOW) as page:
        assert screenshot(page)[PICTURE].max() == 0


FLIPPED = "document.querySelector('raking-viewer').viewer.store.state.flipped"


def test_blink_shows_one_after_the_other(open_viewer, pair) -> None:
    images, pictures = pair
    seen = [False, False]
    with open_viewer(images, *SIZE, compare="blink", **WINDOW) as page:
        for _ in range(30):
            flipped = page.evaluate(FLIPPED)
            shown = screenshot(page)[PICTURE]
            for i, picture in enumerate(pictures):
                seen[i] |= bool(np.abs(shown - picture).max() <= 1)
            if all(seen):
                break
            page.wait_for_function(f"flipped => {FLIPPED} !== flipped", arg=flipped)
    assert seen == [True, True]


def test_images_of_different_sizes_share_one_view(open_viewer, small, large) -> None:
    with open_viewer([large, small], 700, 600, ui="off", zoom=1, compare="split") as page:
        page.evaluate("raking.setState({ split: 0 })")
        shown = screenshot(page)
    assert shown[60:540, 20:680].std() > 20  # 64 x 48 pixels, as wide as the large one


def test_a_snapshot_is_the_whole_picture_under_this_light(
    open_viewer, large, masked, relight
) -> None:
    for path in (large, masked):
        with open_viewer([path], 300, 200, zoom=2, light=f"{LIGHT[0]},{LIGHT[1]}") as page:
            data = base64.b64decode(page.evaluate(SNAPSHOT))
        picture = Image.open(io.BytesIO(data))
        found = np.asarray(picture).astype(int)
        expected = relight(path, LIGHT).astype(int)
        assert found.shape == expected.shape
        on = np.ones(expected.shape[:2], bool)
        if path == masked:
            on = np.asarray(Image.open(masked / "mask.png")) > 127
            assert (found[~on] == (22, 22, 23)).all()
        assert np.abs(found - expected)[on].max() <= 1
        assert "0.4" in picture.text["Description"]


def test_blinking_alone_is_idle(open_viewer, small) -> None:
    with open_viewer([small], compare="blink") as page:
        settle(page)
        frames = page.evaluate("raking.counts()")["frames"]
        page.wait_for_timeout(1600)
        assert page.evaluate("raking.counts()")["frames"] == frames


def test_a_snapshot_of_an_image_that_is_left_stays_its_own(open_viewer, large, small) -> None:
    with open_viewer([large, small], 300, 200, light=f"{LIGHT[0]},{LIGHT[1]}") as page:
        size = page.evaluate("""async () => {
            const saving = raking.snapshot();
            await raking.setState({ show: 1 });
            const picture = await createImageBitmap(await saving);
            return [picture.width, picture.height];
        }""")
    assert size == [700, 600]
