"""Sound images and collections to be damaged, written once, and the commands that read each."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage, write_image
from shaders.heights import Relief
from shaders.linear import LinearDecoder
from shaders.network import Layer
from shaders.neural import NeuralDecoder

LIGHT = (0.3, -0.2)
PHOTOGRAPHS = 14
FLAT, TILED = (40, 32), (90, 70)  # width, height
LARGE_IMAGE = ("render", "render", "render", "info", "convert")
IMAGE = (*LARGE_IMAGE, "evaluate")
RESUMED = ("--steps", "50", "--model", "disk", "--units", "4", "--no-guide")
COLLECTION = ("read", "read", "info", "train", "evaluate of it")


@dataclass(frozen=True)
class Subject:
    """A folder that commands read, and which of its files are damaged."""

    name: str
    write: Callable[[Path], None]
    files: tuple[str, ...]
    commands: tuple[str, ...]


def surface(width: int, height: int, count: int, seed: int) -> np.ndarray:
    """Smooth levels with a little noise, [count, H, W, 3] uint8."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / 15.0
    waves = [np.sin(a * x + b * y + c) for a, b, c in random.uniform(0.3, 3, (3 * count, 3))]
    levels = np.stack(waves).reshape(count, 3, height, width).transpose(0, 2, 3, 1)
    noisy = levels * 90 + 128 + random.normal(0, 3, levels.shape)
    return np.ascontiguousarray(noisy.clip(0, 255).astype(np.uint8))


def disc(width: int, height: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.hypot(x / width - 0.5, y / height - 0.5) < 0.45


def neural(size: tuple[int, int], masked: bool) -> RelightableImage:
    random = np.random.default_rng(1)
    shapes = [(8, 11), (8, 8), (3, 8)]
    layers = [
        Layer(
            random.normal(0, 1 / np.sqrt(inputs), (out, inputs)).astype(np.float32),
            random.normal(0, 0.2, out).astype(np.float32),
        )
        for out, inputs in shapes
    ]
    ones = np.ones(9, np.float32)
    decoder = NeuralDecoder((layers[0], layers[1], layers[2]), -ones, ones)
    planes = surface(*size, 3, 1)
    provenance = {
        "model": "neural", "collection": "relief", "lights": 14, "seconds": 3.5,
        "test_lights": ["photo_03.png"], "scores": {"psnr": 30.25, "ssim": 0.9, "delta_e": 2.5},
    }  # fmt: skip
    lights = np.array([[0.6, 0, 0.8], [0, -0.6, 0.8]], np.float32)
    mask = disc(*size) if masked else None
    return RelightableImage(decoder, planes, mask, provenance, lights, 0.25)


def carved(size: tuple[int, int]) -> RelightableImage:
    """Of several cameras, with a relief."""
    image = neural(size, masked=True)
    first, *others = image.decoder.layers
    first = Layer(np.concatenate([first.weight, first.weight[:, :2]], axis=1), first.bias)
    low, high = image.decoder.latent_min, image.decoder.latent_max
    decoder = NeuralDecoder((first, others[0], others[1]), low, high, conditions=4)
    relief = Relief(surface(*size, 1, 6)[0, ..., 0].copy(), -2.5, 4)
    return replace(image, decoder=decoder, relief=relief, views=image.lights)


def linear(model: str, size: tuple[int, int]) -> RelightableImage:
    count = {"ptm": 18, "hsh": 27}[model]
    random = np.random.default_rng(count)
    low, high = np.full(count, -0.2, np.float32), random.uniform(0.1, 0.3, count).astype(np.float32)
    low[:3], high[:3] = 0.2, 2
    return RelightableImage(LinearDecoder(model, low, high), surface(*size, count // 3, 2))


def write_relight(path: Path, ending: str) -> None:
    """A PTM as Relight writes it."""
    path.mkdir()
    scale, bias = [1.2] * 3 + [0.5] * 15, [-0.05] * 3 + [0.5] * 15
    info = {
        "width": FLAT[0], "height": FLAT[1], "format": ending, "type": "ptm", "colorspace": "rgb",
        "nplanes": 18, "quality": 95, "materials": [{"scale": scale, "bias": bias}],
    }  # fmt: skip
    (path / "info.json").write_text(json.dumps(info))
    for i, levels in enumerate(surface(*FLAT, 6, 3)):
        Image.fromarray(levels).save(path / f"plane_{i}.{ending}", quality=95, subsampling=0)


def write_collection(path: Path, ending: str, bits: int = 8) -> None:
    """Photographs of a bumpy surface, with a mask and a list of those held out."""
    path.mkdir()
    width, height = FLAT
    random = np.random.default_rng(5)
    y, x = np.mgrid[:height, :width] / 6.0
    slope = np.dstack([0.5 * np.cos(x + 0.3 * y), 0.5 * np.sin(0.5 * x - y), np.ones_like(x)])
    slope /= np.linalg.norm(slope, axis=-1, keepdims=True)
    albedo = random.uniform(0.3, 1, 3) * (0.7 + 0.3 * np.sin(3 * x))[..., None]
    lines = []
    for i in range(PHOTOGRAPHS):
        angle, z = 2.4 * i, 0.25 + 0.7 * i / PHOTOGRAPHS
        across = np.sqrt(1 - z * z)
        light = np.array([across * np.cos(angle), across * np.sin(angle), z])
        shown = albedo * (slope @ light).clip(0, 1)[..., None] * 0.95 + 0.02
        name = f"photo_{i:02d}.{ending}"
        save(path / name, np.round(shown * (2**bits - 1)).astype(f"uint{bits}"))
        lines.append(f"{name} {' '.join(f'{value:.5f}' for value in light)}\n")
    (path / "lights.lp").write_text(f"{PHOTOGRAPHS}\n" + "".join(lines))
    (path / "test.txt").write_text(f"photo_03.{ending}\nphoto_08.{ending}\n")
    Image.fromarray((disc(width, height) * 255).astype(np.uint8)).save(path / "mask.png")


def save(file: Path, levels: np.ndarray) -> None:
    if file.suffix == ".tif":
        tifffile.imwrite(file, levels, photometric="rgb")
    elif levels.dtype == np.uint16:
        import cv2

        cv2.imwrite(str(file), levels[..., ::-1])
    else:
        options = {".jpg": {"quality": 95}, ".webp": {"lossless": True}}.get(file.suffix, {})
        Image.fromarray(levels).save(file, **options)


def write_interrupted(path: Path) -> None:
    """A collection, and beside it the checkpoint of a training that was killed."""
    from .command import raking

    path.mkdir()
    write_collection(path / "photographs", "png")
    child = os.fork()
    if child == 0:
        import sys

        with (path / "told").open("w") as told:
            os.dup2(told.fileno(), 1)
            os.dup2(told.fileno(), 2)
        sys.argv = ["raking", "train", str(path / "photographs"), "-o", str(path / "o"), *RESUMED]
        raking.main()
        os._exit(1)
    while not (path / ".o.checkpoint").exists():
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    (path / "told").unlink()


def tiled(image: RelightableImage, name: str) -> Callable[[Path], None]:
    quality = 95
    form = TileFormat(name=name, size=64, quality=quality)  # type: ignore[arg-type]
    return lambda path: write_image(image, path, tiles=form)


TILES = ("info.json", "plane_0.dzi", "plane_1_files/7/0_0{0}", "plane_2_files/7/1_1{0}")

SUBJECTS = [
    Subject(
        "neural",
        lambda path: write_image(neural(FLAT, masked=True), path),
        ("info.json", "info.json", "plane_0.png", "plane_1.png", "plane_2.png", "mask.png"),
        IMAGE,
    ),
    Subject(
        "relief",
        lambda path: write_image(carved(FLAT), path),
        ("info.json", "info.json", "plane_0.png", "mask.png", "relief.png", "relief.png"),
        LARGE_IMAGE,
    ),
    Subject(
        "ptm",
        lambda path: write_image(linear("ptm", FLAT), path),
        ("info.json", "plane_3.png", "plane_5.png"),
        IMAGE,
    ),
    Subject(
        "hsh-tiles-png",
        tiled(linear("hsh", TILED), "png"),
        tuple(name.format(".png") for name in TILES),
        LARGE_IMAGE,
    ),
    Subject(
        "neural-tiles-webp",
        tiled(neural(TILED, masked=True), "webp"),
        (*(name.format(".webp") for name in TILES), "mask.dzi", "mask_files/7/0_1.webp"),
        LARGE_IMAGE,
    ),
    Subject(
        "neural-tiles-jpg",
        tiled(neural(TILED, masked=False), "jpg"),
        tuple(name.format(".jpg") for name in TILES),
        LARGE_IMAGE,
    ),
    Subject(
        "relight-jpg",
        lambda path: write_relight(path, "jpg"),
        ("info.json", "plane_0.jpg", "plane_4.jpg"),
        IMAGE,
    ),
    Subject(
        "relight-webp",
        lambda path: write_relight(path, "webp"),
        ("info.json", "plane_2.webp"),
        IMAGE,
    ),
    *(
        Subject(
            f"photographs-{ending}-{bits}",
            lambda path, ending=ending, bits=bits: write_collection(path, ending, bits),
            (*others, *(f"photo_{i:02d}.{ending}" for i in (0, 3, 5, 9))),
            COLLECTION,
        )
        for ending, bits, others in (
            (
                "png",
                8,
                (
                    "lights.lp",
                    "lights.lp",
                    "lights.lp",
                    "test.txt",
                    "test.txt",
                    "mask.png",
                    "mask.png",
                ),
            ),
            ("png", 16, ()),
            ("jpg", 8, ("lights.lp",)),
            ("tif", 8, ()),
            ("tif", 16, ()),
            ("webp", 8, ()),
        )
    ),
    Subject("interrupted", write_interrupted, (".o.checkpoint",), ("go on",)),
]
