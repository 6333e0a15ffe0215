"""The notes on an image: `annotations.json` beside its `info.json`, a page of W3C Web Annotations.

A change is one note's and is made to what the file holds at that moment, so that two who write at
once lose neither's. A note's version is when it was last written, its key `modified`.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock
from pydantic import Field, ValidationError

from renderer.files.aside import real_path, write_aside
from renderer.image.checks import read_json
from renderer.image.keys import Keys
from shaders.errors import RakingError

NOTES = "annotations.json"
NOTE_ID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LARGEST_FILE = 1 << 24  # bytes; a thousand notes are some 500,000
LARGEST_NOTE = 1 << 17  # bytes of its JSON
LONGEST_TEXT = 10_000  # characters

NotesPage = dict[str, Any]


class StaleNoteError(RakingError):
    """The note is another one by now, or gone."""


class _Body(Keys):
    type: Literal["TextualBody"]
    value: str = Field(max_length=LONGEST_TEXT)


class _Target(Keys):
    source: str
    selector: dict[str, Any] | None = None


class _Note(Keys):
    """What a note that is written must have; what else it has is kept."""

    id: str = Field(pattern=f"^{NOTE_ID.pattern}$")
    type: Literal["Annotation"]
    motivation: Literal["bookmarking", "commenting"]
    body: _Body
    target: _Target


class _Page(Keys):
    items: list[dict[str, Any]]


def no_notes() -> NotesPage:
    page = {"@context": "http://www.w3.org/ns/anno.jsonld", "id": NOTES}
    return {**page, "type": "AnnotationPage", "items": []}


def read_notes(image: Path) -> NotesPage:
    """The page of notes on the image in a folder, an empty one where there is none.

    Raises RakingError where the file is damaged, is no page of annotations, or lies elsewhere.
    """
    file = image / NOTES
    if file.is_symlink():
        raise RakingError(f"{file} is a link; put the file itself there")
    if not file.exists():
        return no_notes()
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise RakingError(f"{file} has more than {LARGEST_FILE >> 20} MB; move it elsewhere")
        page = read_json(file.read_text("utf-8-sig"))
        _Page.model_validate(page)
    except OSError as error:
        raise RakingError(f"{file} cannot be read ({error.strerror}); copy it again") from error
    except (ValueError, RecursionError) as error:
        raise RakingError(
            f"{file} is damaged, or holds no page of annotations; mend it, or move it elsewhere"
        ) from error
    return page


def put_note(
    image: Path, text: str, name: str, version: str | None, before: str | None = None
) -> NotesPage:
    """Writes one note, JSON with the id `name`, in place of its `version`, or with None a new one;
    returns the page.

    It keeps its place, or comes last; with `before` it comes in front of the note of that id.
    Raises StaleNoteError where the note has another version than that, and RakingError for what
    is no note of ours.
    """
    try:
        if len(text.encode()) > LARGEST_NOTE:
            raise RakingError(f"a note has {LARGEST_NOTE >> 10} kB at most")
        note = read_json(text)
        if _Note.model_validate(note).id != name:
            raise RakingError("the note has another id than its address")
    except (ValidationError, ValueError, RecursionError) as error:
        raise RakingError("this is no note that can be written") from error

    def put(notes: list[dict[str, Any]]) -> None:
        at = _place(notes, note["id"], version)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        created = notes[at].get("created", now) if at < len(notes) else now
        notes[at : at + 1] = [{**note, "created": created, "modified": now}]
        if before is not None and before != note["id"]:
            moved = notes.pop(at)
            places = (i for i, other in enumerate(notes) if other.get("id") == before)
            notes.insert(next(places, len(notes)), moved)

    return _changed(image, put)


def remove_note(image: Path, name: str, version: str) -> NotesPage:
    """Removes one note of that version; returns the page. Raises as `put_note`."""

    def remove(notes: list[dict[str, Any]]) -> None:
        del notes[_place(notes, name, version)]

    return _changed(image, remove)


def _place(notes: list[dict[str, Any]], name: str, version: str | None) -> int:
    """Where the note of that id and version is, or a new one goes."""
    at = next((i for i, note in enumerate(notes) if note.get("id") == name), None)
    if (None if at is None else notes[at].get("modified", "")) != version:
        raise StaleNoteError("the note was changed elsewhere meanwhile")
    return len(notes) if at is None else at


def _changed(image: Path, change: Callable[[list[dict[str, Any]]], None]) -> NotesPage:
    # The lock lies elsewhere: beside the image nothing but the one file is written.
    name = hashlib.sha256(bytes(real_path(image))).hexdigest()[:32]
    with FileLock(Path(tempfile.gettempdir(), f"raking-notes-{name}.lock"), timeout=10):
        page = read_notes(image)
        change(page["items"])
        text = json.dumps(page, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        if len(text.encode()) > LARGEST_FILE:
            raise RakingError(f"{image / NOTES} would have more than {LARGEST_FILE >> 20} MB")
        write_aside(image / NOTES, text)
    return page
