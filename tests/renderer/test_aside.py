"""Nothing half-written is ever seen, and nothing is lost."""

from pathlib import Path

import pytest

from renderer.aside import writing_aside
from shaders.errors import RakingError


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
