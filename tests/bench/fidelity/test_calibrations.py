"""The measure of calibrations, against answers that are known to be right and to be wrong."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.fidelity.calibrations import compare, measure_seed, told
from trainer.calibration.calibrate import Settings, calibrate
from trainer.running.plan import Plan
from trainer.sample.tabletop import write_tabletop

from ...trainer.calibration.conftest import SCENE, shots_in


@pytest.mark.long
def test_a_seed_is_measured_and_errors_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / "table"
    write_tabletop(folder, SCENE)
    truth = json.loads((folder / "truth" / "spheres.json").read_text())
    shots = shots_in(folder / "photographs")
    result = calibrate(shots, Settings(pixel_mm=truth["pixel_mm"]), Plan())
    right = compare(5, result, truth)
    assert (right.missed, right.wrong, right.lights) == (0, 0, 14)
    assert right.degrees < 1.5 and right.distance is not None and right.distance < 0.15
    farther = {n: [2 * value for value in lamp] for n, lamp in truth["lamps_mm"].items()}
    far = compare(5, result, {**truth, "lamps_mm": farther})
    assert far.degrees == pytest.approx(right.degrees)
    assert far.distance == pytest.approx(0.5, abs=0.1)
    elsewhere = [{**truth["spheres"][0], "x": truth["spheres"][0]["x"] + 30}, truth["spheres"][1]]
    off = compare(5, result, {**truth, "spheres": elsewhere})
    assert (off.missed, off.wrong) == (1, 1)
    assert "1 of 2 runs" in told([right, off])


def test_a_refusal_counts_as_missed(tmp_path: Path) -> None:
    outcome = measure_seed(replace(SCENE, lights=3), tmp_path / "three")
    assert outcome.missed == 2 and "at least 4" in outcome.refused
    assert "1 of 1 runs" in told([outcome])
