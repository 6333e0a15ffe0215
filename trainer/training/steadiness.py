"""How unsteadily a picture changes as the light moves, as a part of the loss.

Told of a photograph that its neighbours contradict, a network whose weights follow the light may
keep to it alone, and flash as the light passes. So the picture's speed, that is how much its
colours change on the mean, must not change over a few degrees (trainer/quality/smoothness.py
measures the same).
"""

import math

import torch
from torch import Tensor

from shaders.decoder import LIGHT
from trainer.models.networks import PixelDecoder

STEP = math.radians(2)


def unsteadiness(
    decoder: PixelDecoder, latents: Tensor, conditions: Tensor, random: torch.Generator
) -> Tensor:
    """The mean square of how much the pictures' speed changes within two steps off the lights.

    `latents` [P, K] are those of some pixels, `conditions` [L, 2] the lights, or [L, 4] views and
    lights; the view stays. Each light takes a direction of its own. Speeds are mean absolute
    differences of colours, 0..1, a step.
    """
    views, lights = conditions[:, :-LIGHT], conditions[:, -LIGHT:]
    ways = [torch.cat([views, light], dim=1) for light in (lights, *_steps(lights, random))]
    here, near, far = decoder(latents, torch.cat(ways)).chunk(3, dim=1)  # [P, L, 3]
    speed, next_speed = (
        (after - before).abs().mean(dim=(0, 2)) for before, after in ((here, near), (near, far))
    )
    return (next_speed - speed).square().mean()


def _steps(lights: Tensor, random: torch.Generator) -> list[Tensor]:
    """One and two steps from [L, 2] along a great circle each, [L, 2]; what sinks below the
    horizon is mirrored up."""
    z = (1 - lights.square().sum(dim=1, keepdim=True)).clamp_min(0).sqrt()
    start = torch.cat([lights, z], dim=1)
    way = torch.randn(start.shape, generator=random, device=lights.device)
    way = way - (way * start).sum(dim=1, keepdim=True) * start
    way = way / way.norm(dim=1, keepdim=True).clamp_min(1e-6)
    angles = (STEP, 2 * STEP)
    return [(math.cos(angle) * start + math.sin(angle) * way)[:, :LIGHT] for angle in angles]
