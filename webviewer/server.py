"""The local server of the browser viewer: the application, what it shares with Python, the images.

It listens on the loopback address only, and serves nothing but the files that it lists, the tiles
of those that are pyramids, notes, and maps. Whatever it answers has the same headers.
"""

import asyncio
import functools
import logging
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

from aiohttp import web

from renderer.image.info import parse_info
from renderer.image.notes import NOTES, no_notes
from renderer.image.relightable import read_info_text
from shaders.errors import RakingError
from webviewer.addresses import viewer_files
from webviewer.maps import MAP, map_of
from webviewer.note_desk import METHODS, NoteDesk

HOST = "127.0.0.1"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".dzi": "application/xml",
    ".webp": "image/webp",
    ".jinja": "text/plain; charset=utf-8",
    ".glsl": "text/plain; charset=utf-8",
}
PICTURES = (".json", ".dzi", ".png", ".webp", ".jpg", ".jpeg")  # nothing that a page would run
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' "
    "blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PARTING = 1  # second, that answers under way are waited for
KEPT = "no-cache"  # pictures are, by the browser, which asks each time whether they are the same
# Of this machine, at any port: one may be forwarded over SSH. A foreign name may be a page's trick.
OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
TILE = re.compile(
    r"(?P<stem>[A-Za-z0-9_][A-Za-z0-9_.-]*)_files"
    r"/(0|[1-9][0-9]?)/(0|[1-9][0-9]{0,5})_(0|[1-9][0-9]{0,5})\.(png|webp|jpe?g)"
)


QUIET = logging.getLogger(__name__)  # what is no HTTP is answered, and nothing to print
QUIET.addHandler(logging.NullHandler())


class _Request(web.BaseRequest):
    """A request whose answer has our headers, also where aiohttp makes it by itself."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)


class ViewerServer:
    """Serves the viewer and the relightable images at `images`, as a context manager.

    `/` is the application (webviewer/addresses.py), `/images/0/` the first image. `port` 0 takes
    any free one. With `notes` the page may write notes on the images (webviewer/note_desk.py).
    Raises RakingError for an image that is none, or a port that is taken.
    """

    def __init__(self, images: Sequence[Path], port: int = 0, notes: bool = False) -> None:
        for image in images:
            read_info_text(image)
        self.images = [Path(image) for image in images]
        self.port = port
        self.desk = NoteDesk(self.images) if notes else None
        self._viewer = {address: file for file, address in viewer_files() if file.suffix in TYPES}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def url(self, **parameters: object) -> str:
        """The viewer's address with all images; `parameters` as
        webviewer/app/state/settings.js has them. Its fragment, which no one is sent, is the token
        of who may write notes."""
        images = [("image", f"images/{i}/") for i in range(len(self.images))]
        query = urlencode([*images, *parameters.items()], safe="/,")
        token = f"#write={self.desk.token}" if self.desk else ""
        return f"http://{HOST}:{self.port}/?{query}{token}"

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        except OSError as error:
            self._stop()
            raise RakingError(
                f"port {self.port} cannot be listened on ({error.strerror}); choose another, or 0"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._stop()

    async def _start(self) -> None:
        server = web.Server(
            self._answer,
            request_factory=lambda message, payload, protocol, writer, task: _Request(
                message, payload, protocol, writer, task, self._loop
            ),
            access_log=None,
            logger=QUIET,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=PARTING)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def _finish(self) -> None:
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        # A proxy's clients name the host in the address, too.
        hosts = request.headers.get("Host", ""), request.host
        if not all(OWN_HOST.fullmatch(host) for host in hosts):
            return web.Response(status=403, text="Only this machine may ask.")
        if self.desk and request.method in METHODS:
            return await self.desk.answer(request)
        if request.method not in ("GET", "HEAD"):
            return web.Response(
                status=405, text="Files are only read.", headers={"Allow": "GET, HEAD"}
            )
        path = request.path.removeprefix("/")
        try:
            file = self._find(path)
            if file is not None:
                file.open("rb").close()
        except OSError as error:
            return web.Response(status=404, text=f"The file cannot be read: {error.strerror}.")
        if file is None and path in (f"images/{i}/{NOTES}" for i in range(len(self.images))):
            return web.json_response(no_notes())
        if file is None:
            return web.Response(status=404, text="There is no such file here.")
        headers = {"Content-Type": TYPES[file.suffix]}
        of_image = path.startswith("images/")
        if of_image and file.suffix != ".json":
            headers["Cache-Control"] = KEPT
        if of_image:  # its address has a number in place of its name
            headers["Raking-Folder"] = quote(os.fsencode(file.parent.resolve().name))
        return web.FileResponse(file, headers=headers)

    def _find(self, path: str) -> Path | None:
        """The file behind an address, of those that are listed."""
        match path.split("/"):
            case ["images", index, *parts] if index in map(str, range(len(self.images))):
                return _image_file(self.images[int(index)], "/".join(parts))
        return self._viewer.get(path or "index.html")


def _image_file(image: Path, name: str) -> Path | None:
    """A file that `info.json` lists, or a tile of one, where it really lies in the image's folder.

    A path is put together only from a name that is listed, or that looks like a tile's.
    """
    if name == MAP:
        return map_of(image)
    listed = _listed_names(image, _modified(image / "info.json"))
    tile = TILE.fullmatch(name)
    if name not in listed and not (tile and f"{tile['stem']}.dzi" in listed):
        return None
    file = image / name
    within = file.is_file() and file.resolve().is_relative_to(image.resolve())
    return file if within and file.suffix in PICTURES else None


@functools.lru_cache
def _listed_names(image: Path, modified: int) -> frozenset[str]:
    """The names of the files that an image may have, but for tiles; without a readable
    description, only that. `modified` is when that was."""
    try:
        info, _ = parse_info(read_info_text(image), image / "info.json")
    except RakingError:
        return frozenset(["info.json", NOTES])
    others = info.raking.other_pictures.values() if info.raking else []
    names = (name for numbering in info.plane_files() for files in numbering for name in files)
    return frozenset(["info.json", NOTES, *names, *others])


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
