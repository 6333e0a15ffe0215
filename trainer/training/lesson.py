"""What a network is taught where there is no photograph: by the guide, by a teacher, or by both."""

import math
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from renderer.image.relightable import RelightableImage
from shaders.neural import NeuralDecoder
from trainer.collection.samples import Samples
from trainer.models.networks import DecoderNetwork, Networks
from trainer.models.oracle import latents_at
from trainer.training.guide import Guide

DIRECTIONS = 4096  # without a photograph, drawn once; every step asks about some of them


class Teacher(Protocol):
    """Something that knows the colours of every object pixel under any light."""

    def colours(self, pixels: Tensor, values: Tensor, lights: Tensor) -> Tensor:
        """[B] object pixels, their photographed values [B, L, 3], [A, 2] lights -> [B, A, 3]."""
        ...


class TrainedTeacher:
    """The networks that have just been trained on the same photographs."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks

    @torch.no_grad()
    def colours(self, pixels: Tensor, values: Tensor, lights: Tensor) -> Tensor:
        colours: Tensor = self.networks.decoder(self.networks.encoder(values.flatten(1)), lights)
        return colours


class StoredTeacher:
    """A relightable image of the same photographs, as it is stored."""

    def __init__(self, image: RelightableImage, samples: Samples) -> None:
        assert isinstance(image.decoder, NeuralDecoder)
        self.image = image
        self.samples = samples
        self.decoder = DecoderNetwork.from_decoder(image.decoder).to(samples.device)

    @torch.no_grad()
    def colours(self, pixels: Tensor, values: Tensor, lights: Tensor) -> Tensor:
        latents = latents_at(self.image, self.samples.place[pixels.cpu()].numpy())
        colours: Tensor = self.decoder(latents.to(self.samples.device), lights)
        return colours


class Lesson:
    """Colours of pixels under lights without a photograph.

    The lights are evenly spread over the (x, y) disc that the photographs reach. The answer is
    the guide's, or the teacher's, or, with both, `teacher_share` of the teacher's and the rest
    of the guide's.
    """

    def __init__(
        self,
        samples: Samples,
        guide: Guide | None,
        teacher: Teacher | None,
        teacher_share: float,
        random: torch.Generator,
    ) -> None:
        self.lights = _spread_lights(DIRECTIONS, samples.rim, random).to(samples.device)
        self.guide = guide
        self.teacher = teacher
        self.teacher_share = teacher_share
        if guide:
            weights = torch.from_numpy(guide.weights(self.lights.cpu().numpy()))
            self.weights = weights.float().to(samples.device)  # [D, L]

    def colours(self, pixels: Tensor, values: Tensor, asked: Tensor) -> Tensor:
        """[B] pixels, their values [B, L, 3], [A] directions (of `lights`) -> [B, A, 3]."""
        if self.teacher is None:
            return self._guided(values, asked)
        taught = self.teacher.colours(pixels, values, self.lights[asked])
        if self.guide is None:
            return taught
        return torch.lerp(self._guided(values, asked), taught, self.teacher_share)

    def _guided(self, values: Tensor, asked: Tensor) -> Tensor:
        return (self.weights[asked] @ values).clamp(0, 1)


def best_teacher_share(truth: Tensor, guided: Tensor, taught: Tensor) -> float:
    """The share of the teacher, 0..1, that comes closest to the truth when mixed with the guide.

    All are [P, V, 3], colours under validation lights.
    """
    apart = taught - guided
    squared = float(apart.square().sum())
    if squared == 0:
        return 1.0
    return float(np.clip(float(((truth - guided) * apart).sum()) / squared, 0, 1))


def _spread_lights(number: int, rim: float, random: torch.Generator) -> Tensor:
    """[number, 2] directions, evenly spread over the disc of radius `rim`."""
    radius = rim * torch.rand(number, generator=random).sqrt()
    azimuth = 2 * math.pi * torch.rand(number, generator=random)
    return torch.stack([radius * azimuth.cos(), radius * azimuth.sin()], dim=1)
