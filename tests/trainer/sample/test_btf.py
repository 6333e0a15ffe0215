"""The procedural BTF: what its cameras see, its shading, its files, and how they are read."""

import csv
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.collection.mlic import read_mlic
from trainer.collection.rectified import first_hits
from trainer.sample.btf import btf_is_done, write_btf
from trainer.sample.parallax import seen_from
from trainer.sample.relief import carve_relief
from trainer.sample.shading import reflect

from ...command import raking
from .test_sample import read

SIDE = 24


def toward(theta: float, phi: float) -> np.ndarray:
    t, p = np.deg2rad([theta, phi])
    return np.array([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], np.float32)


@pytest.fixture(scope="module")
def btf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("btf") / "tablet"
    write_btf(path, SIDE, SIDE, seed=0)
    return path


def test_a_raised_plane_is_shifted_by_its_parallax() -> None:
    for theta, phi in ((0, 0), (30, 0), (45, 90), (60, 200)):
        view = toward(theta, phi)
        columns, rows = first_hits(np.full((20, 30), 5, np.float32), view)
        y, x = np.mgrid[:20, :30]
        np.testing.assert_allclose(columns, x + 5 * view[0] / view[2], atol=1e-4)
        np.testing.assert_allclose(rows, y - 5 * view[1] / view[2], atol=1e-4)


def test_what_stands_in_front_hides_what_is_behind() -> None:
    height = np.zeros((9, 60), np.float32)
    height[:, 30:34] = 6
    columns, _ = first_hits(height, toward(45, 0))  # from the right: a shift of one a height of one
    seen = np.round(columns[4], 1)
    hidden = (seen > 24.5) & (seen < 29)  # ground just left of the wall
    assert not hidden.any()
    np.testing.assert_allclose(columns[4, 40:55], np.arange(40, 55), atol=1e-3)
    np.testing.assert_allclose(columns[4, 5:23], np.arange(5, 23), atol=1e-3)
    assert columns[4, 25] == pytest.approx(31, abs=0.6)  # the wall's top, six to the right


def test_hits_are_on_their_rays_and_on_the_surface() -> None:
    """Nothing above the hit lies on the ray, by brute force with steps of a hundredth."""
    relief = carve_relief(64, 64, 3)
    view = toward(55, 130)
    columns, rows = first_hits(relief.height, view)
    random = np.random.default_rng(0)
    levels = np.arange(relief.height.max(), relief.height.min(), -0.01)
    missed = 0
    for row, column in random.integers(8, 56, (60, 2)):
        xs = column + levels * view[0] / view[2]
        ys = row - levels * view[1] / view[2]
        below = levels <= bilinear(relief.height, xs, ys)
        x, y = xs[below][0], ys[below][0]
        missed += np.hypot(columns[row, column] - x, rows[row, column] - y) > 0.1
    assert missed <= 2  # spikes thinner than half a pixel


def bilinear(height: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x, y = x.clip(0, 63 - 1e-6), y.clip(0, 63 - 1e-6)
    i, j = y.astype(int), x.astype(int)
    v, u = y - i, x - j
    top = height[i, j] * (1 - u) + height[i, j + 1] * u
    return top * (1 - v) + (height[i + 1, j] * (1 - u) + height[i + 1, j + 1] * u) * v


def test_from_above_everything_is_where_it_is() -> None:
    relief = carve_relief(32, 48, 0)
    seen = seen_from(relief, relief.normals(), toward(0, 0))
    np.testing.assert_allclose(seen.albedo, relief.albedo, atol=1e-6)


def test_light_and_camera_may_change_places() -> None:
    """Helmholtz reciprocity: f(l, v) = f(v, l)."""
    relief = carve_relief(48, 48, 1)
    normals = relief.normals()
    light, view = toward(50, 20), toward(35, 170)
    surface = normals, relief.albedo, relief.f0, relief.roughness
    there = reflect(*surface, light, view)
    back = reflect(*surface, view, light)
    n_l, n_v = normals @ light, normals @ view
    facing = (n_l > 0.1) & (n_v > 0.1)
    np.testing.assert_allclose(
        (there / n_l[..., None])[facing], (back / n_v[..., None])[facing], rtol=1e-4
    )


def test_it_is_a_collection_of_new_cameras_under_new_lights(btf: Path) -> None:
    mlic = read_mlic(btf)
    assert mlic.train.views is not None and mlic.test.views is not None
    assert (len(mlic.train.names), len(mlic.test.names)) == (19 * 49, 9 * 20)
    for trained, new in (
        (mlic.train.lights, mlic.test.lights),
        (mlic.train.views, mlic.test.views),
    ):
        assert np.linalg.norm(new[:, None] - trained, axis=2).min() > np.deg2rad(5)
    assert mlic.warnings == []
    assert mlic.mask is not None


def test_truth_of_materials(btf: Path) -> None:
    """Gold is where the picture is yellow and glossy, stone where it is most of the tablet."""
    with (btf / "materials.csv").open() as file:
        names = {int(row["level"]): row["material"] for row in csv.DictReader(file)}
    levels = read(btf / "materials.png")
    assert levels.shape == (SIDE, SIDE)
    assert set(np.unique(levels)) <= set(names)
    mask = read(btf / "mask.png") == 255
    found = [names[int(level)] for level in levels[mask]]
    assert max(set(found), key=found.count) == "stone"
    assert len(set(found)) >= 4
    ground = [names[int(level)] for level in levels[~mask]]
    assert max(set(ground), key=ground.count) == "cloth"


def test_same_call_same_bytes(btf: Path, tmp_path: Path) -> None:
    write_btf(tmp_path / "again", SIDE, SIDE, seed=0)
    files = sorted(p.relative_to(btf) for p in btf.rglob("*") if p.is_file())
    assert len(files) == 931 + 180 + 2 + 4
    for file in files:
        assert (btf / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file


def test_the_command(btf: Path, tmp_path: Path) -> None:
    again = raking("sample", "--btf", btf, "--size", f"{SIDE}x{SIDE}")
    assert again.returncode == 0 and "done before" in again.stdout
    (btf / "Test" / "camera01_light01.png").rename(tmp_path / "away.png")
    assert not btf_is_done(btf, SIDE, SIDE, 0)
    refused = raking("sample", "--btf", btf, "--size", f"{SIDE}x{SIDE}")
    assert refused.returncode == 1 and "not empty" in refused.stderr
    (tmp_path / "away.png").rename(btf / "Test" / "camera01_light01.png")
    assert raking("sample", "--btf", tmp_path / "big", "--size", "1001x1000").returncode == 2
    with pytest.raises(RakingError, match="too small"):
        write_btf(tmp_path / "small", 8, 8)
