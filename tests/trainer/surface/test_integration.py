"""Heights against those of surfaces given by formulas."""

import numpy as np
import pytest

from trainer.surface.integration import heights


def hills(height: int = 90, width: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Heights [H, W] of a slanted, wavy surface, and its normals [H, W, 3], by hand."""
    row, x = np.mgrid[:height, :width].astype(np.float64)
    y = -row  # up
    z = 3 * np.sin(x / 15) * np.cos(y / 11) + 0.03 * x + 0.02 * y
    along_x = 3 / 15 * np.cos(x / 15) * np.cos(y / 11) + 0.03
    along_y = -3 / 11 * np.sin(x / 15) * np.sin(y / 11) + 0.02
    normals = np.stack([-along_x, -along_y, np.ones_like(z)], axis=-1)
    return z, normals / np.linalg.norm(normals, axis=-1, keepdims=True)


@pytest.mark.parametrize("masked", [False, True])
def test_heights(masked: bool) -> None:
    truth, normals = hills()
    mask = np.hypot(*(np.mgrid[:90, :120] - np.array([40, 55])[:, None, None])) < 38
    inside = mask if masked else np.ones_like(mask)
    normals[~inside] = (0.6, 0, 0.8)  # which must not count
    found = heights(normals.astype(np.float32), mask if masked else None)
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found[inside], truth[inside] - truth[inside].mean(), atol=0.02 * np.ptp(truth[inside])
    )
    assert not found[~inside].any()


def test_a_flat_surface() -> None:
    assert np.abs(heights(np.tile(np.float32([0, 0, 1]), (5, 7, 1)))).max() < 1e-6
