"""Who may write notes through the server, and where."""

import http.client
import json
import shutil
from pathlib import Path
from uuid import uuid4

from renderer.image.notes import NOTES
from webviewer.server import ViewerServer


def ask(server: ViewerServer, method: str, path: str, body: str = "", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    names = {"token": "Raking-Token", "version": "If-Match", "host": "Host"}
    connection.request(
        method, path, body.encode(), {names[name]: text for name, text in headers.items()}
    )
    status = connection.getresponse().status
    connection.close()
    return status


def a_note(name: str) -> str:
    body = {"type": "TextualBody", "value": "x"}
    selector = {"type": "PointSelector", "x": 1, "y": 1}
    target = {"source": "info.json", "selector": selector}
    note = {"id": name, "type": "Annotation", "motivation": "commenting"}
    return json.dumps({**note, "body": body, "target": target})


def test_only_who_has_the_token_writes_and_only_the_one_file(
    lit: Path, small: Path, tmp_path: Path
) -> None:
    image: Path = shutil.copytree(lit, tmp_path / "image")
    name = f"urn:uuid:{uuid4()}"
    before = sorted(image.parent.rglob("*"))
    with ViewerServer([image, small], notes=True) as server:
        token = server.url().rpartition("#write=")[2]
        place = f"/images/0/{NOTES}/{name}"
        assert ask(server, "PUT", place, a_note(name)) == 403
        assert ask(server, "PUT", place, a_note(name), token="x") == 403
        assert ask(server, "PUT", place, a_note(name), token=token, host="evil.example") == 403
        for path in (
            f"/images/2/{NOTES}/{name}",
            f"/images/0/info.json/{name}",
            f"/images/0/../{NOTES}/{name}",
            f"/images/0/{NOTES}",
            f"/images/0/{NOTES}/../../x",
            f"/{NOTES}",
        ):
            assert ask(server, "PUT", path, a_note(name), token=token) == 404
            assert ask(server, "DELETE", path, token=token) == 404
        other = a_note(f"urn:uuid:{uuid4()}")
        for body in ("", "{", "[]", other, "\x00" * 10, "x" * 300_000):
            assert ask(server, "PUT", place, body, token=token) == 400
        assert ask(server, "POST", place, a_note(name), token=token) == 405
        assert sorted(image.parent.rglob("*")) == before
        assert ask(server, "PUT", place, a_note(name), token=token) == 200
        assert ask(server, "PUT", place, a_note(name), token=token) == 412
        assert ask(server, "DELETE", place, token=token, version="1999") == 412
        assert sorted(image.parent.rglob("*")) == sorted([*before, image / NOTES])
        assert ask(server, "GET", f"/images/0/{NOTES}") == 200
        assert ask(server, "GET", f"/images/1/{NOTES}") == 200  # an empty page
    with ViewerServer([image]) as server:
        assert ask(server, "PUT", place, a_note(name), token=token) == 405
