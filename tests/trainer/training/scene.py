"""A textured hill as cameras from the side see it, worked out from formulas alone."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from trainer.collection.mlic import Mlic, read_mlic

from ..conftest import write_picture

SIDE = 64
EDGE = 6  # pixels at the left that are not of the object


def toward(theta: float, phi: float) -> np.ndarray:
    t, p = np.deg2rad([theta, phi])
    return np.array([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], np.float32)


CAMERAS = np.array(
    [toward(0, 0), *(toward(30, 90 * i) for i in range(4)), *(toward(50, 45 * i) for i in range(8))]
)


def heights(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """In pixels, at columns x and rows y; so gentle that nothing hides anything."""
    return 2.4 * np.exp(-((x - 28) ** 2 + (y - 36) ** 2) / 2 / 11**2)


def texture(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """[..., 3], 0..1"""
    random = np.random.default_rng(1)
    waves = random.normal(size=(24, 2)) * 0.7
    phases = random.uniform(0, 2 * np.pi, (24, 3))
    flat = waves[:, 0, None] * x.ravel() + waves[:, 1, None] * y.ravel()
    mixed = np.sin(flat[..., None] + phases[:, None]).mean(axis=0)
    return np.clip(0.5 + 1.2 * mixed, 0, 1).reshape(*x.shape, 3)


def seen_by(view: np.ndarray, slope: float = 1.0) -> np.ndarray:
    """[SIDE, SIDE, 3], 0..1: what a camera toward `view` shows of heights `slope` times as high."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    x, y = columns, rows
    for _ in range(60):  # the place that a ray meets, by fixed-point iteration
        height = slope * heights(x, y)
        x, y = columns + view[0] / view[2] * height, rows - view[1] / view[2] * height
    return texture(x, y)


def write_shots(
    path: Path, shots: Iterable[tuple[str, np.ndarray, np.ndarray, np.ndarray]]
) -> Mlic:
    """A collection of pictures [SIDE, SIDE, 3] uint8, each with its name, light and view; off the
    object at its left edge."""
    path.mkdir()
    rows = ["name,light_x,light_y,light_z,view_x,view_y,view_z"]
    for name, picture, light, view in shots:
        write_picture(path / name, picture)
        rows.append(f"{name},{','.join(map(str, [*light, *view]))}")
    (path / "directions.csv").write_text("\n".join(rows))
    mask = np.full((SIDE, SIDE), 255, np.uint8)
    mask[:, :EDGE] = 0
    write_picture(path / "mask.png", mask)
    return read_mlic(path, all_photographs=True)
