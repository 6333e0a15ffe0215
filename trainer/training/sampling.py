"""Which pixels to train on, where not all: at random, on a grid, those that tell the most, or those
of a region."""

import numpy as np
import torch
from torch import Tensor

from trainer.collection.samples import Samples
from trainer.training.settings import Sampling, TrainingSettings

FEWEST_PIXELS = 256

# Informed sampling looks at this many times the pixels that it chooses, and fits to at most so many
# pixels what a few numbers each can tell.
CANDIDATES = 16
FITTED = 1 << 14
COMPONENTS = 9  # as many as a stored pixel has latents
# Of the chosen, the share that is spread evenly, so that plain surfaces are not forgotten.
EVEN_SHARE = 0.25
CHUNK = 1 << 14


def choose_pixels(
    samples: Samples,
    fraction: float,
    sampling: Sampling,
    seed: int,
    among: np.ndarray | None = None,
) -> Tensor:
    """The object pixels to train on, [n] int64 in ascending order, about `fraction` (in (0, 1]) of
    those `among` which to choose, [m] int64 in ascending order, or of all.

    "uniform" draws without replacement. "regular" takes evenly spaced rows and columns of the
    picture (every fourth of both for 1/16), as Table 10 of the paper. "informed" prefers pixels
    whose response to the light is unlike that of others: a quarter of its choice is even, the rest
    in proportion to what the nine principal components of all responses leave unexplained.
    At least 256 pixels are chosen, or all. The same seed gives the same choice.
    """
    if among is None:
        among = np.arange(len(samples))
    number = min(len(among), max(round(fraction * len(among)), FEWEST_PIXELS))
    random = np.random.default_rng(seed)
    if number == len(among):
        chosen = among
    elif sampling == "uniform":
        chosen = _uniform(among, number, random)
    elif sampling == "regular":
        chosen = _regular(samples, among, number)
    else:
        chosen = _informed(samples, among, number, random)
    return torch.from_numpy(chosen.astype(np.int64))


def choose_in_region(
    samples: Samples,
    region: np.ndarray | None,
    settings: TrainingSettings,
) -> Tensor:
    """The object pixels to train on, [n] int64, as often as they are to be drawn.

    As `choose_pixels`; of a `region` [H, W] bool among its pixels alone or, with a weight, among
    all, those of the region repeated. Where the weight is no whole number, chance makes up the
    rest.
    """
    fraction, sampling, seed = settings.pixels, settings.sampling, settings.seed
    if region is None:
        return choose_pixels(samples, fraction, sampling, seed)
    inside = torch.from_numpy(region.reshape(-1))[samples.place.long()]  # [P]
    if settings.region_weight is None:
        return choose_pixels(samples, fraction, sampling, seed, np.flatnonzero(inside))
    pixels = choose_pixels(samples, fraction, sampling, seed)
    weight = torch.where(inside[pixels], settings.region_weight, 1.0)
    chance = torch.rand(len(pixels), generator=torch.Generator().manual_seed(seed))
    return pixels.repeat_interleave((weight + chance).floor().long())


def _uniform(among: np.ndarray, number: int, random: np.random.Generator) -> np.ndarray:
    return among[np.sort(random.choice(len(among), number, replace=False, shuffle=False))]


def _regular(samples: Samples, among: np.ndarray, number: int) -> np.ndarray:
    """Pixels on a square grid of about `number` of them."""
    height, width = samples.mlic.height, samples.mlic.width
    place = samples.place.numpy()[among]
    spacing = float(np.sqrt(len(among) / number))
    while True:
        # A thin object may slip through the grid.
        rows, columns = (_evenly(side, spacing) for side in (height, width))
        chosen = among[rows[place // width] & columns[place % width]]
        if 2 * len(chosen) >= number:
            return chosen
        spacing = max(1.0, spacing * 0.9)


def _evenly(side: int, spacing: float) -> np.ndarray:
    """[side] bool, true at the middle of each interval of `spacing`."""
    taken = np.zeros(side, bool)
    taken[
        ((np.arange(int(side / spacing + 0.5)) + 0.5) * spacing).astype(int).clip(0, side - 1)
    ] = True
    return taken


def _informed(
    samples: Samples, among: np.ndarray, number: int, random: np.random.Generator
) -> np.ndarray:
    """Pixels drawn in row-major order at equal steps of their summed importance."""
    count = min(len(among), CANDIDATES * number)
    candidates = among if count == len(among) else _uniform(among, count, random)
    surprise = _unexplained(samples, among, candidates, random)
    importance = EVEN_SHARE + (1 - EVEN_SHARE) * surprise / max(float(surprise.mean()), 1e-12)
    share = _at_most_once(importance, number)
    steps = np.cumsum(share, dtype=np.float64) - random.random()
    return candidates[np.flatnonzero(np.diff(np.floor(steps), prepend=-1.0))]


def _unexplained(
    samples: Samples, among: np.ndarray, pixels: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """[B], how far the response of each pixel is from the nearest that nine numbers, fitted to
    those of `among`, can tell."""
    fitted = torch.from_numpy(_uniform(among, min(FITTED, len(among)), random))
    responses = samples.values(fitted).flatten(1)
    mean = responses.mean(dim=0)
    covariance = (responses - mean).T @ (responses - mean)
    components = torch.linalg.eigh(covariance).eigenvectors[:, -COMPONENTS:]  # [3 L, 9]
    distances = []
    for chunk in torch.from_numpy(pixels).split(CHUNK):
        centred = samples.values(chunk).flatten(1) - mean
        total = centred.square().sum(dim=1)
        explained = (centred @ components).square().sum(dim=1)
        distances.append((total - explained).clamp(min=0).sqrt().cpu())
    return torch.cat(distances).numpy()


def _at_most_once(importance: np.ndarray, number: int) -> np.ndarray:
    """How often to draw each, in proportion to its importance but once at most: `number` in all."""
    share = importance * (number / importance.sum())
    while (share > 1).any():
        share = np.minimum(share, 1)
        free = share < 1
        share[free] *= (number - np.count_nonzero(~free)) / share[free].sum()
    return share
