"""`raking view`: the browser viewer, or the native window."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from raking.cli.options import HIGHEST_FPS
from raking.cli.printing import errors
from renderer.image.relightable import check_image, read_image


def view(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    window: Annotated[bool, typer.Option("--window", help="A native window instead.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open")] = True,
    notes: Annotated[
        bool,
        typer.Option(
            "--notes", help="Let the page write notes into annotations.json beside the image."
        ),
    ] = False,
    target: Annotated[
        float, typer.Option(min=1, max=HIGHEST_FPS, help="Frames per second while moving.")
    ] = 30.0,
) -> None:
    """Look at relightable images in the browser, or in a native window."""
    if window:
        if notes:
            raise typer.BadParameter("--notes goes with the browser, not with --window")
        from renderer.gpu.window import open_window

        open_window([read_image(path) for path in images], target)
        return
    for path in images:
        check_image(path)
    import threading
    import webbrowser

    from webviewer.server import ViewerServer

    with ViewerServer(images, port, notes) as server:
        url = server.url(target=f"{target:g}")
        print(url, flush=True)
        errors.print("Ctrl-C ends the server.")
        if open_browser:
            webbrowser.open(url)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
