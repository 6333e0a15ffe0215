"""Progress on standard error: a bar of one job, or of the phases of a long run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from raking.cli.printing import errors
from shaders.errors import escaped
from trainer.running.plan import Plan, Standing, duration

LINE_SECONDS = 60  # between lines that tell the progress of one phase


class Show(Protocol):
    """Shows how far a job is, and what it is doing where that is told."""

    def __call__(self, done: float, total: float, doing: str | None = None) -> None: ...


@contextmanager
def progress_bar(description: str) -> Iterator[Show]:
    """A bar with the time left, on standard error so that output stays clean."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task(description, total=None)

        def show(done: float, total: float, doing: str | None = None) -> None:
            text = None if doing is None else escaped(doing)
            bar.update(task, completed=done, total=total, description=text)

        yield show


@contextmanager
def shown_plan(minutes: float | None = None) -> Iterator[Plan]:
    """A plan, with a budget or without, whose run is shown on standard error: as one bar or, where
    that is no terminal, as a line for every phase and every minute."""
    budget = None if minutes is None else 60 * minutes
    if not errors.is_terminal:
        plan = Plan(line_teller(), budget=budget)
        with reporting(plan):
            yield plan
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task("", total=None, left="")

        def draw(standing: Standing) -> None:
            text, left = standing.phase, ""
            if standing.validation_psnr is not None:
                text += f", validation PSNR {standing.validation_psnr:.2f} dB"
            if standing.left is not None:
                bar.update(task, completed=standing.share, total=1.0)
                left = f"{duration(standing.left)} left"
            bar.update(task, description=text, left=left)

        plan = Plan(draw, budget=budget)
        with reporting(plan):
            yield plan
        bar.update(task, completed=1.0, total=1.0, left="")


@contextmanager
def reporting(plan: Plan) -> Iterator[None]:
    """Has the plan report every second, through phases that tell nothing for long, too."""
    ended = Event()

    def repeat() -> None:
        while not ended.wait(1):
            plan.report()

    thread = Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def line_teller() -> Callable[[Standing], None]:
    """Prints where a run stands, such as "student, 41 %, 2.5 min left".

    The first line waits for a second or for the next, so that what is refused at once is told
    alone.
    """
    phase, told = "", 0.0
    waiting = ""

    def tell(standing: Standing) -> None:
        nonlocal phase, told, waiting
        now = time.monotonic()
        same = standing.phase == phase
        if waiting and (not same or now - told > 1):
            errors.print(waiting, soft_wrap=True)
            waiting = ""
        if same and now - told < LINE_SECONDS:
            return
        known = ""
        if standing.left is not None:
            known = f", {100 * standing.share:.0f} %, {duration(standing.left)} left"
        if phase:
            errors.print(f"{standing.phase}{known}", soft_wrap=True)
        else:
            waiting = f"{standing.phase}{known}"
        phase, told = standing.phase, now

    return tell
