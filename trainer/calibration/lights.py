"""From highlights to lights: directions, and where two spheres see one lamp its position.

A highlight on a sphere is a ray from there toward the lamp. A distant lamp's rays are parallel; a
near one's meet in it. Which of the two it is the rays tell: where they part by more than their
uncertainty and come together in front of the spheres, lamps are near. Directions are those from
the middle of the picture on the table (Masselus, Dutré and Anrys 2002, The Free-form Light Stage,
take two or more spheres so; Mudge et al. 2006 one sphere and a distant lamp).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import least_squares

from trainer.calibration.camera import Sphere
from trainer.calibration.highlights import Highlight
from trainer.lights.directions import angles_between

RIM_ERROR = 0.0015  # of a sphere's radius, by which its outline is unsure
KEPT = 0.12  # a lamp's distance varies by about that much of it: a hand, or a dome
FAR = 40.0  # distances between the spheres, beyond which a lamp is distant
NEAR_SHARE = 0.7  # of the photographs, in which the rays must come together
BETTER = 0.6  # of the angle left between rays and lamps, against distant ones
AGREE = 3.0  # deviations, and degrees, beyond which spheres disagree
AGREE_DEGREES = 2.5
LOWEST = 0.02  # a light's z, below which it is put there


@dataclass(frozen=True, eq=False)
class Light:
    """The light of one photograph: x right, y up, z to the viewer."""

    direction: np.ndarray  # [3], a unit vector
    deviation: float  # degrees
    position: np.ndarray | None = None  # [3], in pixels of the table, from the picture's middle
    residuals: list[float | None] = field(default_factory=list)  # degrees, for each sphere

    @property
    def elevation(self) -> float:
        return float(np.degrees(np.arcsin(np.clip(self.direction[2], -1, 1))))


@dataclass(frozen=True, eq=False)
class Rays:
    """What the highlights say: rays from the spheres toward the lamps."""

    places: np.ndarray  # [S, L, 3]
    directions: np.ndarray  # [S, L, 3] unit vectors
    deviations: np.ndarray  # [S, L] radians; infinite where there is no highlight
    valid: np.ndarray  # [S, L] bool


def rays_of(spheres: Sequence[Sphere], highlights: Sequence[Sequence[Highlight]]) -> Rays:
    """[S] spheres and the [S][L] highlights on them."""
    shape = len(spheres), len(highlights[0])
    places, directions = np.zeros((*shape, 3)), np.zeros((*shape, 3))
    deviations = np.full(shape, np.inf)
    valid = np.array([[h.usable for h in row] for row in highlights])
    for s, (sphere, row) in enumerate(zip(spheres, highlights, strict=True)):
        points = np.array([h.place for h in row])
        places[s], directions[s] = sphere.mirrored(points)
        _, normals, views = sphere.normals(points)
        cosine = np.sum(normals * views, axis=-1).clip(0.1)
        radius = sphere.outline.across
        unsure = np.array([h.deviation for h in row])
        rim = np.hypot(sphere.outline.deviation, RIM_ERROR * radius)
        angle = 2 * np.hypot(unsure, rim) / (radius * cosine)
        deviations[s, valid[s]] = angle[valid[s]]
    return Rays(places, directions, deviations, valid)


def lights_of(rays: Rays, near: bool | None = None) -> list[Light | None]:
    """A light for each photograph; None without a highlight.

    `near` says whether lamps have positions; None: as the rays have it.
    """
    distant = _distant(rays)
    if near is False or len(rays.places) < 2:
        return distant
    positions = _positions(rays)
    if near or _is_near(rays, distant, positions):
        return _near(rays, positions, distant)
    return distant


def on_dome(rays: Rays, distance: float) -> list[Light | None]:
    """Lights for lamps that are all `distance` pixels of the table from the picture's middle: where
    each ray leaves that dome."""

    def light(photograph: int, seen: np.ndarray) -> Light:
        place, ray = rays.places[seen, photograph], rays.directions[seen, photograph]
        along = np.sum(place * ray, axis=-1)
        root = np.sqrt((along**2 - np.sum(place**2, axis=-1) + distance**2).clip(0))
        exits = place + (root - along)[:, None] * ray
        weights = 1 / rays.deviations[seen, photograph] ** 2
        return _light(rays, photograph, np.average(exits, axis=0, weights=weights))

    return _for_each(rays, light)


def _for_each(rays: Rays, light: Callable[[int, np.ndarray], Light]) -> list[Light | None]:
    """The `light` of each photograph, from its spheres with a highlight; None without such."""
    seen = [np.flatnonzero(valid) for valid in rays.valid.T]
    return [light(i, spheres) if len(spheres) else None for i, spheres in enumerate(seen)]


def disagreements(rays: Rays, lights: Sequence[Light | None]) -> list[tuple[int, int, float]]:
    """Spheres and photographs whose ray leaves the light by more than its uncertainty: (sphere,
    photograph, degrees)."""
    found = []
    for photograph, light in enumerate(lights):
        if light is None or rays.valid[:, photograph].sum() < 2:
            continue
        for sphere, residual in enumerate(light.residuals):
            limit = AGREE * np.degrees(rays.deviations[sphere, photograph]) + AGREE_DEGREES
            if residual is not None and residual > limit:
                found.append((sphere, photograph, residual))
    return found


def _distant(rays: Rays) -> list[Light | None]:
    def light(photograph: int, seen: np.ndarray) -> Light:
        weights = 1 / rays.deviations[seen, photograph] ** 2
        mean = (weights[:, None] * rays.directions[seen, photograph]).sum(axis=0)
        direction = _raised(mean / np.linalg.norm(mean))
        residuals = _residuals(rays, photograph, direction)
        own = 1 / np.sqrt(weights.sum())
        left = [r for r in residuals if r is not None]
        spread = np.radians(np.mean(left)) / np.sqrt(len(left)) if len(left) > 1 else 0.0
        return Light(direction, float(np.degrees(np.hypot(own, spread))), None, residuals)

    return _for_each(rays, light)


def _residuals(
    rays: Rays, photograph: int, target: np.ndarray, near: bool = False
) -> list[float | None]:
    """The angle in degrees between each sphere's ray and a direction, or a position."""
    angles: list[float | None] = []
    for sphere in range(len(rays.places)):
        if not rays.valid[sphere, photograph]:
            angles.append(None)
            continue
        toward = target - rays.places[sphere, photograph] if near else target
        toward = toward / max(float(np.linalg.norm(toward)), 1e-9)
        angle = angles_between(toward, rays.directions[sphere, photograph])
        angles.append(float(np.degrees(angle)))
    return angles


def _positions(rays: Rays) -> np.ndarray:
    """Where the rays of each photograph meet [L, 3]; not a number where fewer than two are.

    The position is that which the rays miss by the least angles, measured by their uncertainties.
    Rays that are nearly parallel say little of the distance, for which the others' counts a little.
    """
    count = rays.valid.shape[1]
    positions = np.full((count, 3), np.nan)
    pairs = _seen_twice(rays)
    for photograph in pairs:
        positions[photograph] = _meeting(rays, photograph)
    front = [p for p in pairs if _in_front(rays, p, positions[p])]
    if len(front) < 3:
        return positions
    typical = float(np.median(np.linalg.norm(positions[front], axis=1)))
    for photograph in pairs:
        start = positions[photograph]
        if not _in_front(rays, photograph, start):
            start = typical * _mean_ray(rays, photograph)
        positions[photograph] = _closest(rays, photograph, start, typical)
    return positions


def _seen_twice(rays: Rays) -> list[int]:
    """The photographs with a highlight on two spheres or more."""
    return [p for p, count in enumerate(rays.valid.sum(axis=0)) if count >= 2]


def _meeting(rays: Rays, photograph: int) -> np.ndarray:
    """The point nearest to the lines, by linear least squares."""
    seen = np.flatnonzero(rays.valid[:, photograph])
    matrix, target = np.zeros((3, 3)), np.zeros(3)
    for sphere in seen:
        ray = rays.directions[sphere, photograph]
        across = np.eye(3) - np.outer(ray, ray)
        matrix += across
        target += across @ rays.places[sphere, photograph]
    return np.asarray(np.linalg.lstsq(matrix, target, rcond=None)[0])


def _closest(rays: Rays, photograph: int, start: np.ndarray, typical: float) -> np.ndarray:
    seen = np.flatnonzero(rays.valid[:, photograph])
    place, ray = rays.places[seen, photograph], rays.directions[seen, photograph]
    weight = 1 / rays.deviations[seen, photograph]

    def misses(position: np.ndarray) -> np.ndarray:
        toward = position - place
        toward = toward / np.linalg.norm(toward, axis=1, keepdims=True)
        length = max(float(np.linalg.norm(position)), 1e-6)
        return np.append(
            ((toward - ray) * weight[:, None]).ravel(), np.log(length / typical) / KEPT
        )

    return np.asarray(least_squares(misses, start, x_scale=typical, method="lm").x)


def _mean_ray(rays: Rays, photograph: int) -> np.ndarray:
    seen = rays.valid[:, photograph]
    mean = rays.directions[seen, photograph].sum(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def _in_front(rays: Rays, photograph: int, position: np.ndarray) -> bool:
    seen = rays.valid[:, photograph]
    toward = position - rays.places[seen, photograph]
    return bool((np.sum(toward * rays.directions[seen, photograph], axis=1) > 0).all())


def _is_near(rays: Rays, distant: Sequence[Light | None], positions: np.ndarray) -> bool:
    """Whether the rays come together in lamps that are nearer than FAR, better than in parallel."""
    pairs = _seen_twice(rays)
    if len(pairs) < 3:
        return False
    base = np.ptp(rays.places[:, pairs].mean(axis=1), axis=0)
    met = [p for p in pairs if _in_front(rays, p, _meeting(rays, p))]
    if len(met) < NEAR_SHARE * len(pairs):
        return False
    near = [np.mean(_of(_residuals(rays, p, positions[p], near=True))) for p in pairs]
    apart = [np.mean(_of(light.residuals)) for p in pairs if (light := distant[p]) is not None]
    distances = np.linalg.norm(positions[pairs], axis=1)
    close = float(np.median(distances)) < FAR * float(np.linalg.norm(base))
    return close and float(np.median(near)) < BETTER * float(np.median(apart))


def _of(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _near(rays: Rays, positions: np.ndarray, distant: Sequence[Light | None]) -> list[Light | None]:
    """Lights at positions. Seen by one sphere alone, a lamp is as far away as the others are."""
    known = np.linalg.norm(positions, axis=1)
    typical = float(np.nanmedian(known))
    alone = on_dome(rays, typical)
    return [
        None
        if light is None
        else _light(rays, p, positions[p])
        if np.isfinite(positions[p]).all()
        else alone[p]
        for p, light in enumerate(distant)
    ]


def _light(rays: Rays, photograph: int, position: np.ndarray) -> Light:
    direction = _raised(position / np.linalg.norm(position))
    residuals = _residuals(rays, photograph, position, near=True)
    seen = rays.valid[:, photograph]
    own = 1 / np.sqrt((1 / rays.deviations[seen, photograph] ** 2).sum())
    left = _of(residuals)
    spread = np.radians(np.mean(left)) / np.sqrt(len(left)) if len(left) > 1 else 0.0
    deviation = float(np.degrees(np.hypot(own, spread)))
    return Light(direction, deviation, position, residuals)


def _raised(direction: np.ndarray) -> np.ndarray:
    """On the horizon, where it is slightly below."""
    if direction[2] >= LOWEST:
        return direction
    level = direction.copy()
    level[2] = LOWEST
    return np.asarray(level / np.linalg.norm(level))
