"""The local server of the browser viewer: the application, what it shares with Python, the images.

It listens on the loopback address only, and serves nothing but the files that it lists, the tiles
of those that are pyramids, notes, and maps. Whatever it answers has the same headers.
"""

import functools
import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

from aiohttp import web

from renderer.image.info import parse_info
from renderer.image.notes import NOTES, no_notes
from renderer.image.relightable import read_info_text
from shaders.errors import RakingError
from webviewer.addresses import viewer_files
from webviewer.loopback import HOST, TYPES, LoopbackServer, only_read
from webviewer.maps import MAP, NO_MAP, map_of
from webviewer.note_desk import METHODS, NoteDesk

PICTURES = (".json", ".dzi", ".png", ".webp", ".jpg", ".jpeg")  # nothing that a page would run
KEPT = "no-cache"  # pictures are, by the browser, which asks each time whether they are the same
TILE = re.compile(
    r"(?P<stem>[A-Za-z0-9_][A-Za-z0-9_.-]*)_files"
    r"/(0|[1-9][0-9]?)/(0|[1-9][0-9]{0,5})_(0|[1-9][0-9]{0,5})\.(png|webp|jpe?g)"
)


class ViewerServer(LoopbackServer):
    """Serves the viewer and the relightable images at `images`, as a context manager.

    `/` is the application (webviewer/addresses.py), `/images/0/` the first image. `port` 0 takes
    any free one. With `notes` the page may write notes on the images (webviewer/note_desk.py).
    Raises RakingError for an image that is none, or a port that is taken.
    """

    def __init__(self, images: Sequence[Path], port: int = 0, notes: bool = False) -> None:
        for image in images:
            read_info_text(image)
        self.images = [Path(image) for image in images]
        super().__init__(port)
        self.desk = NoteDesk(self.images) if notes else None
        self._viewer = {address: file for file, address in viewer_files() if file.suffix in TYPES}

    def url(self, **parameters: object) -> str:
        """The viewer's address with all images; `parameters` as
        webviewer/app/state/settings.js has them. Its fragment, which no one is sent, is the token
        of who may write notes."""
        images = [("image", f"images/{i}/") for i in range(len(self.images))]
        query = urlencode([*images, *parameters.items()], safe="/,")
        token = f"#write={self.desk.token}" if self.desk else ""
        return f"http://{HOST}:{self.port}/?{query}{token}"

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.desk and request.method in METHODS:
            return await self.desk.answer(request)
        if request.method not in ("GET", "HEAD"):
            return only_read()
        path = request.path.removeprefix("/")
        try:
            file = self._find(path)
            if file is not None:
                file.open("rb").close()
        except OSError as error:
            return web.Response(status=404, text=f"The file cannot be read: {error.strerror}.")
        if file is None and path in (f"images/{i}/{NOTES}" for i in range(len(self.images))):
            return web.json_response(no_notes())
        if file is None and path in (f"images/{i}/{MAP}" for i in range(len(self.images))):
            return web.Response(text=NO_MAP, content_type="text/csv")
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
