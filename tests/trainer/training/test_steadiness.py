"""How a network is held from flashing as the light passes a photograph."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from trainer.collection.mlic import read_mlic
from trainer.models.networks import PixelDecoder
from trainer.quality.smoothness import smoothness
from trainer.training.steadiness import STEP, unsteadiness

from ..conftest import bumps, ring_lights, train, write_collection

LIGHTS = torch.tensor([[0.0, 0.0], [0.3, -0.5], [0.6, 0.7], [-1.0, 0.0]])


class Around(PixelDecoder):
    """Colours that depend on how far the light is from the nearest of some lights, in radians."""

    def __init__(self, lights: Tensor, profile: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.lights, self.profile = on_dome(lights), profile
        self.asked: list[Tensor] = []

    def forward(self, latents: Tensor, lights: Tensor) -> Tensor:
        self.asked.append(lights)
        near = (on_dome(lights[:, -2:]) @ self.lights.T).amax(dim=1).clamp(max=1)
        colours = self.profile(near.double().acos())
        return colours[None, :, None].expand(len(latents), -1, 3).float()


def on_dome(lights: Tensor) -> Tensor:
    z = (1 - lights.double().square().sum(dim=1, keepdim=True)).clamp_min(0).sqrt()
    return torch.cat([lights.double(), z], dim=1)


def charged(profile: Callable[[Tensor], Tensor], lights: Tensor = LIGHTS) -> float:
    random = torch.Generator().manual_seed(0)
    return float(unsteadiness(Around(lights, profile), torch.zeros(5, 9), lights, random))


def test_a_flash_is_charged_by_how_its_speed_changes() -> None:
    """Whichever way the light leaves, the picture is one and two steps from the photograph."""

    def flash(angle: Tensor) -> Tensor:
        return 0.4 * torch.exp(-(angle / math.radians(3)).square() / 2)

    here, near, far = flash(STEP * torch.arange(3, dtype=torch.float64)).tolist()
    expected = ((here - near) - (near - far)) ** 2
    assert charged(flash, LIGHTS[:3]) == pytest.approx(expected, rel=0.01)


def test_what_changes_evenly_is_not_charged() -> None:
    assert charged(lambda angle: 0.2 + 0 * angle) == 0
    assert charged(lambda angle: 0.9 - angle, LIGHTS[:3]) < 1e-6


def test_steps_go_every_way_and_stay_over_the_horizon() -> None:
    decoder = Around(LIGHTS, lambda angle: angle)
    lights = LIGHTS[3:].repeat(200, 1)
    views = torch.full((200, 2), 0.25)
    random = torch.Generator().manual_seed(0)
    unsteadiness(decoder, torch.zeros(5, 9), torch.cat([views, lights], dim=1), random)
    (asked,) = decoder.asked
    assert bool((asked[:, :2] == 0.25).all())
    here, near, far = on_dome(asked[:, 2:]).chunk(3)
    torch.testing.assert_close(here[:, :2], lights.double())
    for steps, reached in ((1, near), (2, far)):
        assert float(reached.norm(dim=1).max()) < 1 + 1e-6
        away = np.degrees(np.arccos((here * reached).sum(dim=1).clamp(-1, 1).numpy()))
        np.testing.assert_allclose(away, math.degrees(steps * STEP), atol=0.05)
    assert near[:, 1].min() < -0.02 and near[:, 1].max() > 0.02


@pytest.mark.long
def test_training_passes_a_photograph_that_others_contradict_without_a_flash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = np.repeat(bumps(ring_lights())[:1], 20, axis=0)
    pictures[17] = 255 - pictures[17]
    mlic = read_mlic(write_collection(tmp_path / "bumps", pictures=pictures, test=["image09"]))

    def unsteady() -> float:
        found = smoothness(train(mlic, model="hyper", steps=600), mlic)
        assert found is not None
        return found.unsteadiness

    held = unsteady()
    monkeypatch.setattr("trainer.training.fit.STEADINESS", 0.0)
    assert held < 0.85 * unsteady()
