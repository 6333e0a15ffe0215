"""Cameras of a collection, each with its own photographs and what is known between their lights."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from shaders.decoder import directions
from trainer.collection.cameras import distinct
from trainer.collection.rectified import Array
from trainer.collection.samples import Samples
from trainer.lights.directions import angles_between
from trainer.training.guide import Guide

FEWEST_LIGHTS = 6  # of a camera: fewer tell nothing about a light between them
NEAREST = 4  # cameras that are asked about a view
SHARP = math.radians(0.5)  # nearer than this, one camera is as good as another
CHUNK_PIXELS = 1 << 16
DESCRIBED_PIXELS = 1 << 14


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera, and its photographs."""

    view: np.ndarray  # [3], toward it
    columns: np.ndarray  # [L], which of the stored photographs are its own
    guide: Guide  # between their lights


def can_guide(samples: Samples) -> bool:
    """Whether there are two cameras with lights enough to tell what lies between them."""
    return len(_photographs(samples)) > 1


def cameras_of(samples: Samples) -> list[Camera]:
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


def nearest_cameras(
    cameras: list[Camera], view: np.ndarray, *, apart: bool = False
) -> Iterator[tuple[int, np.float32]]:
    """Which cameras are about a view, the nearest first, and how much each counts; those in the
    very direction not, if they are to be `apart`."""
    angles = angles_between(np.array([camera.view for camera in cameras]), view)
    order = np.argsort(angles, kind="stable")
    order = order[angles[order] > SHARP][:NEAREST] if apart else order[:NEAREST]
    shares = 1 / (angles[order] + SHARP) ** 2
    shares = (shares / shares.sum()).astype(np.float32)
    yield from zip(order.tolist(), shares, strict=True)


def weighted(
    stored: np.ndarray, camera: Camera, weights: np.ndarray, pixels: np.ndarray | None = None
) -> Array:
    """Sums of a camera's photographs, as they are `stored` [P, A, 3], by weights [N, L]: [P, 3 N];
    of some `pixels` alone, where such are given."""
    number = len(stored) if pixels is None else len(pixels)
    sums = np.empty((number, 3 * len(weights)), np.float32)
    for first in range(0, number, CHUNK_PIXELS):
        chunk = slice(first, first + CHUNK_PIXELS)
        rows = stored[chunk] if pixels is None else stored[pixels[chunk]]
        mixed = np.tensordot(rows[:, camera.columns].astype(np.float32), weights, (1, 1))
        sums[chunk] = mixed.reshape(len(rows), -1)  # [B, 3, N]
    return sums


def _photographs(samples: Samples) -> list[np.ndarray]:
    """Which of the training photographs are of each camera that has enough."""
    views = directions(samples.conditions[:, :2].cpu().numpy().astype(np.float64))
    of = distinct(views)[1]
    each = (np.flatnonzero(of == i) for i in range(of.max() + 1))
    return [photographs for photographs in each if len(photographs) >= FEWEST_LIGHTS]
