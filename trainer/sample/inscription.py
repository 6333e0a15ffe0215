"""The inscription: lines of wedge signs, pressed into the field and worn."""

import math

import numpy as np

from trainer.sample.materials import RED_OCHRE
from trainer.sample.workpiece import FIELD, MEDALLION, Array, Workpiece, smooth

LINE = 0.104  # from one line of the inscription to the next


def carve_inscription(work: Workpiece) -> None:
    """Lines of wedge signs, shallow and worn, on the field that the medallion leaves free."""
    if work.pixel > LINE / 6:
        return  # signs of a few pixels are noise, not writing
    random = work.random("inscription")
    signs = [make_sign(random) for _ in range(28)]
    depth = np.zeros(work.shape, np.float32)
    right, top = work.half_x - FIELD - 0.025, work.half_y - FIELD - 0.02
    lines = int(2 * top / LINE)
    for line in range(lines):
        y = (lines / 2 - line - 0.5) * LINE
        rule_line(work, depth, y - LINE / 2, right)
        x = -right
        while True:
            width, wedges = signs[random.integers(len(signs))]
            if x + width > right:
                break
            if math.hypot(max(abs(x + width / 2) - width / 2, 0), y) > MEDALLION + 0.055:
                for wedge in wedges:
                    press_wedge(work, depth, x, y, wedge)
            x += width + random.uniform(0.006, 0.02)
    wear = 1 - 0.6 * smooth(0.1, 1.0, work.noise("worn letters", 0.5))
    work.height -= depth * wear
    pigment = smooth(0.0008, 0.003, depth * wear) * smooth(0.05, 0.6, work.noise("ochre", 0.3))
    work.paint(RED_OCHRE, 0.7 * pigment)


def make_sign(random: np.random.Generator) -> tuple[float, list[tuple[float, ...]]]:
    """A sign's width and its wedges (x, y, angle, length, half head width) in its cell."""
    columns = int(random.integers(2, 5))
    width = 0.026 * columns
    wedges: list[tuple[float, ...]] = []
    for row in range(int(random.integers(1, 4))):
        y = 0.028 - 0.028 * row + random.uniform(-0.003, 0.003)
        wedges.append((0.0, y, 0.0, width * random.uniform(0.75, 1.0), 0.0105))
    for column in range(int(random.integers(1, columns))):
        x = 0.026 * (column + 0.8)
        wedges.append((x, 0.036, -math.pi / 2, random.uniform(0.045, 0.075), 0.0105))
    if random.random() < 0.5:
        wedges.append((width - 0.014, 0.014, -2.2, 0.030, 0.014))
    return width + 0.008, wedges


def press_wedge(
    work: Workpiece, depth: Array, x: float, y: float, wedge: tuple[float, ...]
) -> None:
    """One stroke of the stylus: a broad deep head and a tail that tapers out."""
    dx, dy, angle, length, head = wedge
    region, u, v = work.patch(x + dx, y + dy, length + head)
    along = (u * math.cos(angle) + v * math.sin(angle)) / length
    across = v * math.cos(angle) - u * math.sin(angle)
    taper = np.clip(1 - along, 0, 1)
    half = head * (0.3 + 0.7 * taper**2) + 1e-6
    groove = 0.0062 * taper * np.clip(1 - np.abs(across) / half, 0, None)
    groove *= work.step(along * length)
    depth[region] = np.maximum(depth[region], groove)


def rule_line(work: Workpiece, depth: Array, y: float, right: float) -> None:
    """A thin scored line under a line of signs, interrupted by the medallion."""
    rows = slice(*np.searchsorted(-work.y[:, 0], [-y - 0.006, -y + 0.006]))
    clear = (np.abs(work.x) < right) & (np.hypot(work.x, y) > MEDALLION + 0.04)
    groove = 0.0016 * np.exp(-np.square((work.y[rows] - y) / 0.0022)) * clear
    depth[rows] = np.maximum(depth[rows], groove)
