"""One phase of a training: a pair of networks, trained for its share of the run or taken from the
checkpoint. The phases are "neural", "hyper", "teacher" and "student"."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from trainer.models.hypernetwork import HyperNetwork
from trainer.models.networks import LATENTS, TEACHER_UNITS, DecoderNetwork, Networks, PixelDecoder
from trainer.running.threads import one_thread
from trainer.training.fit import Schedule, fit
from trainer.training.lesson import Lesson, best_teacher_share, guided
from trainer.training.preparation import Run
from trainer.training.settings import STEPS, TrainingSettings
from trainer.training.teacher import Teacher

# The teacher's share in what it and the guide say: what validation lights tell, and what is
# assumed before as if from so many lights.
ASSUMED_SHARE = 0.25
ASSUMED_LIGHTS = 4


def schedule_of(phase: str, run: Run) -> Schedule:
    """When the phase ends; with a budget, once its seconds are allotted."""
    if run.settings.minutes is not None:
        return Schedule(seconds=run.checkpoint.state[f"{phase} seconds"])
    return Schedule(run.settings.steps or STEPS[phase])


def trained(
    phase: str, run: Run, teacher: Teacher | None = None, schedule: Schedule | None = None
) -> tuple[Networks, dict[str, Any]]:
    """A pair of networks, trained or taken from the checkpoint, and facts about its training."""
    # A student must not repeat its teacher's draws.
    seed = 2 * run.settings.seed + (phase == "student")
    latents = LATENTS if phase == "teacher" else run.settings.latent_values
    conditions = run.samples.conditions.shape[1]
    make_decoder = _decoder(phase, run.settings, conditions)
    networks = Networks(run.projection, run.settings.encoder, make_decoder, seed, latents)
    networks.to(run.samples.device)
    state = run.checkpoint.state
    if phase not in state:
        schedule = schedule or schedule_of(phase, run)
        share = _teacher_share(run, teacher)
        random = torch.Generator().manual_seed(seed)
        lesson = None
        if run.guide or teacher:
            horizon = phase == "hyper"  # in x and y, low lights are too near to each other
            lesson = Lesson(run.samples, run.guide, teacher, share, random, horizon=horizon)
        with one_thread():
            taken = fit(networks, run, phase, lesson, schedule, seed)
        run.plan.end()
        facts = {"steps": taken, "teacher_share": round(share, 3) if teacher else None}
        run.checkpoint.save(
            present=None,
            seconds=run.plan.elapsed,
            **{phase: networks.state_dict(), f"{phase} facts": facts},
        )
    networks.load_state_dict(state[phase])
    return networks, state[f"{phase} facts"]


def _decoder(
    phase: str, settings: TrainingSettings, conditions: int
) -> Callable[[int], PixelDecoder]:
    if phase == "teacher":
        return partial(DecoderNetwork, TEACHER_UNITS, conditions=conditions)
    network = HyperNetwork if settings.model == "hyper" else DecoderNetwork
    return partial(network, settings.hidden_units, conditions=conditions)


@torch.no_grad()
def _teacher_share(run: Run, teacher: Teacher | None) -> float:
    """How much of the lesson is the teacher's, by how well it knows the validation lights."""
    validation = run.validation
    if teacher is None or run.guide is None or not len(validation.conditions):
        return ASSUMED_SHARE
    known = validation.pixels, validation.values, validation.conditions
    taught = teacher.colours(*known)
    found = best_teacher_share(validation.truth, guided(run.guide, *known), taught)
    lights = len(validation.conditions)
    return (found * lights + ASSUMED_SHARE * ASSUMED_LIGHTS) / (lights + ASSUMED_LIGHTS)
