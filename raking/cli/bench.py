"""`raking bench`: frame rates in the browser."""

from pathlib import Path
from typing import Annotated

import typer

from raking.cli.options import (
    HIGHEST_FPS,
    LARGEST_SEED,
    MOST_REPEATS,
    MOST_SECONDS,
    Json,
    Renderer,
)
from raking.cli.printing import print_json, print_report
from raking.cli.progress import progress_bar


def bench(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT")],
    quick: Annotated[bool, typer.Option("--quick", help="A subset, in two minutes.")] = False,
    renderer: Annotated[Renderer, typer.Option()] = Renderer.auto,
    target_fps: Annotated[
        float, typer.Option(min=1, max=HIGHEST_FPS, help="What adaptive resolution holds.")
    ] = 20.0,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=MOST_SECONDS,
            help="Least length of each measurement.",
            show_default="1, or 0.5",
        ),
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_REPEATS, help="Browser processes per case.", show_default="3"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Of the order of cases.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run.")] = False,
    as_json: Json = False,
) -> None:
    """Measure frame rates in the browser, with a report. Interrupted, the same command goes on."""
    from bench.speed.measure import BenchSettings, run_bench

    settings = BenchSettings(
        quick=quick,
        renderer=renderer.value,
        target_fps=target_fps,
        repeats=repeats,
        seconds=seconds,
        seed=seed,
    )
    with progress_bar("bench") as show:
        report = run_bench(
            images,
            output,
            settings,
            fresh=fresh,
            progress=lambda done, total, name, left: show(done, total, name),
        )
    if as_json:
        print_json({"report": str(report), "results": str(report.with_name("results.csv"))})
    else:
        print_report(report)
