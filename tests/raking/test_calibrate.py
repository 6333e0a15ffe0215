"""`raking calibrate` as a user calls it: what it writes, what it leaves, and that it can be trained
on."""

import json
import threading
import urllib.request
import webbrowser
from pathlib import Path

import numpy as np
import pytest

from trainer.sample.tabletop import Tabletop, write_tabletop

from .conftest import Raking, contents


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calibrate") / "sample"
    write_tabletop(path, Tabletop(360, 270, seed=2, lights=16))
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of as many photographs as tell of each other's lights."""
    path = tmp_path_factory.mktemp("calibrate") / "table"
    write_tabletop(path, Tabletop(240, 180, seed=2))
    return path


def directions(path: Path) -> dict[str, np.ndarray]:
    count, *lines = path.read_text().splitlines()
    assert int(count) == len(lines)
    return {line.split()[0]: np.array(line.split()[1:], float) for line in lines}


@pytest.mark.long
def test_from_photographs_to_lights_and_a_dome(
    raking: Raking, sample: Path, tmp_path: Path
) -> None:
    out, dome = tmp_path / "lights", tmp_path / "dome.json"
    photographs = sample / "photographs"
    run = raking(
        *("calibrate", photographs, "-o", out, "--pixel-size", 200 / 360, "--save-dome", dome)
    )
    assert run.status == 0, run.err
    assert {path.name for path in out.iterdir()} == {
        *("lights.lp", "positions.csv", "calibration.json", "calibration.html")
    }
    found, true = directions(out / "lights.lp"), directions(sample / "truth" / "lights.lp")
    angles = [np.degrees(np.arccos(np.clip(found[n] @ true[n], -1, 1))) for n in true]
    assert len(found) == 16 and np.mean(angles) < 1.5
    page = (out / "calibration.html").read_text()
    assert all(name in page for name in true)

    before = contents(out)
    again = raking("calibrate", photographs, "-o", out, "--pixel-size", 200 / 360)
    assert again.status == 0 and "done before" in again.out and contents(out) == before
    other = raking("calibrate", photographs, "-o", out)
    assert other.status == 1 and "--force" in other.err and contents(out) == before

    with_dome = tmp_path / "other.lp"
    run = raking("calibrate", photographs, "-o", with_dome, "--dome", dome, "--json")
    assert run.status == 0 and json.loads(run.out)["spheres"] == []
    assert directions(with_dome).keys() == found.keys()
    run = raking("calibrate", photographs, "-o", with_dome, "--dome", dome)
    assert run.status == 1 and "does not tell who wrote it" in run.err

    image = tmp_path / "image"
    run = raking("train", photographs, "--lights", with_dome, "-o", image, "--model", "ptm")
    assert run.status == 0, run.err
    assert json.loads((image / "info.json").read_text())["type"] == "ptm"


@pytest.mark.long
def test_a_light_file_is_checked_without_a_sphere(
    raking: Raking, table: Path, tmp_path: Path
) -> None:
    """Wrong lights are named, and put right by --refine; the others stay within a degree."""
    true = directions(table / "truth" / "lights.lp")
    given, wrong = dict(true), ["image12.png", "image21.png", "image30.png"]
    for name in wrong:
        across = np.cross(true[name], [0.3, 0.8, 0.1])
        given[name] = true[name] + np.tan(np.radians(12)) * across / np.linalg.norm(across)
    lines = [f"{name} " + " ".join(map(str, light)) for name, light in given.items()]
    lights = tmp_path / "mine.lp"
    lights.write_text("\n".join([str(len(lines)), *lines]) + "\n")
    asked = ("calibrate", table / "photographs", "--lights", lights)
    out = tmp_path / "checked"
    run = raking(*asked, "-o", out)
    assert run.status == 0, run.err
    warned = run.err[run.err.index("predict another light for") :]
    assert all(name in warned for name in wrong) and "lines in the light file" in warned
    record = json.loads((out / "calibration.json").read_text())
    flagged = {row["name"] for row in record["photographs"] if row["prediction"]["flagged"]}
    assert set(wrong) <= flagged and len(flagged) <= len(wrong) + 1
    assert record["lamps"] == "as given" and record["spheres"] == []
    assert "have a light in mine.lp" in (out / "calibration.html").read_text()

    refined = tmp_path / "refined.lp"
    assert raking(*asked, "-o", refined, "--refine").status == 0
    after = directions(refined)
    for name in true:
        angle = np.degrees(np.arccos(np.clip(after[name] @ true[name], -1, 1)))
        assert angle < (3 if name in wrong else 1.01) or name in flagged


def accepted(address: str, without: int) -> None:
    """What a person's browser does that rejects a photograph's highlights and accepts the rest."""
    page, token = address.split("#write=")
    with urllib.request.urlopen(f"{page}state", timeout=60) as answer:
        state = json.load(answer)
    rows = [[None] * len(sphere["highlights"]) for sphere in state["spheres"]]
    for row in rows:
        row[without] = False
    circles = [{key: sphere[key] for key in ("x", "y", "radius")} for sphere in state["spheres"]]
    body = json.dumps({"spheres": circles, "highlights": rows}).encode()
    request = urllib.request.Request(f"{page}accept", body, {"Raking-Token": token})
    urllib.request.urlopen(request, timeout=60).close()


@pytest.mark.long
def test_reviewed_lights_are_those_that_were_accepted(
    raking: Raking, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_its_own_time(address: str) -> None:
        threading.Thread(target=accepted, args=(address, 4)).start()

    monkeypatch.setattr(webbrowser, "open", in_its_own_time)
    out = tmp_path / "lights"
    run = raking("calibrate", sample / "photographs", "-o", out, "--review")
    assert run.status == 0, run.err
    assert "Nothing is written before" in run.err and "15 of 16 photographs" in run.out
    assert len(directions(out / "lights.lp")) == 15
    assert "rejected by hand" in (out / "calibration.html").read_text()
    again = raking("calibrate", sample / "photographs", "-o", out)
    assert again.status == 0 and "done before" in again.out
    assert len(directions(out / "lights.lp")) == 15


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--sphere", "1,2"], "X,Y,R"),
        (["--distance", "300"], "--pixel-size"),
        (["--dome", "dome.json", "--focal", "900"], "leave its options out"),
        (["--lights", "lights.lp", "--sphere", "9,9,9"], "leave its options out"),
        (["--lights", "lights.lp"], "no light file lights.lp"),
        (["--sphere", "0,0,20"], "not whole"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    raking: Raking, sample: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    run = raking("calibrate", sample / "photographs", "-o", tmp_path / "out", *arguments)
    assert run.status in (1, 2) and sentence in run.err
    assert not list(tmp_path.iterdir())


def test_output_goes_beside_the_photographs(raking: Raking, sample: Path) -> None:
    before = contents(sample)
    run = raking("calibrate", sample / "photographs", "-o", sample / "photographs" / "lights")
    assert run.status == 1 and "choose a place beside it" in run.err
    assert contents(sample) == before
