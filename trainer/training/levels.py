"""The levels of a pyramid below full size, and how well each shows what it stands for.

A level's pixel must show the mean colour of the pixels that it covers. Decoding is not linear, so
the mean of their latents shows something else where they differ. Neural latents are therefore
fitted: from the mean, some steps towards the mean colours under lights spread over the disc.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from renderer.image.pyramid import halved, halvings
from renderer.image.relightable import RelightableImage, SmallerLevels
from shaders.decoder import LIGHT, Decoder
from shaders.network import NetworkDecoder
from trainer.lights.directions import sunflower
from trainer.models.activations import ACTIVATIONS, SLOPES
from trainer.models.oracle import parameters_under, relight, stored_latents
from trainer.quality.metrics import psnr_of_error
from trainer.running.plan import Plan, Progress
from trainer.running.threads import ShareOut, all_cores

# Blocks of this many pixels a side are worked on alone: no level pixel stands for more, but in
# levels of a handful of pixels.
BLOCK = 1 << 10
BLOCK_LEVELS = 10

FIT_LIGHTS = 24
FARTHEST = 0.97  # of them, from the middle of the disc
TURNED = 7  # which light, after that of a pair, is the view of the next one
FIT_STEPS = 2
WELL_SHOWN = 2e-5  # mean squared error below which nothing is fitted: 47 dB
TETHER = 1e-2  # to the mean, in units of the latents' ranges: without, lights between are lost
CHUNK = 1 << 9  # pixels fitted at a time, so that what is worked out stays near the processor
STRIP_ROWS = 16  # of a block, decoded at a time; even

# Lights that errors are measured under: none of those fitted.
ELEVATIONS = (15, 35, 55, 75)  # degrees
AZIMUTHS = (30, 140, 250, 340)
MEASURED_PIXELS = 4_000_000
SMALLEST_MEASURED = 16  # pixels of the longer side


FITTED = (FARTHEST * sunflower(FIT_LIGHTS)).astype(np.float32)
MEASURED = (
    np.cos(np.radians(ELEVATIONS))
    * np.stack([np.cos(np.radians(AZIMUTHS)), np.sin(np.radians(AZIMUTHS))])
).T.astype(np.float32)


def _with_views(decoder: Decoder, lights: np.ndarray) -> np.ndarray:
    """The lights [L, 2], each from another of as many views where the decoder takes one: [L, C]."""
    if decoder.conditions == LIGHT:
        return lights
    others = np.arange(len(lights)) * TURNED % len(lights)
    return np.concatenate([lights[others], lights], axis=1)


def smaller_levels(image: RelightableImage, plan: Plan | None = None) -> SmallerLevels:
    """The levels below full size, with their errors measured.

    Each is half the size of the one before, rounded up, down to one pixel. The `plan` is told of
    the phases "levels" and "measuring".
    """
    plan = plan or Plan()
    progress = plan.begin("levels")
    weights = _weights(image)
    means = [halvings(plane, weights)[1:] for plane in image.planes]
    levels = [np.stack(planes) for planes in zip(*means, strict=True)]
    if isinstance(image.decoder, NetworkDecoder):
        _fit_levels(image, image.decoder, weights, levels, progress)
    errors = level_errors(image, levels, plan.begin("measuring"))
    plan.end()
    return SmallerLevels(levels, errors)


def level_errors(
    image: RelightableImage, levels: list[np.ndarray], progress: Progress | None = None
) -> list[dict[str, Any]]:
    """How well each of `levels` [K / 3, h, w, 3], the largest first, shows the image.

    For each its width, its height and the PSNR in dB of the decoded level against the image
    decoded and then shrunk, over the object and lights from raking to high. Of large images some
    blocks are measured; levels too small to be looked at are left out. `progress` is told the
    blocks done, and of how many.
    """
    weights, measured = _weights(image), _with_views(image.decoder, MEASURED)
    step = -(-image.width * image.height // MEASURED_PIXELS)
    blocks = list(_blocks(image))[::step]
    errors, shares = np.zeros(len(levels)), np.zeros(len(levels))
    with all_cores() as share_out:
        for done, block in enumerate(blocks):
            if progress:
                progress(done, len(blocks))
            for i, truth in enumerate(_mean_colours(image, weights, block, measured, share_out)):
                planes = levels[i][:, *block.at(i + 1)]
                part = RelightableImage(image.decoder, np.ascontiguousarray(planes))
                shown = np.concatenate(list(_frames(part, measured)), axis=2)
                error = np.square(shown - truth, dtype=np.float64).mean(axis=2)
                share = np.ones(error.shape) if weights is None else weights[i + 1][block.at(i + 1)]
                errors[i] += (error * share).sum()
                shares[i] += share.sum()
    return [
        {
            "width": planes.shape[2],
            "height": planes.shape[1],
            "psnr": round(psnr_of_error(error / share), 2),
        }
        for planes, error, share in zip(levels, errors, shares, strict=True)
        if share and max(planes.shape[1:3]) >= SMALLEST_MEASURED
    ]


@dataclass(frozen=True)
class _Block:
    """A square of the image, or what there is of it at an edge."""

    y: int
    x: int

    def at(self, halvings: int) -> tuple[slice, slice]:
        """Its rows and columns in a level."""
        rows, columns = (
            slice(first >> halvings, (first + BLOCK) >> halvings) for first in (self.y, self.x)
        )
        return rows, columns


def _blocks(image: RelightableImage) -> Iterator[_Block]:
    for y in range(0, image.height, BLOCK):
        for x in range(0, image.width, BLOCK):
            yield _Block(y, x)


def _weights(image: RelightableImage) -> list[np.ndarray] | None:
    """The mask in all levels, the largest first, 0..255."""
    return None if image.mask is None else halvings(image.mask.astype(np.uint8) * 255)


def _fit_levels(
    image: RelightableImage,
    decoder: NetworkDecoder,
    weights: list[np.ndarray] | None,
    levels: list[np.ndarray],
    progress: Progress,
) -> None:
    """Fits the levels' latents, in place."""
    fitted = _with_views(decoder, FITTED)
    solver = _Solver(decoder, fitted)
    done = 0
    with all_cores() as share_out:
        for block in _blocks(image):
            finer = _together(image.planes[:, *block.at(0)])
            done += finer[..., 0].size
            for i, colours in enumerate(_mean_colours(image, weights, block, fitted, share_out)):
                place, weight = block.at(i + 1), None
                start = halved(finer, None if weights is None else weights[i][block.at(i)])
                if weights is not None:
                    weight = weights[i + 1][place]
                finer = _fitted(solver, start, colours, weight, share_out)
                levels[i][:, *place] = finer.reshape(*finer.shape[:2], -1, 3).transpose(2, 0, 1, 3)
            progress(done, image.height * image.width)
    for i in range(BLOCK_LEVELS, len(levels)):
        weight = None if weights is None else weights[i]
        levels[i] = np.stack([halved(plane, weight) for plane in levels[i - 1]])


def _together(planes: np.ndarray) -> np.ndarray:
    """[K / 3, h, w, 3] -> [h, w, K]."""
    return np.concatenate(list(planes), axis=2)


def _mean_colours(
    image: RelightableImage,
    weights: list[np.ndarray] | None,
    block: _Block,
    lights: np.ndarray,
    share_out: ShareOut,
) -> Iterator[np.ndarray]:
    """A block's colours under `lights` [L, C], clipped to 0..1 and averaged over the pixels that a
    level's pixel stands for: for each level, the largest first, [h, w, 3 L] float32."""
    planes = image.planes[:, *block.at(0)]
    weight = None if weights is None else weights[0][block.at(0)]

    def first_means(first: int) -> np.ndarray:
        rows = slice(first, first + STRIP_ROWS)
        part = RelightableImage(image.decoder, np.ascontiguousarray(planes[:, rows]))
        means = [
            _mean(frame, None if weight is None else weight[rows])
            for frame in _frames(part, lights)
        ]
        return np.concatenate(means, axis=2)

    count = min(BLOCK_LEVELS, (max(image.width, image.height) - 1).bit_length())
    if count:
        colours = np.concatenate(
            list(share_out(first_means, range(0, planes.shape[1], STRIP_ROWS)))
        )
        yield colours
    for i in range(1, count):
        colours = _mean(colours, None if weights is None else weights[i][block.at(i)])
        yield colours


def _frames(image: RelightableImage, lights: np.ndarray) -> Iterator[np.ndarray]:
    """The image under each of `lights` [L, C], [H, W, 3], clipped to 0..1."""
    decoder = image.decoder
    if not isinstance(decoder, NetworkDecoder):
        yield from (frame.clip(0, 1) for frame in relight(image, lights))
        return
    # With pixels along the rows, and with what no light changes worked out once, this takes a
    # third of the time that `relight` does.
    (first_follows, _), *_ = decoder.follows
    activate = ACTIVATIONS[decoder.activation]
    with torch.inference_mode():
        latents = stored_latents(image, 0, image.height).flatten(0, 1).T.contiguous()  # [K, P]
        unlit = None
        for (weight1, bias1), (weight2, bias2), (weight3, bias3) in parameters_under(
            decoder, lights
        ):
            if unlit is None or first_follows:
                unlit = weight1 @ latents  # [N, P]
            hidden = activate(unlit + bias1[:, None])
            hidden = activate(torch.addmm(bias2[:, None], weight2, hidden))
            colours = torch.addmm(bias3[:, None], weight3, hidden).clamp_(0, 1)  # [3, P]
            yield colours.T.reshape(image.height, image.width, 3).numpy()


def _mean(colours: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """As `halved`, of floats [h, w, C]."""
    means = _sums(colours) / 4
    if weight is None or weight.min() == 255:
        return means
    share = weight[..., None].astype(np.float32)
    total = _sums(share)
    return np.where(total > 0, _sums(colours * share) / np.maximum(total, 1), means)


def _sums(values: np.ndarray) -> np.ndarray:
    """Of 2 x 2 pixels, with a last odd row or column twice."""
    height, width = values.shape[:2]
    if height % 2 or width % 2:
        values = np.pad(values, [(0, height % 2), (0, width % 2), (0, 0)], "edge")
    rows = values[0::2] + values[1::2]
    return rows[:, 0::2] + rows[:, 1::2]


def _fitted(
    solver: "_Solver",
    levels: np.ndarray,
    colours: np.ndarray,
    weight: np.ndarray | None,
    share_out: ShareOut,
) -> np.ndarray:
    """Levels [h, w, K] uint8 that show `colours` [h, w, 3 L] better under the lights fitted."""
    flat = levels.reshape(-1, levels.shape[2])
    wanted = colours.reshape(len(flat), -1, 3)
    chosen = np.arange(len(flat)) if weight is None else np.flatnonzero(weight)
    result = flat.copy()

    def fit(first: int) -> None:
        pixels = chosen[first : first + CHUNK]
        start = torch.from_numpy(flat[pixels].astype(np.float32) / 255)
        found = solver.solve(start, torch.from_numpy(wanted[pixels])) * 255
        result[pixels] = np.rint(found.numpy()).astype(np.uint8)

    list(share_out(fit, range(0, len(chosen), CHUNK)))
    return result.reshape(levels.shape)


class _Solver:
    """Gauss-Newton steps for many pixels at once.

    Latents are in units of their ranges, 0..1.
    """

    def __init__(self, decoder: NetworkDecoder, lights: np.ndarray) -> None:
        self.activate = ACTIVATIONS[decoder.activation]
        self.slope_at = SLOPES[decoder.activation]
        low = torch.from_numpy(decoder.latent_min)
        high = torch.from_numpy(decoder.latent_max)
        lit = parameters_under(decoder, lights)
        (first, bias1), self.second, self.third = (
            _as_one(layers, follows)
            for layers, (follows, _) in zip(zip(*lit, strict=True), decoder.follows, strict=True)
        )
        self.first = first * (high - low), bias1 + (first @ low)[:, None]

    @torch.inference_mode()
    def solve(self, start: Tensor, wanted: Tensor) -> Tensor:
        """Latents [P, K] that show colours `wanted` [P, L, 3] better than `start` [P, K] does, or
        that itself."""
        before = self._error(start, wanted)
        badly = before > WELL_SHOWN
        if not badly.any():
            return start
        latents, wanted, before = start[badly], wanted[badly], before[badly]
        stepped = self._stepped(latents, wanted)
        better = self._error(stepped, wanted) < before
        found = start.clone()
        found[badly] = torch.where(better[:, None], stepped, latents)
        return found

    def _error(self, latents: Tensor, wanted: Tensor) -> Tensor:
        """Mean squared, [P]."""
        return (wanted - self._shown(latents)[0].clamp(0, 1)).square().mean(dim=(1, 2))

    def _stepped(self, start: Tensor, wanted: Tensor) -> Tensor:
        tether = TETHER * wanted.shape[1]
        latents = start
        shown, hidden = self._shown(latents)
        for _ in range(FIT_STEPS):
            left = wanted - shown.clamp(0, 1)
            slope = self._slope(*hidden)  # [P, 3 L, K]
            pull = slope.mT @ left.flatten(1)[..., None] - tether * (latents - start)[..., None]
            normal = slope.mT @ slope + tether * torch.eye(start.shape[1])
            latents = (latents + torch.linalg.solve(normal, pull)[..., 0]).clamp(0, 1)
            shown, hidden = self._shown(latents)
        return latents

    def _shown(self, latents: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Colours [P, L, 3] of latents [P, K], and the hidden layers [L, P, N]."""
        one = self.activate(_dense(latents[None], *self.first))
        two = self.activate(_dense(one, *self.second))
        return _dense(two, *self.third).transpose(0, 1), (one, two)

    def _slope(self, one: Tensor, two: Tensor) -> Tensor:
        """How the colours change with the latents, [P, 3 L, K], from the hidden layers."""
        first, second, third = (
            layer[0][:, None] for layer in (self.first, self.second, self.third)
        )
        slope = third * self.slope_at(two)[..., None, :]  # [L, P, 3, N]
        slope = (slope @ second) * self.slope_at(one)[..., None, :]
        return (slope @ first).transpose(0, 1).flatten(1, 2)


def _as_one(layers: tuple[tuple[Tensor, Tensor], ...], follows: bool) -> tuple[Tensor, Tensor]:
    """A layer under L lights: weights [L, out, in], or [1, out, in] where they do not follow the
    light, and biases [L, 1, out]."""
    weights, biases = zip(*layers, strict=True)
    return torch.stack(weights if follows else weights[:1]), torch.stack(biases)[:, None]


def _dense(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """[L or 1, P, in] -> [L, P, out]."""
    return x @ weight.mT + bias
