"""Between the photographs of several cameras: what a surface may show to a camera and under a light
that there were none of.

Photographs are laid onto the relief of the surface before (`unfolding`), so that a pixel is one
place of it to all cameras. What it shows to a camera between them is what those around show that
see it, each under the light that is asked for, which is interpolated between the camera's own
photographs (`guide`).
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from shaders.decoder import directions
from shaders.heights import Relief
from trainer.collection.samples import Samples
from trainer.running.plan import Progress
from trainer.training.unfolding import SLIGHT, sees
from trainer.training.viewpoints import NEAREST, cameras_of, nearest_cameras, weighted

VIEWS = 96  # that are asked about,
LIGHTS = 12  # each under so many lights
FEWEST_VIEWS = 8
MOST_BYTES = 1 << 28  # of the answers


class CameraGuide:
    """Answers that are prepared for `conditions` [D, 4], views and lights between the photographs.

    `samples` are laid onto the `relief`, where there is one. `spread(number)` draws so many lights
    [number, 2].
    """

    def __init__(
        self,
        samples: Samples,
        relief: Relief | None,
        spread: Callable[[int], Tensor],
        random: torch.Generator,
        progress: Progress | None = None,
    ) -> None:
        self.samples = samples
        self.cameras = cameras_of(samples)
        views = np.array([camera.view for camera in self.cameras])
        self._seen = [  # [P] each, how far a camera sees a place, 0..1
            np.ones(len(samples), np.float32)
            if relief is None
            else sees(relief, view, samples.mlic.mask)
            for view in views
        ]
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
        found = torch.empty((len(self.samples), len(conditions), 3), dtype=torch.uint8)
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
        stored, white = self.samples.mlic.train.stored, self.samples.mlic.train.white
        total = np.zeros((len(stored), 3 * len(lights)), np.float32)
        counts = np.zeros((len(stored), 1), np.float32)
        for index, share in nearest_cameras(self.cameras, view):
            camera = self.cameras[index]
            weights = camera.guide.weights(lights).astype(np.float32) / np.float32(white)
            counted = share * (SLIGHT + self._seen[index][:, None])
            total += counted * weighted(stored, camera, weights).clip(0, 1)
            counts += counted
        mean = (total / counts).reshape(len(stored), 3, len(lights)).swapaxes(1, 2)
        return np.rint(255 * mean).clip(0, 255).astype(np.uint8)


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
