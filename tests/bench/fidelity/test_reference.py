"""The reference network of BTFs: which lights it is tested on, and that it learns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from bench.fidelity.reference import (
    ReferenceNetwork,
    compare,
    every_eighth,
    read_split,
    stereographic,
)
from trainer.quality.metrics import psnr
from trainer.training.settings import TrainingSettings

from ...trainer.conftest import bumps, write_collection


def dome() -> np.ndarray:
    """Three rings of 12 lights, in no order."""
    angles = [(t, p) for t in (30, 55, 75) for p in range(0, 360, 30)]
    theta, phi = np.deg2rad(np.random.default_rng(0).permutation(angles)).T
    across = np.sin(theta)
    return np.column_stack([across * np.cos(phi), across * np.sin(phi), np.cos(theta)])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference") / "bumps"
    return write_collection(folder, dome(), bumps(dome()))


def test_every_eighth_light_is_held_out(path: Path) -> None:
    lights = dome()
    held_out = every_eighth(lights)
    assert len(held_out) == 4  # places 5, 13, 21 and 29 of 36
    elevation = np.rad2deg(np.arcsin(lights[held_out, 2])).round()
    azimuth = np.rad2deg(np.arctan2(lights[held_out, 1], lights[held_out, 0]) % (2 * np.pi))
    expected = {(15, 150), (35, 30), (35, 270), (60, 150)}
    assert set(zip(elevation.astype(int), azimuth.round().astype(int), strict=True)) == expected
    mlic = read_split(path)
    assert len(mlic.train.names) == 32
    np.testing.assert_allclose(mlic.test.lights, lights[held_out], atol=1e-6)


def test_the_network_is_the_published_one() -> None:
    network = ReferenceNetwork(32, seed=0)
    shapes = [tuple(p.shape) for p in network.decoder.parameters() if p.ndim == 2]
    assert shapes == [(106, 10), (106, 106), (106, 106), (106, 106), (3, 106)]
    latents = network.encode(torch.rand(5, 32, 3))
    assert latents.shape == (5, 8)
    light = stereographic(np.array([[0.6, 0, 0.8]]))
    np.testing.assert_allclose(light, [[1 / 3, 0]], atol=1e-6)


@pytest.mark.long
def test_both_learn(path: Path) -> None:
    theirs, ours = compare(path, 576, TrainingSettings("neural", 8, steps=400))
    mlic = read_split(path)
    mean = mlic.train.images.mean(axis=0) / 255  # under whatever light
    unlit = np.mean([psnr(mlic.test.image(i), mean) for i in range(len(mlic.test.names))])
    assert min(theirs.psnr, ours.psnr) > unlit + 3
    assert theirs.multiply_adds == 10 * 106 + 3 * 106 * 106 + 106 * 3
    assert ours.multiply_adds == 9 * 8 + 8 * 8 + 8 * 3
    assert min(theirs.cpu_minutes, ours.cpu_minutes) > 0
