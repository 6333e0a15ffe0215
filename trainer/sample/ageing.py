"""What time did to the tablet: wear, stains, a crack, and a broken edge."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.sample.materials import BOLE, CLOTH, DIRT, FRESH_STONE, VERDIGRIS
from trainer.sample.workpiece import Array, Mask, Workpiece, blur, mix, smooth

GROUND = -0.06  # height of the cloth that the tablet lies on


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
