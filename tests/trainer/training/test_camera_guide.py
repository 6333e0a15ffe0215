"""The guide between cameras: what it says of a relief that no camera stood over, and no light."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from renderer.image.shifted import places_seen, shifted
from trainer.collection.mlic import Mlic
from trainer.collection.samples import Samples
from trainer.quality.metrics import psnr
from trainer.training.camera_guide import CameraGuide
from trainer.training.lesson import spread_lights
from trainer.training.unfolding import Unfolded, unfold
from trainer.training.viewpoints import can_guide

from .scene import CAMERAS, EDGE, SIDE, seen_by, toward, write_shots

LIGHTS = np.array([toward(0, 0), *(toward(35, 72 * i) for i in range(5)), toward(60, 30)])
NEW = [(toward(15, 40), toward(20, 100)), (toward(40, 110), toward(25, 250))]


def lit(view: np.ndarray, light: np.ndarray) -> np.ndarray:
    """[SIDE, SIDE, 3] uint8: darker, and of another colour, under low lights."""
    return np.rint(255 * seen_by(view) * light[2] * (0.8 + 0.2 * light[[0, 1, 0]])).astype(np.uint8)


def write_scene(path: Path, lights: Callable[[int], np.ndarray]) -> Mlic:
    """The hill from all cameras, each under its `lights`; off the object at its left edge."""
    return write_shots(
        path,
        (
            (f"c{c}l{i}.png", lit(view, light), light, view)
            for c, view in enumerate(CAMERAS)
            for i, light in enumerate(lights(c))
        ),
    )


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    path = tmp_path_factory.mktemp("guide") / "hill"
    return Samples(write_scene(path, lambda _: LIGHTS), torch.device("cpu"))


@pytest.fixture(scope="module")
def unfolded(samples: Samples) -> Unfolded:
    found = unfold(samples)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def guide(samples: Samples, unfolded: Unfolded) -> CameraGuide:
    random = torch.Generator().manual_seed(0)
    laid = Samples(unfolded.mlic, torch.device("cpu"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.training.camera_guide.VIEWS", 12)

        def spread(number: int) -> torch.Tensor:
            return spread_lights(number, samples.rim, random, False)

        return CameraGuide(laid, unfolded.relief, spread, random)


def inside(picture: np.ndarray) -> np.ndarray:
    return picture[EDGE:-EDGE, 2 * EDGE : -EDGE]


def test_it_shows_what_no_camera_saw(
    samples: Samples, unfolded: Unfolded, guide: CameraGuide
) -> None:
    train = samples.mlic.train
    conditions = np.array([[*view[:2], *light[:2]] for view, light in NEW], np.float32)
    answers = guide.answers(conditions).numpy()  # [P, 2, 3]
    for i, (view, light) in enumerate(NEW):
        surface = np.zeros((SIDE, SIDE, 3), np.uint8)
        surface[samples.mlic.mask] = answers[:, i]
        shown = shifted(surface, places_seen(unfolded.relief, view)) / np.float32(255)
        truth = lit(view, light) / 255
        apart = np.square(train.views - view).sum(axis=1) + np.square(train.lights - light).sum(1)
        nearest = train.image(int(apart.argmin()))
        assert psnr(inside(truth), inside(shown)) > psnr(inside(truth), inside(nearest)) + 8


def test_it_asks_about_views_between_the_cameras(samples: Samples, guide: CameraGuide) -> None:
    views, lights = guide.conditions.split(2, dim=1)
    assert len(views.unique(dim=0)) == 12
    assert views.norm(dim=1).max() <= np.sin(np.deg2rad(50)) + 1e-5
    assert lights.norm(dim=1).max() <= samples.rim + 1e-5
    assert len(lights.unique(dim=0)) == len(lights)


def test_its_answers_are_those_of_its_conditions(guide: CameraGuide) -> None:
    pixels, directions = torch.tensor([7, 2000]), torch.tensor([20, 3, 143])
    again = guide.answers(guide.conditions.numpy()[directions])[pixels]
    np.testing.assert_allclose(guide.colours(pixels, directions), again / 255, atol=1 / 255)


def test_cameras_with_one_light_each_tell_nothing(tmp_path: Path) -> None:
    mlic = write_scene(tmp_path / "hill", lambda camera: LIGHTS[[camera % len(LIGHTS)]])
    assert not can_guide(Samples(mlic, torch.device("cpu")))
