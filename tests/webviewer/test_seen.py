"""What is seen, saved as a picture: the view as it is, what stands on it, and a caption."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from .pictures import settle

GROUND = np.array([22, 22, 23])


def save_view(page) -> np.ndarray:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save view").click()
    assert download.value.suggested_filename == "A_small_relief_view.png"
    saved = Image.open(Path(download.value.path()))
    return np.asarray(saved.convert("RGB")).astype(int)


def on_screen(page) -> tuple[np.ndarray, dict]:
    settle(page)
    box = page.locator("#picture").bounding_box()
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    left, top = round(box["x"]), round(box["y"])
    right, bottom = left + round(box["width"]), top + round(box["height"])
    return shot[top:bottom, left:right], box


def test_the_view_is_saved_as_it_is_seen_with_scale_bar_and_caption(open_viewer, lit) -> None:
    with open_viewer(
        [lit], 1440, 900, zoom=8, center="30,20", rotation=15, light="0.3,0.2"
    ) as page:
        seen, box = on_screen(page)
        saved = save_view(page)
        bar = page.locator("#scalebar").bounding_box()
    height, width = seen.shape[:2]
    assert saved.shape == (height + 66, width, 3)
    middle = np.s_[120 : height - 150, 200 : width - 200]  # nothing of the page stands there
    np.testing.assert_array_equal(saved[:height][middle], seen[middle])
    foot = saved[round(bar["y"] + bar["height"] - box["y"]) - 1, :, 0]
    found = np.flatnonzero(foot > 200)
    assert abs(found[0] - bar["x"]) <= 2
    assert abs(found[-1] - bar["x"] - bar["width"]) <= 2
    written = np.abs(saved[height:] - GROUND).max(axis=(1, 2)) > 100
    assert written.sum() > 20


def test_what_is_compared_and_measured_is_saved_too(open_viewer, lit, other) -> None:
    with open_viewer(
        [lit, other], 1440, 900, compare="split", split=0.25, ruler="10,10,50,10"
    ) as page:
        page.locator("#right").get_by_text("NeuralRTI(12)").wait_for()
        seen, box = on_screen(page)
        saved = save_view(page)
        end = page.locator(".end").first.bounding_box()
    x = seen.shape[1] // 4
    assert (saved[5 : seen.shape[0] - 5, x - 1 : x + 1] > 200).all()
    middle = round(end["y"] + end["height"] / 2 - box["y"])
    column = saved[middle - 3 : middle + 3, round(end["x"] + end["width"] / 2 - box["x"]) + 40]
    assert (np.abs(column - (240, 205, 140)).max(axis=1) < 12).any()
