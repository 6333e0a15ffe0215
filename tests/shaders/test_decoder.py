"""What a decoder is, and what is none."""

from dataclasses import replace

import numpy as np
import pytest

from shaders.errors import RakingError
from shaders.network import Layer
from shaders.neural import NeuralDecoder


@pytest.mark.parametrize(("units", "parameters"), [(50, 3303), (20, 723), (10, 263)])
def test_parameters_are_those_of_the_papers(make_decoder, units: int, parameters: int) -> None:
    assert make_decoder(units).parameters == parameters


def test_room_for_a_moving_camera(make_decoder) -> None:
    assert make_decoder(20, conditions=4).conditions == 4


def with_layer(decoder: NeuralDecoder, index: int, layer: Layer) -> NeuralDecoder:
    layers = list(decoder.layers)
    layers[index] = layer
    return replace(decoder, layers=tuple(layers))


def test_wrong_length(make_decoder) -> None:
    decoder = make_decoder(20)
    with pytest.raises(RakingError, match="layer 2"):
        with_layer(decoder, 1, Layer(decoder.layers[1].weight[:, :-1], decoder.layers[1].bias))


def test_nan(make_decoder) -> None:
    decoder = make_decoder(20)
    bias = decoder.layers[2].bias.copy()
    bias[1] = np.nan
    with pytest.raises(RakingError, match=r"layer 3.*finite"):
        with_layer(decoder, 2, Layer(decoder.layers[2].weight, bias))


@pytest.mark.parametrize("top", ["zero", "reversed"])
def test_empty_range(make_decoder, top: str) -> None:
    decoder = make_decoder(20)
    high = decoder.latent_max.copy()
    high[4] = decoder.latent_min[4] - (top == "reversed")
    with pytest.raises(RakingError, match="empty or reversed"):
        replace(decoder, latent_max=high)


@pytest.mark.parametrize(("units", "latents"), [(65, 9), (20, 8), (20, 30)])
def test_beyond_what_the_shaders_hold(make_decoder, units: int, latents: int) -> None:
    with pytest.raises(RakingError):
        make_decoder(units, latents)
