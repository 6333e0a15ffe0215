"""The smoothness of light against models that are known to be smooth, jumpy or dull."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.interpolate import RBFInterpolator
from torch import Tensor

import trainer.quality.smoothness
from renderer.image.relightable import RelightableImage
from shaders.linear import directions
from trainer.collection.mlic import Mlic, read_mlic
from trainer.collection.samples import Samples
from trainer.quality.smoothness import Colours, circles, joints, smoothness

from ..conftest import SIZE, ring_lights, write_collection

# Values [P, L, 3] at unit vectors [L, 3], and lights asked for [N, 3] -> [P, N, 3].
Interpolate = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def angles(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Degrees between unit vectors [N, 3] and [L, 3]: [N, L]."""
    return np.rad2deg(np.arccos(np.clip(one @ other.T, -1, 1)))


def model(mlic: Mlic, interpolate: Interpolate) -> Colours:
    """`interpolate` between the training photographs."""
    samples = Samples(mlic, torch.device("cpu"))
    lights = mlic.train.lights.astype(np.float64)

    def colours(pixels: Tensor, asked: Tensor) -> Tensor:
        values = samples.values(pixels).double().numpy()
        return torch.from_numpy(interpolate(values, lights, directions(asked.double().numpy())))

    return colours


def thin_plate(values: np.ndarray, lights: np.ndarray, asked: np.ndarray) -> np.ndarray:
    weights = RBFInterpolator(lights[:, :2], np.eye(len(lights)))(asked[:, :2])  # [N, L]
    return np.einsum("nl,plc->pnc", weights, values)


def nearest(values: np.ndarray, lights: np.ndarray, asked: np.ndarray) -> np.ndarray:
    return values[:, angles(asked, lights).argmin(axis=1)]


def spiky(values: np.ndarray, lights: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Dull, but for the photographs themselves, which it passes through."""
    mean = values.mean(axis=1, keepdims=True)
    near = np.exp(-np.square(angles(asked, lights) / 3) / 2)  # [N, L]
    return mean + np.einsum("nl,plc->pnc", near, values - mean)


def dull(values: np.ndarray, _: np.ndarray, asked: np.ndarray) -> np.ndarray:
    return np.repeat(values.mean(axis=1, keepdims=True), len(asked), axis=1)


def test_a_picture_that_jumps_is_unsteady_and_a_dull_one_strays(mlic: Mlic) -> None:
    def of(interpolate: Interpolate) -> tuple[float, float]:
        found = smoothness(model(mlic, interpolate), mlic, pixels=100)
        assert found is not None
        return found.unsteadiness, found.straying

    smooth, spikes, jumps, flat = of(thin_plate), of(spiky), of(nearest), of(dull)
    assert flat[0] == pytest.approx(0, abs=1e-6)
    assert smooth[0] < spikes[0] / 2
    assert spikes[0] < jumps[0] / 2
    assert smooth[1] < flat[1] / 5
    assert smooth[1] < spikes[1] / 5


def test_hsh_3_is_the_unit(tmp_path: Path) -> None:
    turn, radius = 2.4 * np.arange(40), np.sqrt(np.arange(40) / 42)  # as a sunflower has its seeds
    spiral = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    lights = directions(spiral).astype(np.float32)
    mlic = read_mlic(write_collection(tmp_path / "many", lights=lights))
    photographs = mlic.train.values.reshape(SIZE * SIZE, -1).astype(np.float64) / 255
    terms = hsh_by_the_book(mlic.train.lights)
    fitted, *_ = np.linalg.lstsq(np.kron(terms, np.eye(3)), photographs.T, rcond=1e-3)

    def colours(pixels: Tensor, asked: Tensor) -> Tensor:
        wanted = np.kron(hsh_by_the_book(directions(asked.numpy())), np.eye(3))
        return torch.from_numpy((wanted @ fitted[:, pixels.numpy()]).T).reshape(len(pixels), -1, 3)

    found = smoothness(colours, mlic, pixels=50)
    assert found is not None
    assert found.unsteadiness_ratio == pytest.approx(1, rel=1e-3)
    assert found.straying_ratio == pytest.approx(1, rel=1e-3)


def hsh_by_the_book(lights: np.ndarray) -> np.ndarray:
    """What hemispherical harmonics of order 3 span: cos and sin of the azimuth, 16 in all."""
    x, y, z = lights.T.astype(np.float64)
    phi = np.arctan2(y, x)
    t = 2 * np.clip(z, 0, 1) - 1
    s = np.sqrt(np.clip(1 - t * t, 0, 1))
    terms = []
    for m in range(4):
        for power in range(4 - m):
            along = s**m * t**power
            terms += [along * np.cos(m * phi)] + ([along * np.sin(m * phi)] if m else [])
    return np.stack(terms, axis=1)


def test_an_image_is_measured_as_it_is_stored(
    mlic: Mlic,
    make_image: Callable[..., RelightableImage],
    by_hand: Callable[..., np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer.quality.smoothness, "CIRCLES", 6)
    image = make_image(width=SIZE, height=SIZE)

    def colours(pixels: Tensor, asked: Tensor) -> Tensor:
        frames = [by_hand(image, tuple(light)).reshape(-1, 3) for light in asked.tolist()]
        return torch.from_numpy(np.stack(frames, axis=1)[pixels])

    stored, relit = smoothness(image, mlic, pixels=20), smoothness(colours, mlic, pixels=20)
    assert stored is not None
    assert relit is not None
    assert stored.unsteadiness == pytest.approx(relit.unsteadiness, rel=1e-3)
    assert stored.straying == pytest.approx(relit.straying, rel=1e-3)


def test_pixels_off_the_images_mask_are_left_out(
    mlic: Mlic,
    make_linear_image: Callable[..., RelightableImage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer.quality.smoothness, "CIRCLES", 6)
    image = make_linear_image(width=SIZE, height=SIZE)
    image.mask = np.zeros((SIZE, SIZE), bool)
    image.mask[8:16, 8:16] = True
    before = smoothness(image, mlic)
    image.planes[:, ~image.mask] = 255
    assert smoothness(image, mlic) == before


def test_circles_stay_between_the_lights_and_go_everywhere() -> None:
    lights = ring_lights().astype(np.float64)
    paths = list(circles(lights, seed=0))
    for path in paths:
        steps = np.diag(angles(path.lights[1:], path.lights[:-1]))
        np.testing.assert_allclose(steps, path.step, atol=1e-6)
    visited = np.concatenate([path.lights for path in paths])
    assert np.rad2deg(np.arcsin(visited[:, 2].min())) > 14  # the lowest lights are at 20
    grid = lights[lights[:, 2] > np.sin(np.deg2rad(40))]
    assert angles(grid, visited).min(axis=1).max() < 4


def test_joints_go_straight_from_photograph_to_photograph() -> None:
    lights = ring_lights().astype(np.float64)
    paths = list(joints(lights))
    joined = {frozenset(path.ends or ()) for path in paths}
    assert len(joined) == len(paths)
    for path in paths:
        one, other = path.ends or (0, 0)
        np.testing.assert_allclose(path.lights[[0, -1]], lights[[one, other]], atol=1e-9)
        away = angles(path.lights, lights[[one, other]]).sum(axis=1)
        np.testing.assert_allclose(away, angles(lights[[one]], lights[[other]]).item(), atol=0.05)
        assert path.step <= 1 + 1e-9
    zenith = len(lights) - 1
    assert {frozenset((zenith, i)) for i in range(15, 19)} <= joined  # the ring below it


@pytest.mark.parametrize("shape", ["ring", "line", "one"])
def test_lights_without_a_hull_do_no_harm(tmp_path: Path, shape: str) -> None:
    turn = np.linspace(0.1, 6, 12)
    x, y = {
        "ring": (0.7 * np.cos(turn), 0.7 * np.sin(turn)),
        "line": (np.linspace(-0.8, 0.8, 12), np.zeros(12)),
        "one": (np.full(12, 0.3), np.zeros(12)),
    }[shape]
    lights = directions(np.stack([x, y], axis=1)).astype(np.float32)
    mlic = read_mlic(write_collection(tmp_path / shape, lights=lights, test=["image03.png"]))
    found = smoothness(model(mlic, nearest), mlic, pixels=20)
    if shape == "one":
        assert found is None
    else:
        assert found is not None
        assert found.unsteadiness_ratio > 3
