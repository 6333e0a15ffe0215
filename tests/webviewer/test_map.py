"""The map of the latent space in the page: laid out, pointed at, coloured, drawn around."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree
from skimage.measure import points_in_poly

from renderer.image.relightable import read_image, write_image
from trainer.mapping.clusters import adjusted_rand, appearance, grouped
from trainer.mapping.embedding import principal_axes
from trainer.mapping.pixels import mapped_pixels, spread_lights
from trainer.models.oracle import relight

from ..conftest import random_hyper_image, random_image
from .pictures import lose_context, middle, screenshot, settle
from .test_accessibility import assert_accessible

LAID_OUT = "lie together"
DRAWN = """() => new Promise(
    done => requestAnimationFrame(() => requestAnimationFrame(done)))"""

# What the page makes of the image that is shown.
MADE = """async () => {
    const { choosePixels } = await import('./map/pixels.js');
    const { LatentMap } = await import('./map/latent_map.js');
    const { scene } = document.querySelector('raking-viewer').viewer;
    const map = new LatentMap(scene, await choosePixels(scene));
    const { places, texels } = map.pixels;
    return [places, texels, map.responses, map.points, map.clusters(3)].map(values => [...values]);
}"""

CHOSEN = """async most => {
    const { choosePixels } = await import('./map/pixels.js');
    const { scene } = document.querySelector('raking-viewer').viewer;
    const { places, texels } = await choosePixels(scene, most);
    return [[...places], [...texels]];
}"""


def open_map(page) -> None:
    page.locator("#picture").focus()
    page.keyboard.press("p")
    page.get_by_text(LAID_OUT).wait_for()


def screenshot_of(page, selector: str) -> np.ndarray:
    box = page.locator(selector).bounding_box()
    left, top = round(box["x"]) + 2, round(box["y"]) + 2
    return screenshot(page)[
        top : top + round(box["height"]) - 4, left : left + round(box["width"]) - 4
    ]


def told(page) -> str:
    return page.locator("#mapTold").inner_text()


def made(page) -> list[np.ndarray]:
    """Places [N, 2], texels [N, K], responses [N, 24, 3], points [N, 2], clusters [N]."""
    places, texels, responses, points, clusters = (np.array(each) for each in page.evaluate(MADE))
    count = len(clusters)
    return [
        places.reshape(count, 2),
        texels.reshape(count, -1),
        responses.reshape(count, -1, 3),
        points.reshape(count, 2),
        clusters,
    ]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["two", "four", "hyper", "masked"])
def test_what_the_page_lays_out_is_what_the_command_does(
    open_viewer, tmp_path, masked, kind
) -> None:
    if kind == "masked":
        image = read_image(masked)
    else:
        image = (
            random_hyper_image()
            if kind == "hyper"
            else random_image(conditions=2 + 2 * (kind == "four"))
        )
    write_image(image, tmp_path / "image")
    with open_viewer([tmp_path / "image"]) as page:
        places, texels, responses, points, clusters = made(page)
    order = np.lexsort(places.T)  # row by row, as the command's
    chosen = mapped_pixels(image, 20_000, 0)
    np.testing.assert_array_equal(places[order], chosen.places)
    y, x = chosen.places[:, 1], chosen.places[:, 0]
    levels = image.planes[:, y, x].transpose(1, 0, 2).reshape(len(x), -1)
    np.testing.assert_array_equal(texels[order], levels)
    assert np.abs(responses[order] / 255 - chosen.responses).max() < 0.7 / 255
    expected = principal_axes(chosen.responses.reshape(len(x), -1), 2)
    np.testing.assert_allclose(points[order], expected, atol=0.05)
    same = grouped(appearance(responses[order] / 255, spread_lights()), 3, 0)
    assert adjusted_rand(same, clusters[order]) > 0.9
    assert (np.diff(np.bincount(clusters)) <= 0).all()


@pytest.mark.long
@pytest.mark.parametrize("level", [0, 1])
def test_of_a_large_image_some_pixels_are_chosen(open_viewer, large, level) -> None:
    most = 700 * 600 if level == 0 else 200_000
    with open_viewer([large]) as page:
        found = page.evaluate(CHOSEN, most)
        assert page.evaluate(CHOSEN, most) == found, "the same again"
    places, texels = (np.array(each).reshape(20_000, -1) for each in found)
    side = 2**level
    assert len(np.unique(places, axis=0)) == 20_000
    assert (places % side == 0).all()
    assert np.abs(places.mean(axis=0) - [350, 300]).max() < 6
    planes = read_image(large).planes.astype(float)
    blocks = planes.reshape(3, 600 // side, side, 700 // side, side, 3).mean(axis=(2, 4))
    x, y = places.T // side
    expected = blocks[:, y, x].transpose(1, 0, 2).reshape(20_000, -1)
    assert np.abs(texels - expected).max() <= 0.51


@pytest.mark.long
def test_pointing_at_either_marks_the_other(open_viewer, small) -> None:
    with open_viewer([small], 1440, 900) as page:
        open_map(page)
        places, *_, points, _ = made(page)
        box = page.locator("#mapPlot").bounding_box()
        ends = points.min(axis=0), points.max(axis=0)
        scale = min(
            box[side] * 0.88 / (ends[1] - ends[0])[axis]
            for axis, side in enumerate(("width", "height"))
        )
        # The farthest point to the right of those that the panel does not cover.
        index = np.where(places[:, 0] > 40, points[:, 0], -np.inf).argmax()
        away = (points[index] - (ends[0] + ends[1]) / 2) * scale
        center = middle(page.locator("#mapPlot"))
        page.mouse.move(center[0] + away[0], center[1] - away[1])
        x, y = places[index]
        page.get_by_text(f"Pixel {x}, {y};").wait_for()
        mark = middle(page.locator("#mapMark"))
        zoom = page.evaluate("document.querySelector('raking-viewer').viewer.view.zoom")
        picture = middle(page.locator("#picture"))
        expected = [
            c + (at + 0.5 - half) * zoom
            for c, at, half in zip(picture, (x, y), (32, 24), strict=True)
        ]
        np.testing.assert_allclose(mark, expected, atol=2)
        # And back: a pixel of the picture is its own best likeness.
        page.mouse.move(*expected)
        page.get_by_text(f"Pixel {x}, {y} looks most like pixel {x}, {y};").wait_for()


def test_the_disc_shows_what_the_decoder_does(open_viewer, small, by_hand) -> None:
    with open_viewer([small], 1440, 900) as page:
        open_map(page)
        page.locator("#mapMiddle").click()
        page.get_by_text("looks most like").wait_for()
        x, y = (
            int(word.strip(",;")) for word in told(page).split("pixel ")[1].split(";")[0].split()
        )
        shown = page.locator("#mapDisc").evaluate(
            "e => [...e.getContext('2d').getImageData(0, 0, e.width, e.height).data]"
        )
    disc = np.array(shown).reshape(40, 40, 4)[..., :3]
    image = read_image(small)
    for column, row in [(20, 20), (6, 20), (20, 35), (30, 10)]:
        light = (2 * column + 1) / 40 - 1, 1 - (2 * row + 1) / 40
        expected = 255 * by_hand(image, light)[y, x].clip(0, 1)
        np.testing.assert_allclose(disc[row, column], expected, atol=1)


@pytest.mark.long
def test_a_place_without_a_point_is_decoded(open_viewer, small, by_hand) -> None:
    """By the principal axes: latents are the least squares fit of the pixels' by their places."""
    with open_viewer([small], 1440, 900) as page:
        open_map(page)
        _, texels, _, points, _ = made(page)
        page.locator("#mapPlot").focus()
        for _ in range(12):
            page.keyboard.press("ArrowRight")
        page.get_by_text("No pixel lies here").wait_for()
        found = np.array(
            [int(word.strip(",.")) for word in told(page).split() if word.strip(",.").isdigit()]
        )
        cursor, between = page.evaluate("""async () => {
            const { choosePixels } = await import('./map/pixels.js');
            const { LatentMap } = await import('./map/latent_map.js');
            const { scene } = document.querySelector('raking-viewer').viewer;
            const map = new LatentMap(scene, await choosePixels(scene));
            const place = [1.5, -0.75];
            return [place, map.texelBetween(place)];
        }""")
        light = page.evaluate("raking.state()")["light"]
    slopes, *_ = np.linalg.lstsq(points, texels - texels.mean(axis=0), rcond=None)
    expected = (texels.mean(axis=0) + np.array(cursor) @ slopes).clip(0, 255)
    np.testing.assert_allclose(between, expected, atol=0.05)
    assert found.max() <= 255 and len(found) == 3
    assert light == [0.35, 0.45]


def test_an_image_without_a_map_is_asked_for_none_that_is_missing(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        missing = []
        page.on("response", lambda answer: answer.status >= 400 and missing.append(answer.url))
        open_map(page)
        assert not missing
        assert page.locator("#mapLayout").is_disabled()


def test_in_a_low_window_all_of_the_panel_is_in_sight(open_viewer, small) -> None:
    with open_viewer([small], 1000, 700) as page:
        open_map(page)
        page.get_by_label("Colour").select_option("Cluster")
        panel = page.locator("#mapPanel")
        assert panel.evaluate("panel => panel.scrollHeight <= panel.clientHeight")
        assert page.locator("#mapArea").bounding_box()["height"] > 180


def test_colours(open_viewer, small) -> None:
    with open_viewer([small], 1440, 900, light="0.5,0") as page:
        open_map(page)
        shown = {}
        for way in ("light", "place", "cluster"):
            page.locator("#mapColour").select_option(way)
            page.evaluate(DRAWN)
            shown[way] = screenshot_of(page, "#mapPlot")
        page.locator("#mapColour").select_option("light")
        page.evaluate("raking.setState({ light: '-0.5,0' })")
        page.evaluate(DRAWN)
        assert (screenshot_of(page, "#mapPlot") != shown["light"]).any(), "the light moved"
        ground = np.array([22, 22, 23])
        drawn = [(each != ground).any(axis=2) for each in shown.values()]
        assert drawn[0].mean() > 0.02
        for each in drawn[1:]:
            assert (each != drawn[0]).mean() < 0.02
        assert len(np.unique(shown["cluster"][drawn[0]], axis=0)) < 60
        assert len(np.unique(shown["place"][drawn[0]], axis=0)) > 200


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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "bad.csv has no heading tsne_x,tsne_y,image_x,image_y"),
        ("tsne_x,tsne_y,image_x,image_y\n1,2,3\n", "Line 2 of bad.csv is not two numbers"),
        ("tsne_x,tsne_y,image_x,image_y\n1,2,64,3\n", "Line 2 of bad.csv is a pixel outside"),
        ("tsne_x,tsne_y,image_x,image_y\n1,2,3,3\n", "The object has 1 pixels"),
    ],
)
def test_layouts_that_cannot_be(open_viewer, small, tmp_path, text, sentence) -> None:
    (tmp_path / "bad.csv").write_text(text)
    with open_viewer([small], 1440, 900) as page:
        open_map(page)
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Load map.csv").click()
        chooser.value.set_files(tmp_path / "bad.csv")
        page.get_by_text(sentence).wait_for()


def test_images_that_cannot_be_laid_out_get_a_sentence(open_viewer, small, tmp_path) -> None:
    tiny = random_image(width=2, height=2)
    plain = random_image()
    plain.planes[:] = 100
    for name, image in [("tiny", tiny), ("plain", plain)]:
        write_image(image, tmp_path / name)
    with open_viewer([tmp_path / "tiny", tmp_path / "plain", small], 1440, 900) as page:
        page.locator("#picture").focus()
        page.keyboard.press("p")
        page.get_by_text("The object has 4 pixels, where a map needs 100").wait_for()
        assert not page.locator("#mapPlot").is_visible()
        page.evaluate("raking.setState({ show: 1 })")
        page.get_by_text("All pixels look alike under all lights").wait_for()
        page.evaluate("raking.setState({ show: 2 })")
        page.get_by_text(LAID_OUT).wait_for()
        assert page.locator("#mapPlot").is_visible()


def test_the_graphics_card_returns(open_viewer, small) -> None:
    with open_viewer([small], 1440, 900) as page:
        open_map(page)
        lose_context(page)
        page.evaluate("context.restoreContext()")
        settle(page)
        page.get_by_text(LAID_OUT).wait_for()
        page.locator("#mapMiddle").click()
        page.get_by_text("looks most like").wait_for()


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


def test_the_wheel_zooms_the_map_alone(open_viewer, small) -> None:
    with open_viewer([small], 1000, 800, zoom=3) as page:
        open_map(page)
        page.evaluate(DRAWN)
        before = screenshot_of(page, "#mapPlot")
        x, y = middle(page.locator("#mapPlot"))
        page.mouse.move(x, y)
        page.mouse.wheel(0, -400)
        page.evaluate(DRAWN)
        assert np.abs(screenshot_of(page, "#mapPlot").astype(int) - before).mean() > 2
        assert page.evaluate("raking.state().zoom") == 3
