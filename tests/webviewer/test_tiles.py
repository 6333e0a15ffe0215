"""Pyramids in the viewer: which tiles are fetched, and what is seen before and instead of them."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage, read_image, write_image

from .faults import FaultyServer
from .pictures import drag, lose_context, screenshot, settle

LIGHT = (0.4, -0.3)
SIZE = (1300, 1100)  # 3 x 3 tiles; 2 x 2 at half size; one at a quarter, which is the overview
WINDOW = (400, 300)
TILE = re.compile(r"/images/0/plane_0_files/(\d+)/(\d+)_(\d+)\.png")
CONNECTIONS = 6  # that Chromium opens to one server
FULL = 11  # Deep Zoom's number of the level of full size
INSIDE = np.s_[4:-4, 4:-4]  # a focused picture has a frame

OpenFaulty = Callable[..., AbstractContextManager[tuple[Page, FaultyServer]]]
AssertLit = Callable[[np.ndarray, tuple[slice, slice]], None]


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory, make_masked: Callable[..., Path]) -> Path:
    return make_masked(tmp_path_factory.mktemp("flat") / "image", *SIZE)


@pytest.fixture(scope="module")
def tiled(flat: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in tiles."""
    path = tmp_path_factory.mktemp("tiled") / "image"
    write_image(read_image(flat), path, tiles=TileFormat())
    return path


@pytest.fixture(scope="module")
def assert_lit(flat: Path, relight: Callable[..., np.ndarray]) -> AssertLit:
    """assert_lit(shown, sight): that in this part of `flat` the object is lit as the decoder says,
    to one step, with the ground around it."""
    mask, picture = read_image(flat).mask, relight(flat, LIGHT).astype(int)

    def check(shown: np.ndarray, sight: tuple[slice, slice]) -> None:
        on = mask[sight][INSIDE]
        assert np.abs(shown[INSIDE] - picture[sight][INSIDE])[on].max() <= 1
        assert (shown[INSIDE][~on] == (22, 22, 23)).all()

    return check


@pytest.fixture
def open_faulty(
    take_page: Callable[..., AbstractContextManager[Page]], kept_port: int
) -> OpenFaulty:
    """`with open_faulty(image, zoom=...) as (page, server)`: not waited for."""

    @contextmanager
    def opened(image: Path, size=WINDOW, faults=(), **parameters) -> Iterator:
        light = f"{LIGHT[0]},{LIGHT[1]}"
        with FaultyServer([image], kept_port) as server, take_page(*size) as page:
            for fault in faults:
                server.fail(*fault)
            page.goto(server.url(**{"light": light, "ui": "off", **parameters}))
            yield page, server
            page.goto("about:blank")  # so that it asks the next server for nothing

    return opened


def tiles_asked(server: FaultyServer) -> list[tuple[int, int, int]]:
    """The tiles (level, column, row) of the first plane in the order of their first requests."""
    found = [TILE.fullmatch(path) for path in server.requests]
    return list(dict.fromkeys(tuple(map(int, match.groups())) for match in found if match))


# Pictures


@pytest.mark.parametrize("rotation", [0, pytest.param(90, marks=pytest.mark.long)])
def test_tiled_equals_untiled_at_every_pixel(open_viewer, flat, tiled, rotation) -> None:
    window = SIZE if rotation == 0 else SIZE[::-1]
    shown = []
    for image, tiling in ((tiled, "on"), (flat, "off")):
        with open_viewer(
            [image], *window, ui="off", zoom=1, rotation=rotation, tiling=tiling
        ) as page:
            shown.append(screenshot(page))
            assert page.evaluate("raking.counts()")["tilesInAll"] == (9 if tiling == "on" else 1)
    assert shown[0].std() > 20
    assert np.abs(shown[0] - shown[1]).max() <= 1


@pytest.mark.long
def test_every_level_is_the_decode_of_averaged_latents(open_viewer, flat, tiled, by_hand) -> None:
    image = read_image(flat)
    for level in (1, 2, 3):
        image, covered = halved_by_hand(image), wholly_covered(image.mask)
        expected = np.floor(by_hand(image, LIGHT).clip(0, 1) * 255 + 0.5)
        for path in (tiled, flat):
            with open_viewer(
                [path], *SIZE, ui="off", zoom=2**-level, light=f"{LIGHT[0]},{LIGHT[1]}"
            ) as page:
                shown = screenshot(page)
            left, top = (int(length / 2 - length / 2 ** (level + 1) + 0.5) for length in SIZE)
            mask = covered[2 * (image.height // 4), :]  # a row in the middle, wholly on the object
            row = 2 * (image.height // 4)
            mask = mask & np.roll(mask, 1) & np.roll(mask, -1)  # its edge is smoothed
            shown_row = shown[top + row, left : left + image.width][mask]
            assert mask.sum() > image.width / 4
            assert np.abs(shown_row - expected[row][mask]).max() <= 1, path


def wholly_covered(mask: np.ndarray) -> np.ndarray:
    return (
        np.pad(mask, [(0, length % 2) for length in mask.shape])
        .reshape(-(-mask.shape[0] // 2), 2, -(-mask.shape[1] // 2), 2)
        .all(axis=(1, 3))
    )


def halved_by_hand(image: RelightableImage) -> RelightableImage:
    """Means of 2 x 2 pixels, of those on the object where there are any."""
    on = quartered(image.mask) == 1
    mask = on.any(axis=0)
    counted = (on | ~mask)[..., None]
    means = [
        np.nanmean(np.where(counted, quartered(plane), np.nan), axis=0) for plane in image.planes
    ]
    planes = np.floor(np.stack(means) + 0.5).astype(np.uint8)
    return RelightableImage(image.decoder, planes, mask, image.provenance)


def quartered(levels: np.ndarray) -> np.ndarray:
    """[H, W, ...] -> [4, H / 2, W / 2, ...], the pixels of each square; NaN beyond the edge."""
    beyond = [(0, length % 2) for length in levels.shape[:2]] + [(0, 0)] * (levels.ndim - 2)
    padded = np.pad(levels.astype(float), beyond, constant_values=np.nan)
    return np.stack([padded[y::2, x::2] for y in (0, 1) for x in (0, 1)])


def test_magnified_tiles_have_no_seams(open_viewer, flat, tiled) -> None:
    shown = []
    for image, tiling in ((tiled, "on"), (flat, "off")):
        with open_viewer(
            [image], 300, 200, ui="off", zoom=3.3, center="512,512", tiling=tiling
        ) as page:
            shown.append(screenshot(page))
    assert np.abs(shown[0] - shown[1]).max() <= 1


# Streaming


def test_only_tiles_in_sight_are_fetched_the_overview_and_the_middle_first(
    open_faulty, tiled
) -> None:
    with open_faulty(tiled, size=(700, 560), zoom=1, center="650,550") as (page, server):
        page.evaluate("raking.ready")
        asked = tiles_asked(server)
    overview, *others = asked
    assert overview == (FULL - 2, 0, 0)
    assert set(others) <= {(FULL, x, y) for x in range(3) for y in range(3)} | {(FULL, 0, 0)}
    assert others[0] == (FULL, 1, 1)
    with open_faulty(tiled, zoom=1, center="1100,900") as (page, server):
        page.evaluate("raking.ready")
        assert set(tiles_asked(server)) == {(FULL - 2, 0, 0)} | {
            (FULL, x, y) for x in (1, 2) for y in (1, 2) if (x, y) != (1, 1)
        } | {(FULL, 1, 1)}


def test_a_zoomed_out_view_fetches_coarse_tiles_alone(open_faulty, tiled) -> None:
    with open_faulty(tiled, zoom=0.2) as (page, server):
        page.evaluate("raking.ready")
        assert tiles_asked(server) == [(FULL - 2, 0, 0)]


def test_the_overview_is_shown_while_finer_tiles_are_under_way(open_faulty, tiled) -> None:
    faults = [(f"*_files/{FULL}/*", "silent")]
    with open_faulty(tiled, faults=faults, zoom=1, center="650,550") as (page, server):
        page.wait_for_function(
            "() => document.querySelector('raking-viewer').viewer?.latest?.shown"
        )
        coarse = screenshot(page)
        assert page.evaluate("raking.status()")["loading"] > 0
        server.heal()
        page.evaluate("raking.ready")
        sharp = screenshot(page)
    assert coarse.std() > 20
    assert 1 < np.abs(coarse - sharp).mean() < 25


def test_stale_requests_make_room_for_those_in_sight(open_faulty, tiled) -> None:
    """All connections hang on tiles that are out of sight by now."""
    faults = [(f"*_files/{FULL}/0_0.png", "silent"), (f"*_files/{FULL}/1_0.png", "silent")]
    faults += [(f"*_files/{FULL}/0_1.png", "silent"), (f"*_files/{FULL}/1_1.png", "silent")]
    with open_faulty(tiled, faults=faults, size=(500, 400), zoom=1, center="512,512") as (
        page,
        server,
    ):
        while sum(f"_files/{FULL}/" in path for path in server.requests) < CONNECTIONS:
            page.wait_for_timeout(20)
        page.evaluate("raking.setState({ center: [1200, 1000], zoom: 2 })")
        assert (FULL, 2, 2) in tiles_asked(server)
        assert page.evaluate("raking.status()")["loading"] == 0


def test_panning_and_zooming_back_fetch_and_decode_nothing(open_faulty, tiled) -> None:
    with open_faulty(tiled, zoom=1, center="600,500") as (page, server):
        page.evaluate("raking.ready")
        before = screenshot(page)
        drag(page, (300, 200), (100, 100), button="right")
        page.mouse.wheel(0, 900)
        settle(page)
        page.evaluate("raking.setState({ zoom: 0.4 })")
        page.evaluate("raking.setState({ zoom: 1, center: [600, 500] })")
        counts, asked = page.evaluate("raking.counts()"), len(server.requests)
        page.evaluate("raking.setState({ zoom: 0.4 })")
        page.evaluate("raking.setState({ zoom: 1 })")
        drag(page, (300, 200), (250, 180), button="right")
        page.evaluate("raking.setState({ zoom: 1, center: [600, 500] })")
        assert page.evaluate("raking.counts()")["pixels"] == counts["pixels"]
        assert len(server.requests) == asked
        assert np.array_equal(screenshot(page)[INSIDE], before[INSIDE])


def test_memory_stays_within_its_budget_and_old_tiles_come_again(open_faulty, tiled) -> None:
    parameters = {"zoom": 1, "center": "200,150", "memory": 12}
    with open_faulty(tiled, size=(200, 150), **parameters) as (page, server):
        page.evaluate("raking.ready")
        first = screenshot(page)
        for center in ([1200, 150], [1200, 900], [200, 900], [700, 700], [200, 150]):
            page.evaluate("center => raking.setState({ center })", center)
        status = page.evaluate("raking.status()")
        assert np.array_equal(screenshot(page), first)
    assert 0 < status["bytes"] <= status["mostBytes"] <= status["budget"] == 12 * 2**20
    assert len(tiles_asked(server)) == 6  # the overview and five more, nearly twice the budget


# What goes wrong


@pytest.mark.parametrize(
    "kind",
    ["missing", "stalled"]
    + [pytest.param(kind, marks=pytest.mark.long) for kind in ("error", "truncated", "broken")],
)
def test_a_tile_that_fails_once_is_fetched_again(open_faulty, tiled, assert_lit, kind) -> None:
    faults = [(f"*plane_1_files/{FULL}/1_1.png", kind, 1)]
    with open_faulty(tiled, faults=faults, zoom=1, center="650,550", patience=2) as (page, _):
        page.evaluate("raking.ready")
        shown = screenshot(page)
        assert page.evaluate("raking.status()")["failed"] == 0
    assert_lit(shown, np.s_[400:700, 450:850])


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("missing", "is missing"), ("truncated", "damaged or cut short"), ("silent", "not answer")],
)
def test_a_tile_that_keeps_failing_is_told_and_recovers(
    open_faulty, tiled, assert_lit, kind, sentence
) -> None:
    faults = [(f"*plane_1_files/{FULL}/1_1.png", kind)]
    parameters = {"zoom": 1, "center": "650,550", "patience": 2, "ui": "on"}
    with open_faulty(tiled, (800, 700), faults, **parameters) as (page, server):
        page.get_by_role("button", name="Try again").wait_for()
        assert sentence in page.locator("#message").inner_text()
        assert page.evaluate("raking.status()")["failed"] == 1
        page.evaluate("raking.ready")
        coarse = screenshot(page)
        assert coarse[200:400, 200:600].std() > 15
        server.heal()
        page.get_by_role("button", name="Try again").click()
        page.get_by_text(sentence).wait_for(state="hidden")
        page.evaluate("raking.setState({ ui: 'off' })")
        settle(page)
        shown = screenshot(page)
    assert_lit(shown, np.s_[200:900, 250:1050])


@pytest.mark.long
def test_a_server_that_stalls_is_told_before_it_is_given_up(open_faulty, tiled) -> None:
    faults = [(f"*_files/{FULL}/*", "silent")]
    with open_faulty(tiled, (800, 700), faults, zoom=1, patience=1, ui="on") as (page, server):
        page.get_by_text("tried again").first.wait_for(timeout=5000)
        assert screenshot(page)[200:400, 200:600].std() > 15
        server.heal()
        page.get_by_text("tried again").first.wait_for(state="hidden")
        page.evaluate("raking.ready")


def test_a_description_of_another_size_is_one_sentence(open_viewer, tiled, tmp_path) -> None:
    write_image(read_image(tiled), tmp_path / "image", tiles=TileFormat())
    dzi = tmp_path / "image" / "plane_0.dzi"
    dzi.write_text(dzi.read_text().replace('"1300"', '"1400"'))
    with open_viewer([tmp_path / "image"], ready=False) as page:
        failure = page.evaluate("raking.ready.then(() => null, error => error.message)")
    assert "1400 x 1100" in failure
    assert "1300 x 1100" in failure


def test_a_tiled_picture_returns_after_a_lost_context(open_viewer, tiled) -> None:
    with open_viewer([tiled], ui="off", zoom=1) as page:
        before = screenshot(page)
        lose_context(page)
        assert page.evaluate("raking.counts()")["wantedTiles"] == 0
        page.evaluate("context.restoreContext()")
        page.get_by_text("graphics card").wait_for(state="hidden")
        settle(page)
        assert np.array_equal(screenshot(page), before)


def test_a_flat_image_beyond_the_budget_says_what_to_do(open_viewer, flat) -> None:
    with open_viewer([flat], memory=8) as page:
        page.get_by_text("raking convert --tiles").wait_for()
        assert page.evaluate("raking.status()")["bytes"] > 8 * 2**20


@pytest.mark.long
def test_full_resolution_returns_though_a_tile_has_failed(
    open_faulty, tiled, relight, flat
) -> None:
    """After a drag on a machine that is too slow for its tiles."""
    faults = [(f"*plane_1_files/{FULL}/1_1.png", "missing")]
    parameters = {"zoom": 1, "center": "450,550", "target": 1000}
    with open_faulty(tiled, (700, 500), faults, **parameters) as (page, _):
        page.evaluate("raking.ready")
        for _ in range(2):
            drag(page, (200, 200), (300, 150))
        settle(page)
        assert page.evaluate("raking.status()")["scale"] == 1
        light = tuple(page.evaluate("raking.state()")["light"])
        shown = screenshot(page)
    left = np.s_[420:796, 104:500]  # of the image: off the tile that failed, message and frame
    on = read_image(flat).mask[left]
    expected = relight(flat, light).astype(int)[left]
    assert np.abs(shown[120:496, 4:400] - expected)[on].max() <= 1


def test_failures_are_told_of_the_image_shown_alone(take_page, tiled, small) -> None:
    with FaultyServer([tiled, small]) as server, take_page(800, 700) as page:
        server.fail(f"*plane_1_files/{FULL}/1_1.png", "missing")
        page.goto(server.url(zoom=1))
        page.get_by_role("button", name="Try again").wait_for()
        page.keyboard.press("n")
        page.get_by_role("button", name="Try again").wait_for(state="hidden")
        settle(page)
        assert page.evaluate("raking.status()")["failed"] == 0


def test_a_context_lost_while_an_image_opens_ends_in_its_picture(take_page, small, other) -> None:
    with FaultyServer([small, other]) as server, take_page() as page:
        page.goto(server.url(ui="off", zoom=1))
        page.evaluate("raking.ready")
        server.fail("/images/1/plane_1.png", "slow", 1)
        lose_context(page)
        page.evaluate("void raking.setState({ show: 1 }).catch(() => {})")
        page.wait_for_timeout(500)
        page.evaluate("context.restoreContext()")
        page.wait_for_function("() => raking.info().units === 12")
        settle(page)
        assert screenshot(page)[216:264, 288:352].std() > 20
