"""`raking gallery`: how the viewer feels with a large pyramid, and in each mode of reading."""

from pathlib import Path
from typing import Annotated

import typer

from raking.cli.options import LARGEST_SEED, MOST_MINUTES, ImagePath, Json, Renderer
from raking.cli.printing import print_json, print_next, print_table, say
from raking.cli.progress import progress_bar


def gallery(
    image: ImagePath,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT")],
    minutes: Annotated[float, typer.Option(min=0.1, max=MOST_MINUTES, help="Of the tour.")] = 5.0,
    renderer: Annotated[Renderer, typer.Option(help="Of the browser.")] = Renderer.auto,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Of the tour.")] = 0,
    modes: Annotated[
        bool, typer.Option("--modes", help="The cost of each mode of reading instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Open, tour and drag a large pyramid in the browser, and tell how it feels."""
    from bench.speed import gallery
    from bench.speed import modes as costs

    with progress_bar("gallery") as show:

        def tell(text: str, share: float) -> None:
            show(share, 1.0, text)

        name = renderer.value
        if modes:
            result = costs.measure_modes(image, output, renderer=name, progress=tell)
        else:
            result = gallery.measure_gallery(
                image, output, renderer=name, minutes=minutes, seed=seed, progress=tell
            )
    if as_json:
        print_json(result)
        return
    for title, rows in (costs if modes else gallery).tables(result).items():
        print_table(title, rows)
    say(f"Wrote {output / ('modes.json' if modes else 'gallery.json')}")
    print_next("raking", "view", image)
