"""`raking view`: the browser viewer, or the native window."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from raking.cli.options import HIGHEST_FPS
from raking.cli.printing import errors, print_next, warn
from renderer.image.relightable import check_image, read_image, write_image
from shaders.errors import RakingError, shortened


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
    select: Annotated[
        bool,
        typer.Option(
            "--select", help="Draw a region on a folder of photographs, before training on it."
        ),
    ] = False,
    photograph: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --select: this one in place of their mean."),
    ] = None,
    target: Annotated[
        float, typer.Option(min=1, max=HIGHEST_FPS, help="Frames per second while moving.")
    ] = 30.0,
) -> None:
    """Look at relightable images in the browser, or in a native window."""
    if window and (notes or select):
        which = "--notes" if notes else "--select"
        raise typer.BadParameter(f"{which} goes with the browser, not with --window")
    if photograph and not select:
        raise typer.BadParameter("--photograph goes with --select")
    if select:
        if notes or len(images) != 1:
            raise typer.BadParameter("--select takes one folder of photographs, and no notes")
        _select(images[0], photograph, port, open_browser)
        return
    if window:
        from renderer.gpu.window import open_window

        open_window([read_image(path) for path in images], target)
        return
    for path in images:
        check_image(path)
    _serve(images, port, notes, open_browser, target=f"{target:g}")


def _select(folder: Path, name: str | None, port: int, open_browser: bool) -> None:
    """Shows photographs as one still picture, with the region's panel open."""
    from raking.cli.progress import progress_bar
    from trainer.calibration.shots import photographs_in
    from trainer.collection.files import subfolder
    from trainer.collection.overview import overview

    dome = subfolder(folder, "dome") if folder.is_dir() else None
    photographs = photographs_in(dome or folder, warn)
    if name is not None:
        photographs = [path for path in photographs if path.name == name]
        if not photographs:
            raise RakingError(f"there is no photograph {name!r} in {shortened(folder)}")
    title = folder.resolve().name or "photographs"
    with progress_bar("photographs") as show:
        picture = overview(photographs, title, show)
    with TemporaryDirectory(prefix="raking-select-") as aside:
        write_image(picture, Path(aside) / "picture")
        print_next("raking", "train", folder, "--region", "SAVED", "-o", "IMAGE")
        _serve([Path(aside) / "picture"], port, False, open_browser, "#region")


def _serve(
    images: Sequence[Path],
    port: int,
    notes: bool,
    open_browser: bool,
    fragment: str = "",
    **parameters: str,
) -> None:
    """Serves images until it is interrupted."""
    import threading
    import webbrowser

    from webviewer.server import ViewerServer

    with ViewerServer(images, port, notes) as server:
        url = server.url(**parameters) + fragment
        print(url, flush=True)
        errors.print("Ctrl-C ends the server.")
        if open_browser:
            webbrowser.open(url)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
