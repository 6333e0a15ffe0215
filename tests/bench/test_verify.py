"""Verification must pass on equal decoders and fail on unequal ones."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from bench import verify
from renderer.image.relightable import RelightableImage, write_image
from shaders.evidence import ErrorField
from shaders.look import MODES, OF_COLOURS, Look


def test_random_decoders_are_as_large_as_float32_bears() -> None:
    kind, lights = verify.Kind("neural", 20, 9), verify.spread_lights(20)
    image, scale = verify.largest_random_image(kind, lights)
    assert verify.rounding_error(image, lights) <= verify.QUARTER_STEP
    doubled = verify.random_image(kind, scale * 2)
    assert verify.rounding_error(doubled, lights) > verify.QUARTER_STEP


def test_lights_are_spread_over_the_disc() -> None:
    lights = verify.spread_lights(20)
    radius = np.hypot(*lights.T)
    assert radius.max() <= 1
    assert (radius == 1).sum() == 4  # on the rim
    assert (radius < 0.5).sum() == 4  # a quarter of the disc's area, and of the others
    assert abs(lights.mean(axis=0)).max() < 0.05


def test_views_are_spread_over_their_disc_beside_the_lights() -> None:
    told = verify.spread_conditions(40, 4)
    assert told.shape == (40, 4)
    views, lights = told[:, :2], told[:, 2:]
    np.testing.assert_array_equal(lights, verify.spread_lights(40))
    radius = np.hypot(*views.T)
    assert radius.max() < 1, "a camera cannot stand on the horizon"
    assert (radius < 0.5).sum() == 10
    assert abs(np.corrcoef(views.T, lights.T)[:2, 2:]).max() < 0.3
    np.testing.assert_array_equal(verify.spread_conditions(20, 2), verify.spread_lights(20))


Show = Callable[[RelightableImage], Page]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Writes an image, and opens the viewer's page on it."""
    with ExitStack() as opened:

        def shown(image: RelightableImage) -> Page:
            write_image(image, tmp_path / "image")
            return opened.enter_context(verify.open_images([tmp_path / "image"], browser))

        yield shown


@pytest.mark.parametrize("renderer", ["llvmpipe", "swiftshader"])
def test_both_backends_agree_with_pytorch(make_image, tmp_path: Path, renderer: str) -> None:
    image, path = make_image(20, width=70, height=40), tmp_path / "image"
    write_image(image, path)
    with verify.open_browser(renderer) as browser, verify.open_images([path], browser) as page:
        wgpu, webgl2 = verify.compare(image, verify.spread_lights(20), page)
    assert (wgpu.name, webgl2.name) == ("wgpu", "webgl2")
    assert renderer in webgl2.device.lower()
    for agreement in (wgpu, webgl2):
        assert agreement.ok, agreement
        assert agreement.pixels == 2800
        assert agreement.lights == 20
        assert 0 < agreement.max_abs_error < 1e-5


@pytest.mark.long
@pytest.mark.parametrize("model", ["neural", "hyper"])
def test_of_several_cameras_both_agree_with_pytorch(
    show: Show, make_image, make_hyper_image, model: str
) -> None:
    """And seen from elsewhere it is another picture."""
    make = make_hyper_image if model == "hyper" else make_image
    image = make(20, width=70, height=40, conditions=4)
    image.normals = np.full((40, 70, 3), (160, 90, 240), np.uint8)
    page, told = show(image), verify.spread_conditions(20, 4)
    for look in (Look(), Look("specular")):
        for agreement in verify.compare(image, told, page, look=look):
            assert agreement.ok, agreement
            assert agreement.lights == 20
    backend = verify.wgpu_backend(image)
    turned = told[3] * np.float32([-1, -1, 1, 1])
    assert np.abs(backend(told[3], "float") - backend(turned, "float")).mean() > 0.01


@pytest.mark.parametrize(
    ("model", "latents"),
    [
        ("rbf", 9),
        pytest.param("ptm", 18, marks=pytest.mark.long),
        pytest.param("hsh", 48, marks=pytest.mark.long),
    ],
)
def test_linear_images_agree_with_pytorch(
    show: Show, make_linear_image, model: str, latents: int
) -> None:
    image = make_linear_image(model, latents, width=70, height=40)
    for agreement in verify.compare(image, verify.spread_lights(20), show(image)):
        assert agreement.ok, agreement
        assert agreement.max_step <= 1
        assert 0 < agreement.max_abs_error < 1e-5 * agreement.output_range


@pytest.mark.long
def test_the_modes_of_reading_agree_with_numpy(show: Show, make_linear_image) -> None:
    """And differ where the page has other normals."""
    image = make_linear_image("ptm", 18)
    random = np.random.default_rng(0)
    image.normals = random.integers(90, 166, (48, 64, 3), np.uint8)
    image.normals[..., 2] = 240
    image.evidence = random.integers(0, 256, (48, 64, 3), np.uint8)
    rows = random.normal(0, 1, (2, 22)).astype(np.float32) - np.float32([4] + [0] * 21)
    image.lights = np.array([(0.6, 0, 0.8), (0, -0.6, 0.8)], np.float32)
    image.error_field = ErrorField(rows, image.lights, np.radians(30), 2.0)
    page, looks = show(image), verify.looks_of(image)
    assert {look.mode for look in looks} == set(MODES)
    lights = verify.spread_lights(20)
    for look in looks:
        for agreement in verify.compare(image, lights, page, look=look):
            assert agreement.ok, agreement
            assert agreement.mode == look.mode
    image.normals[5, 5] = (0, 128, 128)
    image.evidence[5, 5] ^= 128
    for look in (Look("specular"), Look("curvature"), Look("evidence")):  # that need a picture
        for agreement in verify.compare(image, lights, page, look=look):
            assert agreement.ok == (agreement.name == "wgpu")
    image.normals = None
    assert {look.mode for look in verify.looks_of(image)} == {*OF_COLOURS, "evidence"}


def test_a_linear_plane_that_differs_is_found(show: Show, make_linear_image) -> None:
    image = make_linear_image("hsh", 27)
    page = show(image)
    image.planes[4, 12, 30, 0] ^= 0x40
    for agreement in verify.compare(image, verify.spread_lights(20), page):
        assert agreement.ok == (agreement.name == "wgpu")


@pytest.mark.parametrize("fault", ["weight", "plane"])
def test_a_decoder_or_plane_that_differs_is_found(show: Show, make_image, fault: str) -> None:
    image = make_image(20, width=70, height=40)
    page = show(image)
    if fault == "weight":
        image.decoder.layers[2].weight[0, 3] += 0.02
    else:
        image.planes[1, 12, 30, 0] ^= 0x40
    for agreement in verify.compare(image, verify.spread_lights(20), page):
        # What the adapter decodes is the changed image, as PyTorch does; the page has the old one.
        assert agreement.ok == (agreement.name == "wgpu")


def test_bounds() -> None:
    def agreement(**changes: float) -> verify.Agreement:
        values = {"lights": 20, "max_step": 1, "differing": 1e-3, "max_abs_error": 1e-4}
        return verify.Agreement("wgpu", "", 10, **{**values, "output_range": 1.0, **changes})

    assert agreement().ok
    assert not agreement(max_step=2).ok
    assert not agreement(differing=1.1e-3).ok
    assert not agreement(max_abs_error=1.1e-4).ok
    assert not agreement(lights=0).ok


def test_nan_is_no_agreement() -> None:
    agreement = verify.Agreement("wgpu", "", 4, output_range=1.0)
    truth = np.zeros((2, 2, 3), np.float32)
    floats = truth.copy()
    floats[0, 0, 0] = np.nan
    levels = np.zeros((2, 2, 3), np.uint8)
    agreement.add(truth, levels, levels, floats)
    assert not agreement.ok
