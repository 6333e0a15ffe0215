"""Two tiny collections, in SynthRTI's layout and in RealRTI's, and one run over them."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from bench.fidelity.run import Task, measure_item, run_fidelity
from bench.fidelity.workers import Send
from trainer.collection.mlic import Mlic, read_mlic
from trainer.training.settings import TrainingSettings

from ...trainer.conftest import SETTINGS, ring_lights, write_collection

SINGLE = "SynthRTI/Single/Object1/material2"
REAL = "RealRTI/item<i>7"  # a name that is markup
MODELS = "ptm,neural20,disk20,disk10"
FITS = ("anchors", "ptm", "neural50", "neural20", "disk20", "disk10")  # with the teacher
STEPS = 4


def write_benchmark(folder: Path) -> Path:
    """One item of SynthRTI, one of RealRTI with a test.txt."""
    lights = ring_lights()
    write_collection(folder / SINGLE / "Dome", lights=lights[[*range(0, 20, 2), 1]])
    write_collection(folder / SINGLE / "Test", lights=lights[3:20:4])
    write_collection(folder / REAL, test=["image03.png", "image10.png"])
    return folder


def run(folder: Path, out: Path, **settings: Any) -> Path:
    """`run_fidelity`, with the settings of the training among its own."""
    settings = {"models": MODELS, "steps": STEPS, **settings}
    training = TrainingSettings(**{k: v for k, v in settings.items() if k in SETTINGS})
    others = {k: v for k, v in settings.items() if k not in SETTINGS}
    with patch("bench.fidelity.run.measure_item", measure_quickly):
        return run_fidelity(folder, out, training, **others)


def measure_quickly(task: Task, send: Send) -> None:
    """Smoothness, which has tests of its own, is measured under few lights, in processes of their
    own, too."""
    with patch.multiple("trainer.quality.smoothness", CIRCLES=3, STEP=8.0):
        measure_item(task, send)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def records(out: Path) -> list[dict[str, Any]]:
    lines = (out / "journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines[1:]]


def counts(out: Path) -> Counter[tuple[str, str]]:
    """How often each (item, column) was measured."""
    return Counter((r["case"]["item"], r["case"]["column"]) for r in records(out))


@pytest.fixture(scope="session")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_benchmark(tmp_path_factory.mktemp("fidelity") / "collections")


@pytest.fixture(scope="session")
def finished(benchmark: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an undisturbed run; not to be changed."""
    out = tmp_path_factory.mktemp("fidelity") / "out"
    run(benchmark, out)
    return out


@pytest.fixture(scope="session")
def mlic(tmp_path_factory: pytest.TempPathFactory) -> Mlic:
    """The bumps under 20 lights, two of them held out."""
    folder = tmp_path_factory.mktemp("mlic") / "bumps"
    return read_mlic(write_collection(folder, test=["image03.png", "image10.png"]))
