"""The choice of pixels to train on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from trainer.collection.mlic import read_mlic
from trainer.collection.samples import Samples
from trainer.training.sampling import choose_pixels

from ..conftest import bumps, ring_lights, write_picture

Write = Callable[..., Path]
SIDE = 80
ALL = ("uniform", "regular", "informed")


@pytest.fixture
def samples(collection: Write) -> Samples:
    """A matte surface whose first three columns glitter, where nothing follows from the rest."""
    pictures = bumps(ring_lights(), SIDE)
    glitter = np.random.default_rng(0).integers(0, 256, (20, SIDE, 3, 3), np.uint8)
    pictures[:, :, :3] = glitter
    return Samples(read_mlic(collection(pictures=pictures)), torch.device("cpu"))


@pytest.mark.parametrize("sampling", ALL)
@pytest.mark.parametrize("fraction", [0.0625, 0.1, 0.25, 0.6, 1.0])
def test_as_many_pixels_as_asked_are_chosen_once_each(
    samples: Samples, sampling: str, fraction: float
) -> None:
    chosen = choose_pixels(samples, fraction, sampling, seed=1)
    assert chosen.dtype == torch.int64
    assert (chosen.diff() > 0).all()
    assert chosen[0] >= 0 and chosen[-1] < SIDE * SIDE
    tolerance = 0.06 if sampling == "regular" else 0.002
    assert len(chosen) == pytest.approx(fraction * SIDE * SIDE, rel=tolerance)


@pytest.mark.parametrize("sampling", ALL)
def test_the_choice_is_the_seeds(samples: Samples, sampling: str) -> None:
    first, same, other = (choose_pixels(samples, 0.1, sampling, seed) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert torch.equal(first, other) == (sampling == "regular")


def test_regular_takes_every_fourth_row_and_column(samples: Samples) -> None:
    chosen = choose_pixels(samples, 1 / 16, "regular", seed=0).numpy()
    rows, columns = np.unique(chosen // SIDE), np.unique(chosen % SIDE)
    assert len(rows) * len(columns) == len(chosen)
    np.testing.assert_array_equal(np.diff(rows), 4)
    np.testing.assert_array_equal(np.diff(columns), 4)


def test_informed_prefers_what_others_do_not_tell(samples: Samples) -> None:
    shares = {
        sampling: (choose_pixels(samples, 0.1, sampling, seed=0) % SIDE < 3).float().mean()
        for sampling in ("uniform", "informed")
    }
    assert shares["uniform"] < 0.06
    assert shares["informed"] > 0.12
    chosen = choose_pixels(samples, 0.1, "informed", seed=0) % SIDE
    plain = torch.bincount(chosen[chosen >= 3] // 20)
    assert plain.min() > 0.5 * plain.max(), "plain surface is chosen from evenly"


@pytest.mark.parametrize("sampling", ALL)
def test_only_the_object_is_chosen_from(collection: Write, sampling: str) -> None:
    path = collection(pictures=bumps(ring_lights(), SIDE))
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[40:76, 10:50] = 255
    write_picture(path / "mask.png", mask)
    samples = Samples(read_mlic(path), torch.device("cpu"))
    chosen = choose_pixels(samples, 0.25, sampling, seed=0)
    assert len(chosen) == pytest.approx(0.25 * 36 * 40, rel=0.06)
    place = samples.place[chosen].numpy()
    assert mask.ravel()[place].all()
    assert np.ptp(place // SIDE) > 30 and np.ptp(place % SIDE) > 34


def test_a_thin_object_does_not_slip_through_the_grid(collection: Write) -> None:
    path = collection(pictures=bumps(ring_lights(), SIDE))
    write_picture(path / "mask.png", np.eye(SIDE, dtype=np.uint8)[::-1] * 255)
    samples = Samples(read_mlic(path), torch.device("cpu"))
    assert len(choose_pixels(samples, 0.05, "regular", seed=0)) == SIDE


def test_a_surface_without_any_surprise_is_sampled_all_the_same(collection: Write) -> None:
    lights = ring_lights()
    pictures = np.empty((20, SIDE, SIDE, 3), np.uint8)
    pictures[:] = (200 * lights[:, 2] + 20)[:, None, None, None]
    pictures[:, 0, 0] //= 2
    samples = Samples(read_mlic(collection(pictures=pictures)), torch.device("cpu"))
    assert len(choose_pixels(samples, 0.1, "informed", seed=0)) == SIDE * SIDE // 10
