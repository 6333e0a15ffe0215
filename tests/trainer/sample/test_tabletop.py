"""The sample with spheres: what is written is true, and the same each time."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from trainer.sample.glossy import CHROME, Ball, draw_ball
from trainer.sample.lamps import dome_lamps
from trainer.sample.tabletop import Tabletop, tabletop_is_done, write_tabletop

SCENE = Tabletop(200, 150, seed=3)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "sample"
    write_tabletop(path, SCENE)
    return path


def read(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture


def truth_of(path: Path) -> dict:
    return json.loads((path / "truth" / "spheres.json").read_text())


def test_highlights_lie_where_a_mirror_shows_the_lamp(sample: Path) -> None:
    """Found by hand: of all points of the sphere, the one whose mirrored ray meets the lamp."""
    truth = truth_of(sample)
    for name, lamp in list(truth["lamps_mm"].items())[::9]:
        picture = read(sample / "photographs" / name).astype(float).sum(axis=2)
        for sphere in truth["spheres"]:
            cx, cy, radius = sphere["x"], sphere["y"], sphere["radius"]
            rows, columns = np.mgrid[:150, :200]
            x, y = (columns - cx) / radius, (cy - rows) / radius
            inside = x * x + y * y < 0.95
            z = np.sqrt(np.clip(1 - x * x - y * y, 0, None))
            mm = truth["pixel_mm"]
            point = np.stack([columns - 99.5, 74.5 - rows, radius + radius * z], axis=-1)
            toward = np.array(lamp) / mm - point
            toward /= np.linalg.norm(toward, axis=-1, keepdims=True)
            mirrored = np.stack([2 * z * x, 2 * z * y, 2 * z * z - 1], axis=-1)
            match = np.where(inside, (mirrored * toward).sum(axis=-1), -1)
            row, column = np.unravel_index(match.argmax(), match.shape)
            near = np.hypot(rows - row, columns - column) < 0.3 * radius
            brightest = np.argmax(np.where(near & inside, picture, -1))
            found = np.array(np.unravel_index(brightest, picture.shape))
            assert np.abs(found - [row, column]).max() <= 2


def test_the_lamps_image_lies_between_pixels_where_it_should() -> None:
    """Its middle against where the law of reflection has it, found by iteration."""
    distance, ball, off = 900.0, Ball(-20, 10, 36, CHROME), []
    for lamp in dome_lamps(10, distance, np.random.default_rng(1)):
        picture = np.zeros((120, 160, 3), np.float32)
        draw_ball(picture, ball, lamp, None, window=False)
        bright = np.where(picture[..., 0] > 0.5, picture[..., 0], 0)
        rows, columns = np.mgrid[:120, :160]
        found = np.array([np.average(columns, weights=bright), np.average(rows, weights=bright)])
        normal = np.array([0.0, 0.0, 1.0])
        for _ in range(20):
            toward = lamp.position - ball.centre - ball.radius * normal
            normal = toward / np.linalg.norm(toward) + [0, 0, 1]
            normal /= np.linalg.norm(normal)
        point = ball.centre + ball.radius * normal
        off.append(found - [80 + point[0] - 0.5, 60 - point[1] - 0.5])
    assert np.hypot(*np.transpose(off)).mean() < 0.05


def test_lights_are_the_lamps_seen_from_the_middle(sample: Path) -> None:
    truth = truth_of(sample)
    count, *lines = (sample / "truth" / "lights.lp").read_text().splitlines()
    assert int(count) == len(lines) == 40
    for line in lines:
        name, *numbers = line.split()
        position = np.array(truth["lamps_mm"][name])
        assert np.array(numbers, float) == pytest.approx(
            position / np.linalg.norm(position), abs=1e-5
        )


def test_a_near_lamp_falls_off(sample: Path) -> None:
    """The table's cloth is brighter on the lamp's side, as the inverse square law has it."""
    truth = truth_of(sample)
    name, lamp = min(truth["lamps_mm"].items(), key=lambda item: item[1][2])
    picture = read(sample / "photographs" / name).astype(float).sum(axis=2)
    toward = np.sign(lamp[0]) if abs(lamp[0]) > abs(lamp[1]) else 0
    halves = (picture[:, :20], picture[:, -20:]) if toward else (picture[-20:], picture[:20])
    away, near = halves if (toward or np.sign(lamp[1])) > 0 else halves[::-1]
    assert near.mean() > 1.3 * away.mean()


@pytest.mark.long
def test_the_same_call_writes_the_same(sample: Path, tmp_path: Path) -> None:
    noisy = Tabletop(200, 150, seed=4, noise=2, blur=0.7, chart=True, coin=True, window=True)
    for name in ("one", "other"):
        write_tabletop(tmp_path / name, noisy)
    files = [p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*")]
    assert len(files) == 42
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()
    assert tabletop_is_done(tmp_path / "one", noisy)
    assert not tabletop_is_done(sample, noisy)
