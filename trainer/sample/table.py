"""A table with the tablet in its middle and a glossy sphere on either side of it.

What users lay beside such an object may lie there, too: a colour chart, a ruler, a coin. Lengths
as in `lamps`.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.sample.ageing import GROUND
from trainer.sample.glossy import BLACK, CHROME, Ball
from trainer.sample.materials import BRONZE, CLOTH, Material
from trainer.sample.relief import Relief, carve_relief
from trainer.sample.workpiece import Array, Workpiece, smooth

TABLET = 0.58  # the tablet's part of the table's width
RADII = 0.05, 0.085  # of the spheres, in widths of the table
GREYS = (0.9, 0.59, 0.36, 0.2, 0.09, 0.03)
COLOURS = (
    *((0.4, 0.05, 0.04), (0.05, 0.25, 0.06), (0.03, 0.05, 0.3)),
    *((0.6, 0.5, 0.03), (0.4, 0.08, 0.25), (0.02, 0.25, 0.35)),
)


@dataclass(frozen=True, eq=False)
class Table:
    """What is photographed."""

    relief: Relief  # of the whole table, heights in pixels above it
    balls: list[Ball]

    def points(self) -> Array:
        """Where the surface is, [H, W, 3]."""
        height, width = self.relief.height.shape
        x = np.arange(width, dtype=np.float32) + 0.5 - width / 2
        y = height / 2 - np.arange(height, dtype=np.float32) - 0.5
        return np.stack([*np.meshgrid(x, y), self.relief.height], axis=-1)


def lay_table(width: int, height: int, seed: int, chart: bool, coin: bool) -> Table:
    """The table of this seed, width x height pixels."""
    random = np.random.default_rng([seed, width, height])
    side = min(round(TABLET * width), round(0.8 * height))
    relief = _on_cloth(carve_relief(side, side, seed), width, height, seed)
    gloss = CHROME if random.random() < 0.5 else BLACK
    balls = []
    for sign in (-1, 1):
        radius = random.uniform(*RADII) * width
        room = (width - side) / 2 - 2 * radius
        x = sign * (side / 2 + radius + max(0.0, room) * random.uniform(0.2, 0.8))
        balls.append(Ball(x, random.uniform(-0.22, 0.22) * height, radius, gloss))
    if chart:
        _lay_chart(relief)
    if coin:
        _lay_coin(relief, -0.38 * width, 0.36 * height, 0.065 * width, seed)
    return Table(relief, balls)


def _on_cloth(tablet: Relief, width: int, height: int, seed: int) -> Relief:
    """The tablet in the middle of a larger cloth."""
    work = Workpiece(width, height, seed)
    cloth = np.ones((height, width), np.float32)
    work.paint(CLOTH, cloth)
    side = len(tablet.height)
    pixels = side / 2  # what the tablet takes for 1
    whole = Relief(
        np.asarray(0.15 * work.grain("table", 1.0), np.float32),
        work.albedo,
        work.f0,
        work.roughness,
        np.zeros((height, width), bool),
        np.full((height, width), len(tablet.materials), np.uint8),
        [*tablet.materials, CLOTH.name],
    )
    top, left = (height - side) // 2, (width - side) // 2
    place = (slice(top, top + side), slice(left, left + side))
    whole.height[place] = tablet.height - GROUND * pixels
    for name in ("albedo", "f0", "roughness", "mask", "material"):
        getattr(whole, name)[place] = getattr(tablet, name)
    return whole


def _lay_chart(relief: Relief) -> None:
    """A colour chart below the tablet, and a ruler above it."""
    height, width = relief.height.shape
    cell = max(2, round(0.035 * height))
    left = (width - cell * len(GREYS)) // 2
    for row, colours in enumerate(([(g, g, g) for g in GREYS], COLOURS)):
        for column, colour in enumerate(colours):
            bottom = height - cell * (2 - row) - 2
            place = (
                slice(bottom, bottom + cell - 1),
                slice(left + column * cell, left + (column + 1) * cell - 1),
            )
            _paint(relief, place, Material(colour, (0.04, 0.04, 0.04), 0.6, "colour chart"))
    white = Material((0.8, 0.8, 0.8), (0.04, 0.04, 0.04), 0.6, "ruler")
    strip = slice(2, 2 + cell)
    _paint(relief, (strip, slice(width // 4, 3 * width // 4)), white)
    for tick in range(width // 4, 3 * width // 4, max(3, cell // 3)):
        relief.albedo[strip.start : strip.start + cell // 2, tick] = 0.02


def _paint(relief: Relief, place: tuple[slice, slice], material: Material) -> None:
    relief.albedo[place] = material.albedo
    relief.f0[place] = material.f0
    relief.roughness[place] = material.roughness
    relief.height[place] = 1.0
    relief.material[place] = _label(relief, material.name)


def _label(relief: Relief, name: str) -> int:
    """Which of the relief's materials it is; a new one is added."""
    if name not in relief.materials:
        relief.materials.append(name)
    return relief.materials.index(name)


def _lay_coin(relief: Relief, x: float, y: float, radius: float, seed: int) -> None:
    """A bronze coin with a raised rim and a worn device."""
    height, width = relief.height.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32) + 0.5
    distance = np.hypot(columns - width / 2 - x, height / 2 - rows - y) / radius
    device = np.random.default_rng([seed, 1]).standard_normal((height, width)).astype(np.float32)
    device = cv2.GaussianBlur(device, (0, 0), 0.1 * radius) * 0.1 * radius
    profile = 0.08 + 0.05 * smooth(0.08, 0.0, np.abs(distance - 0.9))
    inside = distance < 1
    relief.height[inside] = (radius * profile + 2 * device)[inside]
    relief.albedo[inside], relief.f0[inside] = BRONZE.albedo, BRONZE.f0
    relief.roughness[inside] = 0.35
    relief.material[inside] = _label(relief, BRONZE.name)
