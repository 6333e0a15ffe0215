"""The local server: what it serves, what it refuses, and to whom."""

import http.client
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shaders.errors import RakingError
from webviewer.server import ViewerServer


@pytest.fixture(scope="module")
def served(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ViewerServer]:
    """A server of one image, with a file in its folder that is no part of it."""
    image = tmp_path_factory.mktemp("served") / "image"
    shutil.copytree(small, image)
    (image / "notes.png").write_bytes(b"private")
    (image.parent / "secret.json").write_text("{}")
    (image / "plane_7.png").symlink_to(image.parent / "secret.json")
    with ViewerServer([image]) as server:
        yield server


def ask(server: ViewerServer, path: str, host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path, headers={"Host": host} if host else {})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index.html?image=images/0/",
        "/main.js",
        "/style.css",
        "/shaders/decode.jinja",
        "/images/0/info.json",
        "/images/0/plane_2.png",
    ],
)
def test_what_the_viewer_needs_is_served(served: ViewerServer, path: str) -> None:
    assert ask(served, path).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/images/0/../secret.json",
        "/images/0/..%2Fsecret.json",
        "/images/0/%2e%2e/secret.json",
        "/images/0/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
        "//etc/passwd",
        "/../server.py",
        "/%2e%2e/server.py",
        "/..%5cserver.py",
        "/server.py",
        "/shaders/decoder.py",
        "/shaders/",
        "/images/",
        "/images/0/",
        "/images/1/info.json",
        "/images/-1/info.json",
        "/images/0/notes.png",
        "/images/0/plane_7.png",
        "/images/0/plane_0.png%00",
    ],
)
def test_nothing_else_is_served(served: ViewerServer, path: str) -> None:
    assert ask(served, path).status in (400, 404)


def test_only_this_machine_by_its_own_name_is_answered(served: ViewerServer) -> None:
    assert ask(served, "/", host=f"localhost:{served.port}").status == 200
    assert ask(served, "/", host="museum.example").status == 403


def test_headers_isolate_the_page(served: ViewerServer) -> None:
    for path in ("/", "/images/0/plane_0.png", "/nothing"):
        headers = ask(served, path).headers
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert ask(served, "/main.js").headers["Content-Type"].startswith("text/javascript")


def test_address_names_every_image(small: Path, other: Path) -> None:
    with ViewerServer([small, other]) as server:
        assert server.url(light="0.5,0").endswith("/?image=images/0/&image=images/1/&light=0.5,0")


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RakingError, match=r"info\.json"):
        ViewerServer([tmp_path])


def test_a_taken_port_is_one_sentence(small: Path, served: ViewerServer) -> None:
    with (
        pytest.raises(RakingError, match=f"port {served.port}"),
        ViewerServer([small], served.port),
    ):
        pass
