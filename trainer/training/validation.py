"""What tells how well training goes: photographs that it does not see."""

import numpy as np
import torch
from torch import Tensor

from trainer.collection.mlic import validation_lights
from trainer.collection.samples import Samples
from trainer.models.networks import Networks
from trainer.quality.metrics import psnr_of_error

# Every photograph that is not trained on is missed, so few are spared for validation.
LIGHTS_PER_VALIDATION_LIGHT = 40
FEWEST_TO_SPARE_FROM = 12
VALIDATION_PIXELS = 4096
WATCHED_LIGHTS = 8  # of those trained on


class Validation:
    """PSNR of some pixels under lights that are taken out of the training lights.

    They are drawn from all object pixels, or from `among`, [n] of them.
    """

    def __init__(self, samples: Samples, lights: list[int], among: Tensor | None = None) -> None:
        self.samples = samples.without(lights)
        self.conditions = samples.conditions[lights]  # [V, C]
        random = torch.Generator().manual_seed(0)
        number = len(samples) if among is None else len(among)
        drawn = torch.randint(number, (VALIDATION_PIXELS,), generator=random)
        self.pixels = drawn if among is None else among[drawn]
        self.values = self.samples.values(self.pixels)  # [P, S, 3]
        spared = torch.tensor(lights, dtype=torch.int64, device=samples.device)
        self.truth = samples.values(self.pixels, spared)  # [P, V, 3]

    def psnr(self, networks: Networks) -> float | None:
        """Mean over the validation lights, in dB; None where there are none."""
        if not len(self.conditions):
            return None
        return self._psnr(networks, self.conditions, self.truth)

    def trained_psnr(self, networks: Networks) -> float:
        """The same under some of the lights that are trained on."""
        number = len(self.samples.conditions)
        some = torch.arange(0, number, -(-number // WATCHED_LIGHTS), device=self.samples.device)
        truth = self.samples.values(self.pixels, some)
        return self._psnr(networks, self.samples.conditions[some], truth)

    @torch.no_grad()
    def _psnr(self, networks: Networks, conditions: Tensor, truth: Tensor) -> float:
        latents = networks.encoder(self.values.flatten(1))
        return mean_psnr(networks.decoder(latents, conditions), truth)


def mean_psnr(colours: Tensor, truth: Tensor) -> float:
    """PSNR in dB of colours, as shown, against the truth, both [P, L, 3]: mean over L lights."""
    errors = (colours.clamp(0, 1) - truth).square().mean(dim=(0, 2)).tolist()
    return sum(map(psnr_of_error, errors)) / len(errors)


def spared_pairs(pairs: int) -> list[int]:
    """Which of the training pictures of several cameras validate: evenly spaced ones."""
    if pairs < FEWEST_TO_SPARE_FROM:
        return []
    step = LIGHTS_PER_VALIDATION_LIGHT
    return list(range(min(step, pairs) // 2, pairs, step))


def spared_lights(lights: np.ndarray) -> list[int]:
    """Which of the training lights [L, 3] validate instead of being trained on."""
    if len(lights) < FEWEST_TO_SPARE_FROM:
        return []
    return validation_lights(lights, max(1, round(len(lights) / LIGHTS_PER_VALIDATION_LIGHT)))
