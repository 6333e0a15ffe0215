"""Looking ahead: how long what follows will take and, with a budget, may take."""

import math
from dataclasses import replace

import numpy as np
import torch

from trainer.collection.mlic import Mlic
from trainer.collection.samples import Samples
from trainer.running.checkpoint import Checkpoint
from trainer.running.plan import Plan
from trainer.training.fit import Schedule
from trainer.training.phase import schedule_of, trained
from trainer.training.preparation import Run
from trainer.training.rehearsal import for_the_whole, piece_of_collection
from trainer.training.settings import STEPS
from trainer.training.storing import stored
from trainer.training.teacher import Teacher, TrainedTeacher

TEACHER_TIME = 0.4  # of a budget in minutes
LEAST_SECONDS = 1.0  # of a phase, however short the budget

# A rehearsal trains for a share of what the schedule allows, and no longer than this. Fewer steps
# would tell more of validation than of training.
REHEARSED_SHARE = 0.02
REHEARSED_STEPS = 20
REHEARSED_SECONDS = 1.0


def look_ahead(
    run: Run, phases: list[str], teacher: Teacher | None = None, keep_teacher: bool = False
) -> None:
    """Tells the plan how long all that follows takes and, with a budget, may take: `phases` that
    train, the first after the `teacher`, and what is done with the last one's networks."""
    minutes = run.settings.minutes
    if minutes is None and run.finish is None:
        return
    run.plan.begin("estimating")
    to_train = [phase for phase in phases if phase not in run.checkpoint.state]
    by_step, expected = _rehearse(run, phases, teacher)
    if keep_teacher:
        kept = ("storing", "scoring", "writing")
        expected |= {f"{phase} teacher": expected.get(phase, 0.0) for phase in kept}
    # What an earlier rehearsal told counts as much: another program may have disturbed either.
    before = run.plan.ahead
    run.plan.expect({p: math.sqrt(s * before.get(p, s)) for p, s in expected.items()})
    if minutes is not None:
        _allot(run, to_train)
    else:
        for phase in to_train:
            run.plan.ahead[phase] = by_step[phase] * (run.settings.steps or STEPS[phase])
    for phase in to_train[:1]:
        run.plan.ahead[phase] *= 1 - _resumed(schedule_of(phase, run), run)


def _rehearse(
    run: Run, phases: list[str], teacher: Teacher | None
) -> tuple[dict[str, float], dict[str, float]]:
    """The seconds of a step of each of the phases, and those of each phase after training."""
    piece = piece_of_collection(run.mlic)
    samples = Samples(piece, run.samples.device).without(run.spared)
    small = replace(
        run,
        mlic=piece,
        samples=samples,
        relief=None,
        region=None if run.region is None else _half(piece),
        pixels=torch.arange(len(samples), device=samples.device),
        checkpoint=Checkpoint(None, {}, lambda _: None),
        plan=Plan(),
    )
    by_step = {}
    for phase in phases:
        networks, facts = trained(phase, small, teacher, _rehearsed_schedule(phase, run))
        teacher = TrainedTeacher(networks)
        by_step[phase] = small.plan.took[phase] / facts["steps"]
    image = stored(phases[-1], small, networks, facts)
    if run.finish is not None:
        run.finish(image, small.plan)
    small.plan.end()
    after = {phase: took for phase, took in small.plan.took.items() if phase not in phases}
    return by_step, for_the_whole(after, piece, run.mlic)


def _half(piece: Mlic) -> np.ndarray:
    """A region of every other pixel, to score inside and outside."""
    columns_and_rows = np.indices((piece.height, piece.width))
    return np.asarray(columns_and_rows.sum(axis=0) % 2 == 0)


def _rehearsed_schedule(phase: str, run: Run) -> Schedule:
    if run.settings.minutes is not None:
        budget = 60 * run.settings.minutes
        return Schedule(seconds=min(REHEARSED_SECONDS, REHEARSED_SHARE * budget))
    steps = run.settings.steps or STEPS[phase]
    return Schedule(max(REHEARSED_STEPS, round(REHEARSED_SHARE * steps)), REHEARSED_SECONDS)


def _allot(run: Run, phases: list[str]) -> None:
    """Shares out what the phases after training leave of the budget.

    The first phase keeps its share; those of the others are worked out again before they begin.
    """
    plan, state = run.plan, run.checkpoint.state
    begun = any(f"{phase} seconds" in state for phase in ("teacher", *phases))
    if phases and not begun and (told := plan.scarcity(LEAST_SECONDS * len(phases))):
        run.warn(told)
    for phase in phases:
        share = TEACHER_TIME if phase == "teacher" else 1.0
        seconds = state.get(f"{phase} seconds", max(LEAST_SECONDS, share * plan.spare))
        if phase == phases[0]:
            run.checkpoint.save(**{f"{phase} seconds": seconds, "seconds": plan.elapsed})
        plan.ahead[phase] = seconds


def _resumed(schedule: Schedule, run: Run) -> float:
    """The share of the phase to train next that was done before an interruption."""
    present = run.checkpoint.state.get("present")
    return schedule.progress(present["step"], present["seconds"]) if present else 0.0
