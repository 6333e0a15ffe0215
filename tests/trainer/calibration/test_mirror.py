"""Circles that are off, put right by the table that spheres mirror, against rendered spheres."""

import json
from dataclasses import replace

import numpy as np
import pytest

from trainer.calibration.camera import Camera
from trainer.calibration.mirror import mirroring
from trainer.calibration.rim import Outline
from trainer.calibration.views import View
from trainer.sample.tabletop import Tabletop, write_tabletop

SCENE = Tabletop(480, 360, seed=15, noise=1.0, blur=0.7, lights=6)
CAMERA = Camera((SCENE.height, SCENE.width))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, open_shots) -> tuple[View, Outline]:
    """The larger sphere, beside a bright tablet, and its true outline."""
    path = tmp_path_factory.mktemp("mirror") / "sample"
    write_tabletop(path, SCENE)
    spheres = json.loads((path / "truth" / "spheres.json").read_text())["spheres"]
    true = max(spheres, key=lambda s: s["radius"])
    x, y, radius = true["x"], true["y"], true["radius"]
    shots = open_shots(path / "photographs")
    view = shots.views([shots.around(np.array([x, y]), 1.9 * radius)])[0]
    return view, Outline(x, y, radius, 0.0, 0.1, 0.0, 1.0, 1.0)


def test_a_circle_that_is_off_is_put_right(seen: tuple[View, Outline]) -> None:
    view, true = seen
    off = replace(true, x=true.x - 0.7, y=true.y + 0.6, across=true.across - 0.8)
    found = mirroring(view, off, CAMERA)
    assert found is not None and found.mirrors
    assert np.hypot(found.x - true.x, found.y - true.y) < 0.2
    assert abs(found.across - true.across) < 0.2


def test_what_mirrors_no_table_is_left_as_it_is(seen: tuple[View, Outline]) -> None:
    """The table is that of other photographs, upside down."""
    view, true = seen
    rows, columns = np.mgrid[: view.grey.shape[1], : view.grey.shape[2]]
    offset = view.outward(np.stack([columns, rows], axis=-1)) - [true.x, true.y]
    inside = np.hypot(offset[..., 0], offset[..., 1]) < true.across
    other = np.roll(view.values[:, ::-1], 3, axis=0)
    shown = View(view.region, np.where(inside[..., None], view.values, other))
    assert mirroring(shown, true, CAMERA) is None


def test_on_a_small_sphere_too_little_is_seen(seen: tuple[View, Outline]) -> None:
    view, true = seen
    assert mirroring(view, replace(true, across=12.0), CAMERA) is None
