"""Small relightable images, what they must look like, and pages of the viewer in a real browser."""

import functools
import json
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from bench.common.browser import CLOCKS
from renderer.image.relightable import RelightableImage, read_image, write_image
from shaders.network import Layer
from shaders.neural import NeuralDecoder
from webviewer.server import HOST, ViewerServer

from .kept import KeptServer

TakePage = Callable[..., AbstractContextManager[Page]]
OpenViewer = Callable[..., AbstractContextManager[Page]]


def make_image(
    path: Path,
    width: int,
    height: int,
    units: int = 8,
    model: str = "disk",
    masked: bool = False,
    noise: float = 8,
) -> Path:
    """Smooth random latents, and noise of some levels, under a random decoder whose output fills
    0..1."""
    random = np.random.default_rng(width + units)
    sizes = [(units, 11), (units, units), (3, units)]
    layers = [
        Layer(
            random.normal(0, 1 / np.sqrt(inputs), (out, inputs)).astype(np.float32),
            random.normal(0, 0.2, out).astype(np.float32),
        )
        for out, inputs in sizes
    ]
    layers[0].weight[:, 9:] *= 4
    layers[2].bias[:] = 0.5
    y, x = np.mgrid[:height, :width] / 40.0
    phases = random.uniform(0, 6, (3, 3, 3))
    waves = [np.sin(a * x + b * y + c) for a, b, c in phases.reshape(9, 3)]
    planes = np.stack(waves).reshape(3, 3, height, width).transpose(0, 2, 3, 1)
    levels = np.clip(planes * 110 + 127 + random.normal(0, noise, planes.shape), 0, 255)
    ones = np.ones(9, np.float32)
    mask = np.hypot(x - x.max() / 2, y - y.max() / 2) < y.max() / 2.5 if masked else None
    decoder = NeuralDecoder((layers[0], layers[1], layers[2]), -ones, ones)
    image = RelightableImage(decoder, levels.astype(np.uint8), mask, {"model": model})
    image.title = "A small relief"
    write_image(image, path)
    return path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DisK(8) image of 64 x 48 pixels."""
    return make_image(tmp_path_factory.mktemp("small") / "image", 64, 48)


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A NeuralRTI(12) image of 64 x 48 pixels."""
    return make_image(tmp_path_factory.mktemp("other") / "image", 64, 48, 12, "neural")


@pytest.fixture(scope="session")
def lit(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`small`, half a millimetre a pixel, photographed under lights that are a square's corners
    and middle."""
    path = tmp_path_factory.mktemp("lit") / "image"
    shutil.copytree(small, path)
    info = json.loads((path / "info.json").read_text())
    corners = [(x, y) for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
    info["lights"] = [value for x, y in [*corners, (0, 0)] for value in (x, y, 1 - x * x - y * y)]
    info["pixelSizeInMM"] = 0.5
    (path / "info.json").write_text(json.dumps(info))
    return path


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DisK(8) image of 700 x 600 pixels: four tiles."""
    return make_image(tmp_path_factory.mktemp("large") / "image", 700, 600)


@pytest.fixture(scope="session")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DisK(8) image of 96 x 80 pixels whose mask is a disc about its middle."""
    return make_image(tmp_path_factory.mktemp("masked") / "image", 96, 80, masked=True)


@pytest.fixture(scope="session")
def make_masked() -> Callable[..., Path]:
    """make_masked(path, width, height): a DisK(8) image whose mask is a disc about its middle."""
    return lambda path, width, height: make_image(path, width, height, masked=True)


@pytest.fixture(scope="session")
def make_smooth() -> Callable[..., Path]:
    """make_smooth(path, width, height, masked=False): a DisK(8) image without noise."""
    return functools.partial(make_image, noise=0)


@pytest.fixture(scope="session")
def classical(
    tmp_path_factory: pytest.TempPathFactory, make_linear_image: Callable[..., RelightableImage]
) -> Callable[[str], Path]:
    """classical(model): a PTM, HSH(3) or PCA/RBF image of 96 x 80 pixels whose mask is its left
    half."""

    def written(model: str) -> Path:
        latents = {"ptm": 18, "hsh": 48, "rbf": 9}[model]
        image = make_linear_image(model, latents, width=96, height=80)
        image.mask = np.arange(96)[None] < np.full((80, 1), 48)
        image.provenance = {"model": model}
        image.title = "A small relief"
        path = tmp_path_factory.mktemp(model) / "image"
        write_image(image, path)
        return path

    return written


@pytest.fixture(scope="session")
def relight(
    by_hand: Callable[..., np.ndarray],
) -> Callable[[Path, tuple[float, float]], np.ndarray]:
    """relight(image, light): the picture that must be seen, [H, W, 3] uint8."""

    def shown(path: Path, light: tuple[float, float]) -> np.ndarray:
        return np.floor(by_hand(read_image(path), light).clip(0, 1) * 255 + 0.5).astype(np.uint8)

    return shown


@pytest.fixture(scope="session")
def take_page(browser: Browser) -> TakePage:
    """`with take_page(width, height) as page`: used again by a later test, as starting one takes
    longer than opening the viewer in it."""
    idle: list[Page] = []

    @contextmanager
    def taken(width: int = 640, height: int = 480) -> Iterator[Page]:
        page = idle.pop() if idle else start_page(browser)
        page.set_viewport_size({"width": width, "height": height})
        try:
            yield page
        except BaseException:
            page.close()
            raise
        let_go(page)
        idle.append(page)

    return taken


@pytest.fixture(scope="session")
def page(browser: Browser, small: Path) -> Iterator[Page]:
    """A page of the viewer's server that shows nothing, to call the viewer's modules in."""
    page = browser.new_page()
    with ViewerServer([small]) as server:
        page.goto(f"http://127.0.0.1:{server.port}/style.css")
        yield page
    page.close()


def start_page(browser: Browser) -> Page:
    page = browser.new_page(device_scale_factor=1)
    page.add_init_script(path=CLOCKS)
    return page


def let_go(page: Page) -> None:
    """Leaves nothing pressed, allowed, emulated or held back for the page's next document."""
    for key in ("Shift", "Control"):
        page.keyboard.up(key)
    for button in ("left", "right"):
        page.mouse.up(button=button)
    page.mouse.move(0, 0)
    page.emulate_media(reduced_motion="null", forced_colors="null")
    page.context.clear_permissions()
    page.unroute_all()


@pytest.fixture(scope="session")
def kept_port() -> int:
    """One for all servers of a session but those that run at once: what is kept has an address."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


@pytest.fixture(scope="session")
def open_viewer(take_page: TakePage, kept_port: int) -> OpenViewer:
    """`with open_viewer(images, width=, height=, **parameters) as page`: with its picture drawn."""
    under_way: list[int] = []

    @contextmanager
    def serve(images: list[Path]) -> Iterator[ViewerServer]:
        with KeptServer(images, 0 if under_way else kept_port) as server:
            under_way.append(server.port)
            try:
                yield server
            finally:
                under_way.remove(server.port)

    @contextmanager
    def open_page(
        images: list[Path], width: int = 640, height: int = 480, ready: bool = True, **parameters
    ) -> Iterator[Page]:
        with serve(images) as server, take_page(width, height) as page:
            page.goto(server.url(**parameters))
            if ready:
                page.evaluate("raking.ready")
            yield page

    return open_page
