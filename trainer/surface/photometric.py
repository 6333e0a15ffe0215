"""Robust photometric stereo: the normals of pixels whose values under known lights are given.

A pixel's light is fitted by a matt and a glossy part (Lambert; Blinn 1977),

    I(l) = a (n.l)+  +  b (n.h)+^k  where n.l > 0,    h = (l + v) / |l + v|,  v = (0, 0, 1),

with a normal, two strengths and an exponent of its own, so that normals of metals are found as
those of plaster are. Residuals weigh as Geman and McClure (1987) have it: what is far off counts
for nothing. Shadows are many and say little, and highlights are never quite as modelled: so the
width is narrow for what is darker than the model and wide for what is brighter.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

# Of the pixel's bright values: how far darker and brighter than the model an observation may be.
DARKER, BRIGHTER = 0.03, 0.1
BRIGHT = 0.8  # the rank of the bright values
TRIMMED = (0.4, 0.9)  # the ranks between which the first guess takes a surface for matt
FIRST_EXPONENT, LARGEST_EXPONENT = 10.0, 400.0
FIRST_STEPS, STEPS = 4, 12  # of both guesses; of the better one
LONGEST_STEP = 0.5
LEAST_STEEPNESS = 0.02  # n.z of what a camera can see


@dataclass
class Surface:
    """What a pixel's model is made of, P pixels each."""

    normal: Tensor  # [P, 3] unit vectors
    matt: Tensor  # [P] log a
    gloss: Tensor  # [P] log b
    exponent: Tensor  # [P] log k

    def take(self, other: "Surface", chosen: Tensor) -> "Surface":
        """Of the other where `chosen` [P] is."""
        return Surface(
            torch.where(chosen[:, None], other.normal, self.normal),
            torch.where(chosen, other.matt, self.matt),
            torch.where(chosen, other.gloss, self.gloss),
            torch.where(chosen, other.exponent, self.exponent),
        )

    def moved(self, step: Tensor) -> "Surface":
        """By [P, 5]: along both tangents, and of the three logarithms."""
        first, second = tangents(self.normal)
        normal = self.normal + step[:, :1] * first + step[:, 1:2] * second
        return Surface(
            visible(normal),
            (self.matt + step[:, 2]).clamp(-9, 2),
            (self.gloss + step[:, 3]).clamp(-9, 4),
            (self.exponent + step[:, 4]).clamp(0, float(torch.log(torch.tensor(LARGEST_EXPONENT)))),
        )


class Observations:
    """The values of P pixels under L lights, and how well a surface explains them."""

    def __init__(self, values: Tensor, valid: Tensor, lights: Tensor) -> None:
        """`values` [P, L] in linear light; `valid` [P, L] false where they are clipped; `lights`
        [L, 3] unit vectors."""
        self.values, self.lights = values, lights
        self.halves = unit(lights + torch.tensor([0.0, 0.0, 1.0]))
        enough = valid.sum(1, keepdim=True) >= 4
        self.valid = (valid | ~enough).to(values.dtype)
        rank = int(BRIGHT * (len(lights) - 1))
        self.scale = values.sort(1).values[:, rank : rank + 1].clamp(min=1e-4)

    def guesses(self) -> list[Surface]:
        """A matt one by least squares without the darkest and brightest values, and a glossy one
        whose normal is the brightest value's half vector."""
        ranks = self.values.argsort(1).argsort(1) / len(self.lights)
        weights = ((ranks > TRIMMED[0]) & (ranks < TRIMMED[1])).to(self.values.dtype)
        weighted = weights[..., None] * self.lights  # [P, L, 3]
        normal_matrix = weighted.transpose(1, 2) @ self.lights + 1e-4 * torch.eye(3)
        matt = torch.linalg.solve(normal_matrix, (weighted * self.values[..., None]).sum(1))
        peak = self.halves[self.values.argmax(1)]
        return [self._guess(normal) for normal in (matt, peak)]

    def _guess(self, normal: Tensor) -> Surface:
        matt = (self.values.median(1).values / 0.5).clamp(min=1e-3)
        gloss = (self.values.max(1).values - matt).clamp(min=1e-3)
        exponent = torch.full_like(matt, FIRST_EXPONENT)
        return Surface(visible(normal), matt.log(), gloss.log(), exponent.log())

    def fit(self, surface: Surface, steps: int) -> tuple[Surface, Tensor]:
        """By Levenberg and Marquardt; with the cost [P]."""
        damping = torch.full_like(surface.matt, 1e-2)
        predicted, jacobian = self._predict(surface)
        residual, cost = self._compare(predicted)
        for _ in range(steps):
            moved = surface.moved(self._step(residual, jacobian, damping))
            predicted, new_jacobian = self._predict(moved)
            new_residual, new_cost = self._compare(predicted)
            better = new_cost < cost
            surface = surface.take(moved, better)
            residual = torch.where(better[:, None], new_residual, residual)
            jacobian = torch.where(better[:, None, None], new_jacobian, jacobian)
            cost = torch.where(better, new_cost, cost)
            damping = torch.where(better, damping * 0.3, damping * 5).clamp(1e-5, 1e5)
        return surface, cost

    def _predict(self, surface: Surface) -> tuple[Tensor, Tensor]:
        """The model's values [P, L], and their derivatives by a step [P, 5, L]."""
        normal = surface.normal
        matt, gloss, exponent = (
            part.exp()[:, None] for part in (surface.matt, surface.gloss, surface.exponent)
        )
        facing = normal @ self.lights.T
        lit = (facing > 0).to(facing.dtype)
        towards_half = (normal @ self.halves.T).clamp(min=1e-2)
        logarithm = towards_half.log()
        diffuse = matt * facing * lit
        specular = gloss * (exponent * logarithm).exp() * lit
        by_facing, by_half = matt * lit, exponent * specular / towards_half
        first, second = tangents(normal)
        derivatives = [
            *(
                by_facing * (t @ self.lights.T) + by_half * (t @ self.halves.T)
                for t in (first, second)
            ),
            diffuse,
            specular,
            specular * logarithm * exponent,
        ]
        return diffuse + specular, torch.stack(derivatives, 1)

    def _compare(self, predicted: Tensor) -> tuple[Tensor, Tensor]:
        """Residuals [P, L] and the cost [P]."""
        residual = self.values - predicted
        square, width = residual.square(), self._width(residual)
        return residual, (square / (square + width) * self.valid).sum(1)

    def _width(self, residual: Tensor) -> Tensor:
        """The square of what counts as far off, [P, L]."""
        return (torch.where(residual < 0, DARKER, BRIGHTER) * self.scale).square()

    def _step(self, residual: Tensor, jacobian: Tensor, damping: Tensor) -> Tensor:
        width = self._width(residual)
        weights = self.valid * width / (residual.square() + width).square()
        weighted = jacobian * weights[:, None]  # [P, 5, L]
        matrix = weighted @ jacobian.transpose(1, 2)
        diagonal = matrix.diagonal(dim1=1, dim2=2) * damping[:, None] + 1e-3
        gradient = weighted @ residual[..., None]
        step = torch.linalg.solve(matrix + torch.diag_embed(diagonal), gradient)[..., 0]
        return step.clamp(-LONGEST_STEP, LONGEST_STEP)


@torch.inference_mode()
def fit_normals(values: Tensor, valid: Tensor, lights: Tensor) -> Tensor:
    """The normals [P, 3] of pixels whose values [P, L], in linear light, are known under lights
    [L, 3]; `valid` [P, L] is false where a value is clipped. Unit vectors, x right, y up, z to the
    viewer, float32."""
    observations = Observations(values, valid, lights)
    (best, cost), *others = (observations.fit(g, FIRST_STEPS) for g in observations.guesses())
    for surface, other_cost in others:
        best = best.take(surface, other_cost < cost)
    return observations.fit(best, STEPS)[0].normal


def tangents(normal: Tensor) -> tuple[Tensor, Tensor]:
    """Two unit vectors [P, 3] that span the plane of each normal [P, 3]."""
    along_z = normal[:, 2:].abs() < 0.9
    axis = torch.where(along_z, torch.tensor([0.0, 0.0, 1.0]), torch.tensor([1.0, 0.0, 0.0]))
    first = unit(torch.linalg.cross(axis, normal))
    return first, torch.linalg.cross(normal, first)


def visible(normal: Tensor) -> Tensor:
    """Unit vectors towards the viewer's side."""
    x, y, z = unit(normal).unbind(1)
    return unit(torch.stack([x, y, z.clamp(min=LEAST_STEEPNESS)], 1))


def unit(vectors: Tensor) -> Tensor:
    """Each of length 1."""
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp(min=1e-12)
