"""The native window, on a real screen: the user's, or one that Xvfb makes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from renderer.gpu.window import View, in_disc
from renderer.image.relightable import RelightableImage
from shaders.heights import Relief


@pytest.fixture(scope="module")
def screen() -> Iterator[None]:
    if os.environ.get("DISPLAY") or not os.path.exists("/proc"):  # noqa: PTH110
        yield
        return
    if not shutil.which("Xvfb"):
        pytest.fail("there is no screen, and Xvfb (package xvfb) is not installed")
    read, write = os.pipe()
    options = ["-screen", "0", "1400x900x24", "-displayfd", str(write)]
    server = subprocess.Popen(["Xvfb", *options], pass_fds=[write], stderr=subprocess.DEVNULL)
    number = b""
    while not number.endswith(b"\n"):
        number += os.read(read, 16)
    os.environ["DISPLAY"] = f":{number.decode().strip()}"
    yield
    del os.environ["DISPLAY"]
    server.terminate()
    server.wait()


def send(window, **event: object) -> None:
    window._handle(event)


def drag_then_next(images: list[RelightableImage], button: int = 1) -> list[tuple]:
    """What a window has decoded, its zoom and its title after a drag, and after the Tab key and an
    arrow with Shift."""
    from rendercanvas.glfw import loop

    from renderer.gpu.window import Window

    window = Window(images)
    seen: list[tuple] = []

    def drag() -> None:
        width, height = window.canvas.get_logical_size()
        send(window, event_type="pointer_down", button=button, x=width / 2, y=height / 2)
        x, y = width / 2 + height / 4, height / 2 - height / 8
        send(window, event_type="pointer_move", x=x, y=y, buttons=(button,))
        send(window, event_type="pointer_up")

    def look() -> None:
        seen.append((window.decoded, window.view.zoom, window._title(1.0, 1.0)))
        send(window, event_type="key_down", key="Tab")
        send(window, event_type="key_down", key="ArrowLeft", modifiers=("Shift",))

    def end() -> None:
        seen.append((window.decoded, window.view.zoom, window._title(1.0, 1.0)))
        window.canvas.close()

    loop.call_later(1.0, drag)
    loop.call_later(2.0, look)
    loop.call_later(3.0, end)
    loop.run()
    return seen


@pytest.mark.long
def test_drag_decodes_and_shows(screen: None, make_image) -> None:
    images = [make_image(width=200, height=120), make_image(50, width=200, height=120)]
    # The window has a process of its own, as it has at a user's: where Playwright holds this
    # one's event loop, the window's would return at once and go on inside of Playwright's.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        (first, zoom, title), (second, _, other) = process.submit(drag_then_next, images).result()
    assert first == (0, pytest.approx((0.5, 0.25), abs=0.01), 1.0)
    assert "20" in title and "camera" not in title
    assert zoom > 2
    assert second[:2] == (1, pytest.approx((0.45, 0.25), abs=0.01))
    assert "50" in other


@pytest.mark.long
def test_the_right_button_turns_the_camera_of_an_image_of_several(screen: None, make_image) -> None:
    """The light stays; of another image the same. The first has a relief, whose edge moves, too."""
    images = [make_image(20, width=200, height=120, conditions=4) for _ in range(2)]
    levels = np.random.default_rng(0).integers(0, 256, (120, 200), np.uint8)
    images[0].relief, images[0].mask = Relief(levels, -3, 5), levels > 20
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        found = process.submit(drag_then_next, images, 2).result()
    (first, _, title), (second, _, _) = found
    assert first == (0, pytest.approx((0.5, 0.25, 0, 0), abs=0.01), 1.0)
    assert "camera +0.5" in title
    assert second[:2] == (1, pytest.approx((0.45, 0.25, 0, 0), abs=0.01))


def test_zoom_keeps_the_point_under_the_pointer() -> None:
    view = View(400, 300)
    view.fit((800.0, 600.0))
    before = (view.centre[0] + 100 / view.zoom, view.centre[1] - 40 / view.zoom)
    view.zoom_at(3.0, (100.0, -40.0))
    after = (view.centre[0] + 100 / view.zoom, view.centre[1] - 40 / view.zoom)
    np.testing.assert_allclose(before, after)
    assert view.zoom == 6


def test_the_light_stays_within_the_disc() -> None:
    assert in_disc(3, 4) == pytest.approx((0.6, 0.8))
    assert in_disc(0.1, -0.2) == (0.1, -0.2)
    assert in_disc(3, 4, 0.5) == pytest.approx((0.3, 0.4))
