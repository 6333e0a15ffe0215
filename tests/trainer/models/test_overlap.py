"""How far latents overlap, and what rounding them together saves."""

import numpy as np
import torch

from trainer.models.networks import DecoderNetwork
from trainer.models.overlap import overlap
from trainer.models.quantise import LEVELS, dequantise, latent_ranges, quantise


def some_decoder() -> tuple[DecoderNetwork, np.ndarray, torch.Tensor]:
    """A decoder, latents [4000, 9] in which it is used, and lights [20, 2]."""
    torch.manual_seed(3)
    latents = torch.randn(4000, 9).numpy()
    return DecoderNetwork(12), latents, torch.rand(20, 2) * 1.4 - 0.7


def test_the_factor_tells_what_small_errors_do_to_colours() -> None:
    decoder, latents, lights = some_decoder()
    found = overlap(decoder, latents, np.ones(9), lights)
    errors = np.random.default_rng(0).normal(0, 1e-3, latents.shape).astype(np.float32)
    with torch.no_grad():
        before, after = (
            decoder(torch.from_numpy(of), lights) for of in (latents, latents + errors)
        )
    expected = np.square(errors[:, found.order] @ found.factor.T).sum(axis=1).mean() / 512
    true = float((after - before).square().sum(dim=(1, 2)).mean())
    assert abs(expected / true - 1) < 0.1


def test_rounding_together_costs_colours_less_than_rounding_each() -> None:
    decoder, latents, lights = some_decoder()
    low, high = latent_ranges(latents)
    found = overlap(decoder, latents, (high - low) / LEVELS, lights)

    def cost(levels: np.ndarray) -> float:
        with torch.no_grad():
            exact = decoder(torch.from_numpy(latents), lights)
            stored = decoder(torch.from_numpy(dequantise(levels, low, high)), lights)
        return float((stored - exact).square().mean())

    together = found.levels(latents, low, high)
    assert together.dtype == np.uint8
    assert cost(together) < 0.7 * cost(quantise(latents, low, high))


def test_latents_without_effect_do_no_harm() -> None:
    decoder, latents, lights = some_decoder()
    with torch.no_grad():
        decoder.first.weight[:, [2, 7]] = 0
    low, high = latent_ranges(latents)
    levels = overlap(decoder, latents, high - low, lights).levels(latents, low, high)
    assert np.abs(dequantise(levels, low, high) - latents)[:, [2, 7]].max() < (high - low).max()
    assert np.isfinite(dequantise(levels, low, high)).all()
