"""Writes a procedural BTF: the tablet of `trainer.sample.relief`, rectified, from many cameras."""

import csv
import io
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.files.aside import settle, writing_aside
from renderer.files.marks import png_mark
from trainer.sample.parallax import Seen, seen_from
from trainer.sample.relief import Relief, carve_relief
from trainer.sample.sample import (
    DOME,
    TEST,
    Ring,
    check_arguments,
    check_free,
    ring_lights,
    write_picture,
)
from trainer.sample.shading import EXPOSURE, develop, reflect, visibility
from trainer.sample.workpiece import Array

MAX_PIXELS = 1_000_000
FINER = 2  # times as many pixels a side are lit, and their means shown
CAMERAS = (Ring(90, 1, 0), Ring(60, 6, 0), Ring(30, 12, 15))
NEW_CAMERAS = (Ring(75, 3, 40), Ring(45, 6, 20))
SETS = (("Dome", CAMERAS, DOME), ("Test", NEW_CAMERAS, TEST))
HEADING = ("name", "light_x", "light_y", "light_z", "view_x", "view_y", "view_z")


def write_btf(
    path: Path,
    width: int = 192,
    height: int = 192,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Writes the BTF of this seed to the new folder `path`.

    `Dome/` (19 cameras x 49 lights, for training) and `Test/` (9 new cameras x 20 new lights) hold
    PNG in sRGB and `directions.csv`; beside them are `normals.png`, (n + 1) / 2, `mask.png`, 255 on
    the object, and `materials.png`, whose levels `materials.csv` names. A pixel is a place of the
    plane on which the tablet's ornament stands. `progress(done, total)` is called after each
    picture. The folder appears only when it is complete. Raises RakingError.
    """
    check_arguments(path, width, height, seed, MAX_PIXELS)
    total = sum(len(names(cameras, lights)) for _, cameras, lights in SETS)
    done = 0
    with writing_aside(path, check_free) as folder:
        folder.mkdir()
        relief = carve_relief(FINER * width, FINER * height, seed)
        normals = relief.normals()
        write_truth(folder, relief, normals, asked(width, height, seed))
        for name, cameras, lights in SETS:
            (folder / name).mkdir()
            write_directions(folder / name, cameras, lights)
            for picture, pixels in zip(
                names(cameras, lights), pictures(relief, normals, cameras, lights), strict=True
            ):
                write_picture(folder / name / picture, pixels)
                done += 1
                if progress:
                    progress(done, total)


def pictures(
    relief: Relief, normals: Array, cameras: tuple[Ring, ...], lights: tuple[Ring, ...]
) -> Iterator[NDArray[np.uint8]]:
    """The photographs [H, W, 3] uint8 of all cameras, each under all lights."""
    directions = ring_lights(lights)
    visible = [visibility(relief.height, light) for light in directions]
    for view in ring_lights(cameras):
        seen = seen_from(relief, normals, view)
        for light, lit in zip(directions, visible, strict=True):
            yield photograph_of(seen, light, lit)


def photograph_of(seen: Seen, light: Array, visible: Array) -> NDArray[np.uint8]:
    """What a camera sees under a light, of whose lamp places see the share `visible` [H, W]."""
    radiance = reflect(seen.normals, seen.albedo, seen.f0, seen.roughness, light, seen.view)
    radiance *= EXPOSURE * seen.taken(visible)[..., None]
    size = (radiance.shape[1] // FINER, radiance.shape[0] // FINER)
    return develop(np.asarray(cv2.resize(radiance, size, interpolation=cv2.INTER_AREA)))


def names(cameras: tuple[Ring, ...], lights: tuple[Ring, ...]) -> list[str]:
    """Of the pictures of all cameras, each under all lights."""
    counts = (sum(ring.lights for ring in rings) for rings in (cameras, lights))
    numbers = (range(1, count + 1) for count in counts)
    return [f"camera{camera:02d}_light{light:02d}.png" for camera, light in product(*numbers)]


def write_directions(folder: Path, cameras: tuple[Ring, ...], lights: tuple[Ring, ...]) -> None:
    pairs = product(ring_lights(cameras) + 0.0, ring_lights(lights) + 0.0)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(HEADING)
    for name, (view, light) in zip(names(cameras, lights), pairs, strict=True):
        writer.writerow([name, *(f"{value:.6f}" for value in (*light, *view))])
    (folder / "directions.csv").write_text(table.getvalue())


def write_truth(folder: Path, relief: Relief, normals: Array, call: str) -> None:
    """Normals, mask and materials of the object, as seen from above."""
    size = (relief.mask.shape[1] // FINER, relief.mask.shape[0] // FINER)
    mean = np.asarray(cv2.resize(normals, size, interpolation=cv2.INTER_AREA), np.float32)
    mean /= np.linalg.norm(mean, axis=-1, keepdims=True)
    shown = Image.fromarray(np.round((mean + 1) * 127.5).astype(np.uint8))
    shown.save(folder / "normals.png", pnginfo=png_mark(Asked=call))
    write_picture(folder / "mask.png", relief.mask[::FINER, ::FINER].astype(np.uint8) * 255)
    write_picture(folder / "materials.png", relief.material[::FINER, ::FINER])
    rows = [f"{level},{name}" for level, name in enumerate(relief.materials)]
    (folder / "materials.csv").write_text("\n".join(["level,material", *rows]) + "\n")


def asked(width: int, height: int, seed: int) -> str:
    """What a BTF's `normals.png` records of the call that wrote it."""
    return f"sample --btf {width} x {height}, seed {seed}"


def btf_is_done(path: Path, width: int, height: int, seed: int) -> bool:
    """Whether `path` holds the BTF that such a call writes, with all its files."""
    settle(path)
    files = [path / name for name in ("mask.png", "materials.png", "materials.csv")]
    for folder, cameras, lights in SETS:
        files += [path / folder / name for name in ("directions.csv", *names(cameras, lights))]
    try:
        with Image.open(path / "normals.png") as normals:
            recorded = normals.info.get("Asked")
        return recorded == asked(width, height, seed) and all(file.is_file() for file in files)
    except (OSError, SyntaxError, ValueError):
        return False
