"""Relief from pictures of several cameras: found where there is some, and only there."""

import numpy as np
import pytest

from trainer.training.plane_sweep import STEP, relief_of

from .scene import CAMERAS, SIDE, heights, seen_by


def brightness(slope: float = 1.0) -> np.ndarray:
    return np.array([seen_by(view, slope)[..., 0] for view in CAMERAS], np.float32)


def test_a_textured_relief_is_found_to_within_a_step() -> None:
    found = relief_of(brightness(), CAMERAS)
    assert found is not None
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    inside = np.s_[6:-6, 6:-6]
    apart = np.abs(found - heights(x, y))[inside]
    assert heights(x, y).max() > 4 * STEP
    assert np.quantile(apart, 0.95) < STEP


def test_a_flat_surface_has_no_relief() -> None:
    noise = np.random.default_rng(0).normal(scale=0.01, size=(len(CAMERAS), SIDE, SIDE))
    flat = brightness(slope=0) * np.array([0.5 + view[2] / 2 for view in CAMERAS])[:, None, None]
    assert relief_of((flat + noise).astype(np.float32), CAMERAS) is None
    assert relief_of((0.5 + noise).astype(np.float32), CAMERAS) is None
    assert relief_of(np.zeros_like(flat, np.float32), CAMERAS) is None


def test_a_gloss_that_moves_with_the_camera_is_no_relief() -> None:
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    normals = np.stack([0.3 * np.sin(x * 30), 0.3 * np.cos(y * 25), np.ones_like(x)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    half = np.add(CAMERAS, [0.3, 0.2, 0.9])
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    gloss = 0.6 * np.clip(np.einsum("hwx,cx->chw", normals, half), 0, 1) ** 40
    pictures = 0.3 * brightness(slope=0) + gloss
    assert relief_of(pictures.astype(np.float32), CAMERAS) is None


@pytest.mark.parametrize("number", [1, 3])
def test_few_cameras_tell_no_relief(number: int) -> None:
    assert relief_of(brightness()[:number], CAMERAS[:number]) is None
