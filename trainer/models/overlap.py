"""How far the latents of a network overlap in what they do to a picture."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trainer.models.networks import PixelDecoder
from trainer.models.quantise import quantise_together

PIXELS = 512  # whose colours' derivatives are averaged
CONDITIONS = 64  # lights, or views and lights, that they are taken under, at most
AT_ONCE = 8  # of these
RIDGE = 1e-3  # of a latent's own effect, so that none is moved far for another


@dataclass(frozen=True)
class Overlap:
    """The latents in the order of their effect, the slightest first, and the factor of their
    metric in that order: errors e [K] in the latents change colours by |factor e|^2 on the mean."""

    order: np.ndarray  # [K] int
    factor: np.ndarray  # [K, K] upper triangular

    def levels(self, latents: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Latents [P, K] as 8-bit levels [P, K] in ranges [K] that together cost colours least."""
        kept = self.order
        levels = np.empty(latents.shape, np.uint8)
        levels[:, kept] = quantise_together(latents[:, kept], low[kept], high[kept], self.factor)
        return levels


@torch.no_grad()
def overlap(
    decoder: PixelDecoder, latents: np.ndarray, steps: np.ndarray, conditions: Tensor
) -> Overlap:
    """Of a decoder about some of the `latents` [P, K], stored in levels `steps` [K] apart, under
    some of its `conditions` [L, C]: by what a step does to colours."""
    random = np.random.default_rng(0)
    some = torch.from_numpy(latents[random.integers(len(latents), size=PIXELS)])
    under = conditions[random.permutation(len(conditions))[:CONDITIONS]]
    metric = _metric(decoder, some.to(conditions.device), steps.astype(np.float32), under)
    own = np.diag(metric)
    metric += np.diag(RIDGE * own + np.finfo(np.float32).tiny)
    order = np.argsort(own)
    factor = np.linalg.cholesky(metric[np.ix_(order, order)]).T
    return Overlap(order, factor / steps[order])


def _metric(
    decoder: PixelDecoder, latents: Tensor, steps: np.ndarray, conditions: Tensor
) -> np.ndarray:
    """D^T D [K, K] of the differences D that a step of each latent makes to colours, summed over
    pixels and lights."""
    metric = np.zeros((len(steps), len(steps)))
    halves = torch.from_numpy(np.diag(steps / 2)).to(latents.device)
    for some in conditions.split(AT_ONCE):
        changes = [decoder(latents + half, some) - decoder(latents - half, some) for half in halves]
        differences = torch.stack(changes).flatten(1).double().cpu().numpy()
        metric += differences @ differences.T
    return metric
