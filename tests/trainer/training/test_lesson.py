"""The lesson: lights wherever one may be dragged, and colours of the guide, a teacher, or both."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from trainer.collection.mlic import read_mlic
from trainer.collection.samples import Samples
from trainer.training.guide import Guide
from trainer.training.lesson import Lesson

from ..conftest import write_collection
from .test_guide import products_of


class Grey:
    """A teacher that says grey, whatever it is asked."""

    def colours(self, pixels: Tensor, values: Tensor, lights: Tensor) -> Tensor:
        return torch.full((len(pixels), len(lights), 3), 0.5)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    path: Path = write_collection(
        tmp_path_factory.mktemp("lesson") / "collection", test=["image09"]
    )
    return Samples(read_mlic(path), torch.device("cpu"))


@pytest.fixture(scope="module")
def guide(samples: Samples) -> Guide:
    values = samples.values(torch.arange(len(samples))).transpose(1, 2).flatten(0, 1).numpy()
    return Guide(samples.mlic.train.lights, products_of(values.astype(np.float64)))


def lesson(
    samples: Samples, guide: Guide | None, teacher: Grey | None, share: float, horizon: bool = True
) -> Lesson:
    random = torch.Generator().manual_seed(0)
    return Lesson(samples, guide, teacher, share, random, horizon=horizon)


def test_it_asks_about_the_horizon_but_mostly_within_the_photographs(samples: Samples) -> None:
    lights = lesson(samples, None, Grey(), 1).conditions
    radius = lights.norm(dim=1)
    assert radius.max() <= 1
    assert radius.max() > np.cos(np.deg2rad(1))
    beyond = float((radius > samples.rim).float().mean())  # lower than 20 degrees
    assert 0.1 < beyond < 0.3
    assert float(radius.min()) < 0.05
    assert lights.mean(dim=0).norm() < 0.05
    within = lesson(samples, None, Grey(), 1, horizon=False).conditions.norm(dim=1)
    assert samples.rim - 0.01 < within.max() <= samples.rim
    assert float((within < samples.rim / 2).float().mean()) == pytest.approx(0.25, abs=0.03)


def test_the_teacher_has_its_share_and_the_guide_the_rest(samples: Samples, guide: Guide) -> None:
    pixels, directions = torch.arange(10), torch.arange(6)
    values = samples.values(pixels)
    mixed = lesson(samples, guide, Grey(), 0.25)
    weights = guide.weights(mixed.conditions[directions].numpy())
    guided = np.einsum("al,plc->pac", weights, values.numpy()).clip(0, 1)
    alone = lesson(samples, guide, None, 0.25).colours(pixels, values, directions)
    np.testing.assert_allclose(alone, guided, atol=1e-5)
    both = mixed.colours(pixels, values, directions)
    np.testing.assert_allclose(both, 0.75 * guided + 0.25 * 0.5, atol=1e-5)
