"""Glossy spheres on a table, as a camera sees them: what they reflect is traced exactly.

Lengths as in `lamps`. A sphere mirrors the lamp, the table with what lies on it, and a dark room
that may have a window.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from trainer.sample.lamps import Lamp
from trainer.sample.workpiece import Array

SUPERSAMPLED = 4  # rays a pixel and axis
ROOM = 0.004  # radiance of the dark room
GLARE = 20.0  # the most that a ray brings, lest what a lens scatters of lamps outshines the rest
PENUMBRA = 0.06  # width of a shadow's edge, of the sphere's radius
WINDOW = np.array([-0.45, 0.35, 0.82], np.float32)  # where the room's window is seen
WINDOW_RADIANCE = 30.0
WINDOW_HALF = 0.05  # of the sine of an angle


@dataclass(frozen=True)
class Gloss:
    """What a sphere is made of."""

    f0: float  # reflectance at normal incidence
    albedo: float


BLACK = Gloss(0.045, 0.004)
CHROME = Gloss(0.6, 0.0)


@dataclass(frozen=True)
class Ball:
    """A sphere that rests on the table."""

    x: float
    y: float
    radius: float
    gloss: Gloss

    @property
    def centre(self) -> Array:
        return np.array([self.x, self.y, self.radius], np.float32)

    def shadow(self, points: Array, lamp: Lamp) -> Array:
        """How much of the lamp the points [..., 3] see past the sphere, 0..1."""
        toward = lamp.position - points
        along = np.sum((self.centre - points) * toward, axis=-1) / np.sum(toward**2, axis=-1)
        nearest = points + along.clip(0, 1)[..., None] * toward
        gap = np.linalg.norm(nearest - self.centre, axis=-1) / self.radius - 1
        return np.asarray((0.5 + gap / PENUMBRA).clip(0, 1), np.float32)


def camera_rays(x: Array, y: Array, distance: float | None) -> tuple[Array, Array]:
    """Origins and unit directions [..., 3] of the rays that see the table at (x, y): from a camera
    at this distance above the middle, or parallel ones."""
    zero = np.zeros_like(x)
    if distance is None:
        down = np.stack([zero, zero, zero - 1], axis=-1)
        return np.stack([x, y, zero + 1e4], axis=-1), down
    origin = np.broadcast_to(np.array([0, 0, distance]), (*x.shape, 3))
    ray = np.stack([x, y, zero - distance], axis=-1)
    return origin, ray / np.linalg.norm(ray, axis=-1, keepdims=True)


def draw_ball(picture: Array, ball: Ball, lamp: Lamp, camera: float | None, window: bool) -> None:
    """Draws the sphere into the table's linear radiance [H, W, 3], in place."""
    height, width = picture.shape[:2]
    scale = 1.0 if camera is None else camera / (camera - ball.radius)
    reach = 1.6 * ball.radius * scale
    column, row = width / 2 + ball.x * scale, height / 2 - ball.y * scale
    left, right = max(0, int(column - reach)), min(width, int(column + reach) + 1)
    top, bottom = max(0, int(row - reach)), min(height, int(row + reach) + 1)
    if left >= right or top >= bottom:
        return
    offsets = (np.arange(SUPERSAMPLED) + 0.5) / SUPERSAMPLED
    x = (np.arange(left, right)[:, None] + offsets).ravel() - width / 2
    y = height / 2 - (np.arange(top, bottom)[:, None] + offsets).ravel()
    columns, rows = np.meshgrid(x, y)
    origin, ray = camera_rays(columns, rows, camera)
    hit, seen = _reflected(picture, ball, lamp, origin, ray, window)
    # Ray by ray: a pixel that holds the border of the lamp's image has its part of it.
    seen = np.where(hit[..., None], seen.clip(0, GLARE), 0)
    shape = (bottom - top, SUPERSAMPLED, right - left, SUPERSAMPLED)
    share = hit.reshape(shape).mean(axis=(1, 3))[..., None]
    colour = seen.reshape(*shape, 3).mean(axis=(1, 3))
    part = picture[top:bottom, left:right]
    part[:] = part * (1 - share) + colour


def _reflected(
    picture: Array, ball: Ball, lamp: Lamp, origin: Array, ray: Array, window: bool
) -> tuple[Array, Array]:
    """Which rays hit the sphere [...], and the radiance [..., 3] that they see there."""
    offset = origin - ball.centre
    along = np.sum(offset * ray, axis=-1)
    root = along**2 - np.sum(offset**2, axis=-1) + ball.radius**2
    hit = root > 0
    point = origin + (-along - np.sqrt(root.clip(0)))[..., None] * ray
    normal = (point - ball.centre) / ball.radius
    cosine = -np.sum(normal * ray, axis=-1)
    mirrored = ray + 2 * cosine[..., None] * normal
    fresnel = ball.gloss.f0 + (1 - ball.gloss.f0) * (1 - cosine.clip(0, 1)) ** 5
    seen = fresnel[..., None] * _surroundings(picture, point, mirrored, lamp, window)
    toward = lamp.position - point
    distance = np.linalg.norm(toward, axis=-1)
    lit = np.sum(normal * toward, axis=-1).clip(0) / distance * (lamp.reach / distance) ** 2
    return hit, seen + (ball.gloss.albedo * lit)[..., None]


def _surroundings(picture: Array, point: Array, ray: Array, lamp: Lamp, window: bool) -> Array:
    """Radiance [..., 3] from where the mirrored rays lead to."""
    height, width = picture.shape[:2]
    toward = lamp.position - point
    distance = np.linalg.norm(toward, axis=-1)
    beside = np.linalg.norm(np.cross(ray, toward / distance[..., None]), axis=-1)
    on_lamp = (beside < lamp.radius / distance) & (np.sum(ray * toward, axis=-1) > 0)
    light = ROOM + on_lamp * lamp.radiance
    if window:
        sides = np.abs(ray - WINDOW / np.linalg.norm(WINDOW)).max(axis=-1)
        light = light + (sides < WINDOW_HALF) * WINDOW_RADIANCE
    down = ray[..., 2] < -1e-3
    reach = np.where(down, -point[..., 2] / np.where(down, ray[..., 2], 1), 0)
    x, y = (point + reach[..., None] * ray)[..., :2].transpose(2, 0, 1)
    places = np.stack([height / 2 - y - 0.5, x + width / 2 - 0.5])
    table = [map_coordinates(picture[..., c], places, order=1, cval=ROOM) for c in range(3)]
    return np.where(down[..., None], np.stack(table, axis=-1), light[..., None])
