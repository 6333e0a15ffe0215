"""Near lamps over a table, and a relief lit by one of them.

Lengths are in pixels of the table, x to the right and y up from the middle of the picture, z from
the table toward the camera.
"""

import math
from dataclasses import dataclass

import numpy as np

from trainer.sample.relief import Relief
from trainer.sample.shading import reflect_near, visibility
from trainer.sample.workpiece import Array

LOWEST, HIGHEST = 14.0, 80.0  # degrees of elevation
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
WIDE = 0.045  # a lamp's radius, of its distance
JITTER = 0.03  # of a lamp's distance, for a lamp that is moved by hand


@dataclass(frozen=True, eq=False)
class Lamp:
    """A small round lamp that shines to all sides alike."""

    position: Array  # [3]
    radius: float
    reach: float  # the distance at which a white diffuser that faces the lamp has radiance 1

    @property
    def radiance(self) -> float:
        """Of the lamp itself, of which the diffuser sees the solid angle."""
        return (self.reach / self.radius) ** 2


def dome_lamps(count: int, distance: float, random: np.random.Generator) -> list[Lamp]:
    """Lamps in a spiral over a hemisphere, each put up by hand and so a little off."""
    lamps = []
    low, high = math.sin(math.radians(LOWEST)), math.sin(math.radians(HIGHEST))
    for index in range(count):
        z = low + (high - low) * (index + 0.5) / count
        across, turn = math.sqrt(1 - z * z), index * GOLDEN_ANGLE
        direction = np.array([across * math.cos(turn), across * math.sin(turn), z])
        direction += random.normal(0, JITTER, 3)
        length = distance * (1 + random.normal(0, JITTER))
        position = length * direction / np.linalg.norm(direction)
        lamps.append(Lamp(position.astype(np.float32), WIDE * distance, distance))
    return lamps


def lit_by(relief: Relief, normals: Array, points: Array, lamp: Lamp) -> Array:
    """Linear radiance [H, W, 3] of the relief, whose surface is at `points` [H, W, 3].

    Shadows are cast as from the direction in which the middle of the picture sees the lamp.
    """
    toward, falloff = from_points(points, lamp)
    middle = lamp.position / np.linalg.norm(lamp.position)
    seen = visibility(relief.height, middle.astype(np.float32))
    radiance = reflect_near(normals, relief.albedo, relief.f0, relief.roughness, toward)
    return np.asarray((seen * falloff)[..., None] * radiance, np.float32)


def from_points(points: Array, lamp: Lamp) -> tuple[Array, Array]:
    """Unit vectors [..., 3] from points toward a lamp, and the irradiance there [...] across."""
    toward = lamp.position - points
    distance = np.linalg.norm(toward, axis=-1)
    return toward / distance[..., None], np.square(lamp.reach / distance)
