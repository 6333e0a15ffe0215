"""What goes wrong: files that are damaged or hostile, a wrong address, a lost context."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .pictures import lose_context, screenshot, settle


def copy_image(image: Path, path: Path) -> Path:
    shutil.copytree(image, path)
    return path


def test_text_from_a_file_is_never_markup(open_viewer, small, tmp_path) -> None:
    image = copy_image(small, tmp_path / "image")
    info = json.loads((image / "info.json").read_text())
    info["raking"]["title"] = "<img src=x onerror=document.title='owned'>"
    (image / "info.json").write_text(json.dumps(info))
    with open_viewer([image]) as page:
        page.locator("#title", has_text="<img").wait_for()
        settle(page)
        assert page.locator("#head img").count() == 0
        assert "<img" in page.locator("#title").inner_text()
        assert page.title() != "owned"


def break_json(image: Path) -> None:
    (image / "info.json").write_text('{"type": "neural", ')


def break_weights(image: Path) -> None:
    info = json.loads((image / "info.json").read_text())
    info["weights"][0].pop()
    (image / "info.json").write_text(json.dumps(info))


def remove_plane(image: Path) -> None:
    (image / "plane_1.png").unlink()


def truncate_plane(image: Path) -> None:
    data = (image / "plane_1.png").read_bytes()
    (image / "plane_1.png").write_bytes(data[:40])


def change_size(image: Path) -> None:
    Image.new("RGB", (10, 10)).save(image / "plane_1.png")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (break_json, "info.json is damaged"),
        (break_weights, "weights of layer 1"),
        (remove_plane, "plane_1.png is missing"),
        (truncate_plane, "plane_1.png is damaged"),
        (change_size, "plane_1.png is 10 x 10"),
    ],
)
def test_a_damaged_image_is_one_sentence(open_viewer, small, tmp_path, damage, sentence) -> None:
    image = copy_image(small, tmp_path / "image")
    damage(image)
    with open_viewer([image], ready=False) as page:
        failure = page.evaluate("raking.ready.then(() => null, error => error.message)")
        assert sentence in failure
        assert page.get_by_role("status").inner_text() == failure


def test_a_damaged_classical_image_is_one_sentence(open_viewer, classical, tmp_path) -> None:
    image = copy_image(classical("rbf"), tmp_path / "image")
    info = json.loads((image / "info.json").read_text())
    info["raking"]["splines"].pop()
    (image / "info.json").write_text(json.dumps(info))
    with open_viewer([image], ready=False) as page:
        failure = page.evaluate("raking.ready.then(() => null, error => error.message)")
        assert "its splines are not 16 rows" in failure
        assert page.get_by_role("status").inner_text() == failure


def test_a_wrong_address_is_one_sentence(open_viewer, small) -> None:
    for parameters, sentence in [({"light": "up"}, "light=up"), ({"show": 4}, "image number 4")]:
        with open_viewer([small], ready=False, **parameters) as page:
            failure = page.evaluate("raking.ready.then(() => null, error => error.message)")
            assert sentence in failure
            assert page.get_by_role("status").inner_text() == failure


def test_a_failing_image_leaves_the_one_shown(open_viewer, small, tmp_path) -> None:
    broken = copy_image(small, tmp_path / "image")
    remove_plane(broken)
    with open_viewer([small, broken], 640, 480, zoom=4) as page:
        settle(page)
        before = screenshot(page)
        page.keyboard.press("n")
        page.get_by_text("plane_1.png is missing").wait_for()
        assert np.array_equal(screenshot(page)[200:400, 200:400], before[200:400, 200:400])
        page.keyboard.press("n")
        page.get_by_text("plane_1.png is missing").wait_for(state="hidden")


def test_picture_returns_after_a_lost_context(open_viewer, small) -> None:
    with open_viewer([small], ui="off", zoom=1) as page:
        before = screenshot(page)
        lose_context(page)
        page.evaluate("context.restoreContext()")
        page.get_by_text("graphics card").wait_for(state="hidden")
        settle(page)
        assert np.array_equal(screenshot(page), before)
