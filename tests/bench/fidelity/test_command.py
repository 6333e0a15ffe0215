"""`raking benchmark` as a script uses it."""

import json
from pathlib import Path

from ...command import raking
from .conftest import REAL, rows


def test_json_names_the_files_of_the_report(benchmark: Path, tmp_path: Path) -> None:
    options = ("--models", "neural10", "--steps", 4, "--seed", 2, "--json")
    run = raking("benchmark", benchmark / REAL, "-o", tmp_path / "out", *options)
    assert run.returncode == 0, run.stderr
    files = json.loads(run.stdout)
    assert set(files) == {"report", "scores", "summary", "tables"}
    assert {row["model"] for row in rows(Path(files["summary"]))} == {"neural10"}
    assert "--models neural10 --steps 4 --seed 2" in Path(files["report"]).read_text()


def test_a_failure_is_exit_status_1_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/dirs.lp").write_text("nonsense\n")
    run = raking("benchmark", tmp_path, "-o", tmp_path / "out", "--models", "ptm")
    assert run.returncode == 1
    assert "2 of 2 models were not measured; the first, broken: " in " ".join(run.stderr.split())
    assert (tmp_path / "out/report.html").exists()
