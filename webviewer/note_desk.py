"""Where the page's notes are taken in: one file beside each image, for who has the token."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from renderer.image.notes import (
    NOTE_ID,
    NOTES,
    NotesPage,
    StaleNoteError,
    put_note,
    read_notes,
    remove_note,
)
from shaders.errors import RakingError
from webviewer.loopback import has_token, new_token

NOTE = re.compile(rf"/images/(0|[1-9][0-9]{{0,5}})/{re.escape(NOTES)}/({NOTE_ID.pattern})")
METHODS = ("PUT", "DELETE")


class NoteDesk:
    """Writes notes on `images` as the page asks for by PUT and DELETE, to
    `images/0/annotations.json/ID`: with the token, and the note's version in If-Match or, where it
    is new, without.

    It answers with all notes on the image: 200 when it is done, 412 when the note was changed
    meanwhile. Nothing else than the one file is ever written.
    """

    def __init__(self, images: Sequence[Path]) -> None:
        self.images = images
        self.token = new_token()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        if not has_token(request, self.token):
            return web.Response(status=403, text="Open the address that raking view printed.")
        found = NOTE.fullmatch(request.path)
        if not found or int(found[1]) >= len(self.images):
            return web.Response(status=404, text="Notes are written beside an image alone.")
        image, name = self.images[int(found[1])], found[2]
        version = request.headers.get("If-Match")
        try:
            text = (await request.read()).decode() if request.method == "PUT" else None
            before = request.query.get("before")
            # Aside, since it waits for the disk and for others.
            page, status = await asyncio.to_thread(_write, image, name, text, version, before)
            return web.json_response(page, status=status)
        except (RakingError, UnicodeDecodeError, TimeoutError) as error:
            return web.Response(status=400, text=f"{error}.")


def _write(
    image: Path, name: str, text: str | None, version: str | None, before: str | None
) -> tuple[NotesPage, int]:
    """The notes then, and the status that tells what was done."""
    try:
        if text is None:
            return remove_note(image, name, version or ""), 200
        return put_note(image, text, name, version, before), 200
    except StaleNoteError:
        return read_notes(image), 412
