"""What tests of several folders share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renderer.image import RelightableImage
from shaders.decoder import Decoder, Layer

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def random_decoder(
    units: int, latents: int = 9, scale: float = 0.3, seed: int = 0, conditions: int = 2
) -> Decoder:
    """Normal weights of deviation `scale`, and output around mid-grey."""
    random = np.random.default_rng(seed)

    def layer(rows: int, columns: int) -> Layer:
        values = random.normal(0, scale, (rows, columns + 1)).astype(np.float32)
        return Layer(values[:, :columns].copy(), values[:, columns].copy())

    first, second, third = layer(units, latents + conditions), layer(units, units), layer(3, units)
    third = Layer(third.weight, third.bias + np.float32(0.5))
    low = random.uniform(-2, -1, latents).astype(np.float32)
    high = random.uniform(1, 2, latents).astype(np.float32)
    return Decoder((first, second, third), low, high, conditions)


def random_image(
    units: int = 20, latents: int = 9, width: int = 64, height: int = 48, seed: int = 0
) -> RelightableImage:
    """Planes of random levels with a random decoder."""
    random = np.random.default_rng(seed)
    planes = random.integers(0, 256, (latents // 3, height, width, 3), np.uint8)
    return RelightableImage(random_decoder(units, latents, seed=seed), planes)


def relight_by_hand(image: RelightableImage, light: tuple[float, ...]) -> np.ndarray:
    """The oracle: the decoder's definition in numpy and float64, [H, W, 3], unclamped."""
    decoder = image.decoder
    levels = np.concatenate(list(image.planes), axis=-1).astype(np.float64)  # [H, W, K]
    low, high = decoder.latent_min.astype(np.float64), decoder.latent_max.astype(np.float64)
    x = levels / 255 * (high - low) + low
    x = np.concatenate([x, np.broadcast_to(light, (*x.shape[:2], len(light)))], axis=-1)
    for i, layer in enumerate(decoder.layers):
        x = x @ layer.weight.T.astype(np.float64) + layer.bias
        if i < 2:
            x = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    return x


@pytest.fixture
def make_image() -> Callable[..., RelightableImage]:
    return random_image


@pytest.fixture
def make_decoder() -> Callable[..., Decoder]:
    return random_decoder


@pytest.fixture(scope="session")
def by_hand() -> Callable[..., np.ndarray]:
    return relight_by_hand


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real collections, which only some machines have."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real collections (../shared/data) are not on this machine")
    return SHARED_DATA
