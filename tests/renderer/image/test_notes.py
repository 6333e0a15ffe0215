"""The notes beside an image, changed one at a time."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from renderer.image.notes import (
    LONGEST_TEXT,
    NOTES,
    StaleNoteError,
    put_note,
    read_notes,
    remove_note,
)
from renderer.image.relightable import read_image, write_image
from shaders.errors import RakingError


def a_note(text: str = "A worn sign 𒀀", **more: Any) -> dict[str, Any]:
    body = {"type": "TextualBody", "value": text, "format": "text/plain"}
    selector = {"type": "PointSelector", "x": 3, "y": 4}
    note = {"id": f"urn:uuid:{uuid4()}", "type": "Annotation", "motivation": "commenting"}
    return {**note, "body": body, "target": {"source": "info.json", "selector": selector}, **more}


def put(folder: Path, note: dict[str, Any], version: str | None = None, **more: Any) -> Any:
    return put_note(folder, json.dumps(note), note["id"], version, **more)["items"]


def texts(folder: Path) -> list[str]:
    return [note["body"]["value"] for note in read_notes(folder)["items"]]


def test_notes_are_added_changed_moved_and_removed(tmp_path: Path) -> None:
    assert texts(tmp_path) == []
    one, two = a_note("one"), a_note("two")
    put(tmp_path, one)
    first, second = put(tmp_path, two)
    (changed, _) = put(tmp_path, a_note("uno", id=one["id"]), first["modified"])
    assert texts(tmp_path) == ["uno", "two"]
    assert changed["created"] == first["created"] < changed["modified"]
    put(tmp_path, two, second["modified"], before=one["id"])
    assert texts(tmp_path) == ["two", "uno"]
    remove_note(tmp_path, one["id"], changed["modified"])
    assert texts(tmp_path) == ["two"]
    assert [file.name for file in tmp_path.iterdir()] == [NOTES]


def test_what_others_wrote_into_the_file_stays(tmp_path: Path) -> None:
    foreign = {"id": "https://example.org/1", "type": "Annotation", "x": [1, {"y": None}]}
    page = {"@context": "c", "type": "AnnotationPage", "label": "ö", "items": [foreign]}
    (tmp_path / NOTES).write_text(json.dumps(page), "utf-8")
    put(tmp_path, a_note())
    found = json.loads((tmp_path / NOTES).read_text("utf-8"))
    assert found["label"] == "ö"
    assert found["items"][0] == foreign


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    notes = [a_note(str(i)) for i in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda note: put(tmp_path, note), notes))
    assert sorted(texts(tmp_path), key=int) == [str(i) for i in range(24)]


def test_a_note_that_was_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    note = a_note("first")
    (first,) = put(tmp_path, note)
    (second,) = put(tmp_path, a_note("second", id=note["id"]), first["modified"])
    for version in (first["modified"], None):
        with pytest.raises(StaleNoteError):
            put(tmp_path, a_note("third", id=note["id"]), version)
    with pytest.raises(StaleNoteError):
        remove_note(tmp_path, note["id"], first["modified"])
    assert texts(tmp_path) == ["second"]
    remove_note(tmp_path, note["id"], second["modified"])
    with pytest.raises(StaleNoteError):
        put(tmp_path, a_note("third", id=note["id"]), second["modified"])


@pytest.mark.parametrize(
    "change",
    [
        {"id": "urn:uuid:1"},
        {"type": "Dog"},
        {"motivation": "shouting"},
        {"body": "text"},
        {"body": {"type": "TextualBody", "value": "x" * (LONGEST_TEXT + 1)}},
        {"target": "info.json"},
        {"more": "x" * 200_000},
        {"more": "\ud800"},
        {"more": float("nan")},
    ],
)
def test_what_is_no_note_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(RakingError):
        put(tmp_path, a_note(**change))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"items": 1}', '{"items": [1]}', "[" * 9999])
def test_a_damaged_file_is_told_and_stays(tmp_path: Path, text: str) -> None:
    (tmp_path / NOTES).write_text(text)
    for act in (lambda: read_notes(tmp_path), lambda: put(tmp_path, a_note())):
        with pytest.raises(RakingError, match="damaged"):
            act()
    assert (tmp_path / NOTES).read_text() == text


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("{}")
    image = tmp_path / "image"
    image.mkdir()
    (image / NOTES).symlink_to(elsewhere)
    with pytest.raises(RakingError, match="link"):
        put(image, a_note())
    assert elsewhere.read_text() == "{}"


def test_notes_outlive_the_image_that_is_written_anew(make_image, tmp_path: Path) -> None:
    folder = tmp_path / "image"
    write_image(make_image(), folder)
    put(folder, a_note("kept"))
    write_image(make_image(), folder)
    assert texts(folder) == ["kept"]
    read_image(folder)
    (folder / "other.txt").write_text("")
    with pytest.raises(RakingError, match=r"other\.txt"):
        write_image(make_image(), folder)
