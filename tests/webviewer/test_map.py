"""The map of the latent space in the page: laid out, pointed at, coloured, drawn around."""

import numpy as np
import pytest

from renderer.image.relightable import read_image, write_image
from trainer.mapping.clusters import adjusted_rand, appearance, grouped
from trainer.mapping.embedding import principal_axes
from trainer.mapping.pixels import mapped_pixels, spread_lights

from ..conftest import random_hyper_image, random_image
from .pictures import lose_context, middle, screenshot, settle

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
