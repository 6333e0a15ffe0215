"""What tests of several folders share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright
from scipy.special import factorial, lpmv

from bench.common.browser import resolve_renderer, start_browser, start_driver
from renderer.image.relightable import RelightableImage
from shaders.hyper import HyperDecoder, MixedLayer
from shaders.linear import LinearDecoder
from shaders.network import Layer
from shaders.neural import NeuralDecoder

from .node import ScriptFile

# Of what computes in several threads, OpenMP and the software renderers: one each. Tests run beside
# each other, as many as there are cores, and more threads would only wait for one another.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LP_NUM_THREADS"), "1")
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Runs before the processes that run tests beside each other are started, and in each."""
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        os.environ.update(ONE_THREAD)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.name.endswith(".test.js"):
        return ScriptFile.from_parent(parent, path=file_path)
    return None


def random_decoder(
    units: int, latents: int = 9, scale: float = 0.3, seed: int = 0, conditions: int = 2
) -> NeuralDecoder:
    """Normal weights of deviation `scale`, and output around mid-grey."""
    random = np.random.default_rng(seed)

    def layer(rows: int, columns: int) -> Layer:
        values = random.normal(0, scale, (rows, columns + 1)).astype(np.float32)
        return Layer(values[:, :columns].copy(), values[:, columns].copy())

    first, second, third = layer(units, latents + conditions), layer(units, units), layer(3, units)
    third = Layer(third.weight, third.bias + np.float32(0.5))
    low = random.uniform(-2, -1, latents).astype(np.float32)
    high = random.uniform(1, 2, latents).astype(np.float32)
    return NeuralDecoder((first, second, third), low, high, conditions)


def random_image(
    units: int = 20,
    latents: int = 9,
    width: int = 64,
    height: int = 48,
    seed: int = 0,
    conditions: int = 2,
) -> RelightableImage:
    """Planes of random levels with a random decoder."""
    random = np.random.default_rng(seed)
    planes = random.integers(0, 256, (latents // 3, height, width, 3), np.uint8)
    decoder = random_decoder(units, latents, seed=seed, conditions=conditions)
    return RelightableImage(decoder, planes)


def random_hyper_image(
    units: int = 8,
    latents: int = 9,
    width: int = 64,
    height: int = 48,
    follows: str = "13",
    conditions: int = 2,
    activation: str = "parabola",
) -> RelightableImage:
    """Planes of random levels with a random decoder; the weights of the layers that `follows`
    names follow the light, as all biases do."""
    random = np.random.default_rng(units)

    def normal(*shape: int) -> np.ndarray:
        return random.normal(0, 0.3, shape).astype(np.float32)

    inputs = 3 * conditions // 2
    light_network = [Layer(normal(6, inputs), normal(6)), Layer(normal(4, 6), normal(4))]
    shapes = ((units, latents), (units, units), (3, units))
    first, second, third = (
        MixedLayer(normal(5 if name in follows else 1, *shape), normal(5, shape[0]))
        for name, shape in zip("123", shapes, strict=True)
    )
    low = random.uniform(-2, -1, latents).astype(np.float32)
    high = random.uniform(1, 2, latents).astype(np.float32)
    planes = random.integers(0, 256, (latents // 3, height, width, 3), np.uint8)
    layers = first, second, third
    decoder = HyperDecoder(light_network, layers, low, high, conditions, activation)
    return RelightableImage(decoder, planes)


def random_linear_image(
    model: str = "hsh", latents: int = 48, width: int = 64, height: int = 48, seed: int = 0
) -> RelightableImage:
    """Planes of random levels with random ranges, and for "rbf" random lights and splines."""
    random = np.random.default_rng(seed)
    planes = random.integers(0, 256, (latents // 3, height, width, 3), np.uint8)
    low = random.uniform(-0.2, 0, latents).astype(np.float32)
    high = random.uniform(0.1, 0.3, latents).astype(np.float32)
    low[:3], high[:3] = 0.2, 2  # the part that no light changes, or most of the light
    if model != "rbf":
        return RelightableImage(LinearDecoder(model, low, high), planes)
    lights = random.normal(0, 1, (12, 3))
    lights = np.abs(lights) / np.linalg.norm(lights, axis=1, keepdims=True)
    splines = random.normal(0, 0.3, (16, 1 + latents, 3)).astype(np.float32)
    decoder = LinearDecoder(model, low, high, lights.astype(np.float32), splines)
    return RelightableImage(decoder, planes)


def terms_by_hand(decoder: LinearDecoder, light: tuple[float, ...]) -> np.ndarray:
    """The RGB weights of a linear decoder's latents from the textbooks, [1 + K, 3]: associated
    Legendre functions of 2 cos(theta) - 1 for HSH, one centre after the other for RBF."""
    x, y = light
    z = np.sqrt(max(0.0, 1 - x * x - y * y))
    if decoder.model == "rbf":
        weights = decoder.splines[-4] + np.einsum("i,ikc->kc", [x, y, z], decoder.splines[-3:])
        for centre, spline in zip(decoder.lights, decoder.splines[:-4], strict=True):
            distance = np.linalg.norm(np.array([x, y, z]) - centre)
            weights = weights + (distance**2 * np.log(distance) if distance else 0) * spline
        return weights
    if decoder.model == "ptm":
        terms = [1, x, y, x * x, x * y, y * y]
    else:
        terms, phi = [], np.arctan2(y, x)
        z = max(z, np.sin(0.15))  # lower lights are held there
        for band in range(decoder.order + 1):
            for m in range(band, -band - 1, -1):
                ratio = factorial(band - abs(m)) / factorial(band + abs(m))
                value = np.sqrt((2 * band + 1) * ratio / (2 * np.pi)) * lpmv(
                    abs(m), band, 2 * z - 1
                )
                turned = np.cos(m * phi) if m > 0 else np.sin(-m * phi)
                terms.append(-np.sqrt(2) * value * turned if m else value)
    if decoder.colorspace == "lrgb":
        return np.concatenate([np.zeros((4, 3)), *(term * np.ones((1, 3)) for term in terms)])
    return np.concatenate([np.zeros((1, 3)), *(term * np.eye(3) for term in terms)])


def layers_by_hand(decoder: HyperDecoder, light: tuple[float, ...]) -> list[tuple[Any, Any]]:
    """What the light, or the view and the light, make of a decoder's layers, part by part."""
    told: list[float] = []
    for x, y in zip(light[::2], light[1::2], strict=True):
        z = np.sqrt(max(0.0, 1 - x * x - y * y))
        theta, phi = np.arccos(2 * z - 1), np.arctan2(y, x)  # the horizon is its lower pole
        told += [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
    factors = np.array(told)
    for i, layer in enumerate(decoder.light_network):
        if i:
            factors = np.array([x if x > 0 else np.exp(x) - 1 for x in factors])
        factors = np.einsum("oi,i->o", layer.weight, factors) + layer.bias
    layers = []
    for layer in decoder.layers:
        made = []
        for parts in (layer.weight, layer.bias):
            total = parts[0].astype(np.float64)
            for factor, part in zip(factors, parts[1:], strict=False):
                total = total + factor * part
            made.append(total)
        layers.append((made[0], made[1]))
    return layers


def activated_by_hand(activation: str, x: np.ndarray) -> np.ndarray:
    if activation == "elu":
        return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    assert activation == "parabola"
    return np.where(x > 0, x, np.where(x > -2, x + x * x / 4, -1))


def relight_by_hand(image: RelightableImage, light: tuple[float, ...]) -> np.ndarray:
    """The oracle: the decoder's definition in numpy and float64, [H, W, 3], unclamped."""
    decoder = image.decoder
    levels = np.concatenate(list(image.planes), axis=-1).astype(np.float64)  # [H, W, K]
    low, high = decoder.latent_min.astype(np.float64), decoder.latent_max.astype(np.float64)
    x = levels / 255 * (high - low) + low
    if isinstance(decoder, LinearDecoder):
        weights = terms_by_hand(decoder, light)
        total = x @ weights[1:] + weights[0]
        return total * x[..., :3] if decoder.colorspace == "lrgb" else total
    if isinstance(decoder, HyperDecoder):
        layers = layers_by_hand(decoder, light)
    else:
        x = np.concatenate([x, np.broadcast_to(light, (*x.shape[:2], len(light)))], axis=-1)
        layers = [(layer.weight.astype(np.float64), layer.bias) for layer in decoder.layers]
    for i, (weight, bias) in enumerate(layers):
        x = x @ weight.T + bias
        if i < 2:
            x = activated_by_hand(decoder.activation, x)
    return x


@pytest.fixture(scope="session")
def make_image() -> Callable[..., RelightableImage]:
    return random_image


@pytest.fixture(scope="session")
def make_hyper_image() -> Callable[..., RelightableImage]:
    return random_hyper_image


@pytest.fixture(scope="session")
def make_linear_image() -> Callable[..., RelightableImage]:
    return random_linear_image


@pytest.fixture
def make_decoder() -> Callable[..., NeuralDecoder]:
    return random_decoder


@pytest.fixture(scope="session")
def by_hand() -> Callable[..., np.ndarray]:
    return relight_by_hand


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What drives browsers, for all that tests start: it takes longer to start than they do."""
    with start_driver() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One for the pages of all tests that do not test how a browser is started."""
    with start_browser(resolve_renderer("auto")) as browser:
        yield browser


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real collections, which only some machines have."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real collections (../shared/data) are not on this machine")
    return SHARED_DATA
