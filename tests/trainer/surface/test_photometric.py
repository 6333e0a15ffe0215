"""Normals of surfaces whose normals are known: drawn here by other reflectances than the model's,
with cast shadows, and SynthRTI's, rendered by a ray tracer."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from trainer.collection.mlic import read_mlic
from trainer.surface.normals import photograph_normals
from trainer.surface.photometric import fit_normals

# Mean angular errors in degrees that must be reached; plain least squares: 14.3, 17.6, 13.5.
SYNTHRTI = {
    "Single/Object3/material6": 12.0,
    "Multi/Object2/material5": 14.0,
    "Multi/Object3/material2": 5.5,
}


def sky(count: int, lowest: float = 15.0) -> np.ndarray:
    """Unit vectors [count, 3] spread over the sky."""
    z = np.linspace(1, np.sin(np.radians(lowest)), count)
    turns = np.arange(count) * 2.4
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(turns), radius * np.sin(turns), z], axis=1)


def some_normals(count: int, steepest: float = 50.0, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    tilt, turn = np.radians(steepest * random.random(count)), 2 * np.pi * random.random(count)
    x, y = np.sin(tilt) * np.cos(turn), np.sin(tilt) * np.sin(turn)
    return np.stack([x, y, np.cos(tilt)], axis=1)


def ggx(normals: np.ndarray, lights: np.ndarray, roughness: float) -> np.ndarray:
    """The lobe of a rough metal (Walter et al. 2007) seen from above, [P, L], 1 at its peak."""
    halves = lights + np.array([0, 0, 1])
    halves /= np.linalg.norm(halves, axis=1, keepdims=True)
    alpha = roughness**2
    lobe = 1 / (1 + (normals @ halves.T) ** 2 * (alpha**2 - 1)) ** 2
    return lobe * alpha**4 * (normals @ lights.T > 0)


def degrees_off(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.degrees(np.arccos(np.clip((found * truth).sum(axis=-1), -1, 1)))


def fitted(values: np.ndarray, lights: np.ndarray) -> np.ndarray:
    seen = torch.from_numpy(values.astype(np.float32))
    return fit_normals(seen, seen < 0.98, torch.from_numpy(lights.astype(np.float32))).numpy()


def test_a_matt_surface_in_cast_shadow() -> None:
    """Each pixel stands before a wall somewhere, which keeps low lights of that side away: least
    squares are off by many degrees."""
    lights, normals = sky(48), some_normals(300)
    values = 0.6 * np.clip(normals @ lights.T, 0, None)
    walls = 2 * np.pi * np.random.default_rng(1).random(300)
    towards = np.stack([np.cos(walls), np.sin(walls)], axis=1) @ lights[:, :2].T  # [P, L]
    values[(towards > 0.5) & (lights[:, 2] < 0.7)] = 0.002
    plain = np.linalg.lstsq(lights, values.T, rcond=None)[0].T
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    assert degrees_off(plain, normals).mean() > 3
    assert degrees_off(fitted(values, lights), normals).mean() < 0.3


@pytest.mark.parametrize("matt", [0.0, 0.05, 0.3])
def test_a_glossy_surface(matt: float) -> None:
    """From metal to varnish, the lobe being another than the model's."""
    lights, normals = sky(64), some_normals(300)
    values = matt * np.clip(normals @ lights.T, 0, None) + 0.5 * ggx(normals, lights, 0.5)
    assert degrees_off(fitted(values, lights), normals).mean() < 3


def test_clipped_values_say_nothing() -> None:
    lights, normals = sky(48), some_normals(300)
    values = np.clip(1.6 * np.clip(normals @ lights.T, 0, None), None, 1)
    assert degrees_off(fitted(values, lights), normals).mean() < 0.5


def test_pixels_without_light() -> None:
    """Black, white and noise end as unit vectors that a camera could see."""
    lights = sky(12)
    values = np.random.default_rng(0).random((30, 12))
    values[:10], values[10:20] = 0, 1
    found = fitted(values, lights)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert (found[:, 2] > 0).all()


@pytest.mark.long
@pytest.mark.parametrize(("item", "most"), SYNTHRTI.items())
def test_synthrti(item: str, most: float, shared_data: Path) -> None:
    """Every fifth row: the whole takes six seconds of a core."""
    folder = shared_data / "synthrti" / item
    truth = np.asarray(Image.open(folder / "Dome" / "normals.png").convert("RGB")) / 127.5 - 1
    truth /= np.linalg.norm(truth, axis=-1, keepdims=True)
    photographs = read_mlic(folder).train
    rows = np.arange(0, truth.shape[0], 5)
    places = (rows[:, None] * truth.shape[1] + np.arange(truth.shape[1])).ravel()
    part = type(photographs)(
        **{**vars(photographs), "stored": photographs.stored[places], "size": (len(rows), 320)}
    )
    assert degrees_off(photograph_normals(part), truth[rows]).mean() < most
