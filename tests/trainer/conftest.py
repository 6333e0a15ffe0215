"""Small collections, written as users have them: photographs and a `.lp` file."""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from renderer.image.relightable import RelightableImage
from trainer.collection.mlic import Mlic, read_mlic
from trainer.training.settings import TrainingSettings

from ..fuzz.mutations_of_pictures import png

SIZE = 24
SETTINGS = {field.name for field in fields(TrainingSettings)}


def ring_lights() -> np.ndarray:
    """20 unit vectors [20, 3]: rings of 8, 7 and 4 at rising elevation, and the zenith."""
    lights = [(0.0, 0.0, 1.0)]
    for number, degrees in ((4, 70), (7, 45), (8, 20)):
        elevation = np.deg2rad(degrees)
        for azimuth in np.arange(number) / number * 2 * np.pi + degrees:
            x, y = np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth)
            lights.append((x, y, np.sin(elevation)))
    return np.array(lights[::-1], np.float32)


def bumps(lights: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Matte bumps of varying colour, [L, size, size, 3] uint8."""
    y, x = np.mgrid[0:size, 0:size] / size
    slope = 0.8 * np.stack([np.sin(x * 12), np.cos(y * 9)], axis=-1)
    normals = np.concatenate([slope, np.ones((size, size, 1))], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    albedo = 0.4 + 0.3 * np.stack([np.sin(x * 5), np.cos(y * 4), np.sin((x + y) * 6)], axis=-1)
    shading = np.clip(np.einsum("hwc,lc->lhw", normals, lights), 0, None)
    return np.rint(255 * (0.05 + 0.95 * shading[..., None] * albedo)).astype(np.uint8)


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Writes [H, W] or [H, W, 3 or 4] RGB(A)."""
    order = {2: lambda p: p, 3: lambda p: p[..., [2, 1, 0, 3][: p.shape[2]]]}[picture.ndim]
    assert cv2.imwrite(str(path), order(picture))


def write_collection(
    path: Path,
    lights: np.ndarray | None = None,
    pictures: np.ndarray | Sequence[np.ndarray] | None = None,
    test: Sequence[str] = (),
    suffix: str = ".png",
) -> Path:
    """Photographs image00, image01, ... with `dirs.lp`, and `test.txt` where `test` names some."""
    lights = ring_lights() if lights is None else lights
    pictures = bumps(lights) if pictures is None else pictures
    path.mkdir(parents=True)
    lines = [str(len(lights))]
    for index, (picture, light) in enumerate(zip(pictures, lights, strict=True)):
        name = f"image{index:02}{suffix}"
        write_picture(path / name, picture)
        lines.append(" ".join([name, *(f"{value:.7f}" for value in light)]))
    (path / "dirs.lp").write_text("\n".join(lines) + "\n")
    if test:
        (path / "test.txt").write_text("\n".join(test) + "\n")
    return path


def train(mlic: Mlic, **options: Any) -> RelightableImage:
    """`trainer.training.train.train`, with its settings among the options."""
    from trainer.training import train as training  # torch, which most tests do without

    settings = {"model": "disk"}
    settings |= {key: value for key, value in options.items() if key in SETTINGS}
    others = {key: value for key, value in options.items() if key not in SETTINGS}
    return training.train(mlic, TrainingSettings(**settings), **others)


def as_written(mlic: Mlic) -> None:
    """Asserts that each of the 20 photographs of `write_collection` has its light."""
    lights = ring_lights()
    known = {picture.tobytes(): light for picture, light in zip(bumps(lights), lights, strict=True)}
    assert len(mlic.names) == 20
    for name, light in zip(mlic.names, mlic.lights, strict=True):
        np.testing.assert_allclose(light, known[mlic.photograph(name).tobytes()], atol=1e-6)


def relist(path: Path, name: Callable[[int], str]) -> None:
    """Gives the light file other names than the photographs have."""
    text = (path / "dirs.lp").read_text()
    for index in range(20):
        text = text.replace(f"image{index:02}.png", name(index))
    (path / "dirs.lp").write_text(text)


@pytest.fixture
def collection(tmp_path: Path) -> Callable[..., Path]:
    """Writes a collection to a folder of the test's own; arguments as `write_collection`."""

    def write(name: str = "bumps", **settings: object) -> Path:
        return write_collection(tmp_path / name, **settings)  # type: ignore[arg-type]

    return write


@pytest.fixture(scope="session")
def huge_picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG of 30,000 x 30,000 black pixels, which nobody should decode."""
    side = 30_000
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(side * (1 + side // 8)), 1)
    path = tmp_path_factory.mktemp("huge") / "black.png"
    path.write_bytes(png([(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]))
    return path


@pytest.fixture(scope="session")
def write_bumps() -> Callable[..., Path]:
    """`write_collection`, for collections that several tests share."""
    return write_collection


@pytest.fixture(scope="session")
def mlic(tmp_path_factory: pytest.TempPathFactory) -> Mlic:
    """The bumps under 20 lights, five of them held out by the rule."""
    return read_mlic(write_collection(tmp_path_factory.mktemp("mlic") / "bumps"))
