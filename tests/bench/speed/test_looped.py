"""The baseline of the bench: the same picture, from weights in uniform arrays."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Error as PlaywrightError

from bench.common.browser import show_page
from bench.speed.looped import show_looped
from renderer.image.relightable import write_image
from shaders.errors import RakingError
from webviewer.server import ViewerServer

LIGHT = (0.4, -0.3)
CAMERA = (-0.6, 0.2)
ROOM = """() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    return gl.getParameter(gl.MAX_FRAGMENT_UNIFORM_VECTORS);
}"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("units", "latents", "conditions"), [(1, 3, 2), (6, 9, 2), (20, 9, 2), (6, 9, 4)]
)
def test_the_looped_picture_is_the_decoders(
    browser, make_image, by_hand, tmp_path, units, latents, conditions
) -> None:
    image = make_image(units, latents, conditions=conditions)
    write_image(image, tmp_path / "image")
    light, camera = (f"{x},{y}" for x, y in (LIGHT, CAMERA))
    with ViewerServer([tmp_path / "image"]) as server:
        url = server.url(ui="off", zoom=1, light=light, camera=camera)
        with show_page(browser, url, width=image.width, height=image.height) as page:
            show_looped(page, tmp_path / "image")
            assert page.evaluate("raking.info()")["shader"] == "looped"
            shown = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    told = (*CAMERA, *LIGHT)[-conditions:]
    expected = np.floor(by_hand(image, told).clip(0, 1) * 255 + 0.5)
    assert expected.std() > 5
    assert np.abs(shown - expected).max() <= 1


@pytest.mark.long
def test_it_goes_as_far_as_the_drivers_uniforms(browser, make_image, tmp_path) -> None:
    write_image(make_image(64, 27), tmp_path / "image")
    told = "ready"
    with (
        ViewerServer([tmp_path / "image"]) as server,
        show_page(browser, server.url(ui="off")) as page,
    ):
        room = page.evaluate(ROOM)
        try:
            show_looped(page, tmp_path / "image")
        except PlaywrightError as error:
            told = str(error)
    weights = 64 * 8 + 64 * 16 + 3 * 16  # vec4, of 29 inputs, 64 units and 64 units again
    assert (told == "ready") == (room >= weights)
    assert told == "ready" or f"has room for {room}" in told


def test_a_classical_image_has_none(browser, make_linear_image, tmp_path) -> None:
    write_image(make_linear_image("ptm", 18), tmp_path / "image")
    with (
        ViewerServer([tmp_path / "image"]) as server,
        show_page(browser, server.url(ui="off")) as page,
        pytest.raises(RakingError, match="has no looped shader"),
    ):
        show_looped(page, tmp_path / "image")
