"""Classical models fitted to small collections, against numpy's and scipy's own solvers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from scipy.interpolate import RBFInterpolator

from renderer.image.relightable import RelightableImage, read_image, write_image
from shaders.errors import RakingError
from trainer.collection.mlic import Mlic, read_mlic
from trainer.models.oracle import relight
from trainer.quality.evaluate import evaluate
from trainer.quality.metrics import psnr
from trainer.running.plan import Plan, Standing
from trainer.training import classical
from trainer.training.classical import basis, fit_floats, store

from ..conftest import train

MODELS = [("ptm", 2, 6), ("hsh", 2, 9), ("hsh", 3, 16)]
Collection = Callable[..., Path]


def fit(mlic: Mlic, model: str, order: int = 3, **options: Any) -> RelightableImage:
    return train(mlic, model=model, order=order, **options)


def fail(sentence: str) -> None:
    raise AssertionError(f"no warning was due: {sentence}")


@pytest.fixture(scope="session")
def dense(tmp_path_factory: pytest.TempPathFactory, write_bumps: Callable[..., Path]) -> Mlic:
    """Bumps under 40 lights spread over the hemisphere, four of them held out."""
    lights = spread(40)
    path = tmp_path_factory.mktemp("dense") / "bumps"
    return read_mlic(write_bumps(path, lights, test=[f"image{i}.png" for i in (12, 17, 23, 29)]))


def spread(count: int) -> np.ndarray:
    """Unit vectors [count, 3], evenly spread from the zenith to 15 degrees above the horizon."""
    place = np.arange(count) + 0.5
    z = 1 - place / count * (1 - np.sin(np.deg2rad(15)))
    turn = place * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), z], axis=1).astype(np.float32)


def training_values(mlic: Mlic) -> np.ndarray:
    """[P, L, 3] float64, row by row."""
    pictures = [mlic.train.image(i) for i in range(len(mlic.train.names))]
    return np.stack(pictures).astype(np.float64).reshape(len(pictures), -1, 3).swapaxes(0, 1)


@pytest.mark.parametrize(("model", "order", "terms"), MODELS)
def test_float_pictures_are_numpys_least_squares(
    dense: Mlic, model: str, order: int, terms: int
) -> None:
    fitted = fit_floats(dense, model, order, warn=fail)
    known = basis(model, order, dense.train.lights)
    assert known.shape == (36, terms)
    values = training_values(dense)
    solved = np.linalg.lstsq(known, values.swapaxes(0, 1).reshape(36, -1), rcond=None)[0]
    asked = basis(model, order, dense.test.lights)
    expected = (asked @ solved).reshape(4, 24, 24, 3)
    np.testing.assert_allclose(list(fitted.pictures(dense.test.lights)), expected, atol=1e-4)


@pytest.mark.parametrize(("model", "order", "label"), [
    ("ptm", 2, "PTM"), ("hsh", 2, "HSH(2)"), ("hsh", 3, "HSH(3)"), ("rbf", 0, "PCA/RBF"),
])  # fmt: skip
def test_a_stored_image_is_all_but_the_float_one(
    dense: Mlic, tmp_path: Path, model: str, order: int, label: str
) -> None:
    told: list[Standing] = []
    image = fit(dense, model, order, plan=Plan(told.append), warn=fail)
    write_image(image, tmp_path / "image")
    again = read_image(tmp_path / "image")
    assert list(dict.fromkeys(each.phase for each in told)) == ["fitting", "storing", "scoring"]
    assert all(each.done == 24 * 24 for each in told if each.phase == "storing" and each.done)
    assert again.label == label
    assert again.provenance["model"] == model
    assert again.provenance["order"] == order
    assert again.provenance["collection_sha256"] == dense.sha256
    assert again.provenance["test_lights"] == dense.test.names
    scores = evaluate(again, dense)
    assert again.provenance["scores"]["psnr"] == pytest.approx(scores["psnr"], abs=1e-6)
    floats = list(fit_floats(dense, model, order).pictures(dense.test.lights))
    stored = list(relight(again, dense.test.lights[:, :2]))
    for i, (kept, shown) in enumerate(zip(floats, stored, strict=True)):
        truth = dense.test.image(i)
        lost = psnr(truth, kept.clip(0, 1)) - psnr(truth, shown.clip(0, 1))
        assert lost < 0.1


def test_the_models_differ_in_quality_as_they_should(dense: Mlic) -> None:
    scores = {
        (model, order): fit(dense, model, order).provenance["scores"]["psnr"]
        for model, order, _ in [*MODELS, ("rbf", 0, 0)]
    }
    assert scores["ptm", 2] > 20
    assert scores["hsh", 3] > scores["hsh", 2] > scores["ptm", 2]


def test_components_reproduce_photographs_of_few_of_them(collection: Collection) -> None:
    """Pictures that mix three fixed ones of three channels have nine components."""
    lights = spread(20)
    mixed = np.random.default_rng(3).integers(0, 60, (3, 24, 24, 3))
    shares = np.stack([np.ones(20), 1 + lights[:, 0], lights[:, 2]])
    pictures = np.einsum("kl,khwc->lhwc", shares, mixed)
    deep = np.rint(pictures * 256).astype(np.uint16)
    mlic = read_mlic(collection(lights=lights, pictures=deep, test=["image04.png"]))
    fitted = fit_floats(mlic, "rbf")
    for index, picture in enumerate(fitted.pictures(mlic.train.lights)):
        np.testing.assert_allclose(picture, mlic.train.image(index), atol=2e-4)
    (between,) = fitted.pictures(mlic.test.lights)  # the mix is linear in x and z
    np.testing.assert_allclose(between, mlic.test.image(0), atol=2e-3)
    stored = store(fitted)
    for index, picture in enumerate(relight(stored, mlic.train.lights[:, :2])):
        assert psnr(mlic.train.image(index), picture) > 46


def test_components_are_interpolated_as_scipy_does(dense: Mlic) -> None:
    fitted = fit_floats(dense, "rbf")
    values = training_values(dense).reshape(24 * 24, -1)
    centred = values - values.mean(axis=0)
    vectors = np.linalg.svd(centred, full_matrices=False)[2][:9]
    kept = (values.mean(axis=0) + centred @ vectors.T @ vectors).reshape(24 * 24, 36, 3)
    lights = dense.train.lights.astype(np.float64)
    splines = RBFInterpolator(lights, kept.swapaxes(0, 1).reshape(36, -1))
    asked = spread(7).astype(np.float64)
    expected = splines(asked).reshape(7, 24, 24, 3)
    np.testing.assert_allclose(list(fitted.pictures(asked)), expected, atol=1e-3)


def test_terms_rounded_together_lose_less_than_each_by_itself(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where lights are high only, as in some real collections, the terms overlap much."""
    lights = spread(100)[:42]
    mlic = read_mlic(collection(lights=lights, test=["image05.png"]))
    fitted = fit_floats(mlic, "hsh", 3, warn=fail)
    floats = list(fitted.pictures(lights))

    def lost() -> float:
        stored = relight(store(fitted), lights[:, :2])
        return sum(float(np.square(a - b).sum()) for a, b in zip(floats, stored, strict=True))

    together = lost()
    monkeypatch.setattr(
        classical.FittedModel, "levels", lambda _, *stored: classical.quantise(*stored)
    )
    assert together < 0.7 * lost()


@pytest.mark.parametrize("model", ["hsh", "rbf"])
def test_nothing_off_the_mask_is_fitted_or_stored(collection: Collection, model: str) -> None:
    lights = spread(24)
    pictures = np.random.default_rng(0).integers(0, 256, (24, 24, 24, 3), np.uint8)
    mask = np.zeros((24, 24), np.uint8)
    mask[4:20, 6:15] = 255
    found = []
    for name, outside in (("black", 0), ("white", 255)):
        changed = np.where(mask[..., None] > 0, pictures, np.uint8(outside))
        path = collection(name, lights=lights, pictures=changed)
        assert cv2.imwrite(str(path / "mask.png"), mask)
        found.append(fit(read_mlic(path), model, 2))
    np.testing.assert_array_equal(found[0].planes, found[1].planes)
    np.testing.assert_array_equal(found[0].mask, mask > 0)
    assert not found[0].planes[:, mask == 0].any()


def test_chunks_change_nothing(dense: Mlic, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fit(dense, "hsh", 3)
    monkeypatch.setattr(classical, "CHUNK_PIXELS", 100)
    chunked = fit(dense, "hsh", 3)
    differing = np.count_nonzero(whole.planes != chunked.planes)
    assert differing < 1e-3 * whole.planes.size


def test_fewer_lights_than_terms_are_refused(collection: Collection) -> None:
    mlic = read_mlic(collection(lights=spread(14), test=["image03.png"]))
    with pytest.raises(RakingError, match="16 terms a channel, but there are 13 photographs"):
        fit(mlic, "hsh", 3)
    assert fit(mlic, "hsh", 2).label == "HSH(2)"


@pytest.mark.parametrize("where", ["one ring", "one side"])
def test_lights_that_do_not_determine_the_fit_are_told(collection: Collection, where: str) -> None:
    azimuth = np.arange(24) / 24 * (2 * np.pi if where == "one ring" else 0.5)
    z = np.full(24, 0.6) if where == "one ring" else np.tile([0.55, 0.6, 0.65], 8)
    radius = np.sqrt(1 - z * z)
    lights = np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), z], axis=1)
    mlic = read_mlic(collection(lights=lights, test=["image05.png"]))
    told: list[str] = []
    image = fit(mlic, "hsh", 3, warn=told.append)
    assert "do not determine HSH of order 3" in told[0]
    assert image.provenance["scores"]["psnr"] > 25
    # Elsewhere the picture is a guess, but no explosion.
    for picture in relight(image, np.array([[0.0, 0.0], [-0.5, 0.5], [0.0, -0.9]])):
        assert np.abs(picture).max() < 5
    assert fit(mlic, "rbf", warn=fail).provenance["scores"]["psnr"] > 25


def test_unknown_models_are_refused(mlic: Mlic) -> None:
    for model, order, words in (
        ("dmd", 3, "'dmd': choose .*ptm"),
        ("hsh", 4, "order 4 .*choose 2"),
        ("hsh", 1, "order 1 .*choose 2"),
    ):
        with pytest.raises(RakingError, match=words):
            fit(mlic, model, order)


def test_the_given_items_reach_their_anchors(shared_data: Path) -> None:
    """One of the nine: all are in the data's README."""
    mlic = read_mlic(shared_data / "realrti" / "item9")
    for model, order, anchor in (("ptm", 2, 22.98), ("hsh", 2, 23.27), ("hsh", 3, 24.01)):
        pictures = fit_floats(mlic, model, order).pictures(mlic.test.lights)
        scores = [psnr(mlic.test.image(i), p.clip(0, 1), mlic.mask) for i, p in enumerate(pictures)]
        assert np.mean(scores) == pytest.approx(anchor, abs=0.01)
