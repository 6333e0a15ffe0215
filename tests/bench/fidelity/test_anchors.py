"""Anchors against plain numpy, and against the table that goes with the given collections."""

from pathlib import Path

import numpy as np
import pytest

from bench.fidelity.anchors import score_anchors, weighted_sum
from trainer.collection.mlic import Mlic, read_mlic

from ...trainer.conftest import bumps, ring_lights, write_collection, write_picture

# ../shared/data/README.md: PTM, HSH 2, HSH 3, thin-plate, thin-plate 0.01; B is the best.
GIVEN = {
    "realrti/item9": (22.98, 23.27, 24.01, 25.82, 25.88),
    "realrti/item7": (22.89, 35.91, 36.25, 25.63, 30.28),
}


def least_squares_psnr(mlic: Mlic) -> list[float]:
    """PTM by hand, in float64."""

    def terms(lights: np.ndarray) -> np.ndarray:
        x, y, _ = lights.astype(np.float64).T
        return np.stack([x * x, y * y, x * y, x, y, np.ones_like(x)], axis=1)

    values = mlic.train.images.astype(np.float64).reshape(len(mlic.train.names), -1) / 255
    found = np.linalg.lstsq(terms(mlic.train.lights), values, rcond=None)[0]
    pictures = (terms(mlic.test.lights) @ found).clip(0, 1)
    truth = mlic.test.images.reshape(len(mlic.test.names), -1) / 255
    return list(-10 * np.log10(np.square(pictures - truth).mean(axis=1)))


def test_a_polynomial_fit_by_hand_agrees(mlic: Mlic) -> None:
    scores = score_anchors(mlic)
    found = [entry["psnr"] for entry in scores["per_image"]["PTM"]]
    assert found == pytest.approx(least_squares_psnr(mlic), abs=1e-3)
    assert scores["psnr"]["PTM"] == pytest.approx(np.mean(found))


def test_b_is_the_best_mean(mlic: Mlic) -> None:
    scores = score_anchors(mlic)
    means = {k: np.mean([e["psnr"] for e in v]) for k, v in scores["per_image"].items()}
    assert list(means) == ["PTM", "HSH 2", "HSH 3", "thin-plate", "thin-plate 0.01"]
    assert scores["b"] == pytest.approx(max(means.values()))
    assert means[scores["best"]] == pytest.approx(scores["b"])


def test_interpolation_passes_through_the_photographs(tmp_path: Path) -> None:
    """A held-out photograph under a training light, but for HSH's 16 terms, is met exactly."""
    lights = ring_lights()
    lights[5] = lights[12]
    folder = write_collection(tmp_path / "again", lights, bumps(lights), test=["image05.png"])
    scores = score_anchors(read_mlic(folder))
    assert scores["psnr"]["thin-plate"] > 80
    assert scores["psnr"]["PTM"] < 60


def test_lights_that_repeat_leave_out_what_cannot_be(tmp_path: Path) -> None:
    lights = ring_lights()
    lights[5] = lights[12]
    folder = write_collection(tmp_path / "twice", lights, bumps(lights), test=["image03.png"])
    scores = score_anchors(read_mlic(folder))
    assert "PTM" in scores["psnr"]
    assert np.isfinite(list(scores["psnr"].values())).all()


def test_a_mask_leaves_the_background_out(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "masked", test=["image03.png"])
    mask = np.zeros((24, 24), np.uint8)
    mask[4:20, 6:22] = 255
    write_picture(folder / "mask.png", mask)
    mlic = read_mlic(folder)
    weights = np.zeros(len(mlic.train.names))
    weights[2] = 1
    picture = weighted_sum(mlic, weights)
    np.testing.assert_allclose(picture[mask > 0], mlic.train.image(2)[mask > 0], atol=1e-6)
    assert not picture[mask == 0].any()


@pytest.mark.long
@pytest.mark.parametrize("name", GIVEN)
def test_the_given_table_is_met(shared_data: Path, name: str) -> None:
    scores = score_anchors(read_mlic(shared_data / name))
    assert list(scores["psnr"].values()) == pytest.approx(GIVEN[name], abs=0.02)
    assert scores["b"] == pytest.approx(max(GIVEN[name]), abs=0.02)
