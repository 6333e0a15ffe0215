"""Pixels of the map taken into a region, and a layout of the command beside the image."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree
from skimage.measure import points_in_poly

from renderer.image.relightable import read_image, write_image
from trainer.mapping.pixels import spread_lights
from trainer.models.oracle import relight

from ..conftest import random_image
from .pictures import middle
from .test_accessibility import assert_accessible
from .test_map import LAID_OUT, open_map, told


def region_of(page) -> np.ndarray:
    """[H, W] bool, what the region's panel would save."""
    text = page.evaluate("""async () => {
        const { regionOf } = await import('./panel/region/region.js');
        const { toCsv } = await import('./panel/region/files.js');
        const { viewer } = document.querySelector('raking-viewer');
        return toCsv(regionOf(viewer, {}).drawing.strokes, viewer.scene.size, 1).text();
    }""")
    width, height = page.evaluate("document.querySelector('raking-viewer').viewer.scene.size")
    found = np.zeros((height, width), bool)
    for line in text.splitlines()[1:]:
        x, y = map(int, line.split(","))
        found[y, x] = True
    return found


@pytest.fixture
def beside(small, tmp_path) -> Path:
    """`small` with a map beside it whose points lie as the pixels do, upside up."""
    image = tmp_path / "coin"
    shutil.copytree(small, image)
    y, x = np.mgrid[:48, :64].reshape(2, -1)
    table = pd.DataFrame({"tsne_x": x * 1.0, "tsne_y": -y * 1.0, "image_x": x, "image_y": y})
    (tmp_path / "coin-map").mkdir()
    table.to_csv(tmp_path / "coin-map" / "map.csv", index=False)
    return image


def test_a_lasso_over_the_layout_of_the_command_becomes_a_region(open_viewer, beside) -> None:
    with open_viewer([beside], 1440, 900) as page:
        open_map(page)
        box = page.locator("#mapPlot").bounding_box()
        scale = min(box["width"] * 0.88 / 63, box["height"] * 0.88 / 47)
        left, top = middle(page.locator("#mapPlot"))

        def at(x: float, y: float) -> tuple[float, float]:
            return left + (x - 31.5) * scale, top + (y - 23.5) * scale

        light = page.evaluate("raking.state()")["light"]
        page.get_by_role("button", name="Lasso").click()
        page.mouse.move(*at(9.5, 4.5))
        page.mouse.down()
        for place in [(40.5, 4.5), (40.5, 20.5), (9.5, 20.5), (9.5, 5)]:
            page.mouse.move(*at(*place), steps=3)
        page.mouse.up()
        expected = np.zeros((48, 64), bool)
        expected[5:21, 10:41] = True
        page.get_by_text(
            f"{expected.sum()} pixels of the picture were added to the region"
        ).wait_for()
        np.testing.assert_array_equal(region_of(page), expected)
        assert page.evaluate("raking.state()")["light"] == light
        page.get_by_role("button", name="Region", exact=True).first.click()
        page.get_by_text(f"{expected.sum()} pixels are in the region").wait_for()
        assert not page.locator("#mapPanel").is_visible()


# Which pixels an outline takes, on the map of principal axes and on one of given places and points.
TAKEN = """async ([places, points, outline]) => {
    const { choosePixels, pixelsAt } = await import('./map/pixels.js');
    const { LatentMap } = await import('./map/latent_map.js');
    const { Lasso } = await import('./panel/map/lasso.js');
    const { rows } = await import('./panel/region/strokes.js');
    const { viewer } = document.querySelector('raking-viewer');
    const { scene } = viewer;
    const strokes = [], told = [];
    const region = { drawing: { add: stroke => strokes.push(stroke) } };
    const lasso = new Lasso(viewer, region, sentence => told.push(sentence));
    const axes = new LatentMap(scene, await choosePixels(scene));
    const half = [-1e3, 0].flatMap(x => [[x, -1e3], [x, 1e3]]);
    await lasso.take(axes, [half[0], half[1], half[3], half[2]]);
    const pixels = await pixelsAt(scene, Int32Array.from(places));
    const layout = new LatentMap(scene, pixels, Float32Array.from(points));
    await lasso.take(layout, outline);
    const found = strokes.map(stroke => [...rows([stroke], scene.size)].map(({ xs }) => xs));
    return [found, told, [...axes.responses]];
}"""


@pytest.mark.long
def test_a_lasso_takes_pixels_that_are_not_on_the_map(open_viewer, tmp_path) -> None:
    """Of principal axes by their own place, of another layout by the point that looks like them."""
    image = random_image(width=200, height=150)
    image.mask = np.ones((150, 200), bool)
    image.mask[:, :20] = False
    write_image(image, tmp_path / "image")
    shown = np.stack(list(relight(image, spread_lights())), axis=2).clip(0, 1)
    responses = np.rint(shown.reshape(200 * 150, -1) * 255)
    random = np.random.default_rng(0)
    chosen = random.choice(np.flatnonzero(image.mask), 500, replace=False)
    places = np.column_stack([chosen % 200, chosen // 200])
    points = random.uniform(0, 1, (500, 2)).astype(np.float32)
    outline = [[0.1, 0.2], [0.9, 0.3], [0.5, 0.9]]
    with open_viewer([tmp_path / "image"]) as page:
        found, told, mapped = page.evaluate(
            TAKEN, [places.ravel().tolist(), points.ravel().tolist(), outline]
        )
    taken = np.zeros((2, 150, 200), bool)
    for region, lines in zip(taken, found, strict=True):
        for row, columns in zip(region, lines, strict=True):
            row[columns] = True
    assert not (taken & ~image.mask).any()

    mapped = np.array(mapped).reshape(20_000, -1)
    _, axes = np.linalg.eigh(np.cov(mapped.T))
    along = (responses - mapped.mean(axis=0)) @ axes[:, -1]
    along *= np.sign((axes[:, -1] * np.abs(axes[:, -1])).sum())
    clear = image.mask & (np.abs(along) > 3).reshape(150, 200)
    np.testing.assert_array_equal(taken[0][clear], (along < 0).reshape(150, 200)[clear])
    assert taken[0].sum() > 9_000

    axes = np.linalg.eigh(np.cov(responses[chosen].T))[1][:, -8:]
    nearest = cKDTree(responses[chosen] @ axes).query(responses @ axes)[1]
    expected = points_in_poly(points, outline)[nearest].reshape(150, 200) & image.mask
    assert (taken[1] != expected).mean() < 0.003
    for region, sentence in zip(
        taken, (told[i] for i in range(len(told)) if "added" in told[i]), strict=True
    ):
        assert sentence == f"{region.sum():,} pixels of the picture were added to the region."


def test_what_is_in_sight_is_taken_by_key(open_viewer, beside) -> None:
    with open_viewer([beside], 1440, 900) as page:
        open_map(page)
        plot = page.locator("#mapPlot")
        plot.focus()
        page.keyboard.press("Shift+ArrowRight")
        for _ in range(4):
            page.keyboard.press("+")
        page.get_by_role("button", name="Take all in sight").press("Enter")
        page.get_by_text("were added to the region").wait_for()
        rows, columns = np.nonzero(region_of(page))
        assert 0 < len(rows) < 64 * 48 / 4
        assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1), "a rectangle"
        assert abs(rows.mean() - 23.5) < 1
        assert columns.mean() > 33


def test_by_key_the_cursor_goes_to_the_nearest_pixel(open_viewer, beside) -> None:
    with open_viewer([beside], 1440, 900) as page:
        open_map(page)
        page.locator("#mapPlot").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        page.locator("#mapTold", has_text="Pixel ").wait_for()
        assert told(page).startswith("Pixel 29, 2")  # 12 of the screen's pixels from the middle
        page.locator("#mapLayout").select_option("axes")
        page.get_by_text(LAID_OUT).wait_for()
        page.keyboard.press("Escape")
        assert not page.locator("#mapPanel").is_visible()


def test_between_the_points_of_a_layout_their_latents_are_weighted(open_viewer, beside) -> None:
    with open_viewer([beside], 1440, 900) as page:
        open_map(page)
        found = page.evaluate("""async () => {
            const { pixelsAt } = await import('./map/pixels.js');
            const { parseLayout } = await import('./map/layout_file.js');
            const { LatentMap } = await import('./map/latent_map.js');
            const { scene } = document.querySelector('raking-viewer').viewer;
            const text = await (await scene.info.folder.get('map.csv')).text();
            const { places, points } = parseLayout(text, scene.size, 'map.csv');
            const map = new LatentMap(scene, await pixelsAt(scene, places), points);
            return map.texelBetween([20.25, -10.5]);
        }""")
    levels = read_image(beside).planes.transpose(1, 2, 0, 3).reshape(48 * 64, 9).astype(float)
    y, x = np.mgrid[:48, :64].reshape(2, -1)
    squared = (x - 20.25) ** 2 + (y - 10.5) ** 2
    nearest = np.argsort(squared, kind="stable")[:8]
    weights = 1 / squared[nearest]
    np.testing.assert_allclose(found, weights @ levels[nearest] / weights.sum(), atol=1e-3)


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_axe_finds_nothing(open_viewer, beside, size) -> None:
    with open_viewer([beside], *size) as page:
        open_map(page)
        page.locator("#mapColour").select_option("cluster")
        page.locator("#mapPlot").focus()
        page.keyboard.press("ArrowLeft")
        page.locator("#mapTold", has_text="Pixel ").wait_for()
        assert_accessible(page)
        panel = page.locator("#mapPanel")
        assert panel.evaluate("e => e.scrollWidth <= e.clientWidth")
