"""`raking benchmark`: the papers' models on whole folders of collections."""

from pathlib import Path
from typing import Annotated

import typer

from raking.cli.options import (
    LARGEST_SEED,
    MOST_JOBS,
    MOST_MINUTES,
    MOST_STEPS,
    Json,
    check_more_than_nothing,
)
from raking.cli.printing import print_json, print_report
from raking.cli.progress import progress_bar
from trainer.running.plan import duration
from trainer.training.settings import Sampling, TrainingSettings


def benchmark(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds the collections.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="A folder for the results.")
    ],
    models: Annotated[
        str | None, typer.Option(help="Such as hsh3,disk20.", show_default="all")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0, max=MOST_MINUTES, help="The time of each model.", show_default="by steps"
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_STEPS, help="Training steps.", show_default="by model"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED)] = TrainingSettings.seed,
    pixels: Annotated[
        float, typer.Option(min=0, max=1, metavar="FRACTION", help="Of the pixels, to train on.")
    ] = TrainingSettings.pixels,
    sampling: Annotated[
        Sampling, typer.Option(help="How those are chosen.")
    ] = TrainingSettings.sampling,
    fractions: Annotated[
        str | None, typer.Option(help="Per cent of the pixels, as in the papers' Table 10.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=MOST_JOBS, help="Collections at a time.")] = 1,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run.")] = False,
    as_json: Json = False,
) -> None:
    """Train and score models on all collections in DIR. Interrupted, the same command goes on."""
    check_more_than_nothing(minutes=minutes, pixels=pixels)
    training = TrainingSettings(
        minutes=minutes, steps=steps, seed=seed, pixels=pixels, sampling=sampling
    )
    from bench.fidelity.run import run_fidelity

    with progress_bar("benchmark") as show:

        def report_progress(done: float, total: int, doing: str, left: float | None) -> None:
            remaining = "" if left is None else f", {duration(left)} left"
            show(done, total, f"{doing}{remaining}")

        report = run_fidelity(
            folder,
            output,
            training,
            models=models,
            fractions=fractions,
            jobs=jobs,
            fresh=fresh,
            progress=report_progress,
        )
    names = {"scores": "scores.csv", "summary": "summary.csv", "tables": "tables.md"}
    if as_json:
        files = {key: str(report.with_name(name)) for key, name in names.items()}
        print_json({"report": str(report), **files})
    else:
        print_report(report)
