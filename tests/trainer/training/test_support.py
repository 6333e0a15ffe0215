"""Evidence: what is stored of how far photographs support an image, against photographs that were
held out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from renderer.image.relightable import RelightableImage, read_image, write_image
from trainer.collection.mlic import Mlic, read_mlic
from trainer.models.oracle import relight
from trainer.models.seen import expected_error
from trainer.quality.evaluate import evaluate
from trainer.sample.sample import write_sample
from trainer.training.guide import Guide
from trainer.training.support import store_evidence

from ..conftest import ring_lights, train


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Mlic:
    path = tmp_path_factory.mktemp("sample") / "tablet"
    write_sample(path, width=96, height=72)
    return read_mlic(path)


@pytest.fixture(scope="module")
def image(sample: Mlic, tmp_path_factory: pytest.TempPathFactory) -> RelightableImage:
    """With its evidence, read back from the disk."""
    made = train(sample, model="hsh")
    store_evidence(made, sample.train)
    path = tmp_path_factory.mktemp("image") / "image"
    write_image(made, path)
    return read_image(path)


def errors(image: RelightableImage, mlic: Mlic) -> tuple[np.ndarray, np.ndarray]:
    """True and expected ones of the pixels on the object under the held-out lights, [T, P]."""
    true, expected = [], []
    mask = np.ones(mlic.train.size, bool) if mlic.mask is None else mlic.mask
    for i, light in enumerate(mlic.test.conditions):
        (shown,) = relight(image, light)
        true.append(np.sqrt(np.square(shown.clip(0, 1) - mlic.test.image(i)).mean(-1))[mask])
        expected.append(expected_error(image, light)[mask])
    return np.array(true), np.array(expected)


def test_it_predicts_errors_on_held_out_photographs(image: RelightableImage, sample: Mlic) -> None:
    true, expected = errors(image, sample)
    correlation = spearmanr(true.ravel(), expected.ravel())[0]
    assert correlation > 0.5
    scores = evaluate(image, sample, metrics=["psnr"])
    assert scores["evidence_correlation"] == pytest.approx(correlation, abs=0.01)
    under_one_light = [spearmanr(a, b)[0] for a, b in zip(true, expected, strict=True)]
    assert np.mean(under_one_light) > 0.4
    ratio = np.sqrt(np.square(expected).mean() / np.square(true).mean())
    assert 0.5 < ratio < 2


def test_its_own_picture_tells_what_latents_do_not(image: RelightableImage, sample: Mlic) -> None:
    true, expected = errors(image, sample)
    assert image.evidence is not None
    shuffled = np.random.default_rng(0).permutation(image.evidence.reshape(-1, 3))
    stored, image.evidence = image.evidence, shuffled.reshape(image.evidence.shape)
    _, without = errors(image, sample)
    image.evidence = stored
    told, left = (spearmanr(true.ravel(), each.ravel())[0] for each in (expected, without))
    assert told > left + 0.02


def test_where_no_light_was_more_is_inferred(sample: Mlic) -> None:
    """Of photographs from the right alone, light from the left is expected to be worse."""
    lights = sample.train.lights
    kept = np.flatnonzero(lights[:, 0] > 0.1)
    half = replace(
        sample.train,
        names=[sample.train.names[i] for i in kept],
        lights=lights[kept],
        columns=sample.train.columns[kept],
    )
    image = train(replace(sample, train=half), model="hsh", order=2)
    store_evidence(image, half)
    right, left = (
        float(np.median(expected_error(image, np.array(at)))) for at in ((0.7, 0), (-0.7, 0))
    )
    assert left > 1.3 * right


def test_left_out_errors_are_those_of_each_photograph() -> None:
    """Two photographs of one light are left out together."""
    lights = np.concatenate([ring_lights(), ring_lights()[:1]])
    values = np.random.default_rng(0).uniform(size=(400, len(lights)))
    guide = Guide(lights, values.T @ values / len(values))
    assert guide.left_out.shape == (len(lights), len(lights))
    changed = values.copy()
    changed[:, [0, -1]] += 0.25  # a light's error follows its own photographs one to one
    moved = (changed - values) @ guide.left_out.T
    np.testing.assert_allclose(moved[:, [0, -1]], 0.25, atol=1e-9)


def test_a_picture_of_one_colour(tmp_path: Path) -> None:
    """Nothing divides by zero where every pixel is alike."""
    write_sample(tmp_path / "tablet", width=40, height=32)
    mlic = read_mlic(tmp_path / "tablet")
    mlic.train.stored[:] = mlic.train.stored[:1]
    image = train(mlic, model="ptm")
    store_evidence(image, mlic.train)
    assert np.isfinite(expected_error(image, np.array([0.3, 0.2]))).all()
