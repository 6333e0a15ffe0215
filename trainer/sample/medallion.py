"""The medallion: glazed and gilded bands round a rosette, and a boss with a carnelian."""

import math

import numpy as np

from trainer.sample.materials import CARNELIAN, GOLD, PALETTES, STONE, Material, glaze
from trainer.sample.workpiece import (
    FIELD_HEIGHT,
    MEDALLION,
    Array,
    Region,
    Workpiece,
    mix,
    round_over,
    smooth,
    stud,
)


def carve_medallion(work: Workpiece) -> None:
    """Concentric bands round a rosette: cable rim, key band, gold beads, petals, boss."""
    region, u, v = work.patch(0, 0, MEDALLION + 0.02)
    r, angle = np.hypot(u, v), np.arctan2(v, u)
    disc = work.step(MEDALLION - r)
    work.height[region] = mix(work.height[region], np.float32(FIELD_HEIGHT - 0.002), disc)
    work.paint(STONE, disc, region)
    random = work.random("medallion")
    outer, inner, floor = PALETTES[random.integers(len(PALETTES))]
    petals = int(random.choice([10, 12, 14, 16]))
    cable_rim(work, region, r, angle)
    key_band(work, region, r, angle, glaze(floor))
    bead_ring(work, region, r, angle, radius=0.361, count=72)
    work.paint(glaze(floor), work.step(0.347 - r), region)
    rosette(work, region, r, angle, petals, glaze(outer), glaze(inner))
    boss(work, region, r, angle, petals)


def cable_rim(work: Workpiece, region: Region, r: Array, angle: Array) -> None:
    """A twisted cord between two fillets."""
    across = r - 0.502
    twist = np.abs(np.sin(angle * 44 + across * 55))
    cord = round_over(across, 0.0225) * (0.007 + 0.008 * np.sqrt(twist))
    fillet = 0.006 * work.step(0.028 - np.abs(across))
    work.height[region] += np.maximum(cord, 0) + fillet


def key_band(work: Workpiece, region: Region, r: Array, angle: Array, floor: Material) -> None:
    """A meander of stone, standing in a glazed channel."""
    low, high = 0.385, 0.474
    unit = (high - low) / 6
    count = round(2 * math.pi * (low + high) / 2 / (6 * unit))
    s = np.mod(angle / (2 * math.pi) * count, 1) * 6
    t = (r - low) / unit - 1
    distance = np.full_like(r, 9)
    for x0, y0, x1, y1 in (
        (-6, 0, 12, 0), (0, 0, 0, 4), (6, 0, 6, 4), (0, 4, 4, 4), (4, 2, 4, 4), (2, 2, 4, 2),
    ):  # fmt: skip
        box = np.maximum(np.abs(s - np.clip(s, x0, x1)), np.abs(t - np.clip(t, y0, y1)))
        distance = np.minimum(distance, box)
    band = work.step(np.minimum(r - low, high - r))
    key = work.step((0.5 - distance) * unit)
    bevel = smooth(-0.02, 0.5, 0.5 - distance)
    work.height[region] += band * (key * (0.008 + 0.004 * bevel) - 0.004)
    work.paint(floor, band * (1 - key), region)
    for radius in (low - 0.006, high):
        wire = 0.006 + 0.006 * round_over(r - radius, 0.006)
        stud(work, GOLD, work.step(0.006 - np.abs(r - radius)), wire, region)


def bead_ring(
    work: Workpiece, region: Region, r: Array, angle: Array, radius: float, count: int
) -> None:
    """Gold beads on a low fillet."""
    distance, size = beads(r, angle, radius, count)
    work.height[region] += 0.003 * work.step(0.012 - np.abs(r - radius))
    stud(work, GOLD, work.step(size - distance), 0.012 * round_over(distance, size), region)


def beads(r: Array, angle: Array, radius: float, count: int) -> tuple[Array, float]:
    """Distance from the nearest of `count` beads on a circle, and the radius of one."""
    spacing = 2 * math.pi * radius / count
    along = (np.mod(angle * count / (2 * math.pi), 1) - 0.5) * spacing
    return np.hypot(along, r - radius), 0.48 * spacing


def rosette(
    work: Workpiece,
    region: Region,
    r: Array,
    angle: Array,
    count: int,
    outer: Material,
    inner: Material,
) -> None:
    """Three tiers of glazed petals, each in a raised gold outline (cloisonne)."""
    tiers = (
        (0.5, 0.10, 0.345, 0.006, 0.010, outer),
        (0.0, 0.10, 0.335, 0.009, 0.018, outer),
        (0.5, 0.08, 0.225, 0.016, 0.019, inner),
    )
    for shift, start, end, base, rise, material in tiers:
        turn = (np.mod(angle * count / (2 * math.pi) + shift, 1) - 0.5) * 2 * math.pi / count
        along = np.clip((r - start) / (end - start), 0, 1)
        outline = np.sin(math.pi * along**1.25).clip(0) ** 0.62
        half = 0.80 * end * math.tan(math.pi / count) * outline
        across = np.abs(r * np.sin(turn))
        edge = np.where((r > start) & (r < end), half - across, np.float32(-1))
        petal = work.step(edge)
        dome = np.sqrt(np.clip(1 - np.square(across / (half + 1e-4)), 0, None))
        rib = 0.004 * np.exp(-np.square(across / 0.004))
        shape = base + rise * (0.35 + 0.65 * dome) * (0.55 + 0.45 * along) - rib
        wire = work.step(0.0055 - np.abs(edge - 0.0045)) * petal
        top = np.maximum(shape, wire * (shape + 0.005))
        work.height[region] = mix(work.height[region], top, petal)
        work.paint(material, petal * (1 - wire), region)
        work.paint(GOLD, wire, region)


def boss(work: Workpiece, region: Region, r: Array, angle: Array, petals: int) -> None:
    """A fluted gold dome that holds a polished carnelian."""
    radius = 0.128
    flute = np.abs(np.cos(angle * petals))
    dome = round_over(r, radius * 1.02)
    body = 0.024 + 0.022 * dome - 0.006 * (1 - flute) ** 2 * smooth(0.05, 0.1, r)
    gold = work.step(radius - r)
    work.height[region] = mix(work.height[region], body, gold)
    work.paint(GOLD, gold, region)
    work.height[region] += 0.006 * round_over(r - 0.056, 0.008)
    stone = work.step(0.048 - r)
    cabochon = 0.040 + 0.017 * round_over(r, 0.056)
    work.height[region] = mix(work.height[region], cabochon, stone)
    work.paint(CARNELIAN, stone, region)
    for radius, count in ((0.056, 28), (0.121, 64)):
        distance, size = beads(r, angle, radius, count)
        work.height[region] += 0.006 * round_over(distance, size)
