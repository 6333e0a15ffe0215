"""Small relightable images with random decoders of sane weights."""

from pathlib import Path

import numpy as np
import pytest

from renderer.image.relightable import RelightableImage, write_image
from shaders.network import Layer
from shaders.neural import NeuralDecoder


def random_layer(random: np.random.Generator, out: int, inputs: int) -> Layer:
    weight = random.normal(0, 0.3, (out, inputs)).astype(np.float32)
    return Layer(weight, random.normal(0, 0.3, out).astype(np.float32))


def write_random_image(path: Path, units: int, model: str, size: int = 48) -> Path:
    random = np.random.default_rng(units)
    layers = (
        random_layer(random, units, 11),
        random_layer(random, units, units),
        random_layer(random, 3, units),
    )
    latent_max = np.ones(9, np.float32)
    decoder = NeuralDecoder(layers, -latent_max, latent_max)
    planes = random.integers(0, 256, (3, size, size, 3), dtype=np.uint8)
    write_image(RelightableImage(decoder, planes, None, {"model": model}), path)
    return path


@pytest.fixture
def image_pair(tmp_path: Path) -> list[Path]:
    """A DisK(8) and a NeuralRTI(12) image of 48 x 48 pixels."""
    return [
        write_random_image(tmp_path / "small-disk", 8, "disk"),
        write_random_image(tmp_path / "small-neural", 12, "neural"),
    ]
