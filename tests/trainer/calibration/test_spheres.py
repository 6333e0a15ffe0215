"""Spheres found in photographs of a table with a tablet, a chart, a ruler and a coin; and what is
said where there is none that can be used."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.calibration.calibrate import Calibration, Settings, calibrate
from trainer.calibration.spheres import Found, check_apart, find_spheres
from trainer.calibration.views import Shots
from trainer.running.plan import Plan
from trainer.sample.tabletop import Tabletop, write_tabletop

from .conftest import SCENE

Change = Callable[[int, np.ndarray], np.ndarray | None]


@pytest.fixture
def outlined(result: Calibration) -> Callable[[float, float, float], Found]:
    """outlined(x, y, radius): a sphere with that outline."""

    def made(x: float, y: float, radius: float) -> Found:
        found = result.found[0]
        return replace(found, outline=replace(found.outline, x=x, y=y, across=radius))

    return made


@pytest.fixture
def changed(table: Path, tmp_path: Path, open_shots) -> Callable[[Change], Shots]:
    """The photographs after `change(index, picture)`, without those that it makes None."""

    def write(change: Change) -> Shots:
        folder = tmp_path / "changed"
        folder.mkdir()
        for index, file in enumerate(sorted((table / "photographs").iterdir())):
            picture = cv2.imread(str(file))
            assert picture is not None
            if (other := change(index, picture)) is not None:
                cv2.imwrite(str(folder / file.name), other)
        return open_shots(folder)

    return write


def test_both_spheres_are_found_and_nothing_else(
    result: Calibration, truth: dict[str, Any]
) -> None:
    assert len(result.found) == 2
    for found, true in zip(result.found, truth["spheres"], strict=True):
        outline = found.outline
        assert np.hypot(outline.x - true["x"], outline.y - true["y"]) < 0.6
        assert outline.across == pytest.approx(true["radius"], rel=0.03)
        assert found.share > 0.9


@pytest.mark.long
def test_gold_in_an_ornaments_circles_is_no_sphere(tmp_path: Path, open_shots) -> None:
    """It shines in some of the photographs, in spots that are smaller than a sphere's."""
    write_tabletop(
        tmp_path / "tall", Tabletop(240, 320, seed=107, spheres=1, lights=16, noise=1.0, blur=0.5)
    )
    shots = open_shots(tmp_path / "tall" / "photographs")
    (found,), remarks = find_spheres(shots, shots.overview(lambda *_: None))
    (true,) = json.loads((tmp_path / "tall" / "truth" / "spheres.json").read_text())["spheres"]
    outline = found.outline
    assert np.hypot(outline.x - true["x"], outline.y - true["y"]) < 0.05 * true["radius"]
    assert len(remarks) == 1 and "does not mirror the lamps as a sphere does" in remarks[0]


def test_circles_that_overlap_on_the_object_are_not_a_sphere_that_moved(outlined) -> None:
    spheres = [outlined(437, 372, 25), outlined(47, 226, 40)]
    ornament = [outlined(186, 267, 77), outlined(294, 372, 76), outlined(296, 262, 74)]
    check_apart(spheres, ornament)
    with pytest.raises(RakingError, match="the sphere at 437, 372 moved by 20 pixels"):
        check_apart(spheres, [outlined(437, 392, 26), *ornament])
    with pytest.raises(RakingError, match="moved by 60 pixels"):
        check_apart([outlined(47, 226, 40), outlined(107, 226, 40)], ornament)


def test_lights_come_near_the_truth(result: Calibration, truth: dict[str, Any], angles) -> None:
    """On spheres of 20 to 30 pixels; on larger ones in proportion."""
    true = np.array([truth["lamps_mm"][name] for name in result.names])
    true /= np.linalg.norm(true, axis=1, keepdims=True)
    found = np.array([light.direction for light in result.lights if light is not None])
    assert len(found) == len(true)
    assert angles(found, true).mean() < 1.5
    deviations = np.array([light.deviation for light in result.lights if light is not None])
    assert angles(found, true).mean() < 2 * deviations.mean()


def test_a_sphere_by_hand(shots: Shots, truth: dict[str, Any]) -> None:
    true = truth["spheres"][0]
    settings = Settings(spheres=((true["x"], true["y"], true["radius"]),))
    result = calibrate(shots, settings, Plan())
    assert len(result.found) == 1 and not result.near
    assert sum(light is not None for light in result.lights) >= 12
    with pytest.raises(RakingError, match="not whole in the photographs"):
        calibrate(shots, Settings(spheres=((5, 100, 30),)), Plan())


@pytest.mark.parametrize(
    ("crop", "sentence"),
    [
        (lambda spheres: (spheres[0]["x"] + 1.2 * spheres[0]["radius"], -60), "no glossy sphere"),
        (lambda spheres: (spheres[0]["x"], -60), "cut by the picture's border|no glossy sphere"),
    ],
    ids=["none", "half"],
)
def test_no_whole_sphere(changed, truth, crop, sentence: str) -> None:
    left, right = crop(truth["spheres"])
    right = min(right, int(truth["spheres"][1]["x"] - 1.2 * truth["spheres"][1]["radius"]) - 360)
    with pytest.raises(RakingError, match=sentence):
        calibrate(changed(lambda _, picture: picture[:, int(left) : right]), Settings(), Plan())


def test_one_photograph(changed) -> None:
    shots = changed(lambda index, picture: picture if index == 3 else None)
    with pytest.raises(RakingError, match="1 photograph cannot tell a lamp that moves"):
        calibrate(shots, Settings(), Plan())


@pytest.mark.long
def test_a_sphere_that_moved(changed) -> None:
    def move(index: int, picture: np.ndarray) -> np.ndarray:
        return np.roll(picture, 30, axis=0) if index >= 7 else picture

    with pytest.raises(RakingError, match="moved"):
        calibrate(changed(move), Settings(), Plan())


def test_two_lamps(changed, table: Path) -> None:
    files = sorted((table / "photographs").iterdir())

    def both(index: int, picture: np.ndarray) -> np.ndarray:
        other = cv2.imread(str(files[(index + 7) % len(files)]))
        assert other is not None
        return np.maximum(picture, other)

    with pytest.raises(RakingError, match="two lamps"):
        calibrate(changed(both), Settings(), Plan())


@pytest.mark.long
def test_lights_on_one_side(changed, table: Path) -> None:
    lines = (table / "truth" / "lights.lp").read_text().splitlines()[1:]
    right = [float(line.split()[1]) > 0.15 for line in lines]
    shots = changed(lambda index, picture: picture if right[index] else None)
    with pytest.raises(RakingError, match="on one side"):
        calibrate(shots, Settings(), Plan())
    result = calibrate(shots, Settings(anyway=True), Plan())
    assert any("on one side" in warning for warning in result.warnings)


@pytest.mark.long
def test_a_photograph_in_the_dark_is_left_out(changed, truth) -> None:
    shots = changed(lambda index, picture: picture // 60 if index == 4 else picture)
    result = calibrate(shots, Settings(), Plan())
    assert [i for i, light in enumerate(result.lights) if light is None] == [4]
    assert "left out" in " ".join(result.warnings) and result.reason(4)


@pytest.mark.long
def test_a_coin_is_told_from_spheres(tmp_path: Path, open_shots) -> None:
    """On a scene where the coin's glints pass for highlights on it alone."""
    scene = replace(SCENE, seed=1, blur=0.4)
    write_tabletop(tmp_path / "coin", scene)
    result = calibrate(open_shots(tmp_path / "coin" / "photographs"), Settings(), Plan())
    spheres = json.loads((tmp_path / "coin" / "truth" / "spheres.json").read_text())["spheres"]
    assert [round(found.outline.x / 10) for found in result.found] == pytest.approx(
        [sphere["x"] / 10 for sphere in spheres], abs=0.6
    )


@pytest.mark.long
def test_perspective_by_its_focal_length(tmp_path: Path, open_shots, angles) -> None:
    """A camera near above the table: told its focal length, rays from spheres lead to the lamps."""
    scene = replace(SCENE, camera_mm=450.0, width=400, height=300, chart=False, coin=False)
    write_tabletop(tmp_path / "near", scene)
    truth = json.loads((tmp_path / "near" / "truth" / "spheres.json").read_text())
    shots = open_shots(tmp_path / "near" / "photographs")
    lamps = np.array([truth["lamps_mm"][name] for name in shots.names]) / truth["pixel_mm"]
    errors = []
    for focal in (450.0 / truth["pixel_mm"], 1e6):
        rays = calibrate(shots, Settings(focal=focal), Plan()).rays
        toward = lamps - rays.places
        toward /= np.linalg.norm(toward, axis=-1, keepdims=True)
        errors.append(angles(toward, rays.directions)[rays.valid].mean())
    assert errors[0] < 2.5 and errors[0] < 0.4 * errors[1]


@pytest.mark.long
def test_a_focal_length_that_nobody_told(tmp_path: Path, open_shots, angles) -> None:
    """As far away as a tripod is: the spheres tell that it is near, and how near."""
    scene = replace(SCENE, camera_mm=600.0, width=480, height=360, chart=False, coin=False)
    write_tabletop(tmp_path / "tripod", scene)
    truth = json.loads((tmp_path / "tripod" / "truth" / "spheres.json").read_text())
    result = calibrate(open_shots(tmp_path / "tripod" / "photographs"), Settings(), Plan())
    assert result.focal_from == "as the spheres agree best"
    assert result.camera.focal == pytest.approx(600.0 / truth["pixel_mm"], rel=0.25)
    true = np.array([truth["lamps_mm"][name] for name in result.names])
    true /= np.linalg.norm(true, axis=1, keepdims=True)
    found = np.array([light.direction for light in result.lights if light])
    assert angles(found, true).mean() < 0.8


def circles(truth: dict[str, Any], scale: float) -> tuple[tuple[float, float, float], ...]:
    """The true circles, the first one `scale` times as large."""
    (x, y, radius), *others = ((s["x"], s["y"], s["radius"]) for s in truth["spheres"])
    return (x, y, scale * radius), *others


@pytest.mark.parametrize(("scale", "told"), [(1.0, False), (1.2, True)])
def test_circles_that_cannot_be_right_are_told(shots: Shots, truth, scale, told) -> None:
    result = calibrate(shots, Settings(spheres=circles(truth, scale)), Plan())
    assert (
        any("a circle or the focal length is wrong" in warning for warning in result.warnings)
        == told
    )


def test_one_sphere_beside_the_object_is_told_to_be_too_little(shots: Shots, truth) -> None:
    """Unless it is said how far the lamps are."""
    one, told = circles(truth, 1.0)[:1], []
    for distance in ({}, {"distance_mm": 280.0, "pixel_mm": truth["pixel_mm"]}):
        result = calibrate(shots, Settings(spheres=one, **distance), Plan())
        told.append(any("one sphere beside the object" in text for text in result.warnings))
    assert told == [True, False]
