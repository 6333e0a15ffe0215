"""How far photographs support what an image shows: the evidence that is stored with it.

Of each pixel two errors are known under the light of each photograph: how far the image is from the
photograph, and how far the photograph is from what the others predict for it (the guide, leaving it
out). The logarithm of both together is described by what shaders/evidence.py has: a linear function
of the pixel's latents, which tell what is alike, and of three values of its own, the principal
components of what the latents leave unexplained.
"""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from renderer.image.relightable import RelightableImage
from shaders.evidence import OWN, ErrorField
from trainer.collection.mlic import Photographs
from trainer.lights.directions import angles_between
from trainer.models.oracle import latents_at, torch_decode
from trainer.running.plan import Progress
from trainer.running.threads import all_cores
from trainer.training.guide import Guide

# A light between two photographs is about half as far from either as these from each other, and
# squared errors grow with the angle.
BETWEEN = 0.5
LEAST = 1 / 255  # of an error, so that the noise of dark pixels tells nothing
# Pixels that errors are averaged over: one's own is as much chance as it is what is to be expected.
SMOOTHED, MARGIN = 1.0, 3
BLOCK = 96  # pixels a side, so that what is worked out stays near the processor
DESCRIBED_PIXELS = 1 << 15  # that the field is worked out from, and the guide
TAILS = 0.1  # per cent of the pixels' own values at either end, which are clipped


class _Known(NamedTuple):
    """What is known of the object's pixels in a block."""

    places: np.ndarray  # [N], row-major in the picture
    logs: np.ndarray  # [N, L], log2 of the error to be expected about the photographs' lights
    squared: float  # the mean squared error of the image
    left_out: float  # and of left-out photographs


class _Own(NamedTuple):
    """How a pixel's own values are found: of what its latents leave unexplained."""

    shared: np.ndarray  # [1 + K, L], what texels tell of the logarithms
    axes: np.ndarray  # [L, 3]
    low: np.ndarray  # [3] their range
    high: np.ndarray

    def levels(self, texels: np.ndarray, logs: np.ndarray) -> np.ndarray:
        """Of pixels with texels [N, 1 + K] and logarithms [N, L]: [N, 3], 0 to 255."""
        own = (logs - texels @ self.shared) @ self.axes
        return np.asarray(np.rint((own - self.low) / (self.high - self.low) * 255).clip(0, 255))


def store_evidence(
    image: RelightableImage, photographs: Photographs, progress: Progress | None = None
) -> None:
    """Gives an image of one camera, trained on the photographs, its evidence.

    `progress` is told the blocks of the picture done, and of how many.
    """
    look = _looker(image, photographs)
    blocks = list(product(range(0, image.height, BLOCK), range(0, image.width, BLOCK)))
    some = _some(look, blocks)
    places = np.concatenate([block.places for block in some])
    logs = np.concatenate([block.logs for block in some])
    texels = _texels(image, places)
    lights = np.asarray(photographs.lights, np.float32)
    spacing = _spacing(lights)
    own = _own_values(texels, logs, lights, spacing)
    levels = np.zeros((image.height * image.width, OWN), np.uint8)

    def describe(at: tuple[int, int]) -> None:
        block = look(at)
        levels[block.places] = own.levels(_texels(image, block.places), block.logs)

    with all_cores() as share_out:
        for done, _ in enumerate(share_out(describe, blocks), start=1):
            if progress:
                progress(done, len(blocks))
    squared = float(np.mean([block.squared for block in some]))
    ratio = float(np.mean([block.left_out for block in some]) / max(squared, LEAST**2))
    rows = _rows(np.concatenate([texels, levels[places] / 255], axis=1), logs)
    rows[:, 0] -= np.log2(1 + BETWEEN * ratio) / 2  # the rows are of the photographs' own lights
    image.evidence = levels.reshape(image.height, image.width, OWN)
    image.error_field = ErrorField(rows.round(4).astype(np.float32), lights, spacing, ratio)


def _some(look: Callable[[tuple[int, int]], _Known], blocks: list[tuple[int, int]]) -> list[_Known]:
    """Blocks spread over the picture that hold pixels of the object; all, where those hold none."""
    number = min(len(blocks), max(4, DESCRIBED_PIXELS // BLOCK**2))
    spread = np.linspace(0, len(blocks) - 1, number).astype(int)
    some = [block for block in (look(blocks[i]) for i in spread) if len(block.places)]
    return some or [block for block in map(look, blocks) if len(block.places)]


def _own_values(texels: np.ndarray, logs: np.ndarray, lights: np.ndarray, spacing: float) -> _Own:
    shared = np.linalg.lstsq(texels, logs, rcond=None)[0]
    rest = logs - texels @ shared
    axes = _axes(rest, lights, spacing)
    low, high = np.percentile(rest @ axes, [TAILS, 100 - TAILS], axis=0)
    return _Own(shared, axes, low, np.maximum(high, low + 1e-3))


def _rows(texels: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """The rows [L, 1 + K + 3] that come closest to the logarithms [N, L] of pixels, from all their
    texels [N, 1 + K + 3]."""
    rows = np.linalg.lstsq(texels, logs, rcond=None)[0].T
    # A mean of logarithms is that of an error in the middle; what is told is its root mean square.
    told = np.exp2(2 * texels @ rows.T)
    rows[:, 0] += np.log2(np.exp2(2 * logs).mean(0) / told.mean(0)) / 2
    return np.asarray(rows)


def _looker(
    image: RelightableImage, photographs: Photographs
) -> Callable[[tuple[int, int]], _Known]:
    """What tells the errors in the block at (y, x)."""
    values, white = photographs.values, np.float32(photographs.white)
    mask = np.ones(photographs.size, bool) if photographs.mask is None else photographs.mask
    number = np.cumsum(mask).reshape(mask.shape) - 1  # of a pixel among those of the object
    some = np.random.default_rng(0).integers(len(values), size=DESCRIBED_PIXELS)
    flat = np.swapaxes(values[some], 1, 2).reshape(-1, values.shape[1]) / white  # [3 N, L]
    guide = Guide(photographs.lights, flat.T.astype(np.float64) @ flat / len(flat))
    predictor = guide.left_out.astype(np.float32)
    decode, lights = torch_decode(image.decoder), torch.from_numpy(photographs.conditions)

    @torch.inference_mode()
    def look(at: tuple[int, int]) -> _Known:
        rows, columns = (slice(max(0, first - MARGIN), first + BLOCK + MARGIN) for first in at)
        y, x = np.nonzero(mask[rows, columns])
        places = (y + rows.start) * image.width + x + columns.start
        truth = values[number[rows, columns][y, x]] / white  # [N, L, 3]
        latents = latents_at(image, places)
        shown = torch.stack([decode(latents, light) for light in lights], dim=1).clamp(0, 1)
        squared = np.square(shown.numpy() - truth).mean(axis=-1)  # [N, L]
        left_out = np.square(predictor @ truth).mean(axis=-1)
        grid = np.zeros((*mask[rows, columns].shape, len(lights) + 1), np.float32)
        grid[y, x] = np.column_stack([squared + BETWEEN * left_out, np.ones(len(y))])
        grid = gaussian_filter(grid, SMOOTHED, axes=(0, 1), mode="constant", radius=MARGIN)
        own = (y + rows.start >= at[0]) & (y + rows.start < at[0] + BLOCK)
        own &= (x + columns.start >= at[1]) & (x + columns.start < at[1] + BLOCK)
        *errors, weight = np.moveaxis(grid[y[own], x[own]], -1, 0)
        logs = np.log2(np.transpose(errors) / weight[:, None] + LEAST**2) / 2
        return _Known(places[own], logs, float(squared.mean()), float(left_out.mean()))

    return look


def _texels(image: RelightableImage, places: np.ndarray) -> np.ndarray:
    """One, and the stored levels of the latents, 0..1, of the pixels at `places`: [N, 1 + K]."""
    rows, columns = np.divmod(places, image.width)
    levels = image.planes[:, rows, columns].swapaxes(0, 1).reshape(len(places), -1) / 255
    return np.concatenate([np.ones((len(places), 1)), levels], axis=1)


def _axes(logs: np.ndarray, lights: np.ndarray, spacing: float) -> np.ndarray:
    """[L, 3]: the principal components of [N, L] where what neighbouring lights say is averaged."""
    nearness = np.exp(-np.square(angles_between(lights, lights) / spacing))
    nearness /= nearness.sum(axis=1, keepdims=True)
    smooth = logs @ nearness.T
    _, vectors = np.linalg.eigh(smooth.T @ smooth)
    return np.asarray(nearness.T @ vectors[:, : -OWN - 1 : -1])


def _spacing(lights: np.ndarray) -> float:
    """The mean angle from a light to the next other one, in radians."""
    angles = angles_between(lights, lights)
    angles[angles < 1e-3] = np.pi  # itself, and its repeats
    return float(angles.min(axis=1).mean())
