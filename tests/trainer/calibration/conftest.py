"""Photographs of a table with two spheres, and what is true of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer.calibration.calibrate import Calibration, Settings, calibrate
from trainer.calibration.shots import photographs_in
from trainer.calibration.views import Shots, read_shots
from trainer.running.plan import Plan
from trainer.sample.tabletop import Tabletop, write_tabletop

SCENE = Tabletop(360, 270, seed=5, noise=1.0, blur=0.6, chart=True, coin=True, lights=14)


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noisy photographs with a chart, a ruler and a coin beside the spheres."""
    path = tmp_path_factory.mktemp("table") / "sample"
    write_tabletop(path, SCENE)
    return path


@pytest.fixture(scope="session")
def shots(table: Path) -> Shots:
    return shots_in(table / "photographs")


@pytest.fixture(scope="session")
def result(shots: Shots) -> Calibration:
    return calibrate(shots, Settings(), Plan())


@pytest.fixture(scope="session")
def truth(table: Path) -> dict[str, Any]:
    return json.loads((table / "truth" / "spheres.json").read_text())


@pytest.fixture(scope="session")
def open_shots() -> Callable[[Path], Shots]:
    return shots_in


def shots_in(folder: Path) -> Shots:
    return read_shots(photographs_in(folder, pytest.fail))


def degrees(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Angles between unit vectors [..., 3]."""
    return np.degrees(np.arccos(np.clip(np.sum(one * other, axis=-1), -1, 1)))


@pytest.fixture(scope="session")
def angles() -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return degrees
