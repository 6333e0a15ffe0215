"""`raking prepare` as a user calls it: what it writes, what it leaves, and that it can be trained
on."""

import json
from pathlib import Path

import numpy as np
import pytest

from trainer.sample.tabletop import Tabletop, write_tabletop

from .conftest import Raking, contents


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prepare") / "sample"
    write_tabletop(path, Tabletop(360, 270, seed=2, lights=16))
    return path


@pytest.mark.long
def test_from_photographs_to_an_image_that_says_what_was_prepared(
    raking: Raking, sample: Path, tmp_path: Path
) -> None:
    photographs, lights, out = sample / "photographs", tmp_path / "lights", tmp_path / "prepared"
    assert raking("calibrate", photographs, "-o", lights, "--pixel-size", 0.5).status == 0
    asked = ("prepare", photographs, "--lights", lights / "lights.lp", "-o", out)
    run = raking(*asked, "--crop", "auto", "--align", "--even")
    assert run.status == 0, run.err
    names = {path.name for path in out.iterdir()}
    assert {"lights.lp", "positions.csv", "prepared.json", "test.txt"} < names
    assert sum(name.endswith(".png") for name in names) == 16

    image = tmp_path / "image"
    run = raking("train", out, "-o", image, "--model", "ptm")
    assert run.status == 0, run.err
    info = json.loads((image / "info.json").read_text())
    done = info["raking"]["provenance"]["photographs"]["prepared"]
    x, y, width, height = done["crop"]
    assert (info["width"], info["height"]) == (width, height) and width < 270
    assert done["even"]["fall_off"] and done["align"]["unsure_px"] < 0.5
    assert info["pixelSizeInMM"] == 0.5, "as the calibration was told"
    assert raking("evaluate", image, out).status == 0

    before = contents(out)
    again = raking(*asked, "--crop", "auto", "--align", "--even")
    assert again.status == 0 and "done before" in again.out and contents(out) == before
    other = raking(*asked, "--crop", "auto")
    assert other.status == 1 and "--force" in other.err and contents(out) == before
    other = raking(*asked, "--crop", f"{x},{y},{width},{height}", "--force", "--json")
    assert other.status == 0 and json.loads(other.out)["crop"] == [x, y, width, height]
    (out / "mine.txt").write_text("mine")
    run = raking(*asked, "--align", "--force")
    assert run.status == 1 and "mine.txt" in run.err and (out / "mine.txt").exists()


def test_the_image_knows_the_pixel_size_that_prepare_was_told(
    raking: Raking, sample: Path, tmp_path: Path
) -> None:
    asked = ("prepare", sample / "photographs", "--lights", sample / "truth" / "lights.lp")
    out, given = tmp_path / "cut", ("--crop", "100,50,20,20", "--pixel-size", 0.25)
    assert raking(*asked, "-o", out, *given).status == 0
    sizes = {}
    for options in ((), ("--pixel-size", 2)):
        image = tmp_path / f"image{len(options)}"
        assert raking("train", out, "-o", image, "--model", "ptm", *options).status == 0
        sizes[options] = json.loads((image / "info.json").read_text())["pixelSizeInMM"]
    assert list(sizes.values()) == [0.25, 2]
    other = raking(*asked, "-o", out, *given[:2], "--pixel-size", 1)
    assert other.status == 1 and "prepared otherwise" in other.err


def test_photographs_keep_their_pixels_where_nothing_is_done_to_them(
    raking: Raking, sample: Path, tmp_path: Path
) -> None:
    from trainer.photographs.pictures import read_picture

    out, lights = tmp_path / "cut", sample / "truth" / "lights.lp"
    asked = ("prepare", sample / "photographs", "--lights", lights, "-o", out)
    assert raking(*asked, "--crop", "100,50,120,90").status == 0
    whole = read_picture(sample / "photographs" / "image03.png").values
    assert np.array_equal(read_picture(out / "image03.png").values, whole[50:140, 100:220])
    lines = (out / "lights.lp").read_text().splitlines()
    assert lines[1:] == lights.read_text().splitlines()[1:]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "nothing is asked for"),
        (["--crop", "1,2,3"], "4 whole numbers"),
        (["--crop", "0,0,0,9"], "inside the photographs"),
        (["--crop", "300,0,100,50"], "reaches beyond"),
        (["--align", "--grey", "1,2,30,40"], "goes with --even"),
        (["--flat-field", "nowhere.png"], "cannot"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    raking: Raking, sample: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    lights = sample / "truth" / "lights.lp"
    out = tmp_path / "out"
    run = raking("prepare", sample / "photographs", "--lights", lights, "-o", out, *arguments)
    assert run.status in (1, 2) and sentence in run.err
    assert not list(tmp_path.iterdir())
