"""Circles put right by what is mirrored just inside the rim: the table beside the sphere.

At grazing incidence a sphere mirrors the table a little outside its rim, and the photographs show
what lies there. So under the right circle the table, mirrored in it and blurred, is what each
photograph has inside the rim, be it an even cloth or the border of something bright, which would
be taken for the rim. Circle, blur and reflectance (Schlick 1994) are solved for together. What a
sphere shines by itself is told of each photograph by a constant and a slope, and left out.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import least_squares

from trainer.calibration.camera import Camera, place_sphere
from trainer.calibration.rim import Outline
from trainer.calibration.views import WHITE, View
from trainer.photographs.srgb import linear

SMALLEST = 20.0  # pixels of radius in the view, below which too little is inside the rim
RAYS = 180
STEP = 0.25  # pixels of the view, along rays
INNERMOST = 0.94  # of the radius: farther in is mirrored what lies beyond the view
BESIDE = 3.0  # pixels of the view outside the rim, that are compared
PAD = 2.0  # more of them, that are blurred into these
CLEAR = 2.0  # of the blur, outside the rim, from where the table is seen alone
FLATTEST = 0.05  # the least slope of a ray down to the table
# Of the unknowns, x, y and radius in pixels of the view, reflectance, and blur in such pixels:
START = np.array([0.0, 0.0, 0.0, 0.2, 0.9])
USUAL = np.array([0.3, 0.3, 0.3, 0.1, 0.2])  # by how much they are wrong
LEAST, MOST = (0.005, 0.3), (1.0, 3.0)  # reflectance and blur
FARTHEST, FARTHEST_PIXELS = 0.05, 1.5  # of the radius, by which a rim may be wrong
NOISE = 2.0  # levels
OUTLIER = 20.0  # levels
EXPLAINED = 0.4  # of what is seen inside the rim, that mirroring may leave
AWAY = 20.0  # from where the unknowns count, as SciPy's differences go with their size
DIFFERENCE = 0.03  # of what is usual: as rays are sampled, less than a step along them tells little
STEPS = 15


def mirroring(view: View, outline: Outline, camera: Camera) -> Outline | None:
    """The outline near the given one under which what is there mirrors the table beside it in the
    photographs of the view; None where none explains what is inside the rim. Outlines are in pixels
    of the photographs."""
    if outline.across < SMALLEST * view.region.scale:
        return None
    better = _Ring(view, outline, camera).solved()
    if better is None:
        return None
    # The ring was laid about a rim that may have been far off.
    return _Ring(view, better, camera).solved() or better


@dataclass(frozen=True, eq=False)
class _Shown:
    """What a ring of points [A, R] about a rim would show under some circle."""

    places: np.ndarray  # [A, R, 2], in the photograph: of the table that is seen there
    reflectance: np.ndarray  # [A, R]; 1 outside
    own: np.ndarray  # [A, R, 3]: a constant and a slope inside the rim
    depth: np.ndarray  # [A, R], by how many pixels of the view they are inside


class _Ring:
    """A sphere's rim in all photographs, against what it would show under other circles."""

    def __init__(self, view: View, outline: Outline, camera: Camera) -> None:
        self.view, self.outline, self.camera = view, outline, camera
        self.scale = view.region.scale
        light = np.moveaxis(linear(view.grey.clip(0, WHITE), WHITE), 0, -1)
        self.light = np.array_split(light, -(-light.shape[-1] // 4), axis=-1)  # as OpenCV takes
        across = outline.across / self.scale
        outer = across * (1 + outline.elongation) + BESIDE
        radii = np.arange(INNERMOST * across - PAD, outer + PAD, STEP)
        angles = np.arange(RAYS) * 2 * np.pi / RAYS
        rays = self.scale * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        self.points = [outline.x, outline.y] + rays[:, None] * radii[:, None]  # [A, R, 2]
        missing = ~(self._in_view(self.points) & self._in_view(self._shown(START).places))
        near = cv2.dilate(missing.astype(np.uint8), np.ones((1, 2 * round(PAD / STEP) + 1)))
        padding = (radii < radii[0] + PAD) | (radii > radii[-1] - PAD)
        self.kept = (near == 0) & ~padding  # [A, R], P of them
        self.seen = self._light_at(self.points)[self.kept]  # [P, L]
        levels = np.arange(WHITE + 1)
        steep = 1 / np.gradient(linear(levels, WHITE))
        self.weights = np.interp(self.seen, linear(levels, WHITE), steep)  # levels for light

    def solved(self) -> Outline | None:
        """The outline that explains the ring; None where none does."""
        if not self.kept.any():
            return None
        noise = max(NOISE, 1.5 * float(np.median(np.abs(self._misses(START)))))
        far = np.full(3, max(FARTHEST * self.outline.across / self.scale, FARTHEST_PIXELS))

        def unknowns(steps: np.ndarray) -> np.ndarray:
            return START + USUAL * (steps - AWAY)

        found = least_squares(
            lambda steps: self._misses(unknowns(steps)).ravel() / noise,
            np.full(5, AWAY),
            bounds=tuple(
                AWAY + (limit - START) / USUAL
                for limit in (np.append(-far, LEAST), np.append(far, MOST))
            ),
            loss="soft_l1",
            diff_step=DIFFERENCE / AWAY,
            max_nfev=STEPS,
            xtol=1e-3,
            ftol=1e-4,
        )
        best = unknowns(found.x)
        return self._moved(best) if self._explained(best) else None

    def _explained(self, unknowns: np.ndarray) -> bool:
        """Whether what is inside the rim is mirrored, rather than shining by itself."""
        shown = self._shown(unknowns)
        inside = shown.depth[self.kept] > unknowns[4]
        if not inside.any():
            return False
        left = self._misses(unknowns)[inside]
        alone = self._without_own(-self.seen * self.weights, shown)[inside]
        sizes = [np.sqrt(np.mean(np.minimum(np.abs(a), OUTLIER) ** 2)) for a in (left, alone)]
        return bool(sizes[0] < EXPLAINED * sizes[1])

    def _misses(self, unknowns: np.ndarray) -> np.ndarray:
        """By how many levels [P, L] the ring is brighter than it should be."""
        shown = self._shown(unknowns)
        light = self._light_at(shown.places) * shown.reflectance[..., None]
        light = gaussian_filter1d(light, unknowns[4] / STEP, axis=1, mode="nearest")
        return self._without_own((light[self.kept] - self.seen) * self.weights, shown)

    def _without_own(self, misses: np.ndarray, shown: _Shown) -> np.ndarray:
        """The misses [P, L] without what the sphere itself may shine in each photograph."""
        own = shown.own[self.kept]
        squares = np.einsum("pl,pi,pj->lij", self.weights**2, own, own, optimize=True)
        sides = np.einsum("pl,pi->li", self.weights * misses, own)
        parts = np.linalg.solve(squares + 1e-6 * np.eye(3), sides[..., None])[..., 0]
        return np.asarray(misses - self.weights * (own @ parts.T))

    def _shown(self, unknowns: np.ndarray) -> _Shown:
        outline, blur = self._moved(unknowns), self.scale * unknowns[4]
        centre = np.array([outline.x, outline.y])
        sphere = place_sphere(outline, self.camera)
        offset = self.points - centre
        away = np.hypot(offset[..., 0], offset[..., 1])
        ray = offset / away[..., None]
        outward = centre - self.camera.middle
        outward = outward / max(float(np.hypot(*outward)), 1e-9)
        rim = outline.across * (1 + sphere.elongation * (ray @ outward) ** 2)
        points = self.points.reshape(-1, 2)
        place, down = sphere.mirrored(points)
        _, normals, views = sphere.normals(points)
        table = place - (place[:, 2] / np.minimum(down[:, 2], -FLATTEST))[:, None] * down
        table = table[:, :2] * [1, -1] + self.camera.middle - centre
        seen = np.where((away < rim)[..., None], table.reshape(offset.shape), offset)
        length = np.hypot(seen[..., 0], seen[..., 1])
        seen *= np.maximum(1, (rim + CLEAR * blur) / length)[..., None]
        cosine = np.sum(normals * views, axis=-1).reshape(away.shape).clip(0, 1)
        reflectance = unknowns[3] + (1 - unknowns[3]) * (1 - cosine) ** 5
        share = 1 / (1 + np.exp((1.7 * (away - rim) / blur).clip(-50, 50)))  # blurred, about
        own = share[..., None] * np.concatenate([np.ones((*away.shape, 1)), ray], axis=-1)
        reflectance = np.where(away < rim, reflectance, 1.0)
        return _Shown(seen + centre, reflectance, own, (rim - away) / self.scale)

    def _moved(self, unknowns: np.ndarray) -> Outline:
        x, y, across = map(float, self.scale * unknowns[:3])
        old = self.outline
        return replace(old, x=old.x + x, y=old.y + y, across=old.across + across, mirrors=True)

    def _in_view(self, points: np.ndarray) -> np.ndarray:
        height, width = self.view.grey.shape[1:]
        inner = self.view.inward(points)
        return np.asarray(((inner >= 0) & (inner <= [width - 1, height - 1])).all(axis=-1))

    def _light_at(self, points: np.ndarray) -> np.ndarray:
        """[A, R, L] linear light of the photographs at points [A, R, 2]."""
        inner = self.view.inward(points).astype(np.float32)
        columns, rows = np.ascontiguousarray(inner.transpose(2, 0, 1))
        parts = [
            cv2.remap(some, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for some in self.light
        ]
        return np.concatenate([part.reshape(*columns.shape, -1) for part in parts], axis=-1)
