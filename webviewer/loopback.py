"""A server of this machine's own: on the loopback address alone, and with the same headers on all
that it answers."""

import asyncio
import hmac
import logging
import re
import secrets
import threading
from types import TracebackType
from typing import Self

from aiohttp import web

from shaders.errors import RakingError

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
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' "
    "blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TOKEN = "Raking-Token"  # a header that other sites' pages cannot send here unasked
PARTING = 1  # second, that answers under way are waited for
# Of this machine, at any port: one may be forwarded over SSH. A foreign name may be a page's trick.
OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


QUIET = logging.getLogger(__name__)  # what is no HTTP is answered, and nothing to print
QUIET.addHandler(logging.NullHandler())


class _Request(web.BaseRequest):
    """A request whose answer has our headers, also where aiohttp makes it by itself."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)


class LoopbackServer:
    """Answers requests of this machine, in a thread of its own, as a context manager.

    `port` 0 takes any free one. Raises RakingError for a port that is taken. What is answered the
    subclasses say, in `answer`.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        raise NotImplementedError

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
        return await self.answer(request)


def new_token() -> str:
    """For the fragment of an address, which no one is sent: who has it may write."""
    return secrets.token_urlsafe(16)


def has_token(request: web.BaseRequest, token: str) -> bool:
    given = request.headers.get(TOKEN, "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def only_read() -> web.Response:
    return web.Response(status=405, text="Files are only read.", headers={"Allow": "GET, HEAD"})
