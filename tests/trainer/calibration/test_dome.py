"""A dome measured once: kept, read, and its order held against the photographs."""

import json
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.calibration.dome import Dome, lights_in_order, read_dome, save_dome
from trainer.calibration.lights import Light

from ..conftest import bumps, ring_lights


@pytest.fixture
def dome() -> Dome:
    lights: list[Light | None] = [
        Light(light.astype(float), 0.5, 300.0 * light.astype(float)) for light in ring_lights()
    ]
    lights[3] = None
    return Dome([f"{i}.png" for i in range(20)], lights, "mm")


@pytest.fixture(scope="module")
def products() -> np.ndarray:
    pictures = bumps(ring_lights()).reshape(20, -1) / 255.0
    return pictures @ pictures.T / pictures.shape[1]


def test_what_is_saved_is_read(dome: Dome, tmp_path: Path) -> None:
    save_dome(dome, tmp_path / "dome.json")
    again = read_dome(tmp_path / "dome.json")
    assert again.names == dome.names and again.unit == "mm" and again.lights[3] is None
    for one, other in zip(dome.lights, again.lights, strict=True):
        if one is not None and other is not None:
            assert other.direction == pytest.approx(one.direction, abs=1e-5)
            assert other.position == pytest.approx(one.position, abs=1e-2)
    save_dome(dome, tmp_path / "dome.json")


def test_the_right_order_is_taken(dome: Dome, products: np.ndarray) -> None:
    assert lights_in_order(dome, 20, products) is dome.lights


@pytest.mark.parametrize(
    ("order", "named"),
    [(np.arange(20)[::-1], "reversed"), (np.roll(np.arange(20), 5), "from number 6 on")],
    ids=["reversed", "shifted"],
)
def test_another_order_is_refused(
    dome: Dome, products: np.ndarray, order: np.ndarray, named: str
) -> None:
    with pytest.raises(RakingError, match=named):
        lights_in_order(dome, 20, products[np.ix_(order, order)])


def test_more_or_fewer_photographs_are_refused(dome: Dome) -> None:
    with pytest.raises(RakingError, match="20 lamps but there are 19 photographs"):
        lights_in_order(dome, 19, None)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"kind": "raking dome", "lamps": [{"direction": [0, 0, -1]}]}', "1" * 5000],
)
def test_what_is_no_dome_is_refused_and_left(text: str, dome: Dome, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(RakingError):
        read_dome(file)
    if text and json.dumps("kind") not in text:
        with pytest.raises(RakingError, match="was not written by Raking"):
            save_dome(dome, file)
        assert file.read_text() == text
