"""What is seen while the light or the view moves, and how the full picture returns."""

import numpy as np
import pytest

from renderer.image.normal_levels import normal_levels
from renderer.image.relightable import read_image, write_image

from .pictures import drag, screenshot, settle

NEVER = 1000  # frames a second that no machine holds, so that adaptive resolution must work
LIGHT = (0.3, 0.2)

# Moves the light to and fro by hand, and stays in motion when it returns.
MOVE = """async ([light, frames]) => {
    const { viewer } = document.querySelector('raking-viewer');
    const seen = [];
    const note = ({ detail }) => seen.push(detail);
    viewer.addEventListener('frame', note);
    for (let i = 0; i < frames; i++) {
        viewer.motion.moveLight([light[0] + 0.001 * (frames - 1 - i), light[1]]);
        await new Promise(requestAnimationFrame);
    }
    clearTimeout(viewer.motion.resting);
    await new Promise(resolve => setTimeout(resolve, 300));
    viewer.removeEventListener('frame', note);
    return seen;
}"""
BLOCK = 20  # pixels, more than a coarse picture's, so that its lack of detail does not count
NOTE = """document.querySelector('raking-viewer').viewer.addEventListener(
    'frame', ({ detail }) => (window.noted ??= []).push(detail))"""
SLOW = """Object.assign(document.querySelector('raking-viewer').viewer.engine.adaptive,
    { pixelsPerMs: 1, clock: () => {} })"""
REST = "document.querySelector('raking-viewer').viewer.motion.move('light')"


@pytest.fixture(scope="module")
def wide(tmp_path_factory, make_smooth):
    """1100 x 900 pixels whose latents vary slowly, so that coarse decoding is nearly right."""
    return make_smooth(tmp_path_factory.mktemp("wide") / "image", 1100, 900)


@pytest.fixture(scope="module")
def wide_masked(tmp_path_factory, make_smooth):
    return make_smooth(tmp_path_factory.mktemp("masked") / "image", 1100, 900, masked=True)


@pytest.fixture(scope="module")
def rippled(tmp_path_factory, make_smooth):
    """500 x 400 pixels with the normals of ripples."""
    path = make_smooth(tmp_path_factory.mktemp("rippled") / "image", 500, 400)
    image = read_image(path)
    x, y = np.mgrid[:500, :400].transpose(0, 2, 1)
    normals = np.stack([0.5 * np.sin(x / 9), 0.5 * np.sin(x * y / 4000), 1 + 0 * x], axis=-1)
    image.normals = normal_levels(normals / np.linalg.norm(normals, axis=-1, keepdims=True))
    write_image(image, path)
    return path


def blocks(picture: np.ndarray) -> np.ndarray:
    """The means of a picture's blocks, but for what is left over at its right and below."""
    height, width = (length // BLOCK for length in picture.shape[:2])
    whole = picture[: height * BLOCK, : width * BLOCK]
    return whole.reshape(height, BLOCK, width, BLOCK, 3).mean(axis=(1, 3))


@pytest.mark.long
@pytest.mark.parametrize("zoom", [1, 0.6, 0.3])
@pytest.mark.parametrize("rotation", [0, 30])
def test_a_coarse_picture_is_that_of_the_light_and_place(open_viewer, wide, zoom, rotation) -> None:
    parameters = {"ui": "off", "zoom": zoom, "rotation": rotation, "target": NEVER}
    with open_viewer([wide], 700, 600, **parameters) as page:
        frames = page.evaluate(MOVE, [LIGHT, 12])
        moving = screenshot(page)
        assert page.evaluate("raking.status()")["scale"] < 0.7
        page.evaluate(REST)
        settle(page)
        full = screenshot(page)
        assert page.evaluate("raking.status()")["scale"] == 1
    assert frames[-1]["pixels"] < 0.5 * 700 * 600
    assert full.std() > 20
    difference = np.abs(moving - full)[8:-8, 8:-8]
    assert 0 < difference.mean() < 14
    assert np.abs(blocks(moving) - blocks(full)).mean() < 7
    assert difference.max() > 0


def test_a_coarse_picture_is_that_of_the_next_level_where_this_will_do(open_viewer, wide) -> None:
    """The full level has six tiles; the next, of 550 x 450 pixels, two."""
    parameters = {"ui": "off", "zoom": 1, "target": NEVER}
    with open_viewer([wide], 1100, 900, **parameters) as page:
        frames = page.evaluate(MOVE, [LIGHT, 12])
        assert page.evaluate("raking.counts()")["wantedTiles"] == 6
    assert frames[-1]["scale"] < 0.5
    assert frames[-1]["shown"] == 2


def test_the_ground_shows_in_motion_too(open_viewer, wide_masked) -> None:
    parameters = {"ui": "off", "zoom": 0.6, "target": NEVER}
    with open_viewer([wide_masked], 700, 600, **parameters) as page:
        page.evaluate(MOVE, [LIGHT, 12])
        moving = screenshot(page)
        page.evaluate(REST)
        settle(page)
        full = screenshot(page)
    ground = (full == (22, 22, 23)).all(axis=2)
    assert 0.3 < ground.mean() < 0.95
    # Within the ground, away from the edge that a coarse picture smooths.
    within = ground.copy()
    for axis in (0, 1):
        for shift in (-24, 24):
            within &= np.roll(ground, shift, axis)
    assert (moving[within] == (22, 22, 23)).all()
    assert np.abs(moving - full)[~ground].mean() < 20
    assert np.abs(blocks(moving) - blocks(full)).mean() < 4


@pytest.mark.long
def test_what_is_made_of_the_canvas_returns_whole(open_viewer, wide) -> None:
    """All six tiles together, though a frame decodes no more than one."""
    parameters = {"ui": "off", "zoom": 1, "target": NEVER, "mode": "unsharp"}
    with open_viewer([wide], 1100, 900, **parameters) as page:
        page.evaluate(MOVE, [LIGHT, 12])
        assert page.evaluate("raking.status()")["scale"] < 0.7
        page.evaluate(NOTE)
        page.evaluate(SLOW)
        page.evaluate(REST)
        settle(page)
        resting = [frame for frame in page.evaluate("noted") if not frame["adapting"]]
        shown = screenshot(page)
        page.evaluate("raking.setState({ adaptive: false })")
        settle(page)
        assert np.array_equal(shown, screenshot(page))
    assert len(resting) >= 6
    assert next(frame["complete"] for frame in resting if frame["presented"])


@pytest.mark.long
def test_what_is_the_same_under_every_light_is_decoded_once(open_viewer, rippled) -> None:
    """Also when frames of other modes went straight to the canvas before."""
    with open_viewer([rippled], 500, 400, ui="off", zoom=1, target=NEVER) as page:
        frames = page.evaluate(MOVE, [LIGHT, 12])
        assert all(frame["pixels"] > 0 for frame in frames)
        assert not frames[-1]["complete"]
        for mode in ("normals", "curvature", "multi-light-static"):
            page.evaluate("mode => raking.setState({ mode })", mode)
            settle(page)
            before = screenshot(page)
            frames = page.evaluate(MOVE, [LIGHT, 4])
            assert [(frame["pixels"], frame["scale"]) for frame in frames] == [(0, 1)] * len(frames)
            assert frames
            assert np.array_equal(screenshot(page), before), mode


@pytest.mark.long
def test_without_adaptive_resolution_motion_looks_like_rest(open_viewer, wide) -> None:
    for zoom in (1, 1.7, 0.6):
        parameters = {"ui": "off", "zoom": zoom, "adaptive": "off"}
        with open_viewer([wide], 500, 400, **parameters) as page:
            frames = page.evaluate(MOVE, [LIGHT, 6])
            moving = screenshot(page)
            page.evaluate(REST)
            settle(page)
            assert np.array_equal(moving, screenshot(page)), zoom
        assert all(frame["scale"] == 1 for frame in frames)


def test_an_idle_page_draws_nothing_after_motion(open_viewer, wide) -> None:
    with open_viewer([wide], 700, 600, ui="off", zoom=1, target=NEVER) as page:
        drag(page, (300, 300), (360, 250))
        settle(page)
        counts = page.evaluate("raking.counts()")
        busy = page.evaluate("performance.getEntriesByType('longtask').length")
        page.wait_for_timeout(800)
        assert page.evaluate("raking.counts()") == counts
        assert page.evaluate("performance.getEntriesByType('longtask').length") == busy


# Rotation


@pytest.mark.parametrize(
    "rotation", [90, *(pytest.param(turn, marks=pytest.mark.long) for turn in (180, 270))]
)
def test_a_turned_picture_is_the_same_pixels(open_viewer, wide, relight, rotation) -> None:
    upright = relight(wide, LIGHT).astype(int)
    expected = np.rot90(upright, -rotation // 90)
    height, width = expected.shape[:2]
    parameters = {"ui": "off", "zoom": 1, "rotation": rotation, "light": f"{LIGHT[0]},{LIGHT[1]}"}
    with open_viewer([wide], width, height, **parameters) as page:
        shown = screenshot(page)
    assert np.abs(shown - expected).max() <= 1


def test_light_follows_the_hand_in_a_turned_view(open_viewer, wide) -> None:
    """On a picture turned by 90 degrees to the right, its right side is below."""
    with open_viewer([wide], 700, 600, ui="off", rotation=90, light="0,0") as page:
        drag(page, (350, 300), (350, 400))
        x, y = page.evaluate("raking.state()")["light"]
    assert x > 0.2
    assert y == pytest.approx(0, abs=1e-6)
