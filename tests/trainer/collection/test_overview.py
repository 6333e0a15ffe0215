"""Photographs as one still picture, against NumPy's mean."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renderer.image.relightable import read_image, write_image
from shaders.errors import RakingError
from trainer.collection.overview import overview
from trainer.models.oracle import relight

from ..conftest import SIZE, bumps, ring_lights, write_picture


def shown(levels: np.ndarray) -> np.ndarray:
    """[H, W, 3] stretched, so that nearly the brightest is white."""
    return (levels * 255 / np.percentile(levels, 99.8)).clip(0, 255)


def test_it_is_the_mean_under_any_light(collection: Callable[..., Path], tmp_path: Path) -> None:
    path = collection()
    told: list[tuple[int, int]] = []
    photographs = sorted(path.glob("*.png"))
    image = overview(photographs, "Bumps", lambda *done: told.append(done))
    write_image(image, tmp_path / "still")
    stored = read_image(tmp_path / "still")
    assert (stored.height, stored.width, stored.title) == (SIZE, SIZE, "Bumps")
    mean = np.broadcast_to(bumps(ring_lights()), (20, SIZE, SIZE, 3)).mean(axis=0, dtype=float)
    for frame in relight(stored, np.array([[0, 0], [0.9, 0], [-0.3, 0.5]])):
        np.testing.assert_allclose(frame * 255, shown(mean), atol=0.6)
    assert told[-1] == (20, 20)
    one = overview(photographs[3:4], "One")
    alone = np.broadcast_to(bumps(ring_lights())[3], (SIZE, SIZE, 3)).astype(float)
    np.testing.assert_allclose(one.planes[0], shown(alone), atol=0.6)


def test_photographs_of_several_sizes_are_refused(tmp_path: Path) -> None:
    for name, size in [("a.png", 8), ("b.png", 9)]:
        write_picture(tmp_path / name, np.full((size, 8), 100, np.uint8))
    with pytest.raises(RakingError, match="are of several sizes"):
        overview([tmp_path / "a.png", tmp_path / "b.png"], "Two")
