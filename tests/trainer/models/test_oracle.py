"""Relighting in PyTorch against the definition, worked out in numpy and float64."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

import trainer.models.oracle
from renderer.image.relightable import RelightableImage
from shaders.neural import NeuralDecoder
from trainer.models.hypernetwork import HyperNetwork
from trainer.models.networks import DecoderNetwork, decode
from trainer.models.oracle import relight, stored_latents

LIGHTS = np.array([[0.0, 0.0], [0.6, -0.3], [-0.2, 0.9]], np.float32)
MakeImage = Callable[..., RelightableImage]


@pytest.mark.parametrize(("units", "latents"), [(20, 9), (50, 9), (1, 3), (7, 27)])
def test_frames_are_those_of_the_definition(
    make_image: MakeImage, by_hand: Callable[..., np.ndarray], units: int, latents: int
) -> None:
    image = make_image(units, latents)
    frames = list(relight(image, LIGHTS))
    assert len(frames) == len(LIGHTS)
    for frame, light in zip(frames, LIGHTS, strict=True):
        expected = by_hand(image, tuple(float(v) for v in light))
        assert frame.dtype == np.float32
        np.testing.assert_allclose(frame, expected, atol=2e-5)


@pytest.mark.parametrize(("model", "latents"), [("ptm", 9), ("ptm", 18), ("hsh", 48), ("rbf", 9)])
def test_linear_frames_are_those_of_the_definition(
    make_linear_image: MakeImage,
    by_hand: Callable[..., np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    latents: int,
) -> None:
    image = make_linear_image(model, latents)
    monkeypatch.setattr(trainer.models.oracle, "CHUNK_PIXELS", 1000)
    for frame, light in zip(relight(image, LIGHTS, rows=(5, 40)), LIGHTS, strict=True):
        expected = by_hand(image, tuple(float(v) for v in light))[5:40]
        np.testing.assert_allclose(frame, expected, atol=2e-5 * np.ptp(expected))


@pytest.mark.parametrize(
    ("units", "follows", "activation"),
    [(8, "13", "parabola"), (5, "123", "elu"), (1, "2", "parabola")],
)
def test_frames_of_weights_that_follow_the_light(
    make_hyper_image: MakeImage,
    by_hand: Callable[..., np.ndarray],
    units: int,
    follows: str,
    activation: str,
) -> None:
    image = make_hyper_image(units, follows=follows, activation=activation)
    for frame, light in zip(relight(image, LIGHTS), LIGHTS, strict=True):
        expected = by_hand(image, tuple(float(v) for v in light))
        np.testing.assert_allclose(frame, expected, atol=2e-5)


def test_a_trained_network_is_the_stored_decoder(make_hyper_image: MakeImage) -> None:
    """It learns what is stored, and what is stored can be taught with."""
    image = make_hyper_image(8)
    network = HyperNetwork.from_decoder(image.decoder)
    latents = stored_latents(image, 0, image.height).flatten(0, 1)
    colours = network(latents, torch.from_numpy(LIGHTS)).detach()
    for i, frame in enumerate(relight(image, LIGHTS)):
        np.testing.assert_allclose(colours[:, i], frame.reshape(-1, 3), atol=1e-5)
    again = network.to_decoder(image.decoder.latent_min, image.decoder.latent_max)
    for light in LIGHTS:
        np.testing.assert_array_equal(again.frame_values(light), image.decoder.frame_values(light))


def test_float64_is_closer_to_the_definition(
    make_image: MakeImage, by_hand: Callable[..., np.ndarray]
) -> None:
    image = make_image()
    light = (0.5, 0.25)
    (frame,) = relight(image, np.array([light]), dtype=torch.float64)
    assert frame.dtype == np.float64
    np.testing.assert_allclose(frame, by_hand(image, light), atol=1e-12)


def test_values_are_not_clamped(make_image: MakeImage) -> None:
    (frame,) = relight(make_image(), LIGHTS[:1])
    assert frame.min() < 0
    assert frame.max() > 1


def test_rows_and_chunks_change_nothing(
    make_image: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(width=40, height=31)
    (whole,) = relight(image, LIGHTS[1:2])
    monkeypatch.setattr(trainer.models.oracle, "CHUNK_PIXELS", 100)
    (chunked,) = relight(image, LIGHTS[1:2])
    (rows,) = relight(image, LIGHTS[1:2], rows=(7, 19))
    np.testing.assert_allclose(chunked, whole, atol=1e-6)
    np.testing.assert_allclose(rows, whole[7:19], atol=1e-6)


def test_the_split_first_layer_is_the_same_function(
    make_decoder: Callable[..., NeuralDecoder],
) -> None:
    network = DecoderNetwork.from_decoder(make_decoder(20))
    latents = torch.randn(13, 9, generator=torch.Generator().manual_seed(1))
    lights = torch.from_numpy(LIGHTS)
    with torch.no_grad():
        together = network(latents, lights)  # [13, 3, 3]
        specified = decode(network.parameter_list(), latents[:, None], lights)
    torch.testing.assert_close(together, specified, atol=1e-5, rtol=1e-5)


def test_a_decoder_survives_the_way_to_torch_and_back(
    make_decoder: Callable[..., NeuralDecoder],
) -> None:
    decoder = make_decoder(10)
    back = DecoderNetwork.from_decoder(decoder).to_decoder(decoder.latent_min, decoder.latent_max)
    for layer, other in zip(decoder.layers, back.layers, strict=True):
        np.testing.assert_array_equal(layer.weight, other.weight)
        np.testing.assert_array_equal(layer.bias, other.bias)
