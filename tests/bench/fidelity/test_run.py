"""Running the benchmark: what is trained when, what survives a kill, what is refused."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from bench.fidelity import run as run_module
from bench.fidelity.results import METRICS
from raking import read_image
from shaders.errors import RakingError
from trainer.collection.mlic import read_mlic
from trainer.quality.evaluate import evaluate
from trainer.training.settings import TrainingSettings
from trainer.training.train import train

from ...trainer.conftest import write_collection
from .conftest import FITS, MODELS, REAL, SINGLE, STEPS, counts, records, rows, run

EVERYTHING = {(item, column): 1 for item in (SINGLE, REAL) for column in FITS}

KILLED = """
import sys
from pathlib import Path
from bench.fidelity.run import run_fidelity
from trainer.training.settings import TrainingSettings

if __name__ == "__main__":
    folder, out, models, steps = sys.argv[1:]
    run_fidelity(Path(folder), Path(out), TrainingSettings(steps=int(steps)), models=models)
"""


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What train is called with for networks, by each call."""
    calls: list[dict[str, Any]] = []

    def counting(mlic: Any, settings: TrainingSettings, **options: Any) -> Any:
        if settings.trains_networks:
            calls.append({"item": mlic.path, **asdict(settings)})
        return train(mlic, settings, **options)

    monkeypatch.setattr(run_module, "train", counting)
    yield calls


def scores(out: Path) -> list[dict[str, str]]:
    return rows(out / "scores.csv")


def assert_same_scores(out: Path, other: Path) -> None:
    """But for rounding: processes with other numbers of threads add up in another order."""
    for found, expected in zip(scores(out), scores(other), strict=True):
        for key, value in expected.items():
            if key in METRICS and value:
                assert float(found[key]) == pytest.approx(float(value), abs=0.01)
            else:
                assert found[key] == value


def test_every_model_is_measured_once_and_kept(finished: Path) -> None:
    assert counts(finished) == EVERYTHING
    assert not list((finished / "images").rglob("*checkpoint*"))
    for item in (SINGLE, REAL):
        image = read_image(finished / "images" / item / "disk20")
        assert image.label == "DisK(20)"
        assert read_image(finished / "images" / item / "ptm").label == "PTM"


def test_scores_are_of_the_images_as_stored(finished: Path, benchmark: Path) -> None:
    mlic = read_mlic(benchmark / REAL)
    expected = evaluate(read_image(finished / "images" / REAL / "disk20"), mlic)["per_image"]
    found = [r for r in scores(finished) if r["item"] == REAL and r["model"] == "disk20"]
    assert [row["image"] for row in found] == ["image03.png", "image10.png"]
    for row, entry in zip(found, expected, strict=True):
        assert float(row["psnr"]) == pytest.approx(entry["psnr"], abs=1e-4)
        assert float(row["delta_e"]) == pytest.approx(entry["delta_e"], abs=1e-4)
        assert float(row["light_z"]) == pytest.approx(entry["light"][2], abs=1e-6)


def test_a_teacher_is_trained_once_for_all_its_students(
    benchmark: Path, tmp_path: Path, trained: list[dict[str, Any]]
) -> None:
    run(benchmark / REAL, tmp_path / "out", models="disk20,disk10")
    assert [(c["model"], c["units"]) for c in trained] == [
        *(("neural", 50), ("disk", 20), ("disk", 10))
    ]
    taught_by = {Path(call["teacher"]).name for call in trained[1:]}
    assert taught_by == {"neural50"}


def test_settings_reach_the_training(
    benchmark: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[dict[str, Any]] = []

    def recording(mlic: Any, settings: TrainingSettings, **options: Any) -> Any:
        calls.append(asdict(settings))
        short = replace(settings, minutes=None, pixels=1.0, sampling="uniform", steps=STEPS)
        return train(mlic, short, **options)

    monkeypatch.setattr(run_module, "train", recording)
    settings: dict[str, Any] = {"models": "neural-it10", "steps": None, "seed": 3}
    item = benchmark / REAL
    run(item, tmp_path / "a", **settings, minutes=0.5, pixels=0.25, sampling="informed")
    assert (calls[0]["encoder"], calls[0]["units"], calls[0]["seed"]) == ("improved", 10, 3)
    assert (calls[0]["minutes"], calls[0]["pixels"]) == (0.5, 0.25)
    assert (calls[0]["sampling"], calls[0]["steps"]) == ("informed", None)
    run(item, tmp_path / "b", **settings, fractions="6.25,100")
    subsets = [(call["pixels"], call["sampling"]) for call in calls[1:]]
    parts = [(0.0625, sampling) for sampling in ("uniform", "regular", "informed")]
    assert subsets == [*parts, (1.0, "uniform")], "of all of them, as the trainer has it"
    assert (tmp_path / "b/images" / Path(REAL).name / "neural-it10@6.25-informed").is_dir()
    table = (tmp_path / "b/tables.md").read_text()
    assert "| 6.25 % | informed |" in table
    assert "| 100 % | all |" in table


@pytest.mark.long
def test_after_kill_9_the_same_call_ends_in_the_same_scores(
    benchmark: Path, finished: Path, tmp_path: Path, trained: list[dict[str, Any]]
) -> None:
    out = tmp_path / "out"
    arguments = [str(benchmark), str(out), MODELS, str(STEPS)]
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    process = subprocess.Popen([sys.executable, str(script), *arguments], cwd=Path.cwd())
    journal = out / "journal.jsonl"
    while process.poll() is None and not (journal.exists() and measured(journal) >= 3):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = measured(journal)
    assert 3 <= kept < len(EVERYTHING)
    with journal.open("a") as file:  # as if the kill had come within a line
        file.write('{"case": {"item": "')
    run(benchmark, out)
    assert counts(out) == EVERYTHING
    assert not list(out.rglob(".*"))
    neural = [r for r in records(out)[kept:] if r["case"]["column"] not in ("anchors", "ptm")]
    assert len(trained) == len(neural)
    assert_same_scores(out, finished)


def measured(journal: Path) -> int:
    """Records on the disk, the line of settings aside."""
    return max(0, journal.read_bytes().count(b"\n") - 1)


@pytest.mark.long
def test_several_jobs_give_the_same_scores(benchmark: Path, finished: Path, tmp_path: Path) -> None:
    told: list[tuple[float, int, str, float | None]] = []
    run(benchmark, tmp_path, jobs=2, progress=lambda *event: told.append(event))
    assert_same_scores(tmp_path, finished)
    assert counts(tmp_path) == EVERYTHING
    assert told[-1] == (len(EVERYTHING), len(EVERYTHING), "report", 0.0)
    assert any(left for *_, left in told)


def test_a_finished_run_trains_nothing_and_more_models_only_themselves(
    benchmark: Path, finished: Path, tmp_path: Path, trained: list[dict[str, Any]]
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    run(benchmark, out)
    assert trained == []
    run(benchmark, out, models="neural10")
    assert [call["units"] for call in trained] == [10, 10]
    assert {row["model"] for row in rows(out / "summary.csv")} == {*FITS[1:], "neural10"}


def test_a_lost_image_is_made_again(
    benchmark: Path, finished: Path, tmp_path: Path, trained: list[dict[str, Any]]
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    shutil.rmtree(out / "images" / REAL / "neural50")
    run(benchmark, out)
    assert [call["units"] for call in trained] == [50]
    assert_same_scores(out, finished)


@pytest.mark.parametrize(
    ("settings", "change"),
    [
        ({"seed": 1}, "seed 0, now 1"),
        ({"steps": 5}, "steps 4, now 5"),
        ({"steps": None, "minutes": 1}, "minutes"),
    ],
)
def test_other_settings_are_never_mixed_in(
    benchmark: Path, finished: Path, tmp_path: Path, settings: dict[str, Any], change: str
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    before = (out / "journal.jsonl").read_text()
    with pytest.raises(RakingError, match=f"{change}.*another folder"):
        run(benchmark, out, **settings)
    assert (out / "journal.jsonl").read_text() == before


def test_fresh_begins_anew(
    benchmark: Path, finished: Path, tmp_path: Path, trained: list[dict[str, Any]]
) -> None:
    out = shutil.copytree(finished, tmp_path / "out")
    run(benchmark, out, models="neural10", seed=1, fresh=True)
    assert {column for _, column in counts(out)} == {"anchors", "neural10"}
    assert not (out / "images" / REAL / "disk20").exists()


def test_changed_photographs_are_measured_anew(benchmark: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(benchmark / REAL, tmp_path / "item")
    out = tmp_path / "out"
    run(folder, out, models="ptm")
    before = scores(out)
    (folder / "test.txt").write_text("image05.png\n")
    run(folder, out, models="ptm")
    assert {row["image"] for row in before} == {"image03.png", "image10.png"}
    assert {row["image"] for row in scores(out)} == {"image05.png"}


def test_a_broken_item_is_told_of_and_stops_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    (write_collection(folder / "<b>broken</b>") / "image05.png").write_bytes(b"no picture")
    write_collection(folder / "whole", test=["image03.png"])
    out = tmp_path / "out"
    with pytest.raises(RakingError, match=r"2 of 4 models .*broken.*image05.png is damaged"):
        run(folder, out, models="ptm")
    assert {row["item"] for row in rows(out / "summary.csv")} == {"whole", ""}
    page = (out / "report.html").read_text()
    assert "&lt;b&gt;broken&lt;/b&gt;: " in page
    assert "image05.png is damaged" in page
    assert "<b>broken" not in page
    write_whole = write_collection(tmp_path / "spare") / "image05.png"
    shutil.copy(write_whole, folder / "<b>broken</b>")
    run(folder, out, models="ptm")  # mended, the same call measures it
    assert "is damaged" not in (out / "report.html").read_text()


def test_a_failing_model_stops_neither_others_nor_its_item(
    benchmark: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(mlic: Any, settings: TrainingSettings, **options: Any) -> Any:
        if settings.units == 50:
            raise RakingError("training diverged at step 1: begin again with another --seed")
        return train(mlic, settings, **options)

    monkeypatch.setattr(run_module, "train", failing)
    with pytest.raises(RakingError, match=r"2 of 5 models .* neural50: training diverged"):
        run(benchmark / REAL, tmp_path, models="ptm,neural10,disk10")
    errors = {record["case"]["column"]: record["error"] for record in records(tmp_path)}
    assert errors["disk10"] == "its teacher neural50 failed"
    assert errors["ptm"] is errors["neural10"] is None


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"minutes": 0}, "minutes cannot be"),
        ({"pixels": 1.5}, "fraction of 1.5"),
        ({"sampling": "random"}, "unknown sampling"),
        ({"fractions": "6.25,abc"}, "not numbers"),
        ({"fractions": "0"}, "not per cent"),
        ({"fractions": "6.25", "pixels": 0.5}, "not both"),
        ({"jobs": 0}, "jobs cannot be"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_any_work(
    benchmark: Path, tmp_path: Path, settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RakingError, match=sentence):
        run(benchmark, tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()


def test_a_journal_line_says_who_made_it(finished: Path) -> None:
    first = json.loads((finished / "journal.jsonl").read_text().splitlines()[0])
    assert first["settings"]["steps"] == STEPS
    assert {"cpu", "commit"} <= set(records(finished)[0]["made_by"])
