"""Writes a procedural MLIC: the tablet of `trainer.sample.relief` under the lights of SynthRTI."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.files.aside import check_place, settle, writing_aside
from renderer.files.marks import png_mark
from shaders.errors import RakingError
from trainer.sample.relief import carve_relief
from trainer.sample.shading import photograph
from trainer.sample.workpiece import Array

MIN_SIDE = 16
MAX_PIXELS = 16_000_000
LOSSLESS_PIXELS = 2_000_000


class Ring(NamedTuple):
    """Lights at one elevation, evenly spaced clockwise from `first`, seen from above.

    Angles are in degrees, azimuths from +y.
    """

    elevation: float
    lights: int
    first: float


DOME = (Ring(10, 18, 20), Ring(30, 12, 30), Ring(50, 10, 36), Ring(70, 8, 45), Ring(90, 1, 0))
TEST = (Ring(20, 8, 45), Ring(40, 4, 67.5), Ring(60, 4, 112.5), Ring(80, 4, 135))


def write_sample(
    path: Path,
    width: int = 512,
    height: int = 512,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Writes the collection of this seed to the new folder `path`, in SynthRTI's layout.

    `Dome/` (49 lights, for training) and `Test/` (20) hold `dirs.lp` and `image01`... in sRGB;
    beside them are `normals.png`, (n + 1) / 2, and `mask.png`, 255 on the object. Pictures are PNG
    up to 2 Mpx; beyond, JPEG of quality 97 without chroma subsampling, because 69 lossless ones of
    10 Mpx would fill more than a gigabyte. `progress(done, total)` is called after each picture.
    The folder appears only when it is complete. Raises RakingError.
    """
    check_arguments(path, width, height, seed, MAX_PIXELS)
    with writing_aside(path, check_free) as folder:
        folder.mkdir()
        relief = carve_relief(width, height, seed)
        normals = relief.normals()
        shown = Image.fromarray(np.round((normals + 1) * 127.5).astype(np.uint8))
        shown.save(folder / "normals.png", pnginfo=png_mark(Asked=asked(width, height, seed)))
        write_picture(folder / "mask.png", relief.mask.astype(np.uint8) * 255)
        sets = [("Dome", ring_lights(DOME)), ("Test", ring_lights(TEST))]
        total = sum(len(lights) for _, lights in sets)
        done = 0
        for name, lights in sets:
            (folder / name).mkdir()
            names = picture_names(len(lights), width, height)
            write_lp(folder / name / "dirs.lp", names, lights)
            for image_name, light in zip(names, lights, strict=True):
                write_picture(folder / name / image_name, photograph(relief, normals, light))
                done += 1
                if progress:
                    progress(done, total)


def picture_names(count: int, width: int, height: int) -> list[str]:
    suffix = ".png" if width * height <= LOSSLESS_PIXELS else ".jpg"
    return [f"image{i:02d}{suffix}" for i in range(1, count + 1)]


def ring_lights(rings: tuple[Ring, ...]) -> Array:
    """Unit vectors [L, 3] toward the lights, ring after ring."""
    lights = []
    for ring in rings:
        elevation = math.radians(ring.elevation)
        for i in range(ring.lights):
            azimuth = math.radians(ring.first + 360 * i / ring.lights)
            across = math.cos(elevation)
            x, y = across * math.sin(azimuth), across * math.cos(azimuth)
            lights.append((x, y, math.sin(elevation)))
    return np.array(lights, np.float32)


def check_arguments(path: Path, width: int, height: int, seed: int, most: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise RakingError(
            f"A sample of {width} x {height} pixels is too small to show anything: "
            f"ask for at least {MIN_SIDE} pixels a side."
        )
    if width * height > most:
        raise RakingError(
            f"A sample of {width} x {height} pixels is too large: "
            f"ask for at most {most // 1_000_000} megapixels."
        )
    if seed < 0:
        raise RakingError(f"The sample's seed {seed} is negative: give 0 or more.")
    check_free(path)


def check_free(path: Path) -> None:
    """RakingError unless nothing or an empty folder is at `path`."""
    check_place(path)
    if path.exists() and not path.is_dir():
        raise RakingError(f"{path} is a file: name a new folder for the sample.")
    if path.is_dir() and any(path.iterdir()):
        raise RakingError(f"{path} is not empty: name a new folder, or remove this one first.")


def asked(width: int, height: int, seed: int) -> str:
    """What a sample's `normals.png` records of the call that wrote it."""
    return f"sample {width} x {height}, seed {seed}"


def sample_is_done(path: Path, width: int, height: int, seed: int) -> bool:
    """Whether `path` holds the sample that such a call writes, with all its files."""
    settle(path)
    files = [path / "mask.png"]
    for name, rings in (("Dome", DOME), ("Test", TEST)):
        count = sum(ring.lights for ring in rings)
        pictures = picture_names(count, width, height)
        files += [path / name / file for file in ["dirs.lp", *pictures]]
    try:
        with Image.open(path / "normals.png") as normals:
            recorded = normals.info.get("Asked")
        return recorded == asked(width, height, seed) and all(file.is_file() for file in files)
    except (OSError, SyntaxError, ValueError):
        return False


def write_picture(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Writes grey [H, W] or RGB [H, W, 3] pixels in the format of the suffix. Raises OSError."""
    options = [
        *(cv2.IMWRITE_JPEG_QUALITY, 97),
        *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
    ]
    bgr = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    _, data = cv2.imencode(path.suffix, bgr, options if path.suffix == ".jpg" else [])
    path.write_bytes(data.tobytes())


def write_lp(path: Path, names: list[str], lights: Array) -> None:
    """Writes light directions: the count, then `name x y z`."""
    lines = [
        f"{name} {x:.6f} {y:.6f} {z:.6f}"
        for name, (x, y, z) in zip(names, lights + 0.0, strict=True)
    ]
    path.write_text("\n".join([str(len(lines)), *lines]) + "\n")
