"""The picture in the making, and what every carving uses: noise, soft edges, paint.

Lengths are in half short sides of the picture (the tablet fits a square from -1 to 1, or a longer
rectangle), x to the right, y up, heights toward the viewer. Ornament keeps its place and proportion
at every size, and more pixels bring out finer detail.
"""

import math
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.sample.materials import STONE, Material

Array = NDArray[np.floating[Any]]  # float32
Mask = NDArray[np.bool_]
Region = tuple[slice, slice]

MARGIN = 0.065  # dark ground around the tablet
FIELD = 0.262  # where the frame ends and the inscribed field begins
MEDALLION = 0.53  # radius
FIELD_HEIGHT = 0.009
COVERED = 0.5  # from which a pixel is of the material laid on it


class Workpiece:
    """The picture in the making: coordinates, seeded noise, and the maps that carving changes."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.seed = seed
        self.shape = (height, width)
        self.pixel = 2.0 / min(width, height)
        columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
        self.x = ((columns - width / 2) * self.pixel).astype(np.float32)[None, :]  # [1, W]
        self.y = ((height / 2 - rows) * self.pixel).astype(np.float32)[:, None]  # [H, 1]
        self.half_x = width * self.pixel / 2 - MARGIN
        self.half_y = height * self.pixel / 2 - MARGIN
        self.height = np.zeros(self.shape, np.float32)
        self.stone = np.ones(self.shape, np.float32)  # share of bare stone
        self.albedo = np.full((*self.shape, 3), STONE.albedo, np.float32)
        self.f0 = np.full((*self.shape, 3), STONE.f0, np.float32)
        self.roughness = np.full(self.shape, STONE.roughness, np.float32)
        self.materials = [STONE]
        self.material = np.zeros(self.shape, np.uint8)  # the one on top, of `materials`

    def random(self, label: str) -> np.random.Generator:
        """A generator of its own for each feature, so that features do not disturb each other."""
        return np.random.default_rng([self.seed, zlib.crc32(label.encode())])

    def noise(self, label: str, scale: float, octaves: int = 4) -> Array:
        """Fractal noise [H, W], about -1..1, its largest features `scale` wide."""
        total = np.zeros(self.shape, np.float32)
        random, weight, weights = self.random(label), 1.0, 0.0
        for _ in range(octaves):
            if scale < self.pixel:
                break
            rows = math.ceil(self.shape[0] * self.pixel / scale) + 3
            columns = math.ceil(self.shape[1] * self.pixel / scale) + 3
            grid = random.standard_normal((rows, columns), np.float32)
            total += weight * self._spread(grid, scale)
            weights += weight * weight
            scale, weight = scale / 2, weight * 0.55
        return total / (1.6 * math.sqrt(weights or 1.0))

    def _spread(self, grid: Array, scale: float) -> Array:
        """`grid` enlarged over the picture, smoothly, one of its cells being `scale` wide."""
        cells = self.pixel / scale
        per_pixel = np.array([[cells, 0, 1], [0, cells, 1]])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        size = (self.shape[1], self.shape[0])
        return np.asarray(cv2.warpAffine(grid, per_pixel, size, flags=flags), np.float32)

    def grain(self, label: str, sigma: float) -> Array:
        """White noise [H, W] of unit deviation, blurred by `sigma` pixels: detail of any size."""
        white = self.random(label).standard_normal(self.shape, np.float32)
        return blur(white, sigma) * np.float32(2 * math.sqrt(math.pi) * sigma)

    def step(self, distance: Any) -> Array:
        """0 to 1 across a border at distance 0, one and a half pixels wide."""
        return smooth(-0.75 * self.pixel, 0.75 * self.pixel, distance)

    def patch(self, x: float, y: float, radius: float) -> tuple[Region, Array, Array]:
        """The square around (x, y), cut at the picture's edge, and coordinates from its centre."""
        left, right = np.searchsorted(self.x[0], [x - radius, x + radius])
        top, bottom = np.searchsorted(-self.y[:, 0], [-y - radius, -y + radius])
        region = (slice(top, bottom), slice(left, right))
        return region, self.x[:, region[1]] - np.float32(x), self.y[region[0]] - np.float32(y)

    def paint(
        self, material: Material, coverage: Array, region: Region = (slice(None), slice(None))
    ) -> None:
        """Lays `material` over what is there, as far as `coverage` (0..1) says."""
        cover = coverage[..., None]
        for layer, value in ((self.albedo, material.albedo), (self.f0, material.f0)):
            layer[region] += cover * (np.array(value, np.float32) - layer[region])
        self.roughness[region] += coverage * (material.roughness - self.roughness[region])
        self.stone[region] += coverage * (float(material is STONE) - self.stone[region])
        if material not in self.materials:
            self.materials.append(material)
        self.material[region][coverage > COVERED] = self.materials.index(material)


def stud(
    work: Workpiece,
    material: Material,
    coverage: Array,
    height: Array,
    region: Region = (slice(None), slice(None)),
) -> None:
    """Metal set on the surface where `coverage` is, `height` above it."""
    work.height[region] += coverage * height
    work.paint(material, coverage, region)


def smooth(low: float, high: float, value: Any) -> Array:
    """The smoothstep: 0 below `low`, 1 above `high`."""
    t = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def round_over(distance: Any, radius: Any) -> Array:
    """A half circle of height 1 over -radius..radius, 0 beyond."""
    return np.sqrt(np.clip(1 - np.square(distance / radius), 0, None))


def blur(values: Array, sigma: float) -> Array:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), max(sigma, 0.3)), np.float32)


def mix(a: Any, b: Any, t: Any) -> Any:
    return a + t * (b - a)
