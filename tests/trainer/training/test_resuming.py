"""Trainings that are interrupted or killed, and go on."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import trainer.training.fit
from shaders.errors import RakingError
from trainer.collection.mlic import Mlic
from trainer.running.plan import Plan, Standing
from trainer.training.settings import STEPS

from ..conftest import train
from .conftest import frames, same


class Interrupt:
    """A listener that stops training as Ctrl-C does."""

    def __init__(self, phase: str, step: int) -> None:
        self.where = (phase, step)

    def __call__(self, standing: Standing) -> None:
        if (standing.phase, standing.done) == self.where:
            raise KeyboardInterrupt


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress and checkpoint after every step."""
    monkeypatch.setattr(trainer.training.fit, "REPORT_SECONDS", -1)
    monkeypatch.setattr(trainer.training.fit, "CHECKPOINT_SECONDS", -1)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    "interrupt",
    [
        ("student", 21),
        pytest.param(("teacher", 15), marks=pytest.mark.long),
        pytest.param(("student", 1), marks=pytest.mark.long),
    ],
)
def test_a_resumed_training_equals_an_undisturbed_one(
    mlic: Mlic, tmp_path: Path, interrupt: tuple[str, int]
) -> None:
    settings: dict[str, Any] = {"units": 10, "teacher": "original", "steps": 30}
    undisturbed = train(mlic, **settings)
    checkpoint = tmp_path / "training.checkpoint"
    with pytest.raises(KeyboardInterrupt):
        train(mlic, plan=Plan(Interrupt(*interrupt)), checkpoint=checkpoint, **settings)

    told: list[Standing] = []
    resumed = train(mlic, checkpoint=checkpoint, plan=Plan(told.append), **settings)
    np.testing.assert_allclose(frames(resumed), frames(undisturbed), atol=1e-5)
    steps = [(s.phase, s.done) for s in told if s.phase in STEPS and s.done]
    assert steps[0] == interrupt, "it goes on where it was, with the step that was not kept"
    assert [p.name for p in tmp_path.iterdir()] == ["training.checkpoint"]


KILLED = """
import os, signal, sys
from pathlib import Path
import trainer.training.fit
from trainer.collection.mlic import read_mlic
from trainer.running.plan import Plan
from trainer.training.settings import TrainingSettings
from trainer.training.train import train

trainer.training.fit.REPORT_SECONDS = trainer.training.fit.CHECKPOINT_SECONDS = -1

def die(standing):
    if (standing.phase, standing.done) == ("student", 12):
        os.kill(os.getpid(), signal.SIGKILL)

mlic = read_mlic(Path(sys.argv[1]))
checkpoint, plan = Path(sys.argv[2]), Plan(die)
train(mlic, TrainingSettings("disk", units=10, steps=30), checkpoint=checkpoint, plan=plan)
"""


@pytest.mark.long
def test_a_killed_training_goes_on(mlic: Mlic, tmp_path: Path) -> None:
    checkpoint = tmp_path / "training.checkpoint"
    command = [sys.executable, "-c", KILLED, str(mlic.path), str(checkpoint)]
    root = Path(__file__).parents[3]
    assert subprocess.run(command, cwd=root, timeout=120).returncode == -signal.SIGKILL
    settings: dict[str, Any] = {"units": 10, "teacher": "original", "steps": 30}
    resumed = train(mlic, checkpoint=checkpoint, **settings)
    np.testing.assert_allclose(frames(resumed), frames(train(mlic, **settings)), atol=1e-5)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("damage", [False, True])
def test_a_checkpoint_that_does_not_fit_is_warned_about(
    mlic: Mlic, tmp_path: Path, damage: bool
) -> None:
    checkpoint = tmp_path / "training.checkpoint"
    settings: dict[str, Any] = {"model": "neural", "units": 10, "steps": 30}
    with pytest.raises(KeyboardInterrupt):
        train(mlic, plan=Plan(Interrupt("neural", 9)), checkpoint=checkpoint, seed=1, **settings)
    if damage:
        checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    warnings: list[str] = []
    image = train(mlic, checkpoint=checkpoint, warn=warnings.append, seed=int(damage), **settings)
    assert len(warnings) == 1
    assert ("damaged" if damage else "other settings") in warnings[0]
    assert same(image, train(mlic, seed=int(damage), **settings))


@pytest.mark.long
@pytest.mark.usefixtures("eager")
def test_time_before_an_interruption_counts(
    mlic: Mlic, tmp_path: Path, clock: Callable[[], float]
) -> None:
    checkpoint = tmp_path / "training.checkpoint"
    settings: dict[str, Any] = {"model": "neural", "units": 10, "minutes": 0.2}

    plan = Plan(Interrupt("neural", 20), spent=8, clock=clock)
    with pytest.raises(KeyboardInterrupt):
        train(mlic, checkpoint=checkpoint, plan=plan, **settings)
    kept = torch.load(checkpoint, weights_only=True)["state"]["seconds"]
    assert kept > 8
    image = train(mlic, checkpoint=checkpoint, plan=Plan(clock=clock), **settings)
    assert image.provenance["seconds"] == pytest.approx(12, abs=2)


@pytest.mark.parametrize("place", ["file/training.checkpoint", "folder"])
@pytest.mark.usefixtures("eager")
def test_a_checkpoint_that_cannot_be_written_is_an_error(
    mlic: Mlic, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RakingError, match="cannot be"):
        train(mlic, model="neural", steps=5, checkpoint=tmp_path / place, warn=lambda _: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "folder").is_dir()
