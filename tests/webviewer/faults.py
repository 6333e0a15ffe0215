"""A server of the viewer that fails as it is told: what networks and servers do to images."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web

from webviewer.server import HOST

from .kept import KeptServer

KINDS = ("missing", "error", "truncated", "broken", "silent", "stalled", "slow")
SLOW = 10  # pieces, PAUSE seconds apart
PAUSE = 0.3


@dataclass
class Fault:
    pattern: str
    kind: str
    times: int | None


class FaultyServer:
    """Hands on what a KeptServer of `images` answers, as a context manager, and fails on request.

    `requests` are the paths that were asked for, in order, HEAD included. `port` 0 takes any free
    one. The application may be kept by the browser.
    """

    def __init__(self, images: Sequence[Path], port: int = 0) -> None:
        self.port = port
        self.requests: list[str] = []
        self._faults: list[Fault] = []
        self._viewer = KeptServer(images)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def url(self, **parameters: object) -> str:
        """The viewer's address, as ViewerServer.url."""
        return self._viewer.url(**parameters).replace(f":{self._viewer.port}/", f":{self.port}/")

    def fail(self, pattern: str, kind: str, times: int | None = None) -> None:
        """Answers the next `times` requests (None: all) for paths like "/images/0/*_files/9/*".

        By `kind`: "missing" 404, "error" 500, "truncated" half the file, "broken" the connection
        ends in the middle, "silent" never a byte, "stalled" half the file and then nothing,
        "slow" the file in ten pieces over three seconds. A later call goes before an earlier one.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
        self._faults.insert(0, Fault(pattern, kind, times))

    def heal(self) -> None:
        """Ends all faults, and the answers that are kept waiting."""
        self._faults.clear()
        self._loop.call_soon_threadsafe(self._end_waiting)

    def __enter__(self) -> Self:
        self._viewer.__enter__()
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._viewer.__exit__(kind, error, traceback)

    async def _start(self) -> None:
        self._healed = asyncio.Event()
        self._session = ClientSession(auto_decompress=False)
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        self._end_waiting()
        await self._runner.cleanup()
        await self._session.close()

    def _end_waiting(self) -> None:
        self._healed.set()
        self._healed = asyncio.Event()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path)
        kind = self._next_fault(request.path)
        if kind == "missing":
            return web.Response(status=404)
        if kind == "error":
            return web.Response(status=500)
        if kind == "silent":
            await self._healed.wait()
            return web.Response(status=503)
        address = f"http://{HOST}:{self._viewer.port}{request.raw_path}"
        async with self._session.request(request.method, address) as answer:
            body = await answer.read()
            headers = {
                name: value
                for name, value in answer.headers.items()
                if name not in ("Content-Length", "Transfer-Encoding", "Connection", "Date")
            }
            status = answer.status
        if kind == "truncated":
            body = body[: len(body) // 2]
        if kind in (None, "truncated") or request.method == "HEAD":
            return web.Response(body=body, status=status, headers=headers)
        return await self._send_badly(request, kind, body, headers)

    async def _send_badly(
        self, request: web.Request, kind: str | None, body: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={**headers, "Content-Length": str(len(body))})
        await response.prepare(request)
        if kind == "slow":
            step = -(-len(body) // SLOW)
            for start in range(0, len(body), step):
                await response.write(body[start : start + step])
                await asyncio.sleep(PAUSE)
            return response
        await response.write(body[: len(body) // 2])
        if kind == "stalled":
            await self._healed.wait()
        if request.transport is not None:
            request.transport.close()
        return response

    def _next_fault(self, path: str) -> str | None:
        for fault in self._faults:
            if fnmatch(path, fault.pattern) and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault.kind
        return None
