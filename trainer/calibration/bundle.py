"""Circles put right by the highlights on them: the rays of two spheres must meet in the lamps.

A rim is found a little inside or outside where a sphere mirrors what is bright beside it, and half
a pixel on a small sphere turns all its rays by a degree. But each lamp is seen on both spheres, and
forty pairs of rays over a hemisphere meet under few other circles. So circles and lamps are solved
for together (bundle adjustment, Triggs et al. 2000), the circles leaning on where they were found.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse import csr_matrix, lil_matrix

from trainer.calibration.camera import Camera, place_sphere
from trainer.calibration.lights import KEPT, Light
from trainer.calibration.spheres import Found

FEWEST = 8  # lamps that two spheres see
CENTRE, RADIUS = 0.35, 0.25  # pixels, by which a circle as its rim has it is unsure
MIRRORS = 0.1  # pixels, by which one is that was put right by what the sphere mirrors
MOST_STEPS = 60


def settled(found: Sequence[Found], camera: Camera, lights: Sequence[Light | None]) -> list[Found]:
    """The spheres with the circles under which their rays meet best; as they are where too few
    near lamps, `lights` with positions, are seen on two of them."""
    valid = np.array([[h.usable for h in sphere.highlights] for sphere in found])
    lamps = [
        (i, light.position)
        for i, light in enumerate(lights)
        if light is not None and light.position is not None and valid[:, i].sum() > 1
    ]
    if len(lamps) < FEWEST:
        return list(found)
    seen = np.array([i for i, _ in lamps])
    problem = _Bundle(found, camera, seen, valid[:, seen])
    start = np.array([position for _, position in lamps])
    return [
        replace(sphere, outline=replace(sphere.outline, x=x, y=y, across=across))
        for sphere, (x, y, across) in zip(found, problem.solved(start), strict=True)
    ]


class _Bundle:
    """The circles of S spheres and N lamps as unknowns, and by how much rays miss lamps."""

    def __init__(
        self, found: Sequence[Found], camera: Camera, seen: np.ndarray, valid: np.ndarray
    ) -> None:
        self.outlines = [sphere.outline for sphere in found]
        self.circles = np.array([(o.x, o.y, o.across) for o in self.outlines])  # [S, 3]
        self.unsure = np.array(
            [[MIRRORS] * 3 if o.mirrors else [CENTRE, CENTRE, RADIUS] for o in self.outlines]
        )
        self.camera, self.valid = camera, valid
        self.places = np.array([[s.highlights[i].place for i in seen] for s in found])  # [S, N, 2]
        unsure = np.array([[s.highlights[i].deviation for i in seen] for s in found])
        self.weights = np.zeros(valid.shape)
        for s, outline in enumerate(self.outlines):
            _, normals, views = place_sphere(outline, camera).normals(self.places[s])
            cosine = np.sum(normals * views, axis=-1).clip(0.1)
            angle = 2 * unsure[s] / (outline.across * cosine)
            self.weights[s] = valid[s] / np.maximum(angle, 1e-6)

    def solved(self, lamps: np.ndarray) -> np.ndarray:
        """The circles [S, 3], from where the lamps [N, 3] about are."""
        self.scale = float(np.median(np.linalg.norm(lamps, axis=1)))
        start = np.concatenate([np.zeros(self.circles.size), (lamps / self.scale).ravel()])
        found = least_squares(
            self._misses,
            start,
            jac_sparsity=self._sparsity(),
            loss="soft_l1",
            x_scale="jac",
            max_nfev=MOST_STEPS,
        )
        return np.asarray(self.circles + found.x[: self.circles.size].reshape(-1, 3))

    def _misses(self, unknowns: np.ndarray) -> np.ndarray:
        """How far circles are from where they were found, rays from lamps, and lamps from the
        others' distance, all in deviations."""
        moved = unknowns[: self.circles.size].reshape(-1, 3)
        lamps = self.scale * unknowns[self.circles.size :].reshape(-1, 3)
        rays = []
        for s, (x, y, across) in enumerate(self.circles + moved):
            sphere = place_sphere(replace(self.outlines[s], x=x, y=y, across=across), self.camera)
            place, ray = sphere.mirrored(self.places[s])
            toward = lamps - place
            toward /= np.linalg.norm(toward, axis=1, keepdims=True)
            rays.append((toward - ray) * self.weights[s][:, None])
        lengths = np.log(np.linalg.norm(lamps, axis=1))
        return np.concatenate(
            [
                (moved / self.unsure).ravel(),
                np.stack(rays, axis=1).ravel(),
                (lengths - np.median(lengths)) / KEPT,
            ]
        )

    def _sparsity(self) -> csr_matrix:
        """Which of the misses depend on which unknowns: a lamp's on that lamp and the circles."""
        spheres, lamps = self.valid.shape
        circles, rays = 3 * spheres, 3 * spheres * lamps
        sparsity = lil_matrix((circles + rays + lamps, circles + 3 * lamps), dtype=np.int8)
        sparsity[: circles + rays, :circles] = 1
        for lamp in range(lamps):
            own = slice(circles + 3 * lamp, circles + 3 * lamp + 3)
            first = circles + 3 * spheres * lamp
            sparsity[first : first + 3 * spheres, own] = 1
            sparsity[circles + rays + lamp, own] = 1
        return csr_matrix(sparsity)
