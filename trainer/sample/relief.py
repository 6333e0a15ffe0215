"""The procedural object of `raking sample`: a worn stone tablet with a glazed and gilded medallion.

Lengths are in half short sides of the picture (the tablet fits a square from -1 to 1, or a longer
rectangle), x to the right, y up, heights toward the viewer; `Relief` alone is in pixels. Ornament
keeps its place and proportion at every size, and more pixels bring out finer detail.
"""

import math
import zlib
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]  # float32
Mask = NDArray[np.bool_]
Region = tuple[slice, slice]

MARGIN = 0.065  # dark ground around the tablet
GUILLOCHE = 0.14  # middle of the interlaced band, from the tablet's edge inward
FIELD = 0.262  # where the frame ends and the inscribed field begins
MEDALLION = 0.53  # radius
FIELD_HEIGHT = 0.009
GROUND = -0.06  # height of the cloth that the tablet lies on
LINE = 0.104  # from one line of the inscription to the next


@dataclass(frozen=True)
class Material:
    """A surface: linear diffuse albedo, reflectance at normal incidence, GGX roughness (0..1)."""

    albedo: tuple[float, float, float]
    f0: tuple[float, float, float]
    roughness: float


STONE = Material((0.56, 0.475, 0.365), (0.04, 0.04, 0.04), 0.85)
FRESH_STONE = Material((0.66, 0.60, 0.51), (0.04, 0.04, 0.04), 0.90)
DIRT = Material((0.115, 0.085, 0.058), (0.03, 0.03, 0.03), 0.95)
RED_OCHRE = Material((0.34, 0.085, 0.045), (0.04, 0.04, 0.04), 0.90)
BLUE_FRIT = Material((0.07, 0.17, 0.30), (0.04, 0.04, 0.04), 0.85)
GOLD = Material((0.13, 0.075, 0.022), (0.92, 0.66, 0.29), 0.46)
BOLE = Material((0.25, 0.075, 0.035), (0.04, 0.04, 0.04), 0.75)
BRONZE = Material((0.055, 0.036, 0.02), (0.58, 0.40, 0.24), 0.48)
VERDIGRIS = Material((0.13, 0.27, 0.20), (0.04, 0.04, 0.04), 0.85)
CARNELIAN = Material((0.30, 0.030, 0.012), (0.05, 0.05, 0.05), 0.28)
CLOTH = Material((0.014, 0.014, 0.016), (0.02, 0.02, 0.02), 0.95)

# Outer petals, inner petals, floor of the key band.
PALETTES = (
    ((0.020, 0.055, 0.215), (0.055, 0.255, 0.245), (0.210, 0.022, 0.014)),
    ((0.030, 0.190, 0.185), (0.205, 0.020, 0.014), (0.018, 0.045, 0.180)),
    ((0.025, 0.135, 0.060), (0.330, 0.185, 0.045), (0.165, 0.018, 0.016)),
    ((0.185, 0.018, 0.014), (0.045, 0.205, 0.215), (0.022, 0.050, 0.195)),
)


@dataclass(frozen=True)
class Relief:
    """A height field and its materials, row 0 at the top.

    height [H, W] in pixels; albedo and f0 [H, W, 3] linear RGB 0..1; roughness [H, W] 0..1;
    mask [H, W] True on the object.
    """

    height: Array
    albedo: Array
    f0: Array
    roughness: Array
    mask: Mask

    def normals(self) -> Array:
        """Unit normals [H, W, 3]: x right, y up, z to the viewer, by central differences."""
        down, right = np.gradient(self.height)
        normals = np.stack([-right, down, np.ones_like(right)], axis=-1)
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        return normals


def carve_relief(width: int, height: int, seed: int = 0) -> Relief:
    """The tablet of this seed, width x height pixels: ornament first, then what time did to it."""
    work = Workpiece(width, height, seed)
    carve_frame(work)
    carve_corners(work)
    carve_inscription(work)
    carve_medallion(work)
    tool_and_wear(work)
    stain(work)
    crack(work)
    mask = break_outline(work)
    return Relief(work.height / work.pixel, work.albedo, work.f0, work.roughness, mask)


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


# ---- frame ----


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


# ---- inscription ----


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


# ---- medallion ----


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


def glaze(albedo: tuple[float, float, float]) -> Material:
    return Material(albedo, (0.04, 0.04, 0.04), 0.36)


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


# ---- age ----


def tool_and_wear(work: Workpiece) -> None:
    """Rounds what hands have touched, then leaves chisel marks, pores and hammering."""
    worn = smooth(-0.6, 0.9, work.noise("wear", 0.45)) * work.stone
    work.height = mix(work.height, blur(work.height, 0.010 / work.pixel), 0.75 * worn)
    work.height += 0.004 * work.noise("unevenness", 0.35, 3)
    for index, tilt in enumerate((0.5, -0.35, 1.25)):
        wander = work.noise(f"hand {index}", 0.25, 2)
        along = math.cos(tilt) * work.x + math.sin(tilt) * work.y
        marks = np.sin(along * (2 * math.pi / 0.0165) + 5 * wander)
        zone = smooth(0.05, 0.6, work.noise(f"tool zone {index}", 0.3, 2))
        work.height += 0.00036 * marks * zone * work.stone
    pits = work.noise("pits", 0.018, 3)
    work.height -= 0.0045 * smooth(0.75, 1.7, pits) * work.stone
    work.height += 0.0012 * work.noise("hammering", 0.022, 2) * metal_share(work)
    work.height += work.pixel * work.stone * 0.075 * work.grain("grain", 0.8)
    work.height += work.pixel * 0.012 * work.grain("polish", 1.2)


def metal_share(work: Workpiece) -> Array:
    """1 on gold and bronze, 0 on stone and glaze [H, W]."""
    return smooth(0.3, 0.6, work.f0[..., 0])


def stain(work: Workpiece) -> None:
    """Patina on stone, dirt in recesses, gilding rubbed to the bole, bronze gone green."""
    warm = np.array([1.0, 0.88, 0.70], np.float32)
    iron = smooth(-0.4, 1.0, work.noise("iron", 0.8, 6))
    tint = (1 + 0.20 * work.noise("patina", 0.5, 6))[..., None] * warm ** iron[..., None]
    tint *= (1 + 0.05 * work.grain("speckle", 0.9))[..., None]
    work.albedo *= mix(np.float32(1), tint, work.stone[..., None])
    firing = 1 + 0.45 * work.noise("firing", 0.05, 4) * (1 - work.stone - metal_share(work)).clip(0)
    work.albedo *= firing.clip(0.3)[..., None]
    relief = work.height - blur(work.height, 0.022 / work.pixel)
    rubbed = smooth(0.2, 1.1, work.noise("rubbed", 0.09)) * smooth(0.0, 0.01, relief)
    metal = metal_share(work)
    gold = smooth(0.65, 0.8, work.f0[..., 0])
    work.paint(BOLE, 0.75 * gold * rubbed)
    green = smooth(-0.1, 0.5, work.noise("verdigris", 0.12))
    work.paint(VERDIGRIS, 0.85 * (metal - gold).clip(0) * green * smooth(0.004, -0.004, relief))
    hollow = smooth(0.0015, 0.014, -relief) * smooth(-1.3, 0.6, work.noise("dirt", 0.2))
    work.paint(DIRT, 0.72 * hollow)
    soot = smooth(0.5, 1.5, work.noise("soot", 0.6, 5))
    work.paint(DIRT, 0.35 * soot * work.stone)


def crack(work: Workpiece) -> None:
    """A crack from edge to edge, past the boss, with one lip raised, and a finer branch of it."""
    random = work.random("crack")
    turn = random.choice([-1, 1])
    start = np.array([-turn * 0.75 * work.half_x, work.half_y + 0.1])
    end = np.array([turn * 0.45 * work.half_x, -work.half_y - 0.1])
    middle = np.array([-0.27 * turn, 0.12])
    path = np.concatenate([jagged(random, start, middle), jagged(random, middle, end)])
    branch = jagged(random, path[len(path) // 3], np.array([-turn * work.half_x, -0.3]))
    lip = np.zeros(work.shape, np.uint8)
    beyond = np.array([[4 * turn * work.half_x, end[1]], [4 * turn * work.half_x, start[1]]])
    cv2.fillPoly(lip, [to_pixels(work, np.concatenate([path, beyond]))], 1, shift=4)
    work.height += 0.0035 * blur(lip.astype(np.float32), 0.7)
    for line, width in ((path, 0.0062), (branch, 0.0035)):
        distance = distance_to(work, line)
        gap = width * np.clip(0.75 + 0.5 * work.noise("crack width", 0.06), 0.3, None)
        work.height -= 2.6 * gap * smooth(1.0, 0.0, distance / gap)
        work.paint(DIRT, 0.8 * smooth(1.0, 0.35, distance / gap))


def jagged(random: np.random.Generator, start: Array, end: Array, steps: int = 8) -> Array:
    """A polyline [N, 2] from start to end by midpoint displacement."""
    points = np.array([start, end])
    for _ in range(steps):
        middle = (points[1:] + points[:-1]) / 2
        across = (points[1:] - points[:-1])[:, ::-1] * [1, -1]
        middle += across * random.normal(0, 0.13, (len(middle), 1))
        points = np.insert(points, np.arange(1, len(points)), middle, axis=0)
    return points


def to_pixels(work: Workpiece, points: Array) -> NDArray[np.int32]:
    """Points as OpenCV draws them: pixel positions in sixteenths."""
    column = (points[:, 0] - work.x[0, 0]) / work.pixel
    row = (work.y[0, 0] - points[:, 1]) / work.pixel
    return np.round(np.stack([column, row], -1) * 16).astype(np.int32)


def distance_to(work: Workpiece, line: Array) -> Array:
    """Distance [H, W] from a polyline."""
    canvas = np.full(work.shape, 255, np.uint8)
    cv2.polylines(canvas, [to_pixels(work, line)], False, 0, 1, cv2.LINE_8, 4)
    distance = cv2.distanceTransform(canvas, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return (blur(np.asarray(distance, np.float32), 0.8) - 0.5).clip(0) * np.float32(work.pixel)


def break_outline(work: Workpiece) -> Mask:
    """Chips the edges, breaks a corner off, and lays the tablet on dark cloth; returns its mask."""
    inside = np.minimum(work.half_x - np.abs(work.x), work.half_y - np.abs(work.y))
    inside += 0.009 * work.noise("edge", 0.25, 6) - 0.006
    rough = 0.012 * work.noise("fracture", 0.10, 6)
    broken = broken_corner(work) + 1.2 * rough
    for x, y, radius in chips(work):
        region, u, v = work.patch(x, y, 1.6 * radius)
        bite = np.hypot(u, v) - radius + 1.4 * rough[region]
        broken[region] = np.minimum(broken[region], bite)
    fracture = 1.1 * broken - 0.03 + rough
    work.paint(FRESH_STONE, 0.65 * smooth(0, 0.006, work.height - fracture))
    work.height = np.minimum(work.height, fracture)
    rounded = 0.034 * np.sqrt(np.clip(inside / 0.02, 0, None)) - 0.012
    work.height = np.minimum(work.height, rounded + 9 * np.maximum(inside - 0.02, 0))
    inside = np.minimum(inside, broken)
    mask = inside > 0
    tablet = work.step(inside)
    cloth = GROUND + work.pixel * 0.15 * work.grain("cloth", 1.0)
    work.height = mix(cloth, work.height, tablet)
    work.paint(CLOTH, 1 - tablet)
    return mask


def broken_corner(work: Workpiece) -> Array:
    """Distance [H, W] inward from the line along which a corner is missing."""
    random = work.random("corner")
    sign_x, sign_y = random.choice([-1, 1], 2)
    tilt = random.uniform(0.55, 1.0)
    from_corner = (work.half_x - sign_x * work.x) * math.cos(tilt)
    from_corner = from_corner + (work.half_y - sign_y * work.y) * math.sin(tilt)
    return from_corner - np.float32(random.uniform(0.10, 0.16))


def chips(work: Workpiece) -> list[tuple[float, float, float]]:
    """Centres and radii of the bites along the edge, more of them on a longer one."""
    random = work.random("chips")
    found = []
    for _ in range(round(5 * (work.half_x + work.half_y))):
        radius = 0.014 + 0.05 * random.random() ** 3
        along = random.uniform(-1, 1)
        side = random.choice([-1, 1])
        if random.random() < work.half_x / (work.half_x + work.half_y):
            found.append((along * work.half_x, side * (work.half_y + 0.4 * radius), radius))
        else:
            found.append((side * (work.half_x + 0.4 * radius), along * work.half_y, radius))
    return found
