"""How a decoded picture is seen, in NumPy: the oracle that the shaders' looks are held against.

After RTIViewer's manual, with the colour's mean in place of a luminance; see `shaders/look.py`.
"""

import numpy as np

from renderer.image.normal_levels import normals_of_levels
from renderer.image.relightable import RelightableImage
from shaders.evidence import COLOURS, SCALE, WHITE
from shaders.linear import LinearDecoder
from shaders.look import DISPLAY_GAMMA, Look
from trainer.models.oracle import relight
from trainer.models.quantise import dequantise

REC_709 = np.array([0.2126, 0.7152, 0.0722])


def seen(
    image: RelightableImage, decoded: np.ndarray, look: Look, conditions: np.ndarray
) -> np.ndarray:
    """What an image decoded to under a light (x, y), [H, W, 3], with a look; not clamped.

    `conditions` are the light [2], or the view and the light [4].
    """
    if look.coloured:
        first = np.maximum(decoded, 0) * np.array([look.red, look.green, look.blue])
        (other,) = relight(image, look.second_conditions(conditions))
        decoded = np.sqrt(first**2 + look.second * np.maximum(other, 0) ** 2)
    *view, x, y = conditions
    light = np.array([x, y])
    levels = image.normals
    if look.changes_nothing:
        return decoded
    if look.mode == "evidence":
        return _evidence(image, decoded, light)
    normals = None if levels is None else normals_of_levels(levels).astype(np.float64)
    if look.shading == "normals":
        assert normals is not None
        return (normals + 1) / 2
    colour = np.maximum(decoded.astype(np.float64), 0)
    if look.mode == "specular":
        assert normals is not None
        half = _raised(light) + _raised(np.array(view or (0, 0)))
        half /= np.linalg.norm(half)
        gloss = np.maximum(normals @ half, 0) ** look.exponent
        colour = look.kd * colour + look.ks * (colour.mean(axis=-1) * gloss)[..., None]
    if look.mode == "diffuse":
        assert normals is not None
        colour = np.maximum(decoded + (look.diffuse - 1) * _bend(image, normals, light), 0)
    toned = (colour * 2 ** (look.exposure / DISPLAY_GAMMA)) ** (1 / look.gamma)
    grey = (toned @ REC_709)[..., None]
    return np.asarray(grey + (toned - grey) * look.saturation)


def looked_about(
    image: RelightableImage, shown: np.ndarray, look: Look, conditions: np.ndarray
) -> np.ndarray:
    """What is seen, [H, W, 3] of 0..1, in one of the modes that look about a pixel, after the
    formulas in `renderer/gpu/sharpen.py`."""
    on = np.ones(shown.shape[:2]) if image.mask is None else image.mask.astype(np.float64)
    detail = look.amount * on[..., None] * (shown - _means(shown, on, look.radius))
    if look.mode == "unsharp":
        return np.asarray(shown + (detail @ REC_709)[..., None])
    if look.mode == "unsharp-picture":
        return np.asarray(shown + detail)
    assert image.normals is not None
    stored = image.normals / 127.5 - 1
    if look.mode == "curvature":
        # The image and one pixel of nothing about it, on which the slopes end.
        means = _means(np.pad(stored, [(1, 1), (1, 1), (0, 0)]), np.pad(on, 1), look.radius)
        spread = np.gradient(means[..., 0], axis=1) - np.gradient(means[..., 1], axis=0)
        grey = 0.5 + look.amount * look.radius * spread[1:-1, 1:-1]
        return np.where(on[..., None] > 0, grey[..., None], shown)
    sharp = stored + look.amount * on[..., None] * (stored - _means(stored, on, look.radius))
    towards = _raised(np.asarray(conditions, np.float64)[-2:])
    before, after = (
        0.2 + np.maximum(n @ towards / np.linalg.norm(n, axis=-1), 0) for n in (stored, sharp)
    )
    return np.asarray(shown * (after / before)[..., None])


def _means(values: np.ndarray, on: np.ndarray, radius: float) -> np.ndarray:
    """A Gaussian's means of [H, W, C], tap by tap, over the pixels of the object; 0 far from it."""
    reach = int(np.ceil(3 * radius))
    sums = np.concatenate([values * on[..., None], on[..., None]], axis=-1)
    for axis in (0, 1):
        padded = np.pad(sums, [(reach * (i == axis),) * 2 for i in range(3)])
        sums = np.zeros_like(sums)
        for tap in range(2 * reach + 1):
            share = np.exp(-(((tap - reach) / radius) ** 2) / 2)
            sums += share * padded.take(range(tap, tap + sums.shape[axis]), axis)
    return np.asarray(sums[..., :-1] / np.maximum(sums[..., -1:], 1e-12))


def _raised(direction: np.ndarray) -> np.ndarray:
    """x and y of a unit vector, with its z."""
    return np.array([*direction, np.sqrt(max(0.0, 1 - float(np.square(direction).sum())))])


def _evidence(image: RelightableImage, decoded: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The colour of the expected error on its scale, over the picture in grey."""
    colours = np.array([[int(text[i : i + 2], 16) / 255 for i in (0, 2, 4)] for text in COLOURS])
    steps = np.log2(expected_error(image, light) * WHITE / SCALE[0])
    scale = [np.interp(steps, np.arange(len(SCALE)), channel) for channel in colours.T]
    grey = decoded.clip(0, 1).astype(np.float64) @ REC_709
    return np.asarray(np.stack(scale, axis=-1) * (0.4 + 0.6 * grey)[..., None])


def expected_error(image: RelightableImage, light: np.ndarray) -> np.ndarray:
    """The error that is to be expected of an image with evidence under a light (x, y): [H, W], of
    colours 0..1."""
    assert image.error_field is not None
    assert image.evidence is not None
    texels = np.concatenate([*image.planes, image.evidence], axis=-1) / 255
    row = image.error_field.row(light)
    return np.asarray(2 ** (row[0] + texels @ row[1:]))


def _bend(image: RelightableImage, normals: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The second-order part of a PTM about each pixel's own light, [H, W, 3] float64."""
    decoder = image.decoder
    assert isinstance(decoder, LinearDecoder)
    levels = np.concatenate(list(image.planes), axis=-1)  # [H, W, K]
    terms = dequantise(levels, decoder.latent_min, decoder.latent_max).astype(np.float64)
    u, v = np.moveaxis(np.asarray(light, np.float64) - normals[..., :2], -1, 0)
    squares = np.stack([u * u, u * v, v * v], axis=-1)  # [H, W, 3]
    if decoder.lrgb:
        return np.asarray(terms[..., :3] * (terms[..., 6:] * squares).sum(axis=-1)[..., None])
    second = terms[..., 9:].reshape(*terms.shape[:2], 3, 3)  # term, channel
    return np.asarray((second * squares[..., None]).sum(axis=-2))
