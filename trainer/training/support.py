"""How far photographs support what an image shows: the evidence that is stored with it.

Of each pixel two errors are known under the light of each photograph: how far the image is from the
photograph, and how far the photograph is from what the others predict for it (the guide, leaving it
out). The logarithm of both together is described by what shaders/evidence.py has: a linear function
of the pixel's latents, which tell what is alike, and of three values of its own, the principal
components of what the latents leave unexplained.
"""

from collections.abc import Callable

import numpy as np
import torch

from renderer.image.relightable import RelightableImage
from shaders.evidence import OWN, ErrorField
from trainer.collection.mlic import Photographs
from trainer.models.oracle import latents_at, torch_decode
from trainer.running.plan import Progress
from trainer.running.threads import all_cores
from trainer.training.guide import Guide

# A light between two photographs is about half as far from either as these from each other, so
# that its squared error is a third of a left-out photograph's.
BETWEEN = 0.3
LEAST = 1 / 255  # of an error, so that the noise of dark pixels tells nothing
DESCRIBED_PIXELS = 1 << 15  # that the field is worked out from
TAILS = 0.1  # per cent of the pixels' own values at either end, which are clipped
CHUNK = 1 << 12  # pixels at a time, so that what is worked out stays near the processor

# Row-major places [N] of pixels on the object -> squared errors [N, L], of the image and left out.
Errors = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def store_evidence(
    image: RelightableImage, photographs: Photographs, progress: Progress | None = None
) -> None:
    """Gives an image of one camera, trained on the photographs, its evidence.

    `progress` is told the pixels done, and of how many.
    """
    mask = np.ones(photographs.size, bool) if photographs.mask is None else photographs.mask
    places = np.flatnonzero(mask.ravel())
    random = np.random.default_rng(0)
    some = random.choice(len(places), min(DESCRIBED_PIXELS, len(places)), replace=False)
    errors = _errors_of(image, photographs, places, some)
    squared, left_out = errors(some)
    lights = np.asarray(photographs.lights, np.float32)
    spacing = _spacing(lights)
    ratio = float(left_out.mean() / max(squared.mean(), LEAST**2))
    texels = _texels(image, places[some])
    logs = _logs(squared, left_out)
    shared = np.linalg.lstsq(texels, logs, rcond=None)[0]  # [1 + K, L]
    axes = _axes(logs - texels @ shared, lights, spacing)  # [L, 3]
    own = (logs - texels @ shared) @ axes
    low, high = np.percentile(own, [TAILS, 100 - TAILS], axis=0)
    high = np.maximum(high, low + 1e-3)
    levels = np.zeros((image.height * image.width, OWN), np.uint8)

    def describe(first: int) -> int:
        chunk = slice(first, min(first + CHUNK, len(places)))
        found = _logs(*errors(np.arange(chunk.start, chunk.stop)))
        own = (found - _texels(image, places[chunk]) @ shared) @ axes
        levels[places[chunk]] = np.rint((own - low).clip(0) / (high - low) * 255).clip(0, 255)
        return chunk.stop

    with all_cores() as share_out:
        for done in share_out(describe, range(0, len(places), CHUNK)):
            if progress:
                progress(done, len(places))
    known = np.concatenate([texels, levels[places[some]] / 255], axis=1)
    rows = np.linalg.lstsq(known, logs, rcond=None)[0].T
    # A mean of logarithms is that of an error in the middle; what is told is its root mean square.
    rows[:, 0] += np.log2(np.exp2(2 * logs).mean(0) / np.exp2(2 * known @ rows.T).mean(0)) / 2
    rows[:, 0] -= np.log2(1 + BETWEEN * ratio) / 2  # the rows are of the photographs' own lights
    image.evidence = levels.reshape(image.height, image.width, OWN)
    image.error_field = ErrorField(rows.astype(np.float32), lights, spacing, ratio)


def _errors_of(
    image: RelightableImage, photographs: Photographs, places: np.ndarray, some: np.ndarray
) -> Errors:
    """What tells the errors of the pixels at `places` [P], by their number there."""
    values, white = photographs.values, np.float32(photographs.white)
    flat = np.swapaxes(values[some], 1, 2).reshape(-1, values.shape[1]) / white  # [3 N, L]
    products = flat.T.astype(np.float64) @ flat / len(flat)
    predictor = Guide(photographs.lights, products).left_out.astype(np.float32)
    decode = torch_decode(image.decoder)
    lights = torch.from_numpy(photographs.conditions)

    @torch.inference_mode()
    def errors(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        truth = values[pixels] / white  # [N, L, 3]
        latents = latents_at(image, places[pixels])
        shown = torch.stack([decode(latents, light) for light in lights], dim=1).clamp(0, 1)
        squared = np.square(shown.numpy() - truth).mean(axis=-1)
        return squared, np.square(predictor @ truth).mean(axis=-1)

    return errors


def _texels(image: RelightableImage, places: np.ndarray) -> np.ndarray:
    """One, and the stored levels of the latents, 0..1, of the pixels at `places`: [N, 1 + K]."""
    rows, columns = np.divmod(places, image.width)
    levels = image.planes[:, rows, columns].swapaxes(0, 1).reshape(len(places), -1) / 255
    return np.concatenate([np.ones((len(places), 1)), levels], axis=1)


def _logs(squared: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """log2 of the error to be expected about the photographs' lights, [N, L]."""
    return np.asarray(np.log2(squared + BETWEEN * left_out + LEAST**2) / 2)


def _axes(logs: np.ndarray, lights: np.ndarray, spacing: float) -> np.ndarray:
    """[L, 3]: the principal components of [N, L] where what neighbouring lights say is averaged."""
    nearness = np.exp(-np.square(_angles(lights) / spacing) / 2)
    nearness /= nearness.sum(axis=1, keepdims=True)
    smooth = logs @ nearness.T
    _, vectors = np.linalg.eigh(smooth.T @ smooth)
    return np.asarray(nearness.T @ vectors[:, : -OWN - 1 : -1])


def _spacing(lights: np.ndarray) -> float:
    """The mean angle from a light to the next other one, in radians."""
    angles = _angles(lights)
    angles[angles < 1e-3] = np.pi  # itself, and its repeats
    return float(angles.min(axis=1).mean())


def _angles(lights: np.ndarray) -> np.ndarray:
    return np.asarray(np.arccos(np.clip(lights.astype(np.float64) @ lights.T, -1, 1)))
