"""Heat maps, benches and benchmarks replace nobody's files, and write apart from what they read."""

import json
from pathlib import Path

import pytest

from renderer.image.relightable import read_image, write_image

from .conftest import Raking, contents


def test_heat_maps_are_apart_from_what_is_compared(
    raking: Raking, image: Path, photographs: Path, tmp_path: Path
) -> None:
    before = contents(tmp_path)
    for place in (photographs / "maps", image / "maps", photographs, Path("/dev/null")):
        run = raking("evaluate", image, photographs, "--heat-maps", place, "--fast")
        assert run.status == 1
        assert str(place) in run.err
    assert contents(tmp_path) == before


def test_heat_maps_are_replaced_with_force(
    raking: Raking, image: Path, photographs: Path, tmp_path: Path
) -> None:
    maps = tmp_path / "maps"
    command = ("evaluate", photographs, photographs, "--pictures", "--fast", "--heat-maps", maps)
    assert raking(*command).status == 0
    before = contents(maps)
    run = raking(*command)
    assert run.status == 1
    assert "--force" in run.err
    assert raking(*command, "--force").status == 0
    assert contents(maps) == before
    (maps / "notes.txt").write_text("dear")
    run = raking(*command, "--force")
    assert run.status == 1
    assert "notes.txt" in run.err
    assert contents(maps) == {**before, "notes.txt": b"dear"}


@pytest.mark.parametrize("name", ["results.csv", "report.html", "journal.jsonl", "figure9.svg"])
@pytest.mark.parametrize("fresh", [(), ("--fresh",)])
def test_a_bench_replaces_nobodys_files(
    raking: Raking,
    image: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fresh: tuple[str, ...],
) -> None:
    monkeypatch.setattr("bench.speed.measure.read_environment", lambda renderer: ENVIRONMENT)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("dear")
    run = raking("bench", image, "-o", tmp_path / "out", "--quick", *fresh)
    assert run.status == 1
    assert name in run.err
    assert contents(tmp_path / "out") == {name: b"dear"}


ENVIRONMENT = {"renderer": "none", "renderer_kind": "auto", "browser": "none"}


@pytest.mark.parametrize("name", ["gallery.json", "pyramid/notes.txt", "flat/notes.txt"])
def test_a_gallery_replaces_nobodys_files(
    raking: Raking,
    image: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    for size in ("PYRAMID", "DRAGGED"):
        monkeypatch.setattr(f"bench.speed.gallery.{size}", (90, 70))
    place = tmp_path / "out" / name
    place.parent.mkdir(parents=True)
    place.write_text("dear")
    run = raking("gallery", image, "-o", tmp_path / "out")
    assert run.status == 1
    assert Path(name).name in run.err
    assert place.read_text() == "dear"


def test_the_bench_and_the_benchmark_write_apart_from_what_they_read(
    raking: Raking, image: Path, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.speed.measure.read_environment", lambda renderer: ENVIRONMENT)
    before = contents(tmp_path)
    for place in (image, image / "bench", tmp_path):
        for command in (("bench", image), ("gallery", image)):
            run = raking(*command, "-o", place)
            assert run.status == 1
            assert "which is read" in run.err
    for place in (tmp_path / "coin", photographs, photographs / "results"):
        run = raking("benchmark", tmp_path / "coin", "-o", place)
        assert run.status == 1
        assert "which is read" in run.err
    assert contents(tmp_path) == before


@pytest.mark.long
def test_a_fresh_benchmark_removes_only_its_images(
    raking: Raking, photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = ("benchmark", photographs.parent, "-o", out, "--steps", 4)
    assert raking(*command, "--models", "ptm,neural10").status == 0
    mine = [out / "images" / "mine.txt", out / "images" / "photographs" / "mine.png", out / "mine"]
    for file in mine:
        file.write_text("dear")
    with (out / "journal.jsonl").open("a") as journal:  # of a path that leads elsewhere
        case = {"item": "../..", "sha256": "", "column": "image", "subset": ""}
        journal.write(json.dumps({"case": case, "error": None}) + "\n")
    write_image(read_image(out / "images" / "photographs" / "ptm"), tmp_path / "image")
    run = raking(*command, "--models", "ptm", "--fresh")
    assert run.status == 0, run.err
    assert all(file.read_text() == "dear" for file in mine)
    assert (tmp_path / "image" / "info.json").is_file()
    images = out / "images" / "photographs"
    assert sorted(path.name for path in images.iterdir()) == ["mine.png", "ptm"]
    (images / "ptm" / "notes.txt").write_text("dear")
    run = raking(*command, "--models", "ptm", "--fresh")
    assert run.status == 1
    assert "notes.txt" in run.err
    assert (images / "ptm" / "notes.txt").read_text() == "dear"
    assert len((out / "journal.jsonl").read_text().splitlines()) > 1
