"""No command deletes what it did not write, nor writes into what it reads; what is finished is
told, and replaced only with --force."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from renderer.image.relightable import read_image, write_image

from .conftest import Raking, contents, hidden

SHARED_CASES = Path(__file__).parents[3] / "shared" / "cases" / "damaged"


PTM = ("--model", "ptm")
DISK = ("--model", "disk", "--steps", 20)
NEURAL = ("--model", "neural", "--steps", 20)


@pytest.mark.parametrize("output", ["coin/photographs", "coin", ".", "coin/photographs/out"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_training_never_harms_the_photographs(
    raking: Raking, photographs: Path, tmp_path: Path, output: str, force: tuple[str, ...]
) -> None:
    (photographs / "info.json").write_text("{}")
    (photographs / ".git").mkdir()
    before = contents(tmp_path)
    run = raking("train", photographs, "-o", tmp_path / output, *PTM, *force)
    assert run.status == 1
    assert str(tmp_path / output) in run.err
    assert contents(tmp_path) == before


def test_training_into_the_folder_above_is_refused_the_second_time_too(
    raking: Raking, photographs: Path, make_image
) -> None:
    """Where the folder above is a relightable image itself."""
    coin = photographs.parent
    write_image(make_image(), coin.parent / "made")
    for file in (coin.parent / "made").iterdir():
        file.rename(coin / file.name)
    before = contents(coin)
    run = raking("train", photographs, "-o", coin, *PTM, "--force")
    assert run.status == 1
    assert "photographs/" in run.err
    assert contents(coin) == before


@pytest.mark.parametrize("option", ["--keep-teacher", "--test-lights", "--teacher"])
def test_training_spares_all_that_it_is_given(
    raking: Raking, photographs: Path, image: Path, tmp_path: Path, option: str
) -> None:
    before = contents(tmp_path)
    arguments: tuple[object, ...] = ("-o", tmp_path / "out", option, photographs / "teacher")
    if option == "--test-lights":
        arguments = ("-o", tmp_path / "coin", option, photographs / "dirs.lp")
    if option == "--teacher":
        arguments = ("-o", image, option, image)
    run = raking("train", photographs, *arguments, *DISK, "--force")
    assert run.status == 1
    assert contents(tmp_path) == before


def test_a_finished_training(raking: Raking, photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ("train", photographs, "-o", out, *NEURAL)
    first = raking(*command, "--json")
    assert first.status == 0, first.err
    before = contents(out)
    again = raking(*command, "--json")
    assert again.status == 0
    assert json.loads(again.out) == {**json.loads(first.out), "done": True}
    assert "done before" in raking(*command).out
    for other in (("--seed", 1), ("--pixels", 0.5), ("--no-guide",), ("--tiles",), ("--units", 8)):
        run = raking(*command, *other)
        assert run.status == 1
        assert "NeuralRTI(50) of 24 x 24 pixels" in run.err
        assert "--force" in run.err
    assert contents(out) == before
    forced = raking(*command, "--units", 8, "--force")
    assert forced.status == 0
    assert "is replaced" in forced.err
    assert read_image(out).decoder.units == 8
    picture = photographs / "image07.png"
    Image.open(picture).transpose(Image.Transpose.ROTATE_180).save(picture)
    changed = raking(*command, "--units", 8)
    assert changed.status == 1
    assert "another collection" in changed.err
    assert hidden(tmp_path) == []


@pytest.mark.long
def test_a_finished_training_with_its_teacher_kept(
    raking: Raking, photographs: Path, tmp_path: Path
) -> None:
    out, kept = tmp_path / "out", tmp_path / "teacher"
    command = ("train", photographs, "-o", out, *DISK, "--keep-teacher", kept)
    assert raking(*command).status == 0
    before = contents(tmp_path)
    assert "done before" in raking(*command).out
    as_student = raking("train", photographs, "-o", kept, *DISK)
    assert as_student.status == 1
    assert contents(tmp_path) == before
    shutil.rmtree(out)  # as if killed after the teacher
    assert raking(*command).status == 0
    (kept / "notes.txt").write_text("dear")
    shutil.rmtree(out)
    assert "notes.txt" in raking(*command, "--force").err
    assert (kept / "notes.txt").read_text() == "dear"


KILLED = """
import os, signal, sys
from pathlib import Path
replace = Path.replace


def killed(new, place):
    # What is written to learn how long that takes has a place of its own.
    if place == Path(sys.argv[-1]):
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(new, place)


Path.replace = killed
from raking.cli.main import main
sys.argv = ["raking", *sys.argv[1:]]
main()
"""


@pytest.mark.long
def test_an_image_that_was_being_replaced_is_brought_back(
    raking: Raking, image: Path, tmp_path: Path
) -> None:
    coin = tmp_path / "coin"
    assert raking("convert", image, "-o", coin).status == 0
    before = contents(coin)
    command = ("convert", image, "--tiles", "--force", "-o", coin)
    run = subprocess.run([sys.executable, "-c", KILLED, *map(str, command)], timeout=120)
    assert run.returncode == -signal.SIGKILL
    assert not coin.exists()
    assert raking("info", coin).status == 0
    assert contents(coin) == before
    assert hidden(tmp_path) == []
    subprocess.run([sys.executable, "-c", KILLED, *map(str, command)], timeout=120)
    assert not coin.exists()
    assert raking(*command).status == 0
    assert (coin / "plane_0.dzi").is_file()
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("kind", ["file", "folder", "fifo", "link"])
def test_what_stands_in_the_checkpoints_place_is_kept(
    raking: Raking, photographs: Path, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / ".out.checkpoint"
    if kind == "file":
        place.write_text("dear")
    elif kind == "folder":
        (place / "dear").mkdir(parents=True)
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        place.symlink_to(tmp_path / "none")
    run = raking("train", photographs, "-o", tmp_path / "out", *NEURAL)
    if kind == "file":
        assert run.status == 0
        assert (tmp_path / ".out.checkpoint.1").read_text() == "dear"
        assert ".out.checkpoint.1" in run.err
    else:
        assert run.status == 1
        assert ".out.checkpoint" in run.err
        assert os.path.lexists(place)


def test_a_name_too_long_for_a_checkpoint_is_refused_at_once(
    raking: Raking, photographs: Path, tmp_path: Path
) -> None:
    run = raking("train", photographs, "-o", tmp_path / ("o" * 250), "--model", "ptm")
    assert run.status == 1
    assert "name too long" in run.err
    assert "reading" not in run.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["coin"]


@pytest.mark.parametrize("command", ["convert", "render", "sample"])
def test_a_path_through_a_missing_folder_replaces_nothing(
    raking: Raking, image: Path, tmp_path: Path, command: str
) -> None:
    # The operating system finds nothing there, but what is written would go to `taken`.
    taken, output = tmp_path / "taken", tmp_path / "missing" / ".." / "taken"
    write_image(read_image(image), taken)
    before = {path: path.read_bytes() for path in taken.iterdir()}
    arguments: dict[str, tuple[object, ...]] = {
        "convert": (image, "--title", "Other", "-o", output),
        "render": (image, "--orbit", 2, "-o", output),
        "sample": (output, "--size", "32x32"),
    }
    run = raking(command, *arguments[command])
    assert run.status == 1
    assert "a folder that is not there" in run.err
    assert {path: path.read_bytes() for path in taken.iterdir()} == before


def test_an_image_cannot_be_written_below_a_file(
    raking: Raking, image: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("dear")
    run = raking("convert", image, "-o", tmp_path / "file" / "out")
    assert run.status == 1
    assert "file/out cannot be written" in run.err


def test_a_left_checkpoint_goes_when_the_command_is_done(
    raking: Raking, photographs: Path, tmp_path: Path
) -> None:
    command = ("train", photographs, "-o", tmp_path / "out", *NEURAL)
    assert raking(*command).status == 0
    (tmp_path / ".out.checkpoint").write_bytes(b"PK\x03\x04, left by a kill")
    assert "done before" in raking(*command).out
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("target", ["device", "link to a device", "fifo", "file", "folder"])
def test_a_frame_is_written_over_nothing_but_frames(
    raking: Raking, image: Path, tmp_path: Path, target: str
) -> None:
    place = tmp_path / "target.png"
    if target == "device":
        place = Path("/dev/null")
    elif target == "link to a device":
        place.symlink_to("/dev/null")
    elif target == "fifo":
        os.mkfifo(place)
    elif target == "file":
        Image.new("RGB", (9, 9)).save(place)
    else:
        (place / "deep").mkdir(parents=True)
    before = os.lstat(place)
    run = raking("render", image, "--light", "0,0", "-o", place, "--force")
    assert run.status == 1
    assert place.name in run.err
    assert os.lstat(place).st_ino == before.st_ino
    assert os.lstat(place).st_mode == before.st_mode


def test_frames_of_ours_are_replaced(raking: Raking, image: Path, tmp_path: Path) -> None:
    for light in ("0,0", "0.5,0.5"):
        run = raking("render", image, "--light", light, "-o", tmp_path / "a.png")
        assert run.status == 0, run.err
    for place in (image / "a.png", image / "deep" / "a.png", image):
        run = raking("render", image, "--light", "0,0", "-o", place)
        assert run.status == 1
        assert str(place) in run.err


def test_a_finished_sequence(raking: Raking, image: Path, tmp_path: Path) -> None:
    out = tmp_path / "orbit"
    command = ("render", image, "--orbit", 3, "-o", out)
    assert raking(*command).status == 0
    before = contents(out)
    assert "done before" in raking(*command).out
    assert json.loads(raking(*command, "--json").out)["done"] is True
    other = raking(*command, "--scale", 0.5)
    assert other.status == 1
    assert "--force" in other.err
    assert contents(out) == before
    forced = raking(*command, "--scale", 0.5, "--force")
    assert forced.status == 0
    assert "is replaced" in forced.err
    Image.new("RGB", (9, 9)).save(out / "frame_0001.png")
    before = contents(out)
    run = raking(*command, "--force")
    assert run.status == 1
    assert "frame_0001.png" in run.err
    assert contents(out) == before


def test_a_finished_sample(raking: Raking, tmp_path: Path) -> None:
    command = ("sample", tmp_path / "sample", "--size", "32x24")
    assert raking(*command).status == 0
    before = contents(tmp_path)
    assert "done before" in raking(*command).out
    assert json.loads(raking(*command, "--json").out)["done"] is True
    other = raking(*command, "--seed", 1)
    assert other.status == 1
    assert "not empty" in other.err
    assert contents(tmp_path) == before


@pytest.fixture
def shared_case(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if not SHARED_CASES.is_dir():
        pytest.skip("the cases (../shared/cases) are not on this machine")
    shutil.copytree(SHARED_CASES / request.param, tmp_path / "case", copy_function=shutil.copyfile)
    (tmp_path / "case").chmod(0o755)
    return tmp_path / "case"


@pytest.mark.parametrize("shared_case", ["train-over-photographs"], indirect=True)
def test_the_case_of_lost_photographs(raking: Raking, shared_case: Path) -> None:
    before = contents(shared_case)
    assert raking("train", shared_case, "-o", shared_case, *PTM).status == 1
    assert contents(shared_case) == before


@pytest.mark.parametrize("shared_case", ["convert-over-foreign-info"], indirect=True)
def test_the_case_of_a_lost_project(raking: Raking, image: Path, shared_case: Path) -> None:
    before = contents(shared_case)
    run = raking("convert", image, "-o", shared_case)
    assert run.status == 1
    assert "info.json" in run.err
    assert contents(shared_case) == before
