"""Between the photographs of several cameras: what a surface may show to a camera and under a light
that there were none of.

A network that sees nothing but the pictures learns nothing of what lies between their cameras: with
the camera, a pixel passes over the relief, and what it shows changes abruptly. So the relief is
found first (`plane_sweep`). The place of the surface that a pixel shows is looked up in the
pictures of the cameras around that see it, each under the light that is asked for, which is
interpolated between the camera's own photographs (`guide`).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from shaders.decoder import directions
from trainer.collection.cameras import distinct
from trainer.collection.rectified import Array, first_hits, remapped, slopes
from trainer.collection.samples import Samples
from trainer.lights.directions import angles_between
from trainer.running.plan import Progress
from trainer.training.guide import Guide
from trainer.training.plane_sweep import relief_of

FEWEST_LIGHTS = 6  # of a camera: fewer tell nothing about a light between them
NEAREST = 4  # cameras that are asked about a view
SHARP = math.radians(0.5)  # nearer than this, one camera is as good as another
# Pixels beside the place that a camera sees there: so many, and it counts; more, and it does not.
FEW_ASIDE, MANY_ASIDE = 1.0, 2.0
SLIGHT = 1e-4  # what counts where no camera sees the place: they all, and the nearest unshifted
VIEWS = 96  # that are asked about,
LIGHTS = 12  # each under so many lights
FEWEST_VIEWS = 8
MOST_BYTES = 1 << 28  # of the answers
CHUNK_PIXELS = 1 << 16
DESCRIBED_PIXELS = 1 << 14

Hits = tuple[Array, Array]  # what a camera sees, as `first_hits` has it


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera, and its photographs."""

    view: np.ndarray  # [3], toward it
    columns: np.ndarray  # [L], which of the stored photographs are its own
    guide: Guide  # between their lights


class CameraGuide:
    """Answers that are prepared for `conditions` [D, 4], views and lights between the photographs.

    `spread(number)` draws so many lights [number, 2]. `relief` [H, W] are heights in pixels, 0
    where the pictures tell none.
    """

    def __init__(
        self,
        samples: Samples,
        spread: Callable[[int], Tensor],
        random: torch.Generator,
        progress: Progress | None = None,
    ) -> None:
        self.samples = samples
        self.white = samples.mlic.train.white
        self.place = samples.place.numpy()
        self.size = samples.mlic.height, samples.mlic.width
        self.cameras = _cameras(samples)
        self._object = self._picture(np.ones((len(self.place), 1), np.float32))
        views = np.array([camera.view for camera in self.cameras])
        pictures = np.array([self._brightness(camera) for camera in self.cameras])
        found = relief_of(pictures, views)
        self.relief = np.zeros(self.size, np.float32) if found is None else found
        self._hits = [first_hits(self.relief, view) for view in views]
        affordable = MOST_BYTES // (3 * LIGHTS * len(samples))
        number = min(VIEWS, max(FEWEST_VIEWS, affordable))
        asked = torch.from_numpy(_between(views, number, random)).repeat_interleave(LIGHTS, dim=0)
        self.conditions = torch.cat([asked, spread(len(asked))], dim=1).to(samples.device)
        self._answers = self.answers(self.conditions.cpu().numpy(), progress)

    def colours(self, pixels: Tensor, directions: Tensor) -> Tensor:
        """[B] pixels and [A] of the `conditions` -> [B, A, 3], 0..1."""
        rows = self._answers.index_select(0, pixels.to(self._answers.device))
        chosen = rows.to(self.samples.device).index_select(1, directions)
        return chosen.float().div_(255)

    def answers(self, conditions: np.ndarray, progress: Progress | None = None) -> Tensor:
        """Of all object pixels under conditions [D, 4]: [P, D, 3] uint8."""
        found = torch.empty((len(self.place), len(conditions), 3), dtype=torch.uint8)
        views, which = np.unique(conditions[:, :2], axis=0, return_inverse=True)
        for i, view in enumerate(directions(views.astype(np.float64)).astype(np.float32)):
            asked = np.flatnonzero(which.reshape(-1) == i)
            shown = self._seen_from(view, conditions[asked, 2:])
            found[:, torch.from_numpy(asked)] = torch.from_numpy(shown)
            if progress:
                progress(i + 1, len(views))
        return found

    def _seen_from(self, view: np.ndarray, lights: np.ndarray) -> np.ndarray:
        """The object pixels under lights [A, 2], [P, A, 3] uint8."""
        columns, rows = first_hits(self.relief, view)
        height = remapped(self.relief, columns, rows)
        total, counts = None, np.full(self.size, SLIGHT, np.float32)
        for camera, hits, share in self._nearest(view):
            lit = self._lit(camera, lights)  # [H, W, 3 A], black off the object
            if total is None:
                total = SLIGHT * lit
            across, up = slopes(camera.view)
            there = columns - across * height, rows + up * height
            aside = np.hypot(remapped(hits[0], *there) - columns, remapped(hits[1], *there) - rows)
            sees = ((MANY_ASIDE - aside) / (MANY_ASIDE - FEW_ASIDE)).clip(0, 1)
            seen = share * (SLIGHT + sees)
            total += seen[..., None] * remapped(lit, *there)
            counts += seen * remapped(self._object, *there)
        assert total is not None
        mean = (total / counts[..., None]).reshape(-1, len(lights), 3)[self.place]
        return np.rint(255 * mean).clip(0, 255).astype(np.uint8)

    def _nearest(self, view: np.ndarray) -> Iterator[tuple[Camera, Hits, np.float32]]:
        """The cameras about a view, what they see, and how much they count; the nearest first."""
        angles = angles_between(np.array([camera.view for camera in self.cameras]), view)
        order = np.argsort(angles, kind="stable")[:NEAREST]
        shares = 1 / (angles[order] + SHARP) ** 2
        shares = (shares / shares.sum()).astype(np.float32)
        for i, share in zip(order, shares, strict=True):
            yield self.cameras[i], self._hits[i], share

    def _lit(self, camera: Camera, lights: np.ndarray) -> Array:
        """A camera's picture under lights [A, 2]: [H, W, 3 A]."""
        weights = camera.guide.weights(lights).astype(np.float32) / np.float32(self.white)
        return self._picture(self._weighted(camera, weights).clip(0, 1))

    def _weighted(self, camera: Camera, weights: np.ndarray) -> np.ndarray:
        """Sums of a camera's photographs, as they are stored, by weights [A, L]: [P, 3 A]."""
        stored = self.samples.mlic.train.stored
        sums = np.empty((len(stored), 3 * len(weights)), np.float32)
        for first in range(0, len(stored), CHUNK_PIXELS):
            values = stored[first : first + CHUNK_PIXELS, camera.columns].astype(np.float32)
            mixed = np.tensordot(values, weights, (1, 1))  # [B, 3, A]
            sums[first : first + CHUNK_PIXELS] = mixed.swapaxes(1, 2).reshape(len(values), -1)
        return sums

    def _brightness(self, camera: Camera) -> Array:
        """The mean over a camera's photographs [H, W], 0..1."""
        number = len(camera.columns)
        mean = np.full((1, number), 1 / number / self.white, np.float32)
        return self._picture(self._weighted(camera, mean).mean(axis=1))

    def _picture(self, values: np.ndarray) -> Array:
        """Values [P, ...] of the object pixels at their places [H, W, ...], 0 off the object."""
        whole = np.zeros((self.size[0] * self.size[1], *values.shape[1:]), np.float32)
        whole[self.place] = values
        return whole.reshape(*self.size, *values.shape[1:])


def can_guide(samples: Samples) -> bool:
    """Whether there are two cameras with lights enough to tell what lies between them."""
    return len(_photographs(samples)) > 1


def _photographs(samples: Samples) -> list[np.ndarray]:
    """Which of the training photographs are of each camera that has enough."""
    views = directions(samples.conditions[:, :2].cpu().numpy().astype(np.float64))
    of = distinct(views)[1]
    each = (np.flatnonzero(of == i) for i in range(of.max() + 1))
    return [photographs for photographs in each if len(photographs) >= FEWEST_LIGHTS]


def _cameras(samples: Samples) -> list[Camera]:
    """Cameras, of whose interpolators the mixture is that of one which has the most lights."""
    conditions = samples.conditions.cpu().numpy().astype(np.float64)
    views, lights = directions(conditions[:, :2]), directions(conditions[:, 2:])
    photographs = _photographs(samples)
    best = max(photographs, key=lambda own: (len(own), views[own[0], 2]))
    some = torch.arange(0, len(samples), -(-len(samples) // DESCRIBED_PIXELS))
    values = samples.values(some, torch.from_numpy(best).to(samples.device)).cpu()
    flat = values.transpose(1, 2).flatten(0, 1).numpy()  # [3 S, L]
    guide = Guide(lights[best], (flat.T @ flat / len(flat)).astype(np.float64))
    return [
        Camera(views[own[0]].astype(np.float32), samples.columns[own], guide.over(lights[own]))
        for own in photographs
    ]


def _between(views: np.ndarray, number: int, random: torch.Generator) -> np.ndarray:
    """Views [number, 2], x and y, each somewhere between a camera of [C, 3] and two near ones."""
    near = np.argsort(-(views @ views.T), axis=1, kind="stable")[:, : NEAREST + 1]
    chosen = torch.randint(len(views), (number,), generator=random).numpy()
    others = torch.rand(number, near.shape[1] - 1, generator=random).argsort(dim=1)[:, :2].numpy()
    corners = np.concatenate([chosen[:, None], np.take_along_axis(near[chosen], 1 + others, 1)], 1)
    shares = -torch.rand(corners.shape, generator=random, dtype=torch.float64).log().numpy()
    mixed = np.einsum("nc,ncx->nx", shares, views[corners])
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.asarray(mixed[:, :2], np.float32)
