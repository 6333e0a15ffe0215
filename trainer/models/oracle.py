"""Relighting in PyTorch: the oracle that evaluation uses and that the shaders are held against."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

import numpy as np
import torch
from torch import Tensor

from renderer.image.relightable import RelightableImage
from shaders.decoder import LIGHT, Decoder
from shaders.hyper import HyperDecoder
from shaders.linear import LinearDecoder
from shaders.network import NetworkDecoder
from shaders.neural import NeuralDecoder
from trainer.models.hypernetwork import mixed_parameters
from trainer.models.networks import Parameters, decode
from trainer.models.quantise import dequantise

CHUNK_PIXELS = 1 << 15  # what is worked out for them stays near the processor

# Latents [..., K] and conditions [C] to colours [..., 3].
Decode = Callable[[Tensor, Tensor], Tensor]


def relight(
    image: RelightableImage,
    lights: np.ndarray,
    *,
    rows: tuple[int, int] | None = None,
    dtype: torch.dtype = torch.float32,
) -> Iterator[np.ndarray]:
    """The image under each light of `lights` [L, 2] (x right, y up), or [L, 4] with the view before
    the light, one after the other. Without a view it is seen from straight above.

    Yields [H, W, 3] arrays of `dtype`, display-referred RGB, unclamped. `rows` (first, end)
    restricts the picture to some rows. Latents are decoded from the stored 8-bit levels, a
    chunk of rows at a time, so that memory stays bounded.
    """
    first, end = rows or (0, image.height)
    decode_latents = torch_decode(image.decoder, dtype)
    chunk = max(1, CHUNK_PIXELS // image.width)
    stored: Callable[[int, int], Tensor]
    stored = lru_cache(maxsize=1)(partial(stored_latents, image, dtype=dtype))
    for light in np.atleast_2d(np.asarray(lights, dtype=np.float32)):
        told = image.decoder.conditions_of(light)
        if image.relief is not None:
            stored = partial(stored_latents, image.seen_from(told[:-LIGHT]), dtype=dtype)
        conditions = torch.tensor(told, dtype=dtype)
        frame = torch.empty(end - first, image.width, 3, dtype=dtype)
        for start in range(first, end, chunk):
            stop = min(start + chunk, end)
            latents = stored(start, stop)  # once for all lights, where there is one chunk
            with torch.inference_mode():
                frame[start - first : stop - first] = decode_latents(latents, conditions)
        yield frame.numpy()


def stored_latents(
    image: RelightableImage, first: int, end: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    """De-quantised latents [rows, W, K] of the rows from `first` to before `end`."""
    planes = torch.from_numpy(image.planes[:, first:end])  # [K / 3, rows, W, 3]
    levels = planes.permute(1, 2, 0, 3).flatten(2).to(dtype)  # [rows, W, K]
    low = torch.from_numpy(image.decoder.latent_min).to(dtype)
    high = torch.from_numpy(image.decoder.latent_max).to(dtype)
    return levels / 255 * (high - low) + low


def latents_at(image: RelightableImage, place: np.ndarray) -> Tensor:
    """De-quantised latents [P, K] float32 of the pixels at row-major places [P] of the picture."""
    rows, columns = np.divmod(place, image.width)
    levels = image.planes[:, rows, columns].swapaxes(0, 1).reshape(len(place), -1)
    return torch.from_numpy(dequantise(levels, image.decoder.latent_min, image.decoder.latent_max))


def torch_decode(decoder: Decoder, dtype: torch.dtype = torch.float32) -> Decode:
    """The decode of a stored decoder."""
    if isinstance(decoder, LinearDecoder):
        return lambda latents, light: decode_linear(decoder, latents, light)
    if isinstance(decoder, HyperDecoder):
        light_network, layers = hyper_parameters(decoder, dtype)
        return lambda latents, light: decode(
            mixed_parameters(light_network, layers, light), latents, light[:0], decoder.activation
        )
    assert isinstance(decoder, NeuralDecoder)
    parameters = decoder_parameters(decoder, dtype)
    return lambda latents, light: decode(parameters, latents, light, decoder.activation)


def decode_linear(decoder: LinearDecoder, latents: Tensor, light: Tensor) -> Tensor:
    """Latents [..., K] -> [..., 3]: what is added, and each latent times its RGB weight; with LRGB
    that is the luminance, times the pixel's colour."""
    basis = torch.from_numpy(decoder.basis(light.numpy())).to(latents)  # [1 + K, 3]
    total = basis[0] + latents @ basis[1:]
    return total * latents[..., :3] if decoder.lrgb else total


def hyper_parameters(
    decoder: HyperDecoder, dtype: torch.dtype = torch.float32
) -> tuple[Parameters, Parameters]:
    """Those of the network of the light, and the parts of the layers, as `mixed_parameters` takes
    them."""
    light_network, layers = (
        [(torch.from_numpy(layer.weight), torch.from_numpy(layer.bias)) for layer in part]
        for part in (decoder.light_network, decoder.layers)
    )
    return _as_type(light_network, dtype), _as_type(layers, dtype)


def decoder_parameters(decoder: NeuralDecoder, dtype: torch.dtype = torch.float32) -> Parameters:
    """Weights and biases of a stored decoder, in the form that `decode` takes."""
    layers = [
        (torch.from_numpy(layer.weight), torch.from_numpy(layer.bias)) for layer in decoder.layers
    ]
    return _as_type(layers, dtype)


def parameters_under(decoder: NetworkDecoder, lights: np.ndarray) -> list[Parameters]:
    """The weights and biases of a network under each of `lights` [L, C] float32: of layers that
    take latents alone."""
    if isinstance(decoder, HyperDecoder):
        parts = hyper_parameters(decoder)
        return [mixed_parameters(*parts, light) for light in torch.from_numpy(lights)]
    assert isinstance(decoder, NeuralDecoder)
    (weight, bias), *others = decoder_parameters(decoder)
    of_latents, of_light = weight[:, : decoder.latents], weight[:, decoder.latents :]
    return [[(of_latents, bias + of_light @ light), *others] for light in torch.from_numpy(lights)]


def _as_type(parameters: Parameters, dtype: torch.dtype) -> Parameters:
    return [(weight.to(dtype), bias.to(dtype)) for weight, bias in parameters]
