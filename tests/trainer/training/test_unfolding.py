"""Photographs laid onto the relief of their surface: a pixel is one place of it to all cameras."""

from pathlib import Path

import numpy as np
import pytest
import torch

from renderer.image.relightable import RelightableImage, write_image
from shaders.errors import RakingError
from shaders.heights import Relief
from trainer.collection.mlic import Mlic, read_mlic
from trainer.collection.rectified import first_hits
from trainer.collection.samples import Samples
from trainer.models.oracle import relight
from trainer.quality.metrics import psnr
from trainer.training.unfolding import Unfolded, nearest_inside, sees, unfold

from ..conftest import train
from .scene import CAMERAS, EDGE, SIDE, heights, seen_by, texture, toward, write_shots

LIGHTS = np.array([toward(0, 0), *(toward(40, 72 * i) for i in range(5))])
NEW = (toward(15, 40), toward(40, 110))
INSIDE = np.s_[6:-6, 12:-6]
Y, X = np.mgrid[0:SIDE, 0:SIDE].astype(float)


def write(path: Path, seen: dict[int, np.ndarray]) -> Mlic:
    """What each camera sees [SIDE, SIDE, 3], darker under low lights."""
    return write_shots(
        path,
        (
            (f"c{c}l{i}.png", np.rint(255 * picture * light[2]).astype(np.uint8), light, CAMERAS[c])
            for c, picture in seen.items()
            for i, light in enumerate(LIGHTS)
        ),
    )


def samples_of(mlic: Mlic) -> Samples:
    return Samples(mlic, torch.device("cpu"))


@pytest.fixture(scope="module")
def hill(tmp_path_factory: pytest.TempPathFactory) -> Mlic:
    path = tmp_path_factory.mktemp("unfolding") / "hill"
    return write(path, {c: seen_by(view) for c, view in enumerate(CAMERAS)})


@pytest.fixture(scope="module")
def laid(hill: Mlic) -> Unfolded:
    found = unfold(samples_of(hill))
    assert found is not None
    return found


def test_a_pixel_is_one_place_to_all_cameras(hill: Mlic, laid: Unfolded) -> None:
    truth = texture(X, Y)
    for i, light in enumerate(hill.train.lights):
        shown = laid.mlic.train.image(i) / light[2]
        assert psnr(truth[INSIDE], shown[INSIDE].astype(float)) > 30
    raw = [
        psnr(truth[INSIDE], (hill.train.image(i) / light[2])[INSIDE])
        for i, light in enumerate(hill.train.lights)
    ]
    assert min(raw) < 22


def test_its_relief_is_that_of_the_surface(laid: Unfolded) -> None:
    relief = laid.relief
    found = relief.low + relief.levels / 255 * (relief.high - relief.low)
    assert np.quantile(np.abs(found - heights(X, Y))[INSIDE], 0.9) < 0.3
    assert (relief.levels[:, :EDGE] == relief.levels[:, [EDGE]]).all()  # goes on off the object


def test_nothing_of_the_photographs_is_changed(hill: Mlic, laid: Unfolded) -> None:
    again = read_mlic(hill.path, all_photographs=True)
    np.testing.assert_array_equal(hill.train.stored, again.train.stored)
    assert laid.mlic.train.names == hill.train.names


def test_a_flat_surface_is_left_as_it_is(tmp_path: Path) -> None:
    flat = write(tmp_path / "flat", {c: texture(X, Y) for c in range(len(CAMERAS))})
    assert unfold(samples_of(flat)) is None


def test_a_camera_does_not_see_what_is_behind_a_wall() -> None:
    """4 pixels high, seen at 45 degrees from the right: 4 pixels on its left are hidden."""
    levels = np.zeros((SIDE, SIDE), np.uint8)
    levels[:, 30:34] = 255
    seen = sees(Relief(levels, 0, 4), np.array([0.5**0.5, 0, 0.5**0.5]), None)
    row = seen.reshape(SIDE, SIDE)[SIDE // 2]
    assert (row[27:29] == 0).all()
    assert (row[:24] == 1).all()
    assert (row[36:] == 1).all()


def test_what_a_camera_does_not_see_is_what_others_see_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A steep ridge, its heights known."""
    ridge = (3.5 * np.exp(-(((X - 32) / 3) ** 2))).astype(np.float32)
    seen = {}
    for c, view in enumerate(CAMERAS):
        columns, rows = first_hits(ridge, view)
        seen[c] = texture(columns.astype(float), rows.astype(float))
    mlic = write(tmp_path / "ridge", seen)
    monkeypatch.setattr("trainer.training.unfolding.relief_of", lambda *_: ridge)
    found = unfold(samples_of(mlic))
    assert found is not None
    truth, worst = texture(X, Y), []
    for i, (view, light) in enumerate(zip(mlic.train.views, mlic.train.lights, strict=True)):
        hidden = np.zeros((SIDE, SIDE), bool)
        hidden[mlic.mask] = sees(found.relief, view, mlic.mask) == 0
        hidden[:, :12] = hidden[:, -6:] = hidden[:6] = hidden[-6:] = False
        if np.count_nonzero(hidden) > 20:
            shown = found.mlic.train.image(i) / light[2]
            worst.append(np.abs(shown - truth)[hidden].mean())
    assert len(worst) >= 2 * len(LIGHTS)
    assert max(worst) < 0.08


def test_off_the_object_it_goes_on_as_its_nearest_pixel() -> None:
    mask = np.zeros((4, 5), bool)
    mask[1:3, 2] = True
    expected = np.where(np.arange(4) < 2, 1, 2)[:, None] * 5 + 2
    np.testing.assert_array_equal(nearest_inside(mask), np.broadcast_to(expected, (4, 5)))


@pytest.fixture(scope="module")
def few_views() -> pytest.MonkeyPatch:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.training.camera_guide.VIEWS", 8)
        yield patch


def mean_psnr(image: RelightableImage) -> float:
    """From new cameras, under a photographed light."""
    light = LIGHTS[1]
    told = np.array([[*view[:2], *light[:2]] for view in NEW])
    shown = relight(image, told)
    return float(
        np.mean(
            [
                psnr(seen_by(view)[INSIDE] * light[2], each[INSIDE].clip(0, 1).astype(float))
                for view, each in zip(NEW, shown, strict=True)
            ]
        )
    )


def test_new_cameras_see_the_relief(hill: Mlic, few_views: pytest.MonkeyPatch) -> None:
    with_relief = train(hill, model="hyper", steps=200)
    without = train(hill, model="hyper", steps=200, relief=False)
    assert with_relief.relief is not None
    assert without.relief is None
    assert mean_psnr(with_relief) > mean_psnr(without) + 3
    assert (with_relief.planes[:, :, :EDGE] == with_relief.planes[:, :, [EDGE]]).all()


def test_without_memory_for_it_photographs_are_left_as_they_are(
    hill: Mlic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.training.unfolding.available_memory", lambda: 1000)
    told: list[str] = []
    assert unfold(samples_of(hill), warn=told.append) is None
    assert len(told) == 1
    assert "not laid onto their relief" in told[0]


def test_a_student_is_laid_as_its_teacher_is(
    hill: Mlic, few_views: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, relief in (("laid", True), ("flat", False)):
        write_image(train(hill, model="neural", units=4, steps=2, relief=relief), tmp_path / name)
    options = {"model": "disk", "units": 4, "steps": 2}
    assert train(hill, teacher=tmp_path / "laid", **options).relief is not None
    assert train(hill, teacher=tmp_path / "flat", **options).relief is None
    with pytest.raises(RakingError, match="the teacher has a relief"):
        train(hill, teacher=tmp_path / "laid", relief=False, **options)
