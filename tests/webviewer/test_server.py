"""The local server: what it serves, what it refuses, and to whom."""

import asyncio
import http.client
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renderer.image.pyramid import TileFormat
from renderer.image.relightable import read_image, write_image
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


@pytest.fixture(scope="module")
def tiled(masked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ViewerServer]:
    """A server of a tiled image, with files and links in its folders that are no part of it."""
    image = tmp_path_factory.mktemp("tiled") / "image"
    write_image(read_image(masked), image, tiles=TileFormat(size=64))
    secret = image.parent / "0_0.png"
    secret.write_bytes(b"private")
    tiles = image / "plane_0_files" / "7"
    (tiles / "notes.png").write_bytes(b"private")
    (tiles / "7_7.png").symlink_to(secret)
    (image / "plane_0_files" / "9").symlink_to(image.parent)
    (image / "other_files" / "7").mkdir(parents=True)
    (image / "other_files" / "7" / "0_0.png").write_bytes(b"private")
    with ViewerServer([image]) as server:
        yield server


def ask(
    server: ViewerServer, path: str, host: str | None = None, **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path, headers={**headers, **({"Host": host} if host else {})})
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
        "/shaders/specialise.js",
        "/renderer/image/info.js",
        "/vendor/unzipit.module.js",
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
        "/renderer/image/info.py",
        "/renderer/image/",
        "/vendor/../main.js",
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


@pytest.mark.parametrize(
    "name",
    [
        "plane_0.dzi",
        "mask.dzi",
        "plane_0_files/7/0_0.png",
        "plane_2_files/7/1_1.png",
        "plane_2_files/0/0_0.png",
        "mask_files/7/1_0.png",
    ],
)
def test_tiles_are_served(tiled: ViewerServer, name: str) -> None:
    answer = ask(tiled, f"/images/0/{name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] in ("image/png", "application/xml")


@pytest.mark.parametrize(
    "name",
    [
        "plane_0.png",
        "plane_0_files",
        "plane_0_files/7/",
        "plane_0_files/7/notes.png",
        "plane_0_files/7/7_7.png",
        "plane_0_files/7/0_0.jpg",
        "plane_0_files/07/0_0.png",
        "plane_0_files/7/00_0.png",
        "plane_0_files/-7/0_0.png",
        "plane_0_files/9/0_0.png",
        "plane_0_files/7/../../info.json",
        "plane_0_files/7/..%2F..%2Finfo.json",
        "plane_0_files/../plane_0_files/7/0_0.png",
        "plane_0_files//7/0_0.png",
        "plane_0_files/7/0_0.png/",
        "plane_0_files/7/0_0.png%0A",
        "other_files/7/0_0.png",
        ".._files/7/0_0.png",
        "plane_3_files/7/0_0.png",
    ],
)
def test_no_other_file_beside_the_tiles_is_served(tiled: ViewerServer, name: str) -> None:
    assert ask(tiled, f"/images/0/{name}").status in (400, 404)


def test_an_unchanged_tile_is_not_sent_again(tiled: ViewerServer) -> None:
    path = "/images/0/plane_0_files/7/0_0.png"
    first = ask(tiled, path)
    assert first.headers["Cache-Control"] == "no-cache"
    again = ask(tiled, path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.headers["Cache-Control"]) == (304, "no-cache")
    tile = tiled.images[0] / "plane_0_files" / "7" / "0_0.png"
    tile.write_bytes(tile.read_bytes() + b" ")
    assert ask(tiled, path, **{"If-None-Match": first.headers["ETag"]}).status == 200
    assert ask(tiled, "/images/0/info.json").headers["Cache-Control"] == "no-store"


def test_an_image_that_is_written_anew_is_served_anew(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "image")
    with ViewerServer([tmp_path / "image"]) as server:
        assert ask(server, "/images/0/plane_0.png").status == 200
        write_image(read_image(small), tmp_path / "image", tiles=TileFormat())
        assert ask(server, "/images/0/plane_0.png").status == 404
        assert ask(server, "/images/0/plane_0_files/6/0_0.png").status == 200


def test_pyramids_of_relight_are_served(shared_data: Path) -> None:
    with ViewerServer([shared_data / "interop" / "openlime" / "hsh"]) as server:
        for name in ("info.json", "plane_8.dzi", "plane_8_files/2/3_3.jpg"):
            assert ask(server, f"/images/0/{name}").status == 200
        for name in ("plane_9.dzi", "plane_8_files/2/4_3.jpg"):
            assert ask(server, f"/images/0/{name}").status == 404


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9000", "127.0.0.1:80", "127.0.0.1", "[::1]:9000"]
)
def test_this_machine_by_its_own_name_is_answered_at_any_port(
    served: ViewerServer, host: str
) -> None:
    """A port that SSH forwards has another number at its near end."""
    assert ask(served, "/", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "museum.example",
        "localhost.museum.example",
        "museum.example:8000",
        "127.0.0.1.museum.example",
        "localhost:8000@museum.example",
        "127.0.0.2",
        "localhost:",
        "[::1",
    ],
)
def test_no_other_name_is_answered(served: ViewerServer, host: str) -> None:
    assert ask(served, "/", host=host).status in (400, 403)


def test_headers_isolate_the_page(served: ViewerServer) -> None:
    for path in ("/", "/images/0/plane_0.png", "/nothing"):
        headers = ask(served, path).headers
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert headers["Cache-Control"] == ("no-cache" if "images" in path else "no-store")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert ask(served, "/main.js").headers["Content-Type"].startswith("text/javascript")


def raw(server: ViewerServer, request: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
    """The answer to bytes that may be no HTTP."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.headers, response.read()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("POST / HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 405),
        ("PURGE / HTTP/1.1", 405),
        ("BREW / HTTP/1.1", 400),
        ("GET / HTTP/1.1\r\nHost: museum.example", 403),
        ("GET http://museum.example/ HTTP/1.1", 403),
        ("GET http://localhost/main.js HTTP/1.1", 200),
        ("GET /nothing HTTP/1.1", 404),
        ("GET / HTTP/9.9.9", 400),
        ("\x16\x03\x01", 400),
        ("GET / HTTP/1.1\r\nContent-Length: many", 400),
        ("GET /" + "a" * 20000 + " HTTP/1.1", 400),
        ("GET / HTTP/1.1\r\nX: " + "a" * 20000, 400),
        ("GET /main.js HTTP/1.1\r\nRange: bytes=9999999-", 416),
    ],
)
def test_every_answer_has_the_headers(
    served: ViewerServer, capfd: pytest.CaptureFixture[str], request_line: str, status: int
) -> None:
    host = "" if "Host" in request_line else "Host: localhost\r\n"
    text = f"{request_line}\r\n{host}Connection: close\r\n\r\n"
    found, headers, _ = raw(served, text.encode("latin-1"))
    assert found == status
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not "".join(capfd.readouterr()), "a terminal is not told"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '{"type": "neural", "width": 1e400}',
        '{"type": ["neural"]}',
        '{"a": ' * 1000 + "1" + "}" * 1000,
        "\ud800",
        "9" * 5000,
    ],
)
def test_a_damaged_info_is_served_as_it_is(small: Path, tmp_path: Path, text: str) -> None:
    """The page says what is wrong with it; nothing else of the image is there."""
    shutil.copytree(small, tmp_path / "image")
    (tmp_path / "image" / "info.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with ViewerServer([small]) as server:
        server.images = [tmp_path / "image"]
        assert ask(server, "/images/0/info.json").status == 200
        assert ask(server, "/images/0/plane_0.png").status == 404


def test_files_that_vanish_or_cannot_be_read_are_missing(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tmp_path / "image"
    shutil.copytree(small, image)
    opened = Path.open

    def refused(self: Path, *args: Any, **options: Any) -> Any:
        if self.name == "plane_1.png":
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **options)

    monkeypatch.setattr(Path, "open", refused)
    with ViewerServer([image]) as server:
        (image / "plane_0.png").unlink()
        os.mkfifo(image / "plane_0.png")
        for name in ("plane_0.png", "plane_1.png"):
            assert ask(server, f"/images/0/{name}").status == 404
        shutil.rmtree(image)
        for name in ("info.json", "plane_2.png"):
            assert ask(server, f"/images/0/{name}").status == 404


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


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: local",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n",
    ],
)
def test_the_server_ends_quietly_whatever_is_under_way(
    small: Path, capfd: pytest.CaptureFixture[str], sent: bytes
) -> None:
    with ViewerServer([small]) as server:
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        connection.sendall(sent)
        if sent.endswith(b"\r\n"):
            connection.recv(1)
    assert not [task for task in asyncio.all_tasks(server._loop) if not task.done()]
    connection.close()
    assert not "".join(capfd.readouterr())
