"""Photographs that have moved, told of before anything is made of them."""

from pathlib import Path

import numpy as np
import pytest

from trainer.collection.mlic import Mlic, read_mlic
from trainer.photographs.pictures import read_picture
from trainer.preparing.moved import moved_in_collection
from trainer.sample.sample import write_lp, write_picture

from .conftest import Scene

SHIFT = 4  # pixels


def collection(scene: Scene, folder: Path, moved: list[int], mask: bool = False) -> Mlic:
    """The scene's photographs with their true lights, those named shifted to the right."""
    folder.mkdir()
    for index, file in enumerate(scene.shots.files):
        values = read_picture(file).values
        write_picture(folder / file.name, np.roll(values, SHIFT * (index in moved), axis=1))
    write_lp(folder / "lights.lp", scene.shots.names, scene.lights)
    if mask:
        object_alone = np.zeros((270, 360, 3), np.uint8)
        object_alone[40:230, 90:270] = 255
        write_picture(folder / "mask.png", object_alone)
    return read_mlic(folder)


@pytest.mark.parametrize("mask", [False, True], ids=["whole", "masked"])
def test_photographs_that_moved_are_named_and_no_others(
    scene: Scene, tmp_path: Path, mask: bool
) -> None:
    told = moved_in_collection(collection(scene, tmp_path / "moved", [3, 12], mask))
    assert told is not None and "--align" in told
    names = [scene.shots.names[i] for i in (3, 12)]
    assert all(f"{name} ({SHIFT}." in told or f"{name} (3." in told for name in names)
    assert told.count("pixels)") == 2


def test_photographs_at_rest_are_not_warned_about(scene: Scene, tmp_path: Path) -> None:
    assert moved_in_collection(collection(scene, tmp_path / "still", [])) is None


def test_small_pictures_and_few_say_nothing(write_bumps, tmp_path: Path) -> None:
    assert moved_in_collection(read_mlic(write_bumps(tmp_path / "bumps"))) is None
