"""What a network is taught where there is no photograph: by the guide, by a teacher, or by both."""

import math

import numpy as np
import torch
from torch import Tensor

from shaders.decoder import LIGHT
from trainer.collection.samples import Samples
from trainer.training.camera_guide import CameraGuide
from trainer.training.guide import Guide
from trainer.training.teacher import Teacher

DIRECTIONS = 4096  # without a photograph, drawn once; every step asks about some of them


class Lesson:
    """Colours of pixels under lights without a photograph.

    The lights are evenly spread over the (x, y) disc that the photographs reach. With `horizon`
    half of them are over the dome instead, down to the horizon: a disc has little room for low
    lights, under which pictures change most, and a light may be dragged beyond the photographs.
    That is for networks that can tell low lights from each other. A guide between cameras brings
    its own views and lights. The answer is the guide's, or the teacher's, or, with both,
    `teacher_share` of the teacher's and the rest of the guide's.
    """

    def __init__(
        self,
        samples: Samples,
        guide: Guide | CameraGuide | None,
        teacher: Teacher | None,
        teacher_share: float,
        random: torch.Generator,
        *,
        horizon: bool,
    ) -> None:
        self.guide = guide
        self.teacher = teacher
        self.teacher_share = teacher_share
        if isinstance(guide, CameraGuide):
            self.conditions = guide.conditions  # [D, C]
        else:
            self.conditions = _spread(samples, random, horizon).to(samples.device)
        if isinstance(guide, Guide):
            weights = torch.from_numpy(guide.weights(self.conditions.cpu().numpy()))
            self.weights = weights.float().to(samples.device)  # [D, S]

    def colours(self, pixels: Tensor, values: Tensor, directions: Tensor) -> Tensor:
        """[B] pixels, their values [B, S, 3], [A] of the `conditions` -> [B, A, 3]."""
        if self.teacher is None:
            return self._guided(pixels, values, directions)
        taught = self.teacher.colours(pixels, values, self.conditions[directions])
        if self.guide is None:
            return taught
        return torch.lerp(self._guided(pixels, values, directions), taught, self.teacher_share)

    def _guided(self, pixels: Tensor, values: Tensor, directions: Tensor) -> Tensor:
        if isinstance(self.guide, CameraGuide):
            return self.guide.colours(pixels, directions)
        return (self.weights[directions] @ values).clamp(0, 1)


def guided(
    guide: Guide | CameraGuide, pixels: Tensor, values: Tensor, conditions: Tensor
) -> Tensor:
    """What a guide says of [B] pixels, with their values [B, S, 3], under conditions [A, C]:
    [B, A, 3], 0..1."""
    asked = conditions.cpu().numpy()
    if isinstance(guide, CameraGuide):
        return guide.answers(asked)[pixels.cpu()].to(values) / 255
    return (torch.from_numpy(guide.weights(asked)).to(values) @ values).clamp(0, 1)


def best_teacher_share(truth: Tensor, guided: Tensor, taught: Tensor) -> float:
    """The share of the teacher, 0..1, that comes closest to the truth when mixed with the guide.

    All are [P, V, 3], colours under validation lights.
    """
    apart = taught - guided
    squared = float(apart.square().sum())
    if squared == 0:
        return 1.0
    return float(np.clip(float(((truth - guided) * apart).sum()) / squared, 0, 1))


def _spread(samples: Samples, random: torch.Generator, horizon: bool) -> Tensor:
    """[D, C] conditions without a photograph."""
    lights = spread_lights(DIRECTIONS, samples.rim, random, horizon)
    if samples.conditions.shape[1] == LIGHT:
        return lights
    views = spread_lights(DIRECTIONS, samples.rim, random, horizon)
    return torch.cat([views, lights], dim=1)


def spread_lights(number: int, rim: float, random: torch.Generator, horizon: bool) -> Tensor:
    """[number, 2] directions, evenly over the disc of radius `rim`; half of them over the dome
    instead, to reach the horizon."""
    even = torch.rand(number, generator=random)
    on_dome = (torch.arange(number) % 2 == 1) & horizon
    radius = torch.where(on_dome, (1 - even.square()).sqrt(), rim * even.sqrt())
    azimuth = 2 * math.pi * torch.rand(number, generator=random)
    return torch.stack([radius * azimuth.cos(), radius * azimuth.sin()], dim=1)
