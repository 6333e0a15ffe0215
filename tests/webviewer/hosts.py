"""Web hosts that are not ours: a museum's, with the viewer in its pages, and stranger ones."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from webviewer.addresses import viewer_files

Answer = Callable[[SimpleHTTPRequestHandler], bool]


def copy_viewer(folder: Path) -> None:
    """The viewer's files, as a museum puts them on its host."""
    for file, address in viewer_files():
        (folder / address).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / address)


@contextmanager
def serve(folder: Path, answer: Answer = lambda request: False) -> Iterator[str]:
    """The address of a plain file server of `folder`. `answer` may answer a request itself, and
    then returns True."""

    class Handler(SimpleHTTPRequestHandler):
        extensions_map = {  # noqa: RUF012 (the base class's way)
            **SimpleHTTPRequestHandler.extensions_map,
            ".js": "text/javascript",
            ".jinja": "text/plain",
        }

        def do_GET(self) -> None:
            if not answer(self):
                super().do_GET()

        def do_HEAD(self) -> None:
            if not answer(self):
                super().do_HEAD()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
