"""Nothing half-written is ever seen, and nothing is lost, whenever a process is killed."""

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from renderer.files.aside import clear_up, scratch_folder, writing_aside
from renderer.image.relightable import read_image, read_info_text, write_image
from shaders.errors import RakingError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run_killed(code: str, *arguments: object) -> None:
    """Runs a program that kills itself: `die()` is SIGKILL."""
    head = "import os, signal, sys\nfrom pathlib import Path\nfrom renderer.files import aside\n"
    head += "from renderer.files.aside import scratch_folder, writing_aside\n"
    head += "def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
    program = [sys.executable, "-c", head + textwrap.dedent(code), *map(str, arguments)]
    run = subprocess.run(program, timeout=60, capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL, run.stderr


WRITE_FOLDER = """
with writing_aside(Path(sys.argv[1])) as new:
    new.mkdir()
    (new / "new").write_text("")
"""


def test_a_file_takes_its_name_when_it_is_complete(tmp_path: Path) -> None:
    with writing_aside(tmp_path / "new" / "a.txt") as aside:
        aside.write_text("whole")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.txt"]


def test_a_folder_replaces_a_folder_whole(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "old").write_text("")
    with writing_aside(tmp_path / "image") as aside:
        aside.mkdir()
        (aside / "new").write_text("")
    assert [p.name for p in tmp_path.rglob("*")] == ["image", "new"]


def test_a_file_never_takes_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "dear").write_text("")
    with (
        pytest.raises(RakingError, match="photographs"),
        writing_aside(tmp_path / "photographs") as aside,
    ):
        aside.write_text("a file")
    assert [p.name for p in tmp_path.rglob("*")] == ["photographs", "dear"]


def test_a_folder_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "dear").write_text("mine")
    with pytest.raises(RakingError, match="dear"), writing_aside(tmp_path / "dear") as aside:
        aside.mkdir()
    assert names(tmp_path) == ["dear"]
    assert (tmp_path / "dear").read_text() == "mine"


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_stop_leaves_what_was_there(tmp_path: Path, stop: BaseException) -> None:
    (tmp_path / "a.txt").write_text("old")
    with (
        pytest.raises((RakingError, KeyboardInterrupt)),
        writing_aside(tmp_path / "a.txt") as aside,
    ):
        aside.write_text("half")
        raise stop
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@pytest.mark.parametrize(
    "kind", ["fifo", "socket", "device", "to a device", "to nothing", "circle"]
)
def test_only_files_folders_and_free_names_are_written(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "fifo":
        os.mkfifo(place)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(place))
    elif kind == "device":
        place = Path("/dev/null")
    else:
        place.symlink_to({"to a device": "/dev/null", "to nothing": "none"}.get(kind, "place"))
    before = os.lstat(place)
    with pytest.raises(RakingError, match=str(place)), writing_aside(place) as aside:
        aside.write_text("")
    assert os.lstat(place).st_ino == before.st_ino
    assert names(tmp_path) == ([] if kind == "device" else ["place"])


def test_a_link_keeps_leading_to_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "a.txt").write_text("old")
    (tmp_path / "a.txt").symlink_to(tmp_path / "disk" / "a.txt")
    with writing_aside(tmp_path / "a.txt") as aside:
        aside.write_text("new")
    assert (tmp_path / "a.txt").is_symlink()
    assert (tmp_path / "disk" / "a.txt").read_text() == "new"
    assert names(tmp_path / "disk") == ["a.txt"]


def test_what_came_meanwhile_is_looked_at_before_it_is_replaced(tmp_path: Path) -> None:
    def refuse(place: Path) -> None:
        raise RakingError(f"{place} is dear")

    with (
        pytest.raises(RakingError, match="dear"),
        writing_aside(tmp_path / "image", refuse) as aside,
    ):
        aside.mkdir()
        (tmp_path / "image").mkdir()
        (tmp_path / "image" / "photograph").write_text("")
    assert names(tmp_path / "image") == ["photograph"]


def test_it_is_on_the_disk_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: set[int] = set()
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(
        os, "fsync", lambda handle: (flushed.add(os.fstat(handle).st_ino), fsync(handle))
    )

    def checked(self: Path, target: Path) -> Path:
        parts = [self, *self.rglob("*")]
        assert {part.stat().st_ino for part in parts} <= flushed
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", checked)
    with writing_aside(tmp_path / "image") as aside:
        (aside / "deep" / "er").mkdir(parents=True)
        (aside / "deep" / "er" / "a").write_text("")
        (aside / "b").write_text("")
    assert tmp_path.stat().st_ino in flushed


def test_ended_before_anything_is_written_it_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object, **__: object) -> None:
        sys.exit(143)

    for moment in ("__init__", "acquire"):
        with monkeypatch.context() as patched:
            patched.setattr(f"filelock.FileLock.{moment}", end)
            with pytest.raises(SystemExit), writing_aside(tmp_path / "file"):
                raise AssertionError("it is ended before")
        assert not list(tmp_path.iterdir()), moment


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    name = "ä" * 120 + "." + "a" * 14
    with writing_aside(tmp_path / name) as aside:
        aside.write_text("")
    assert names(tmp_path) == [name]


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(self: object, *_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("renderer.files.aside.FileLock.acquire", no_locks)
    with writing_aside(tmp_path / "a.txt") as outer:
        outer.write_text("outer")
        with writing_aside(tmp_path / "b.txt") as inner:
            inner.write_text("inner")
        assert outer.exists()
    assert names(tmp_path) == ["a.txt", "b.txt"]


RENAME_AND_DIE_LATER = """
replace = Path.replace
def renamed(self, target):
    aside.shutil.rmtree = die
    return replace(self, target)
Path.replace = renamed
"""
# By the moment of a kill: what dies, and whether the new folder is there then.
KILLS = {
    "before the lock": ("aside.FileLock.acquire = die", False),
    "while writing": ("Path.write_text = die", False),
    "before flushing": ("aside._flush = die", False),
    "before the swap": ("aside._take_place = die", False),
    "between the renames": ("Path.replace = die", False),
    "after the swap": ("aside._dissolve = die", True),
    "while clearing up": (RENAME_AND_DIE_LATER, True),
    "at the end": ("Path.rmdir = die", True),
}


@pytest.mark.parametrize("moment", KILLS)
@pytest.mark.parametrize("before", [True, False])
def test_a_killed_process_leaves_nothing_torn(tmp_path: Path, moment: str, before: bool) -> None:
    patch, there = KILLS[moment]
    place = tmp_path / "image"
    if before:
        place.mkdir()
        (place / "old").write_text("")
    run_killed(f"{patch}\n{WRITE_FOLDER}", place)
    assert len(list(tmp_path.glob(".*.partial"))) == 1
    clear_up(tmp_path)
    assert not list(tmp_path.glob(".*"))
    assert place.exists() == (there or before)
    if place.exists():
        assert names(place) == (["new"] if there else ["old"])


def test_a_process_killed_while_it_clears_up(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "old").write_text("")
    run_killed(f"Path.replace = die\n{WRITE_FOLDER}", tmp_path / "image")
    assert not (tmp_path / "image").exists()
    for patch in ("Path.rename", "aside.shutil.rmtree", "Path.unlink", "Path.rmdir"):
        run_killed(f"{patch} = die\naside.clear_up(Path(sys.argv[1]))", tmp_path)
    clear_up(tmp_path)
    assert names(tmp_path) == ["image"]
    assert names(tmp_path / "image") == ["old"]


def test_killed_at_random_moments(tmp_path: Path) -> None:
    """Folders replaced over and over: whole at any moment, and nothing else is left."""
    program = """
    print("begun", flush=True)
    for i in range(100_000):
        with writing_aside(Path(sys.argv[1])) as new:
            new.mkdir()
            for name in "abcdef":
                (new / name).write_text(str(i))
    """
    code = "import sys\nfrom pathlib import Path\nfrom renderer.files.aside import writing_aside\n"
    code += textwrap.dedent(program)
    draw = random.Random(0)
    for _ in range(8):
        command = [sys.executable, "-c", code, str(tmp_path / "image")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(draw.uniform(0, 0.3))
            process.kill()
        clear_up(tmp_path)
        assert names(tmp_path) in (["image"], [])
        if (tmp_path / "image").exists():
            assert names(tmp_path / "image") == list("abcdef")
            assert len({path.read_text() for path in (tmp_path / "image").iterdir()}) == 1


def test_scratch_of_a_killed_process_is_cleared_up(tmp_path: Path) -> None:
    run_killed(
        """
        with scratch_folder(Path(sys.argv[1]), "crops") as crops:
            (crops / "large").write_text("")
            die()
        """,
        tmp_path,
    )
    with scratch_folder(tmp_path, "crops") as crops:
        assert len(names(tmp_path)) == 1
        assert names(crops) == []
    assert names(tmp_path) == []


def test_what_living_processes_write_is_left(tmp_path: Path) -> None:
    with writing_aside(tmp_path / "image") as aside:
        aside.mkdir()
        run = [sys.executable, "-c", "import sys; from pathlib import Path\n"]
        run[-1] += "from renderer.files.aside import clear_up; clear_up(Path(sys.argv[1]))"
        subprocess.run([*run, str(tmp_path)], check=True, timeout=60)
        assert aside.is_dir()
    assert names(tmp_path) == ["image"]


def test_folders_that_only_look_like_ours_are_left(tmp_path: Path) -> None:
    for name in (".a.0123abcd.partial", ".b.0123abcd.partial"):
        (tmp_path / name / "old").mkdir(parents=True)
        (tmp_path / name / "old" / "dear").write_text("")
    (tmp_path / ".b.0123abcd.partial" / "dear").write_text("")
    (tmp_path / ".c.0123abcd.partial").write_text("a file")
    (tmp_path / ".d.0123abcd.partial").symlink_to(tmp_path / ".a.0123abcd.partial")
    before = sorted(tmp_path.rglob("*"))
    clear_up(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_two_who_write_the_same_do_each_other_no_harm(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def write(mark: str) -> None:
        try:
            for _ in range(25):
                with writing_aside(tmp_path / "image") as aside:
                    aside.mkdir()
                    for name in "abc":
                        (aside / name).write_text(mark)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(mark,)) for mark in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert names(tmp_path) == ["image"]
    assert len({path.read_text() for path in (tmp_path / "image").iterdir()}) == 1


def test_reading_brings_back_what_was_being_replaced(make_image, tmp_path: Path) -> None:
    write_image(make_image(), tmp_path / "coin")
    run_killed(f"Path.replace = die\n{WRITE_FOLDER}", tmp_path / "coin")
    assert not (tmp_path / "coin").exists()
    assert read_image(tmp_path / "coin").label == "Neural(20)"
    assert names(tmp_path) == ["coin"]
    assert read_info_text(tmp_path / "coin")


def test_where_nothing_can_be_made_is_a_sentence() -> None:
    for place in ("/proc/none", "/proc/none/deep", "/dev/null/a"):
        with pytest.raises(RakingError, match="cannot be written"), writing_aside(Path(place)):
            pass


def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with (
            pytest.raises(RakingError, match="free some space"),
            writing_aside(tmp_path / "a") as aside,
        ):
            aside.write_bytes(bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old"
