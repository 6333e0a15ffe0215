"""Running the fidelity benchmark: every item's models are trained, stored, read back and scored."""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast, get_args

from bench.common.journal import Record
from bench.common.outputs import make_folder
from bench.fidelity.anchors import score_anchors
from bench.fidelity.columns import ANCHORS, COLUMNS, Column, choose_columns
from bench.fidelity.fits import FidelityJournal, Fit
from bench.fidelity.items import Item, find_items
from bench.fidelity.machine import read_machine
from bench.fidelity.outcome import write_results
from bench.fidelity.tally import Progress, Tally
from bench.fidelity.workers import Send, run_tasks
from renderer.files.aside import clear_up
from renderer.image.relightable import RelightableImage, check_writable, read_image, write_image
from shaders.errors import RakingError
from trainer.collection.mlic import Mlic, read_mlic
from trainer.quality.evaluate import evaluate
from trainer.running.checkpoint import make_place, remove_checkpoint
from trainer.running.plan import Plan, Standing
from trainer.training.settings import STEPS, Sampling, TrainingSettings
from trainer.training.train import train

FILES = (
    *("scores.csv", "summary.csv", "tables.md", "report.html"),
    *("figure2.svg", "figure2.png"),
)
SAMPLINGS: tuple[Sampling, ...] = get_args(Sampling)


@dataclass(frozen=True)
class Task:
    """The fits of one item that are still to do, teachers before their students."""

    item: Item
    fits: list[Fit]
    out: Path
    settings: TrainingSettings


def run_fidelity(
    benchmark: Path,
    out: Path,
    training: TrainingSettings = TrainingSettings(),
    *,
    models: str | Sequence[str] | None = None,
    fractions: str | Sequence[float] | None = None,
    jobs: int = 1,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Trains and scores `models` on all collections below `benchmark`; returns report.html.

    `models` are keys of bench.fidelity.columns.COLUMNS, by default all; a teacher is trained
    once per item for all its students. `training` gives the seed, the budget of each model (steps,
    or minutes, a student's without its teacher's), the pixels and their sampling, and the device;
    what models differ in, the columns say. `fractions`, per cent of the pixels, trains the neural
    models on each of them, chosen in each of SAMPLINGS, as in the papers' Table 10. `jobs` items
    are worked on at a time, each with one thread.

    Writes journal.jsonl, images/ITEM/MODEL, scores.csv, summary.csv, tables.md, figure2 and
    report.html into `out`. Interrupted at any moment, the same call goes on; `fresh` begins
    anew. What fails is recorded and does not stop the rest; RakingError tells of it in the end.
    Raises RakingError, too, for other settings than the earlier run's.
    """
    if jobs < 1:
        raise RakingError(f"{jobs} jobs cannot be: choose 1 or more")
    columns = choose_columns(models)
    subsets = read_fractions(fractions, training.pixels)
    settings: Record = {
        "benchmark": str(benchmark.resolve()),
        "minutes": training.minutes,
        "steps": training.steps,
        "seed": training.seed,
        "pixels": training.pixels,
        "sampling": training.sampling if training.pixels < 1 else None,
    }
    items = find_items(benchmark)
    fits = [fit for item in items for fit in plan(item, columns, subsets)]
    make_folder(out, FILES, [item.path for item in items])
    if fresh:
        prepare_places(fits, out)
    machine = read_machine()
    journal = FidelityJournal(out, settings, machine, fresh)
    finished = journal.finished()
    for fit in fits if fresh else finished:
        remove_checkpoint(fit.checkpoint(out))
    prepare_places([fit for fit in fits if fit not in finished], out)
    tasks = []
    for item in items:
        missing = [fit for fit in fits if fit.item == item.name and fit not in finished]
        if missing:
            tasks.append(Task(item, missing, out, training))
    tally = Tally([task.fits for task in tasks], len(fits), journal, machine, jobs, progress)
    run_tasks(measure_item, tasks, jobs, tally.receive)
    report = write_results(out, journal, items)
    raise_failures(journal, fits, report)
    return report


def prepare_places(fits: Sequence[Fit], out: Path) -> None:
    """Clears up where images are to be written. Raises RakingError where anything but an image of
    ours is there."""
    for fit in fits:
        clear_up(fit.folder(out).parent)
        if fit.column != ANCHORS:
            check_writable(fit.folder(out))


def plan(item: Item, columns: Sequence[Column], subsets: Sequence[str]) -> list[Fit]:
    """All fits of an item, teachers first; on a part of the pixels only what is trained."""
    fits = [Fit(item.name, item.sha256, ANCHORS)]
    for subset in subsets:
        chosen = [column for column in columns if column.units or not subset]
        fits += [Fit(item.name, item.sha256, column.key, subset) for column in chosen]
    return fits


def measure_item(task: Task, send: Send) -> None:
    """Does all fits of a task and sends a record of each; without its photographs, of the first."""
    started = time.monotonic()
    try:
        mlic = read_collection(task.item)
    # Whatever is wrong with one item or model, hours of the others must not be lost.
    except Exception as error:
        send({"record": failure(task.fits[0], error, started), "stopped": True})
        return
    failed: set[Fit] = set()
    for fit in task.fits:
        started = time.monotonic()
        send({"share": 0.0, "doing": fit.name})
        try:
            record = measure_fit(fit, mlic, task, failed, send)
        except BrokenPipeError:  # the process that we work for has been killed
            raise
        except Exception as error:
            failed.add(fit)
            record = failure(fit, error, started)
        send({"record": {**record, "wall_seconds": round(time.monotonic() - started, 1)}})


def read_collection(item: Item) -> Mlic:
    mlic = read_mlic(item.path)
    if not mlic.test.names:
        raise RakingError(
            f"{item.path} holds out no photograph to score with: add more, or a test.txt"
        )
    return mlic


def measure_fit(fit: Fit, mlic: Mlic, task: Task, failed: set[Fit], send: Send) -> Record:
    """The record of a fit: an item's facts and anchors, or a stored model and its scores."""
    record: Record = {"case": asdict(fit), "error": None}
    if fit.column == ANCHORS:
        return record | item_facts(task.item, mlic) | {"anchors": score_anchors(mlic)}
    if fit.teacher in failed:
        raise RakingError(f"its teacher {fit.teacher.column} failed")
    warnings: list[str] = []
    folder = fit.folder(task.out)
    image = fit_image(fit, mlic, task, send, warnings.append)
    write_image(image, folder)
    send({"share": 1.0, "doing": f"{fit.name}, scores"})
    stored = read_image(folder)
    scores = evaluate(stored, mlic)
    return record | {
        "scores": scores,
        "psnr_float": image.provenance.get("scores", {}).get("psnr_float"),
        "seconds": image.provenance.get("seconds"),
        "steps": image.provenance.get("steps"),
        "parameters": stored.decoder.parameters if COLUMNS[fit.column].units else None,
        "multiply_adds": stored.decoder.multiply_adds,
        "warnings": warnings,
    }


def fit_image(
    fit: Fit, mlic: Mlic, task: Task, send: Send, warn: Callable[[str], None]
) -> RelightableImage:
    """The model of a fit, trained now or further from its checkpoint."""

    def report(standing: Standing) -> None:
        if standing.phase in STEPS:
            doing = f"{fit.name}, {standing.phase} {standing.done}/{standing.total}"
            send({"share": standing.done / standing.total, "doing": doing})

    checkpoint = fit.checkpoint(task.out)
    make_place(checkpoint, warn)
    settings = fit_settings(fit, task)
    return train(mlic, settings, checkpoint=checkpoint, plan=Plan(report), warn=warn)


def fit_settings(fit: Fit, task: Task) -> TrainingSettings:
    """Those of the run, with what the fit's column and subset of the pixels say."""
    column, default = COLUMNS[fit.column], TrainingSettings()
    pixels, sampling = training_pixels(fit, task.settings)
    return replace(
        task.settings,
        model=column.model,
        units=column.units,
        order=column.order or default.order,
        teacher=fit.teacher.folder(task.out) if fit.teacher else default.teacher,
        encoder=column.encoder or default.encoder,
        guided=default.guided,
        pixels=pixels,
        sampling=sampling,
    )


def training_pixels(fit: Fit, settings: TrainingSettings) -> tuple[float, Sampling]:
    if fit.subset:
        percent, sampling = fit.subset.split()
        return float(percent) / 100, cast(Sampling, sampling)
    # Of all of them there is no choice.
    return settings.pixels, settings.sampling if settings.pixels < 1 else SAMPLINGS[0]


def item_facts(item: Item, mlic: Mlic) -> Record:
    """What the report says of an item: its size, and its held-out lights with their source."""
    lights = [[float(value) for value in light] for light in mlic.test.lights]
    return {
        "width": mlic.width,
        "height": mlic.height,
        "lights": len(mlic.train.names),
        "held_out": [
            {"name": name, "light": light}
            for name, light in zip(mlic.test.names, lights, strict=True)
        ],
        "held_out_by": held_out_by(item, mlic),
        "warnings": mlic.warnings,
    }


def held_out_by(item: Item, mlic: Mlic) -> str:
    """Who chose the held-out lights: "Test set", "test.txt" or "rule"."""
    if mlic.test_set:
        return "Test set"
    folders = [item.path, *(p for p in item.path.iterdir() if p.name.lower() == "dome")]
    return "test.txt" if any((f / "test.txt").is_file() for f in folders) else "rule"


def failure(fit: Fit, error: Exception, started: float) -> Record:
    """The record of what could not be done: a sentence, and for a fault of ours its trace."""
    ours = not isinstance(error, RakingError | OSError | MemoryError)
    sentence = str(error) or type(error).__name__
    return {
        "case": asdict(fit),
        "error": f"{type(error).__name__}: {sentence}" if ours else sentence,
        "trace": traceback.format_exc() if ours else None,
        "wall_seconds": round(time.monotonic() - started, 1),
    }


def read_fractions(fractions: str | Sequence[float] | None, pixels: float) -> list[str]:
    """The subsets that Fit names, of fractions in per cent; all pixels, or none named, are ""."""
    if fractions is None:
        return [""]
    if pixels < 1:
        raise RakingError("give fractions or a share of the pixels, not both")
    try:
        parts = fractions.split(",") if isinstance(fractions, str) else fractions
        percents = sorted({float(part) for part in parts})
    except ValueError:
        raise RakingError(f"the fractions {fractions!r} are not numbers like 6.25,100") from None
    if not percents or not all(0 < percent <= 100 for percent in percents):
        raise RakingError(f"the fractions {fractions!r} are not per cent above 0 and up to 100")
    subsets = [f"{p:g} {sampling}" for p in percents if p < 100 for sampling in SAMPLINGS]
    return subsets + ([""] if 100 in percents else [])


def raise_failures(journal: FidelityJournal, fits: Sequence[Fit], report: Path) -> None:
    """RakingError unless all fits are finished."""
    finished, latest = journal.finished(), journal.latest()
    missing = [fit for fit in fits if fit not in finished]
    if not missing:
        return
    told = next((fit for fit in missing if fit in latest and latest[fit]["error"]), None)
    reason = f"; the first, {told.name}: {latest[told]['error']}" if told else ""
    raise RakingError(
        f"{len(missing)} of {len(fits)} models were not measured{reason.rstrip('.')}. "
        f"The others are in {report}; the same command tries these again."
    )
