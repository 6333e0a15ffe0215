"""The viewer page as a person uses it: pictures, light, view, switches, address."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from webviewer.server import ViewerServer

from .pictures import drag, screenshot, settle

LIGHT = (0.4, -0.3)
COUNTS = "raking.counts()"


def open_exact(open_viewer, image, window, **parameters):
    """The bare picture pixel for pixel, in a window of its size."""
    light = f"{LIGHT[0]},{LIGHT[1]}"
    return open_viewer([image], *window, ui="off", zoom=1, light=light, **parameters)


# Pictures


def test_first_picture_is_the_decoders(open_viewer, small, relight) -> None:
    with open_exact(open_viewer, small, (64, 48)) as page:
        shown = screenshot(page)
    expected = relight(small, LIGHT).astype(int)
    assert expected.std() > 30
    assert np.abs(shown - expected).max() <= 1


def test_tiled_picture_equals_the_untiled_one_and_the_decoders(open_viewer, large, relight) -> None:
    shown = {}
    for tiling in ("on", "off"):
        with open_exact(open_viewer, large, (700, 600), tiling=tiling) as page:
            shown[tiling] = screenshot(page)
            assert page.evaluate(COUNTS)["tilesInAll"] == (4 if tiling == "on" else 1)
    assert np.array_equal(shown["on"], shown["off"])
    assert np.abs(shown["on"] - relight(large, LIGHT).astype(int)).max() <= 1


def test_magnified_picture_has_no_seams_between_tiles(open_viewer, large) -> None:
    parameters = {"ui": "off", "zoom": 2.5, "center": "512,512"}
    shown = []
    for tiling in ("on", "off"):
        with open_viewer([large], 300, 200, tiling=tiling, **parameters) as page:
            shown.append(screenshot(page))
    assert np.abs(shown[0] - shown[1]).max() <= 1


def test_ground_shows_where_the_mask_is_off(open_viewer, masked, relight) -> None:
    with open_exact(open_viewer, masked, (96, 80)) as page:
        shown = screenshot(page)
    mask = np.asarray(Image.open(masked / "mask.png")) > 127
    assert 0.2 < mask.mean() < 0.8
    assert (shown[~mask] == (22, 22, 23)).all()
    assert np.abs(shown - relight(masked, LIGHT).astype(int))[mask].max() <= 1


@pytest.mark.parametrize("model", ["ptm", "hsh", "rbf"])
def test_classical_pictures_are_the_decoders_and_the_ground_where_the_mask_is_off(
    open_viewer, classical, relight, model
) -> None:
    image = classical(model)
    with open_exact(open_viewer, image, (96, 80)) as page:
        shown = screenshot(page)
        info = page.evaluate("raking.info()")
    expected = relight(image, LIGHT).astype(int)
    assert expected.std() > 30
    assert np.abs(shown - expected)[:, :48].max() <= 1
    assert (shown[:, 48:] == (22, 22, 23)).all()
    label, latents = {"ptm": ("PTM", 18), "hsh": ("HSH(3)", 48), "rbf": ("PCA/RBF", 9)}[model]
    assert (info["label"], info["latents"], info["units"]) == (label, latents, 0)
    assert info["parameters"] == (16 * 10 * 3 if model == "rbf" else 0)


def test_a_classical_image_switches_with_a_neural_one(open_viewer, small, classical) -> None:
    with open_viewer([small, classical("hsh")]) as page:
        for label, units in (("HSH(3)", 0), ("DisK(8)", 8)):
            page.get_by_role("button", name=label).click()
            page.wait_for_function(
                "text => document.title === text", arg=f"A small relief · {label}"
            )
            assert page.evaluate("raking.info()")["units"] == units


# Has the graphics driver refuse so many programs, without a reason.
REFUSE = """times => {
    const { gl } = document.querySelector('raking-viewer').viewer.engine;
    const real = gl.getProgramParameter.bind(gl);
    gl.getProgramParameter = (program, what) =>
        what === gl.LINK_STATUS && times-- > 0 ? false : real(program, what);
}"""


@pytest.mark.parametrize(("times", "told"), [(1, False), (100, True)])
def test_a_frame_that_is_refused_once_is_drawn_again(open_viewer, small, times, told) -> None:
    """A context that is about to be lost refuses everything; exposure takes another program."""
    with open_viewer([small]) as page:
        before = page.evaluate("raking.counts().tiles")
        page.evaluate(REFUSE, times)
        page.evaluate("raking.setState({ exposure: 1 }).catch(() => {})")
        assert page.get_by_text("The graphics driver refuses the shader").is_visible() == told
        assert page.evaluate("raking.counts().tiles") == before + (0 if told else 1)


def test_shrunk_picture_is_like_the_whole_averaged(open_viewer, large, relight) -> None:
    whole = relight(large, LIGHT).astype(float).reshape(150, 4, 175, 4, 3).mean(axis=(1, 3))
    for tiling in ("on", "off"):
        light = f"{LIGHT[0]},{LIGHT[1]}"
        with open_viewer(
            [large], 175, 150, ui="off", zoom=0.25, light=light, tiling=tiling
        ) as page:
            shown = screenshot(page)
            pixels = page.evaluate(COUNTS)["pixels"]
        assert np.sqrt(np.mean((shown - whole) ** 2)) < 12
        assert pixels < 30_000 if tiling == "on" else pixels == 420_000


# Light


def test_dragging_moves_the_light_and_the_picture_follows(open_viewer, small, relight) -> None:
    with open_viewer([small], ui="off", zoom=1, light="0,0") as page:
        before = screenshot(page)
        drag(page, (320, 240), (400, 160))
        settle(page)
        x, y = page.evaluate("raking.state()")["light"]
        assert 0.3 < x < 0.5
        assert x == pytest.approx(y, abs=1e-6)
        after = screenshot(page)
    assert np.abs(after - before).max() > 20
    picture = after[216:264, 288:352]
    assert np.abs(picture - relight(small, (x, y)).astype(int)).max() <= 1


def test_light_stays_inside_the_disc(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        drag(page, (320, 200), (5, 5))
        light = page.evaluate("raking.state()")["light"]
        assert np.hypot(*light) <= 1 + 1e-9
        assert np.hypot(*light) > 0.99
        drag(page, (100, 100), (140, 140))
        assert np.hypot(*page.evaluate("raking.state()")["light"]) < 0.9


def test_dome_moves_the_light_and_shows_it(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        dome = page.get_by_role("slider", name="Light direction")
        box = dome.bounding_box()
        place = (box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
        page.mouse.click(*place)
        assert page.evaluate("raking.state()")["light"] == pytest.approx([0.5, 0], abs=0.02)
        assert dome.get_attribute("aria-valuenow") == "60"
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
        assert page.evaluate("raking.state()")["light"] == pytest.approx([0.45, 0.05], abs=0.02)
        knob = dome.locator("span").bounding_box()
        assert knob["x"] + knob["width"] / 2 == pytest.approx(
            place[0] - 0.025 * box["width"], abs=2
        )


def test_orbit_moves_the_light_until_a_hand_takes_it(open_viewer, small) -> None:
    with open_viewer([small], 1200, 600) as page:
        page.get_by_role("button", name="Orbit").click()
        for _ in range(2):
            first = page.evaluate("raking.state()")["light"]
            page.wait_for_function("light => raking.state().light + '' !== light + ''", arg=first)
        drag(page, (300, 200), (310, 210))
        assert page.get_by_role("button", name="Orbit").get_attribute("aria-pressed") == "false"


# View


def test_wheel_zooms_about_the_pointer(open_viewer, large) -> None:
    point = (200, 150)
    under = """([x, y]) => {
        const { zoom, center } = raking.state();
        return [center[0] + (x - innerWidth / 2) / zoom, center[1] + (y - innerHeight / 2) / zoom];
    }"""
    with open_viewer([large], ui="off", zoom=1, center="350,300") as page:
        before = page.evaluate(under, point)
        page.mouse.move(*point)
        page.mouse.wheel(0, -400)
        page.wait_for_function("() => raking.state().zoom > 1")
        settle(page)
        assert page.evaluate("raking.state()")["zoom"] > 1.5
        assert page.evaluate(under, point) == pytest.approx(before, abs=0.5)


@pytest.mark.parametrize(
    "how",
    ["right button", *(pytest.param(key, marks=pytest.mark.long) for key in ("shift", "keys"))],
)
def test_panning_moves_the_picture_and_decodes_nothing(open_viewer, large, how) -> None:
    with open_viewer([large], 700, 600, ui="off", zoom=1) as page:
        before, pixels = screenshot(page), page.evaluate(COUNTS)["pixels"]
        if how == "keys":
            page.keyboard.press("Shift+ArrowRight")
        elif how == "shift":
            page.keyboard.down("Shift")
            drag(page, (400, 300), (340, 300))
            page.keyboard.up("Shift")
        else:
            drag(page, (400, 300), (340, 300), button="right")
        settle(page)
        after = screenshot(page)
        inside = np.s_[4:-4, 4:636]  # a focused picture has a frame
        assert np.array_equal(after[inside], before[:, 60:][inside])
        assert page.evaluate(COUNTS)["pixels"] == pixels
        assert page.evaluate("raking.state()")["light"] == [0.35, 0.45]


def test_two_fingers_pan_and_zoom(open_viewer, large) -> None:
    with open_viewer([large], ui="off", zoom=1, center="350,300") as page:
        touch = page.context.new_cdp_session(page)

        def fingers(kind, *points) -> None:
            places = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        fingers("touchStart", (300, 240))
        fingers("touchStart", (300, 240), (340, 240))
        fingers("touchMove", (260, 240), (380, 240))
        fingers("touchEnd")
        settle(page)
        state = page.evaluate("raking.state()")
        assert state["zoom"] == pytest.approx(3, rel=0.05)
        assert state["center"] == pytest.approx([350, 300], abs=3)
        assert state["light"] == [0.35, 0.45]


def test_buttons_and_keys_zoom_and_fit(open_viewer, large) -> None:
    with open_viewer([large]) as page:
        assert page.evaluate("raking.state()")["zoom"] is None
        page.get_by_role("button", name="1:1").click()
        assert page.evaluate("raking.state()")["zoom"] == 1
        page.keyboard.press("+")
        assert page.evaluate("raking.state()")["zoom"] == pytest.approx(1.25)
        page.keyboard.press("f")
        assert page.evaluate("raking.state()")["zoom"] is None


# Economy


def test_idle_page_draws_nothing(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        settle(page)
        counts = page.evaluate(COUNTS)
        page.wait_for_timeout(400)
        assert page.evaluate(COUNTS) == counts


def test_only_tiles_in_sight_are_decoded(open_viewer, large) -> None:
    with open_viewer([large], 200, 150, ui="off", zoom=1, center="120,100") as page:
        counts = page.evaluate(COUNTS)
        assert counts["tiles"] == counts["wantedTiles"] == 1
        assert counts["tilesInAll"] == 4
        assert counts["pixels"] <= 513 * 513
        page.evaluate("raking.setState({ center: [512, 512] })")
        assert page.evaluate(COUNTS)["tiles"] == 4


def test_panning_shows_no_old_light(open_viewer, large, relight) -> None:
    """While the light moves only what is in sight is decoded; what then comes into sight must be
    of the same light."""
    with open_viewer([large], 200, 150, ui="off", zoom=1, center="150,150") as page:
        drag(page, (100, 75), (130, 60))
        pixels = page.evaluate(COUNTS)["pixels"]
        drag(page, (150, 75), (50, 35), button="right")
        settle(page)
        shown, light = screenshot(page), page.evaluate("raking.state()")["light"]
        left, top = (round(at) for at in page.evaluate("raking.state()")["center"])
        # Every tile in sight was completed at rest.
        assert page.evaluate(COUNTS)["pixels"] >= pixels + 513 * 513
    sight = np.s_[top - 75 : top + 75, left - 100 : left + 100]
    expected = relight(large, tuple(light)).astype(int)[sight]
    inside = np.s_[4:-4, 4:-4]
    assert np.abs(shown[inside] - expected[inside]).max() <= 1


def test_adaptive_resolution_coarsens_in_motion_and_returns_at_rest(open_viewer, large) -> None:
    # No machine decodes a frame in a millisecond, as this target would have it.
    parameters = {"ui": "off", "zoom": 1, "target": 1000}
    with open_viewer([large], 700, 600, **parameters) as page:
        frames = page.evaluate("rakingClocks.measureFrames({ seconds: 0.5 })")
        assert frames["scale"] < 0.7
        assert frames["decodedPixelsPerFrame"] < 0.6 * 700 * 600
        page.evaluate("raking.setState({ light: [0.1, 0.2] })")
        adaptive = screenshot(page)
        page.evaluate("raking.setState({ adaptive: 'off', light: [0, 0] })")
        frames = page.evaluate("rakingClocks.measureFrames({ seconds: 0.5 })")
        assert frames["scale"] == 1
        page.evaluate("raking.setState({ light: [0.1, 0.2] })")
        assert np.array_equal(screenshot(page), adaptive)


# Switches and the address


def test_address_reproduces_what_is_seen(open_viewer, small, other) -> None:
    with open_viewer([small, other], 1200, 600) as page:
        drag(page, (320, 200), (360, 150))
        page.mouse.wheel(0, -500)
        drag(page, (300, 200), (330, 210), button="right")
        page.keyboard.press("n")
        page.get_by_text("Expert").click()
        page.get_by_role("button", name="Adaptive").click()
        page.get_by_role("button", name="Tiling").click()
        settle(page)
        state, seen = page.evaluate("raking.state()"), screenshot(page)
        assert (state["show"], state["tiling"], state["adaptive"]) == (1, False, False)
        page.reload()
        page.evaluate("raking.ready")
        settle(page)
        assert page.evaluate("raking.state()") == state
        picture = np.s_[60:400, :480]
        assert np.array_equal(screenshot(page)[picture], seen[picture])


def test_images_switch_and_keep_light_and_view(open_viewer, small, other, relight) -> None:
    with open_viewer([small, other], light="0.2,0.1", zoom=1, center="32,24") as page:
        title = page.get_by_role("heading", name="A small relief")
        title.wait_for()
        page.get_by_role("button", name="NeuralRTI(12)").click()
        page.wait_for_function("() => raking.info().units === 12")
        settle(page)
        assert page.evaluate("raking.info()")["units"] == 12
        state = page.evaluate("raking.state()")
        assert (state["light"], state["zoom"], state["center"]) == ([0.2, 0.1], 1, [32, 24])
        shown = screenshot(page)
        button = page.get_by_role("button", name="NeuralRTI(12)")
        assert button.get_attribute("aria-pressed") == "true"
        box = page.locator("#picture").bounding_box()
    left, top = round(box["x"] + box["width"] / 2) - 32, round(box["y"] + box["height"] / 2) - 24
    expected = relight(other, (0.2, 0.1)).astype(int)
    found = [
        np.abs(shown[top + dy : top + dy + 48, left : left + 64] - expected).max()
        for dy in (-1, 0, 1)
    ]
    assert min(found) <= 1


@pytest.mark.long
@pytest.mark.parametrize("refusals", [2, 100])
def test_a_graphics_process_that_begins_anew_is_waited_for(
    browser: Browser, small: Path, relight, refusals: int
) -> None:
    """Until it has begun, the browser gives no context; nor does one that has none to give."""
    page = browser.new_page(viewport={"width": 640, "height": 480}, device_scale_factor=1)
    page.add_init_script(f"""{{
        const {{ getContext }} = HTMLCanvasElement.prototype;
        let left = {refusals};
        HTMLCanvasElement.prototype.getContext = function (kind, options) {{
            return kind === 'webgl2' && left-- > 0 ? null : getContext.call(this, kind, options);
        }};
    }}""")
    with ViewerServer([small]) as server:
        page.goto(server.url(ui="off", zoom=1, light="0.3,0.4"))
        if refusals == 2:
            page.evaluate("raking.ready")
            middle = screenshot(page)[240 - 24 : 240 + 24, 320 - 32 : 320 + 32]
            assert np.abs(middle.astype(int) - relight(small, (0.3, 0.4))).max() <= 1
        else:
            page.get_by_text("This browser gives no WebGL2").wait_for()
    page.close()
