"""The frame of the tablet: mouldings, an interlaced band, beads, and blocks at the corners."""

import math

import numpy as np

from trainer.sample.materials import BLUE_FRIT, BRONZE, GOLD, STONE
from trainer.sample.workpiece import (
    FIELD,
    FIELD_HEIGHT,
    Array,
    Mask,
    Workpiece,
    mix,
    round_over,
    smooth,
    stud,
)

GUILLOCHE = 0.14  # middle of the interlaced band, from the tablet's edge inward


def frame_profile() -> tuple[Array, Array]:
    """The moulding's height over the distance from the tablet's edge, as a table."""
    d = np.linspace(0, FIELD, 1024, dtype=np.float32)
    profile = np.full_like(d, 0.020)
    torus = d < 0.046
    profile[torus] = 0.008 + 0.022 * round_over(d[torus] - 0.023, 0.023)
    profile[(d >= 0.046) & (d < 0.058)] = 0.008
    profile[(d > 0.079) & (d < 0.201)] = 0.002
    cove = d > 0.226
    profile[cove] = FIELD_HEIGHT + 0.009 * (
        1 - np.sqrt(1 - np.square(1 - (d[cove] - 0.226) / (FIELD - 0.226)))
    )
    return d, np.convolve(np.pad(profile, 4, "edge"), np.full(9, 1 / 9), "valid").astype(np.float32)


def carve_frame(work: Workpiece) -> None:
    """Mouldings round the field, an interlaced band (guilloche) with gilt studs, bronze beads."""
    from_side, from_top = work.half_x - np.abs(work.x), work.half_y - np.abs(work.y)
    on_side = from_side < from_top
    edge = np.minimum(from_side, from_top)
    work.height += np.interp(edge, *frame_profile()).astype(np.float32)
    for run, here in ((work.x, ~on_side), (work.y, on_side)):
        half = (work.half_x if run is work.x else work.half_y) - GUILLOCHE
        guilloche(work, edge - GUILLOCHE, run, half - 0.066, here)
        bead_row(work, edge - 0.2135, run, half - 0.0735, here)


def guilloche(work: Workpiece, across: Array, run: Array, half: float, here: Mask) -> None:
    """Two strands that pass over and under each other, fitted between the corner blocks."""
    period = 2 * half / max(2, round(2 * half / 0.118))
    phase = (run + half) * np.float32(math.pi / period)
    inside = here & (np.abs(run) < half) & (np.abs(across) < 0.062)
    work.paint(BLUE_FRIT, inside * smooth(-0.25, 0.35, work.noise("frit", 0.12)) * 0.8)
    swing = 0.0335
    best = np.zeros(work.shape, np.float32)
    for side in (1.0, -1.0):
        slope = swing * math.pi / period * np.cos(phase)
        offset = (across - side * swing * np.sin(phase)) / np.sqrt(1 + slope * slope)
        body = round_over(offset, 0.0185)
        groove = 0.003 * np.exp(-np.square(offset / 0.0042))
        weave = 0.65 + side * 0.35 * np.cos(phase)
        best = np.maximum(best, (body > 0) * (0.004 + 0.018 * body * weave - groove))
    strand = inside * work.step(best - 0.004)
    work.height += inside * best
    work.paint(STONE, strand)
    eye = (np.mod(phase / math.pi, 1) - 0.5) * period
    distance = np.hypot(eye, across)
    stud(work, GOLD, inside * work.step(0.0125 - distance), 0.013 * round_over(distance, 0.0135))


def bead_row(work: Workpiece, across: Array, run: Array, half: float, here: Mask) -> None:
    """A row of bronze beads along the inner fillet."""
    period = 2 * half / max(2, round(2 * half / 0.031))
    along = (np.mod((run + half) / period, 1) - 0.5) * period
    inside = here & (np.abs(run) < half)
    distance = np.hypot(along, across)
    stud(work, BRONZE, inside * work.step(0.0128 - distance), 0.008 * round_over(distance, 0.0135))


def carve_corners(work: Workpiece) -> None:
    """A square block with a rosette and a bronze stud where the bands meet."""
    x, y = work.half_x - GUILLOCHE, work.half_y - GUILLOCHE
    for corner_x, corner_y in ((x, y), (-x, y), (x, -y), (-x, -y)):
        region, u, v = work.patch(corner_x, corner_y, 0.066)
        r, angle = np.hypot(u, v), np.arctan2(v, u)
        block = work.step(0.061 - np.maximum(np.abs(u), np.abs(v)))
        petal = np.abs(np.cos(4 * angle))
        reach = 0.026 + 0.027 * np.sqrt(petal)
        dome = np.clip(1 - np.square(r / reach), 0, None) ** 0.6
        flower = 0.006 + 0.018 * dome * (0.55 + 0.45 * petal) * smooth(0.0, 0.03, r)
        work.height[region] = mix(work.height[region], 0.012 + flower, block)
        work.paint(STONE, block, region)
        stud(work, BRONZE, work.step(0.0165 - r), 0.020 * round_over(r, 0.019), region)
