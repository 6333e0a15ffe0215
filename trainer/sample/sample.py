"""Writes a procedural MLIC: the tablet of `trainer.sample.relief` under the lights of SynthRTI.

Shading is Cook-Torrance with GGX (Walter et al. 2007, Microfacet Models for Refraction through
Rough Surfaces) and Schlick's Fresnel term, under directional lights, with cast shadows and without
interreflections, for an orthographic viewer on +z.
"""

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
from trainer.sample.relief import Array, Relief, carve_relief

MIN_SIDE = 16
MAX_PIXELS = 16_000_000
LOSSLESS_PIXELS = 2_000_000
LIGHT_RADIUS = 0.016  # radians: a lamp of 3 cm a metre away
SKEWS = (-0.7, 0.0, 0.7)  # parts of the lamp that cast shadows, in light radii to the side
EXPOSURE = 1.05
SHOULDER = 0.6  # linear level from which highlights are compressed, as cameras do
BLOCK_PIXELS = 1 << 16  # shaded at a time: its temporaries stay in the processor's cache


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
    check_arguments(path, width, height, seed)
    with writing_aside(path, check_free) as folder:
        folder.mkdir()
        relief = carve_relief(width, height, seed)
        normals = relief.normals()
        shown = Image.fromarray(np.round((normals + 1) * 127.5).astype(np.uint8))
        shown.save(folder / "normals.png", pnginfo=png_mark(Asked=asked(width, height, seed)))
        write_image(folder / "mask.png", relief.mask.astype(np.uint8) * 255)
        sets = [("Dome", ring_lights(DOME)), ("Test", ring_lights(TEST))]
        total = sum(len(lights) for _, lights in sets)
        done = 0
        for name, lights in sets:
            (folder / name).mkdir()
            names = picture_names(len(lights), width, height)
            write_lp(folder / name / "dirs.lp", names, lights)
            for image_name, light in zip(names, lights, strict=True):
                write_image(folder / name / image_name, render(relief, normals, light))
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


# ---- light ----


def render(relief: Relief, normals: Array, light: Array) -> NDArray[np.uint8]:
    """The relief lit from `light` (unit vector, toward the light), as sRGB [H, W, 3] uint8."""
    visible = visibility(relief.height, light)
    picture = np.empty((*relief.height.shape, 3), np.uint8)
    rows = max(1, BLOCK_PIXELS // relief.height.shape[1])
    for top in range(0, len(picture), rows):
        block = slice(top, top + rows)
        radiance = reflect(
            normals[block], relief.albedo[block], relief.f0[block], relief.roughness[block], light
        )
        picture[block] = develop(EXPOSURE * visible[block, :, None] * radiance)
    return picture


def reflect(normals: Array, albedo: Array, f0: Array, roughness: Array, light: Array) -> Array:
    """Radiance [..., 3] toward +z, relative to a white diffuser facing the light.

    The light and the viewer are far away, so the half vector, and with it the Fresnel weight, is
    the same for all pixels.
    """
    half = light + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    n_l = np.maximum(normals @ light, 0)
    n_h = normals @ half
    n_v = normals[..., 2]
    alpha2 = np.square(np.square(roughness))
    ggx = alpha2 / (math.pi * np.square(n_h * n_h * (alpha2 - 1) + 1))
    smith_l = n_l + np.sqrt(alpha2 + (1 - alpha2) * n_l * n_l)
    smith_v = n_v + np.sqrt(alpha2 + (1 - alpha2) * n_v * n_v)
    specular = math.pi * ggx / (smith_l * smith_v)
    fresnel = f0 + (1 - f0) * np.float32((1 - half[2]) ** 5)
    colour = albedo * (1 - fresnel) + fresnel * specular[..., None]
    return np.asarray(colour * n_l[..., None], np.float32)


def develop(radiance: Array) -> NDArray[np.uint8]:
    """Linear radiance to 8-bit sRGB; highlights bend toward white instead of clipping."""
    over = np.maximum(radiance - SHOULDER, 0)
    room = 1 - SHOULDER
    level = np.minimum(radiance, SHOULDER) + room * (1 - np.exp(-over / room))
    srgb = np.where(level < 0.0031308, 12.92 * level, 1.055 * level ** (1 / 2.4) - 0.055)
    return np.round(255 * srgb).astype(np.uint8)


def visibility(height: Array, light: Array) -> Array:
    """The share of the lamp [H, W] that each point of a height field (in pixels) sees, 0..1."""
    azimuth, across = math.atan2(light[1], light[0]), math.hypot(light[0], light[1])
    if across < 1e-3:
        return np.ones_like(height)
    total = np.zeros_like(height)
    for skew in SKEWS:
        turned = azimuth + skew * LIGHT_RADIUS / across
        total += sweep(height, across * math.cos(turned), across * math.sin(turned), light[2])
    return total / len(SKEWS)


def sweep(height: Array, x: float, y: float, z: float) -> Array:
    """Visibility [H, W] of a lamp toward (x, y, z), in one pass over the rows away from it.

    In a frame sheared along the light, all that can shade a point stands in the point's column.
    Of what has been passed, `ridge` keeps the highest (measured against the slope of the ray) and
    `row` where it stands, from which the width of the penumbra follows. A light from the side is
    swept over columns.
    """
    if abs(x) > abs(y):
        return np.ascontiguousarray(sweep(np.ascontiguousarray(height.T), -y, -x, z).T)
    if y < 0:
        return np.ascontiguousarray(sweep(np.ascontiguousarray(height[::-1]), x, -y, z)[::-1])
    rows, columns = height.shape
    shear, climb = x / y, z / y  # of a ray, per row toward the light
    stride = math.hypot(1, shear)
    softness = LIGHT_RADIUS * stride * (1 + (climb / stride) ** 2)  # per row from the ridge
    start = max(0.0, -shear * (rows - 1))
    ridge = np.full(columns + math.ceil(abs(shear) * rows) + 2, -1e9, np.float32)
    ridge_row = np.zeros_like(ridge)
    visible = np.empty_like(height)
    for row in range(rows):
        shift = start + shear * row
        first = int(shift)
        part = np.float32(shift - first)
        here, nodes = slice(first, first + columns), slice(first, first + columns + 1)
        after = slice(first + 1, first + columns + 1)
        level = height[row] + np.float32(climb * row)
        above = ridge[here] + part * (ridge[after] - ridge[here]) - level
        distance = row - ridge_row[here] - part * (ridge_row[after] - ridge_row[here])
        penumbra = np.maximum(softness * distance, 0.35 * climb)
        visible[row] = 0.5 - 0.5 * above / penumbra
        deposit = np.empty(columns + 1, np.float32)
        deposit[0], deposit[-1] = level[0], level[-1]
        deposit[1:-1] = level[1:] - part * np.diff(level)
        higher = deposit > ridge[nodes]
        np.copyto(ridge[nodes], deposit, where=higher)
        np.copyto(ridge_row[nodes], np.float32(row), where=higher)
    return np.clip(visible, 0, 1, out=visible)


# ---- files ----


def check_arguments(path: Path, width: int, height: int, seed: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise RakingError(
            f"A sample of {width} x {height} pixels is too small to show anything: "
            f"ask for at least {MIN_SIDE} pixels a side."
        )
    if width * height > MAX_PIXELS:
        raise RakingError(
            f"A sample of {width} x {height} pixels is too large: "
            f"ask for at most {MAX_PIXELS // 1_000_000} megapixels."
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


def write_image(path: Path, pixels: NDArray[np.uint8]) -> None:
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
