"""The local server of the review of a calibration: its page, the spheres' pictures, and the desk
that takes in corrections.

As the viewer's it listens on the loopback address only. Corrections are taken from who has the
token, and no file is written here: what is accepted is handed to whoever began the review.
"""

import asyncio
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from shaders.errors import RakingError
from webviewer.addresses import APP
from webviewer.loopback import HOST, TYPES, LoopbackServer, has_token, new_token, only_read

PAGE = Path(__file__).parent / "review"
# By their addresses; what translates is the viewer's.
FILES = {file.relative_to(PAGE).as_posix(): file for file in PAGE.rglob("*") if file.is_file()} | {
    f"app/words/{name}": APP / "words" / name for name in ("words.js", "problems.js")
}
PICTURE = re.compile(r"/pictures/(0|[1-9][0-9]?)/(all|0|[1-9][0-9]{0,5})\.jpg")


class Reviewed(Protocol):
    """What is reviewed: see `trainer.calibration.review`."""

    def state(self) -> dict[str, Any]: ...

    def picture(self, sphere: int, photograph: int) -> bytes: ...

    def correct(self, wanted: str | bytes) -> None: ...


class ReviewServer(LoopbackServer):
    """Serves a review, as a context manager, until it is `accepted`.

    `/` is the page, `/state` what there is to see, `/pictures/0/3.jpg` a sphere in a photograph.
    With the token, POST to `/correct` works the lights out anew, and to `/accept` has `accept`
    write them, which returns in a sentence what it wrote.
    """

    def __init__(self, review: Reviewed, accept: Callable[[], str], port: int = 0) -> None:
        super().__init__(port)
        self.review, self._accept = review, accept
        self.accepted = threading.Event()
        self.token = new_token()
        self._busy = asyncio.Lock()

    @property
    def url(self) -> str:
        """The page's address; its fragment, which no one is sent, is the token."""
        return f"http://{HOST}:{self.port}/#write={self.token}"

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            return await self._desk(request)
        if request.method not in ("GET", "HEAD"):
            return only_read()
        if request.path == "/state":
            return web.json_response(self.review.state())
        if found := PICTURE.fullmatch(request.path):
            return await self._picture(int(found[1]), found[2])
        file = FILES.get(request.path.removeprefix("/") or "index.html")
        if file is None or file.suffix not in TYPES:
            return web.Response(status=404, text="There is no such file here.")
        return web.FileResponse(file, headers={"Content-Type": TYPES[file.suffix]})

    async def _picture(self, sphere: int, photograph: str) -> web.Response:
        number = -1 if photograph == "all" else int(photograph)
        try:
            data = await asyncio.to_thread(self.review.picture, sphere, number)
        except IndexError:
            return web.Response(status=404, text="There is no such picture.")
        return web.Response(body=data, content_type="image/jpeg")

    async def _desk(self, request: web.BaseRequest) -> web.Response:
        if not has_token(request, self.token):
            return web.Response(status=403, text="Open the address that raking calibrate printed.")
        if request.path not in ("/correct", "/accept"):
            return web.Response(status=404, text="Corrections are sent to /correct or /accept.")
        async with self._busy:  # of two pages, one after the other
            try:
                wanted = await request.read()
                await asyncio.to_thread(self.review.correct, wanted)
                answer = self.review.state()
                if request.path == "/accept":
                    answer["written"] = await asyncio.to_thread(self._accept)
            except RakingError as error:
                return web.Response(status=400, text=f"{str(error)[:1].upper()}{str(error)[1:]}.")
            except web.HTTPRequestEntityTooLarge:
                return web.Response(status=413, text="That is too long for corrections.")
        if request.path == "/accept":
            self._loop.call_later(0.2, self.accepted.set)  # once the answer is on its way
        return web.json_response(answer)
