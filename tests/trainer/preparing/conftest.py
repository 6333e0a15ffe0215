"""Photographs of a table under near lamps, and what is true of them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from trainer.calibration.shots import photographs_in
from trainer.calibration.views import Shots, read_shots
from trainer.preparing.setup import SetUp
from trainer.sample.tabletop import Tabletop, write_tabletop

SCENE = Tabletop(360, 270, seed=3, noise=1.0, blur=0.6, chart=True, lights=20)


@dataclass(frozen=True, eq=False)
class Scene:
    folder: Path
    shots: Shots
    lights: np.ndarray  # [L, 3]
    setup: SetUp


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("preparing") / "table"
    write_tabletop(folder, SCENE)
    truth = json.loads((folder / "truth" / "spheres.json").read_text())
    shots = read_shots(photographs_in(folder / "photographs", pytest.fail))
    lamps = np.array([truth["lamps_mm"][name] for name in shots.names]) / truth["pixel_mm"]
    spheres = [(sphere["x"], sphere["y"], sphere["radius"]) for sphere in truth["spheres"]]
    lights = lamps / np.linalg.norm(lamps, axis=1, keepdims=True)
    return Scene(folder, shots, lights, SetUp(spheres, lamps))
