"""Writes photographs of a table with two glossy spheres under a near lamp, and what is true of
them: the material to calibrate lights by, with an answer."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.files.aside import settle, writing_aside
from shaders.errors import RakingError
from trainer.sample.glossy import draw_ball
from trainer.sample.lamps import Lamp, dome_lamps, lit_by
from trainer.sample.sample import (
    MAX_PIXELS,
    check_arguments,
    check_free,
    picture_names,
    write_lp,
    write_picture,
)
from trainer.sample.shading import develop
from trainer.sample.table import Table, lay_table

LIGHTS = 40
SMALLEST = 120  # pixels a side: below, the spheres are a few pixels wide
WIDE_MM = 200.0  # the width of the table
DISTANCE = 1.4  # of the lamps, in widths of the table
EXPOSURE = 1.05
PHOTOGRAPHS, TRUTH = "photographs", "truth"


@dataclass(frozen=True)
class Tabletop:
    """What is photographed, and how badly."""

    width: int = 640
    height: int = 480
    seed: int = 0
    noise: float = 0.0  # standard deviation, in levels of 255
    blur: float = 0.0  # standard deviation in pixels
    chart: bool = False  # a colour chart and a ruler beside the tablet
    coin: bool = False  # a bronze coin
    window: bool = False  # a window that the spheres reflect in every photograph
    camera_mm: float | None = None  # the camera's distance; None: no perspective
    spheres: int = 2
    lights: int = LIGHTS


def write_tabletop(
    path: Path, scene: Tabletop, progress: Callable[[int, int], None] | None = None
) -> None:
    """Writes the new folder `path`: `photographs/image01.png`... in sRGB, without a light file, and
    `truth/`.

    `truth/spheres.json` has the spheres' centres and radii in pixels (outlines without
    perspective), the pixel's size, and each lamp's position in mm: x to the right and y up from
    the middle of the picture, z from the table. `truth/lights.lp` has the lights' directions as
    the middle of the table sees them. The folder appears only when it is complete. Raises
    RakingError.
    """
    check_arguments(path, scene.width, scene.height, scene.seed, MAX_PIXELS)
    if min(scene.width, scene.height) < SMALLEST:
        raise RakingError(
            f"A sample with spheres of {scene.width} x {scene.height} pixels is too small to show "
            f"them: ask for at least {SMALLEST} pixels a side."
        )
    with writing_aside(path, check_free) as folder:
        (folder / PHOTOGRAPHS).mkdir(parents=True)
        (folder / TRUTH).mkdir()
        table = lay_table(scene.width, scene.height, scene.seed, scene.chart, scene.coin)
        random = np.random.default_rng([scene.seed, 2])
        lamps = dome_lamps(scene.lights, DISTANCE * scene.width, random)
        lamps = [lamps[i] for i in np.argsort([_turn(lamp) for lamp in lamps])]
        names = picture_names(scene.lights, scene.width, scene.height)
        _write_truth(folder / TRUTH, scene, table, lamps, names)
        for index, (name, lamp) in enumerate(zip(names, lamps, strict=True)):
            picture = photograph_table(table, lamp, scene, random)
            write_picture(folder / PHOTOGRAPHS / name, picture)
            if progress:
                progress(index + 1, scene.lights)


def photograph_table(
    table: Table, lamp: Lamp, scene: Tabletop, random: np.random.Generator
) -> NDArray[np.uint8]:
    """The table under one lamp, as sRGB [H, W, 3] uint8."""
    points = table.points()
    radiance = lit_by(table.relief, table.relief.normals(), points, lamp)
    balls = table.balls[: scene.spheres]
    for ball in balls:
        radiance *= ball.shadow(points, lamp)[..., None]
    camera = None if scene.camera_mm is None else scene.camera_mm / pixel_mm(scene)
    seen = radiance.copy()
    for ball in balls:
        draw_ball(seen, ball, lamp, camera, scene.window)
    if scene.blur:
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), scene.blur), np.float32)
    picture = develop(EXPOSURE * seen)
    if scene.noise:
        noisy = picture + random.normal(0, scene.noise, picture.shape)
        picture = np.rint(noisy).clip(0, 255).astype(np.uint8)
    return picture


def pixel_mm(scene: Tabletop) -> float:
    return WIDE_MM / scene.width


def asked_for(scene: Tabletop) -> dict[str, Any]:
    """What the truth records of the call that wrote it."""
    return asdict(scene)


def tabletop_is_done(path: Path, scene: Tabletop) -> bool:
    """Whether `path` holds the sample that such a call writes, with all its files."""
    settle(path)
    names = picture_names(scene.lights, scene.width, scene.height)
    files = [path / TRUTH / "lights.lp", *(path / PHOTOGRAPHS / name for name in names)]
    try:
        truth = json.loads((path / TRUTH / "spheres.json").read_text("utf-8"))
        return truth["asked"] == asked_for(scene) and all(file.is_file() for file in files)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _turn(lamp: Lamp) -> float:
    """The order in which a hand would go round with the lamp: by elevation, then azimuth."""
    x, y, z = lamp.position
    ring = int(6 * np.arcsin(z / np.linalg.norm(lamp.position)) / np.pi)
    return 10 * ring + float(np.arctan2(y, x))


def _write_truth(
    folder: Path, scene: Tabletop, table: Table, lamps: list[Lamp], names: list[str]
) -> None:
    positions = np.array([lamp.position for lamp in lamps], np.float64)
    directions = positions / np.linalg.norm(positions, axis=1, keepdims=True)
    write_lp(folder / "lights.lp", names, directions)
    truth = {
        "asked": asked_for(scene),
        "pixel_mm": pixel_mm(scene),
        "spheres": [
            {
                "x": scene.width / 2 + ball.x - 0.5,
                "y": scene.height / 2 - ball.y - 0.5,
                "radius": ball.radius,
            }
            for ball in table.balls[: scene.spheres]
        ],
        "lamps_mm": {
            name: np.round(position * pixel_mm(scene), 4).tolist()
            for name, position in zip(names, positions, strict=True)
        },
    }
    (folder / "spheres.json").write_text(json.dumps(truth, indent=1) + "\n")
