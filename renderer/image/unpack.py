"""The decoder that the keys of an `info.json` describe.

A network comes back in canonical form: latents in the channel order of the plane files, output as
RGB, whatever the file's `colorspace`.
"""

import numpy as np

from renderer.image.describe import round_up
from renderer.image.keys import (
    DenseLayer,
    HyperInfo,
    LinearInfo,
    MixedLayerParts,
    NeuralInfo,
    singles,
)
from shaders.decoder import Decoder
from shaders.errors import RakingError
from shaders.hyper import HyperDecoder, MixedLayer
from shaders.linear import MODELS, LinearDecoder
from shaders.network import Layer
from shaders.neural import NeuralDecoder

BGR = [2, 1, 0]

ImageInfo = NeuralInfo | HyperInfo | LinearInfo


def unpacked(info: ImageInfo) -> Decoder:
    """Raises RakingError where the numbers make no decoder."""
    if isinstance(info, LinearInfo):
        return _linear_decoder(info)
    if isinstance(info, HyperInfo):
        return _hyper_decoder(info)
    return _canonical(_neural_decoder(info), info.colorspace)


def _linear_decoder(info: LinearInfo) -> LinearDecoder:
    scale, bias = (np.array(values) for values in (info.materials[0].scale, info.materials[0].bias))
    if not len(scale) == len(bias) == info.nplanes:
        raise RakingError(
            f"there are {len(scale)} scales and {len(bias)} biases, where nplanes is {info.nplanes}"
        )
    with np.errstate(over="ignore"):
        low, high = -bias * scale, (1 - bias) * scale
        low, high = low.astype(np.float32), high.astype(np.float32)
    own = (info.lights, _splines(info)) if MODELS[info.type].terms is None else (None, None)
    decoder = LinearDecoder(info.type, low, high, *own)
    if decoder.colorspace != info.colorspace:
        raise RakingError(
            f"the colorspace {info.colorspace!r} cannot be, where {decoder.latents} coefficients "
            f"are {decoder.colorspace}"
        )
    if info.raking and decoder.order != info.raking.order:
        raise RakingError(
            f"the order is said to be {info.raking.order}, but {decoder.latents} coefficients are "
            f"of order {decoder.order}"
        )
    return decoder


def _splines(info: LinearInfo) -> np.ndarray:
    """[L + 4, 1 + K, 3] float32; how many rows there are, the decoder checks."""
    rows, width = info.raking and info.raking.splines, 3 * (1 + info.nplanes)
    if not rows or any(len(row) != width for row in rows):
        raise RakingError(f"the splines are not rows of {width} values")
    return singles(rows).reshape(len(rows), -1, 3)


def _neural_decoder(info: NeuralInfo) -> NeuralDecoder:
    """Unpacks the padded lists; widths come from their lengths, since `samples` may be wrong."""
    conditions = info.raking.conditions if info.raking else 2
    inputs = len(info.min) + conditions
    rows = len(info.biases[0])
    padded = round_up(rows)
    first = _unpack(info.weights[0], rows, round_up(inputs), "weights of layer 1")
    second = _unpack(info.weights[1], rows, padded, "weights of layer 2")
    third = _unpack(info.weights[2], 3, padded, "weights of layer 3")
    biases = [
        _unpack(bias, length, 1, f"biases of layer {i}")[:, 0]
        for i, (bias, length) in enumerate(zip(info.biases, (rows, rows, 3), strict=True), start=1)
    ]
    units = info.raking.layers[1] if info.raking else _used_units(first, second, third, biases)
    if info.raking and info.raking.layers != [inputs, units, units, 3]:
        raise RakingError(
            f"the layer widths {info.raking.layers} do not fit {len(info.min)} latents "
            f"and {conditions} condition inputs"
        )
    if not rows - 4 < units <= rows:
        raise RakingError(f"{units} units are announced, but there are {rows} biases")
    return NeuralDecoder(
        layers=(
            Layer(first[:units, :inputs], biases[0][:units]),
            Layer(second[:units, :units], biases[1][:units]),
            Layer(third[:, :units], biases[2]),
        ),
        latent_min=singles(info.min),
        latent_max=singles(info.max),
        conditions=conditions,
        activation=info.raking.activation if info.raking else "elu",
    )


def _used_units(
    first: np.ndarray, second: np.ndarray, third: np.ndarray, biases: list[np.ndarray]
) -> int:
    """The units without the all-zero ones, three at most, that pad to a multiple of 4."""
    units = len(first)
    while units > len(first) - 3 and units > 1:
        last = units - 1
        parts = (first[last], second[last], second[:, last], third[:, last])
        if any(part.any() for part in parts) or biases[0][last] or biases[1][last]:
            break
        units = last
    return units


def _canonical(decoder: NeuralDecoder, colorspace: str) -> NeuralDecoder:
    """With "bgr" the latents of a plane and the output are blue first: put both in RGB order."""
    if colorspace == "rgb":
        return decoder
    k = decoder.latents
    order = np.arange(k).reshape(-1, 3)[:, BGR].ravel()
    first, second, third = decoder.layers
    weight = np.concatenate([first.weight[:, :k][:, order], first.weight[:, k:]], axis=1)
    return NeuralDecoder(
        layers=(Layer(weight, first.bias), second, Layer(third.weight[BGR], third.bias[BGR])),
        latent_min=decoder.latent_min[order],
        latent_max=decoder.latent_max[order],
        conditions=decoder.conditions,
        activation=decoder.activation,
    )


def _unpack(values: list[float], rows: int, columns: int, what: str) -> np.ndarray:
    """A flat list as [rows, columns] float32."""
    if len(values) != rows * columns:
        raise RakingError(f"the {what} are {len(values)} values, where {rows * columns} are needed")
    return singles(values).reshape(rows, columns)


def _hyper_decoder(info: HyperInfo) -> HyperDecoder:
    block, k = info.raking, info.latents
    units = block.layers[1]
    if block.layers != [k, units, units, 3]:
        raise RakingError(f"the layer widths {block.layers} do not fit {k} latents")
    inputs, light_network = block.conditions, []
    for i, layer in enumerate(block.light_network, start=1):
        light_network.append(_dense(layer, inputs, f"layer {i} of the network of the light"))
        inputs = len(layer.biases)
    first, second, third = (
        _mixed(layer, rows, columns, f"layer {i}")
        for i, (layer, rows, columns) in enumerate(
            zip(block.mixed_layers, (units, units, 3), (k, units, units), strict=True), start=1
        )
    )
    return HyperDecoder(
        light_network=light_network,
        layers=(first, second, third),
        latent_min=singles(info.min),
        latent_max=singles(info.max),
        conditions=block.conditions,
        activation=block.activation,
    )


def _dense(layer: DenseLayer, columns: int, what: str) -> Layer:
    rows = len(layer.biases)
    return Layer(_unpack(layer.weights, rows, columns, f"weights of {what}"), singles(layer.biases))


def _mixed(parts: MixedLayerParts, rows: int, columns: int, what: str) -> MixedLayer:
    weights = [_unpack(part, rows, columns, f"weights of {what}") for part in parts.weights]
    biases = [_unpack(part, rows, 1, f"biases of {what}")[:, 0] for part in parts.biases]
    if not weights or not biases:
        raise RakingError(f"{what} of the decoder has no weights or no biases")
    return MixedLayer(np.stack(weights), np.stack(biases))
