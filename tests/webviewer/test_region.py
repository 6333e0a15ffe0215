"""Regions of interest in the page: drawn, taken away, undone, saved as a table and loaded again."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.collection.masks import read_mask

from .pictures import drag, middle, screenshot
from .test_accessibility import assert_accessible
from .test_page import fingers

ZOOM = 6  # the 64 x 48 picture in a window of 900 x 700, so that all of it is beside the panel
PLACE = {"zoom": ZOOM, "center": "12,24"}


@pytest.fixture
def opened(open_viewer, small):
    """The page with the panel open; `page.at(x, y)` is where a pixel of the picture is."""
    with open_viewer([small], 900, 700, **PLACE) as page:
        page.keyboard.press("g")
        page.get_by_role("region", name="Region of interest").wait_for()
        yield page


def at(page, x: float, y: float) -> tuple[float, float]:
    """Where a corner of the picture's pixels is on the page."""
    left, top = middle(page.locator("#picture"))
    return left + (x - 12) * ZOOM, top + (y - 24) * ZOOM


def use(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def counted(page) -> int:
    words = page.locator("#regionCount").inner_text().split()
    return 0 if words[0] == "Nothing" else int(words[0].replace(",", ""))


def saved(page, tmp_path: Path) -> np.ndarray:
    """[48, 64] bool of the table that the page saves."""
    with page.expect_download() as download:
        use(page, "Save CSV")
    assert download.value.suggested_filename == "A_small_relief_region.csv"
    file = tmp_path / "region.csv"
    download.value.save_as(file)
    assert file.read_text().startswith("x,y\n")
    columns, rows = np.loadtxt(file, int, delimiter=",", skiprows=1).T
    found = np.zeros((48, 64), bool)
    found[rows, columns] = True
    assert found.sum() == len(rows), "a pixel stands once"
    return found


def draw(page, *places: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *places[0]))
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*at(page, *place), steps=3)
    page.mouse.up()


def test_a_rectangle_is_of_the_pixels_it_touches(opened, tmp_path) -> None:
    before = opened.evaluate("raking.state().light")
    use(opened, "Rectangle")
    draw(opened, (10.2, 20.4), (17.7, 23.1))
    expected = np.zeros((48, 64), bool)
    expected[20:24, 10:18] = True
    np.testing.assert_array_equal(saved(opened, tmp_path), expected)
    assert counted(opened) == expected.sum()
    assert opened.evaluate("raking.state().light") == before
    shown = screenshot(opened)
    inside, outside = (at(opened, 14, y) for y in (22, 30))
    use(opened, "Clear")
    changed = np.abs(screenshot(opened) - shown).sum(axis=2)
    assert changed[round(inside[1]), round(inside[0])] > 20
    assert changed[round(outside[1]), round(outside[0])] == 0


def test_lasso_brush_and_what_is_taken_away(opened, tmp_path) -> None:
    y, x = np.mgrid[:48, :64] + 0.5
    use(opened, "Lasso")
    draw(opened, (8, 8), (28, 8), (28, 28), (8, 8))  # a triangle
    triangle = (x > y) & (x < 28) & (y > 8)
    assert (saved(opened, tmp_path) != triangle).sum() <= 20  # its slanting edge
    use(opened, "Brush")
    opened.get_by_label("Radius of the brush").fill("30")  # 5 pixels of the picture
    draw(opened, (10, 36), (22, 36))
    stroke = np.hypot(x - x.clip(10, 22), y - 36) < 5
    assert (saved(opened, tmp_path) != (triangle | stroke)).sum() <= 40
    use(opened, "Take away")
    use(opened, "Rectangle")
    draw(opened, (20, 2), (32, 46))
    left = saved(opened, tmp_path)
    assert not left[:, 20:].any()
    assert (left != ((triangle | stroke) & (x < 20))).sum() <= 40
    opened.keyboard.press("Control+z")
    assert (saved(opened, tmp_path) != (triangle | stroke)).sum() <= 40
    use(opened, "Undo")
    use(opened, "Undo")
    assert counted(opened) == 0
    assert opened.get_by_role("button", name="Save CSV").is_disabled()


def test_a_rectangle_in_numbers_and_the_table_loaded_again(opened, tmp_path) -> None:
    for name, value in [("X", 3), ("Y", 5), ("Width", 8), ("Height", 4)]:
        opened.get_by_label(name, exact=True).fill(str(value))
    opened.get_by_label("Height", exact=True).press("Enter")
    expected = np.zeros((48, 64), bool)
    expected[5:9, 3:11] = True
    np.testing.assert_array_equal(saved(opened, tmp_path), expected)
    use(opened, "Clear")
    with opened.expect_file_chooser() as chooser:
        use(opened, "Load")
    chooser.value.set_files(tmp_path / "region.csv")
    opened.get_by_text("32 pixels are in the region").wait_for()
    np.testing.assert_array_equal(saved(opened, tmp_path), expected)
    for name, value in [("X", 64), ("Y", 5)]:
        opened.get_by_label(name, exact=True).fill(str(value))
    use(opened, "Add this rectangle")
    opened.get_by_text("holds no pixel").wait_for()
    assert counted(opened) == 32


def test_a_step_and_a_mask_saved_and_loaded(opened, tmp_path) -> None:
    use(opened, "Rectangle")
    draw(opened, (10.2, 20.4), (17.7, 23.1))
    draw(opened, (3.2, 2.4), (3.7, 30.1))
    whole = saved(opened, tmp_path)
    opened.get_by_label("Step").fill("3")
    expected = np.zeros_like(whole)
    expected[::3, ::3] = whole[::3, ::3]
    assert counted(opened) == expected.sum() > 10
    np.testing.assert_array_equal(saved(opened, tmp_path), expected)
    with opened.expect_download() as download:
        use(opened, "Save mask")
    assert download.value.suggested_filename == "A_small_relief_region.png"
    mask = tmp_path / "mask.png"
    download.value.save_as(mask)
    levels = np.asarray(Image.open(mask))
    np.testing.assert_array_equal(levels, 255 * np.repeat(expected[..., None], 3, axis=2))
    np.testing.assert_array_equal(read_mask(mask, (48, 64)), expected)
    shown = screenshot(opened)
    inside, between = (at(opened, x + 0.5, 21.5) for x in (12, 13))
    use(opened, "Clear")
    changed = np.abs(screenshot(opened) - shown).sum(axis=2)
    assert changed[int(inside[1]), int(inside[0])] > 20
    assert changed[int(between[1]), int(between[0])] == 0
    opened.get_by_label("Step").fill("1")
    with opened.expect_file_chooser() as chooser:
        use(opened, "Load")
    chooser.value.set_files(mask)
    opened.get_by_text(f"{expected.sum()} pixels are in the region").wait_for()
    np.testing.assert_array_equal(saved(opened, tmp_path), expected)


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        (np.zeros((48, 64), np.uint8), "bad.png holds no white"),
        (np.zeros((48, 63), np.uint8), "bad.png is 63 x 48 pixels, where the picture is 64 x 48"),
        (None, "bad.png is neither a CSV with a heading x,y nor a picture"),
    ],
)
def test_masks_that_cannot_be(opened, tmp_path, levels, sentence) -> None:
    if levels is None:
        (tmp_path / "bad.png").write_bytes(b"no picture")
    else:
        Image.fromarray(levels).save(tmp_path / "bad.png")
    with opened.expect_file_chooser() as chooser:
        use(opened, "Load")
    chooser.value.set_files(tmp_path / "bad.png")
    opened.get_by_text(sentence).wait_for()
    assert counted(opened) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "bad.csv has no heading x,y"),
        ("x,y\n", "bad.csv lists no pixels"),
        ("x,y\n1,2\n1.5,2\n", "Line 3 of bad.csv is not two whole numbers"),
        ("x,y\n1,\n", "Line 2 of bad.csv is not two whole numbers"),
        ("x,y\n64,2\n", "Line 2 of bad.csv is a pixel outside the picture of 64 x 48"),
    ],
)
def test_tables_that_cannot_be(opened, tmp_path, text, sentence) -> None:
    (tmp_path / "bad.csv").write_text(text)
    with opened.expect_file_chooser() as chooser:
        use(opened, "Load")
    chooser.value.set_files(tmp_path / "bad.csv")
    opened.get_by_text(sentence).wait_for()
    assert counted(opened) == 0


def test_of_a_turned_picture_and_of_each_image_its_own(open_viewer, small, other, tmp_path) -> None:
    with open_viewer([small, other], 900, 700, rotation=180, **PLACE) as page:
        page.keyboard.press("g")
        use(page, "Rectangle")
        left, top = middle(page.locator("#picture"))
        drag(page, (left, top), (left - 4 * ZOOM, top - 2 * ZOOM))  # from the middle, pixel 12, 24
        found = saved(page, tmp_path)
        assert np.argwhere(found).tolist() == [[y, x] for y in (24, 25) for x in range(12, 16)]
        page.evaluate("raking.setState({ show: 1 })")
        assert counted(page) == 0
        page.evaluate("raking.setState({ show: 0 })")
        assert counted(page) == 8


def test_the_picture_is_moved_and_lit_meanwhile(opened) -> None:
    center = opened.evaluate("raking.state().center")
    use(opened, "Brush")
    drag(opened, at(opened, 20, 20), at(opened, 24, 20), button="right")
    assert opened.evaluate("raking.state().center") == [center[0] - 4, center[1]]
    assert counted(opened) == 0
    use(opened, "Brush")  # no tool: the light is dragged
    light = opened.evaluate("raking.state().light")
    drag(opened, at(opened, 20, 20), at(opened, 24, 20))
    assert opened.evaluate("raking.state().light") != light
    use(opened, "Lasso")
    opened.keyboard.press("Escape")
    drag(opened, at(opened, 20, 20), at(opened, 24, 20))
    opened.keyboard.press("g")
    assert counted(opened) == 0, "closed, nothing is drawn"


def test_a_finger_draws(opened) -> None:
    use(opened, "Rectangle")
    touch = fingers(opened)
    touch("touchStart", at(opened, 10, 20))
    touch("touchMove", at(opened, 14, 22.5))
    touch("touchEnd")
    assert counted(opened) == 12


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_axe_finds_nothing_and_panels_make_room(open_viewer, small, size) -> None:
    with open_viewer([small], *size) as page:
        page.keyboard.press("l")
        page.get_by_role("region", name="Reading the surface").wait_for()
        page.locator("#picture").focus()
        page.keyboard.press("g")
        panel = page.get_by_role("region", name="Region of interest")
        panel.wait_for()
        assert not page.get_by_role("region", name="Reading the surface").is_visible()
        use(page, "Brush")
        assert_accessible(page)
        for name in ("X", "Y", "Width", "Height"):
            page.get_by_label(name, exact=True).fill("4")
        page.get_by_label("X", exact=True).press("Enter")
        page.keyboard.press("Escape")
        assert not panel.is_visible()


def test_a_region_of_the_page_is_what_training_reads(opened, tmp_path, small) -> None:
    """Of a collection of that size; the same pixels come out."""
    from types import SimpleNamespace

    from trainer.training.region import read_region
    from trainer.training.settings import TrainingSettings

    use(opened, "Lasso")
    draw(opened, (8, 8), (28, 8), (18, 30), (8, 8))
    found = saved(opened, tmp_path)
    mlic = SimpleNamespace(height=48, width=64, mask=None)
    settings = TrainingSettings(region=tmp_path / "region.csv")
    np.testing.assert_array_equal(read_region(settings, mlic), found)
