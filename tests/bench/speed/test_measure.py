"""The bench through the real viewer in real Chromium, with cases as small as can be."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.speed import measure
from bench.speed.measure import BenchSettings, run_bench
from bench.speed.scenarios import Case
from renderer.image.relightable import write_image
from shaders.errors import RakingError

pytestmark = pytest.mark.usefixtures("driver")
ROOT = Path(__file__).parents[3]
CASES = [
    Case("small-disk", 64, 40),
    Case("small-disk", 64, 40, shader="looped"),
    Case("small-neural", 64, 40, "window", tiling=True, adaptive=True),
]
SETTINGS = {"settings": BenchSettings(renderer="swiftshader", seconds=0.1, repeats=1)}
ENVIRONMENT = {
    "cpu": "any",
    "cores": 2,
    "system": "any",
    "python": "3.11",
    "packages": {},
    "commit": None,
    "renderer_kind": "swiftshader",
    "renderer": "SwiftShader",
    "browser": "156",
    "flags": [],
    "frame_interval_ms": {"capped": 16.7, "uncapped": 1.0},
}
RUN = """
import sys
from pathlib import Path
from bench.speed.measure import run_bench
from tests.bench.speed.test_measure import CASES, SETTINGS
run_bench([Path(p) for p in sys.argv[2:]], Path(sys.argv[1]), rounds=[CASES], **SETTINGS)
"""


def journal_lines(out: Path) -> list[bytes]:
    path = out / "journal.jsonl"
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []


@pytest.mark.long
def test_killed_run_resumes_without_measuring_again(image_pair, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-c", RUN, str(out), *map(str, image_pair)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    deadline = time.monotonic() + 120
    while len(journal_lines(out)) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = [line for line in journal_lines(out) if line.endswith(b"\n")]
    assert 2 <= len(before) <= len(CASES), "the run was to be killed between its cases"
    with (out / "journal.jsonl").open("ab") as file:
        file.write(b'{"case": {"image": "sm')

    told = []
    report = run_bench(
        image_pair, out, rounds=[CASES], progress=lambda *state: told.append(state), **SETTINGS
    )

    after = journal_lines(out)
    assert after[: len(before)] == before
    measured = [Case(**json.loads(line)["case"]) for line in after[1:]]
    assert sorted(measured, key=str) == sorted(CASES, key=str)
    assert told[0][:2] == (len(before) - 1, len(CASES))
    assert not list(out.rglob(".*"))  # neither crops nor anything half-written
    check_results(out)
    assert "DisK(8) decodes 0.00256 Mpx in" in report.read_text()


def check_results(out: Path) -> None:
    """What the page tells must fit the cases, whatever the speed of this machine."""
    with (out / "results.csv").open(newline="") as file:
        rows = {(row["image"], row["shader"]): row for row in csv.DictReader(file)}
    assert len(rows) == len(CASES)
    baked = rows["small-disk", "baked"]
    assert (baked["units"], baked["decoder"]) == ("8", "DisK(8)")
    assert baked["decoded_pixels_per_frame"] == str(64 * 40)
    assert float(baked["ms_per_frame"]) > 0
    assert float(rows["small-disk", "looped"]["ms_per_frame"]) > 0
    adaptive = rows["small-neural", "baked"]
    assert (adaptive["tiling"], adaptive["adaptive"], adaptive["view"]) == ("on", "on", "window")
    assert adaptive["ms_per_frame"] == ""
    assert all("SwiftShader" in row["renderer"] and float(row["fps"]) > 0 for row in rows.values())


def test_other_settings_in_the_same_folder_are_refused(image_pair, tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "read_environment", lambda renderer: ENVIRONMENT)
    before, after = BenchSettings(target_fps=20), BenchSettings(target_fps=30)
    run_bench(image_pair, tmp_path / "out", before, rounds=[[]])
    with pytest.raises(RakingError, match=r"target_fps 20, now 30"):
        run_bench(image_pair, tmp_path / "out", after, rounds=[[]])
    run_bench(image_pair, tmp_path / "out", after, rounds=[[]], fresh=True)


@pytest.mark.long
def test_a_failing_case_does_not_end_the_run(image_pair, tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "read_environment", lambda renderer: ENVIRONMENT)
    unknown = Case("small-disk", 64, 40, shader="voodoo")
    with pytest.raises(RakingError, match=r"1 of 2 cases failed.*no shader named voodoo"):
        run_bench(image_pair, tmp_path / "out", rounds=[[unknown], [CASES[0]]], **SETTINGS)
    records = [json.loads(line) for line in journal_lines(tmp_path / "out")[1:]]
    assert [bool(record["error"]) for record in records] == [True, False]


@pytest.mark.long
def test_a_classical_image_is_measured_but_for_the_looped_cases(
    make_linear_image, tmp_path, monkeypatch
):
    monkeypatch.setattr(measure, "read_environment", lambda renderer: ENVIRONMENT)
    write_image(make_linear_image("hsh", 48), tmp_path / "relief")
    cases = [Case("relief", 64, 40), Case("relief", 64, 40, shader="looped")]
    report = run_bench([tmp_path / "relief"], tmp_path / "out", rounds=[cases], **SETTINGS)
    with (tmp_path / "out" / "results.csv").open(newline="") as file:
        rows = {row["shader"]: row for row in csv.DictReader(file)}
    assert (rows["baked"]["decoder"], rows["baked"]["error"]) == ("HSH(3)", "")
    assert float(rows["baked"]["ms_per_frame"]) > 0
    assert "has no looped shader" in rows["looped"]["error"]
    assert "has no looped shader" in report.read_text()


def test_no_chromium_is_a_sentence_and_leaves_nothing(image_pair, tmp_path, monkeypatch):
    monkeypatch.delenv("RAKING_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RakingError, match="Chromium was not found"):
        run_bench(image_pair, tmp_path / "out", **SETTINGS)
    assert not (tmp_path / "out").exists()


def test_bad_images_are_sentences(image_pair, tmp_path):
    with pytest.raises(RakingError, match="no image to measure"):
        run_bench([], tmp_path / "out")
    with pytest.raises(RakingError, match="named twice"):
        run_bench([image_pair[0], image_pair[0]], tmp_path / "out")
    with pytest.raises(RakingError, match=str(tmp_path / "missing")):
        run_bench([tmp_path / "missing"], tmp_path / "out")
