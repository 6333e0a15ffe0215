"""The training loop: an encoder and a decoder fitted to one collection.

A pixel is encoded once from its values under all training lights and decoded under many: the
encoder's input does not depend on the light.
"""

import copy
import math
import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from shaders.errors import RakingError
from trainer.collection.samples import Samples
from trainer.models.networks import Networks
from trainer.training.lesson import Lesson
from trainer.training.optimiser import Soap
from trainer.training.preparation import Run
from trainer.training.steadiness import unsteadiness
from trainer.training.validation import Validation

# Many small steps learn more in the same time than few large ones.
PIXELS_PER_STEP = 128
LIGHTS_PER_STEP = 24  # of the photographs, drawn anew in each step
DIRECTIONS_PER_STEP = 24  # without a photograph
PHOTOGRAPHS_SHARE = 0.6  # a in a |Ps - Pgt|^2 + (1 - a) |Ps - Pt|^2
STEADINESS = 4.0  # what a network whose weights follow the light is charged for unsteadiness,
STEADIED_PIXELS, STEADIED_EVERY = 32, 4  # as so many pixels show it, under every fourth light
LEARNING_RATE = 0.02
# The preconditioner knows little at first: at the full rate one start of Hyper in six never learnt
# to relight Single/Object1/material2 from above.
WARM_UP_STEPS = 200

VALIDATION_STEPS = 250
# Before, steps are long, and what looks best under few lights is luck.
SETTLED = 0.9  # of the schedule
REPORT_SECONDS = 0.25
CHECKPOINT_SECONDS = 15.0

# Training has collapsed when the PSNR under photographed lights falls so far, in dB.
COLLAPSE = 3.0
SLOWEST = 1 / 64  # of the rate, to which every collapse halves it


@dataclass(frozen=True)
class Schedule:
    """When training ends: after `steps`, or after `seconds`, whichever is given."""

    steps: int | None = None
    seconds: float | None = None

    def progress(self, step: int, elapsed: float) -> float:
        """How far training is, 0..1."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = elapsed / self.seconds if self.seconds else 0.0
        return min(1.0, max(by_steps, by_time))

    def steps_in_all(self, step: int, elapsed: float) -> int:
        """An estimate, where the end is a matter of time."""
        return self.steps or max(step, round(step / max(self.progress(step, elapsed), 1e-9)))


def fit(
    networks: Networks,
    run: Run,
    phase: str,
    lesson: Lesson | None,
    schedule: Schedule,
    seed: int,
) -> int:
    """Trains on random pixels of the run, and leaves the best weights in the networks.

    The best are those with the highest PSNR on the validation lights in the last tenth of
    training, when they settle; without such lights, the last. The state is kept in the
    checkpoint, from which the same call goes on, with the seconds of the whole run. The plan is
    told of the `phase`. Returns the steps taken.

    Raises RakingError where training diverges.
    """
    samples, checkpoint, plan = run.samples, run.checkpoint, run.plan
    optimiser = Soap(networks.parameters(), LEARNING_RATE)
    random = torch.Generator(samples.device).manual_seed(seed)
    best = _Best(run.validation)
    guard = _Guard(run.validation)
    step, begun, before = 0, 0, 0.0
    if present := checkpoint.state.get("present"):
        step, begun = present["step"], present["begun"]
        before = present["seconds"]
        networks.load_state_dict(present["networks"])
        optimiser.load_state_dict(present["optimiser"])
        random.set_state(present["random"])
        best.load_state_dict(present["best"])
        guard.load_state_dict(present["guard"])
    elapsed = before
    progress = schedule.progress(step, elapsed)
    plan.begin(phase, resumed=progress)
    started = reported = saved = time.monotonic()

    while progress < 1:
        for group in optimiser.param_groups:
            group["lr"] = guard.pace * LEARNING_RATE * (1 + math.cos(math.pi * progress)) / 2
            group["lr"] *= min(1.0, (step - begun + 1) / WARM_UP_STEPS)

        with _mixed_precision(samples.device):
            loss = _loss(networks, samples, run.pixels, lesson, random, steadily=phase == "hyper")
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1

        now = time.monotonic()
        elapsed = before + now - started
        settled, progress = progress >= SETTLED, schedule.progress(step, elapsed)
        last = progress == 1
        if step % VALIDATION_STEPS == 0 or last:
            if guard.collapsed(networks, step):
                optimiser, begun = Soap(networks.parameters(), LEARNING_RATE), step
            best.consider(networks, settled)
        if now - reported > REPORT_SECONDS or last:
            reported = now
            plan.tell(step, schedule.steps_in_all(step, elapsed), best.latest)
        if now - saved > CHECKPOINT_SECONDS:
            saved = now
            state = {"step": step, "seconds": elapsed, "best": best.state_dict()}
            state |= {"guard": guard.state_dict(), "begun": begun}
            state |= {"networks": networks.state_dict(), "optimiser": optimiser.state_dict()}
            state |= {"random": random.get_state()}
            checkpoint.save(present=state, seconds=plan.elapsed)
    best.restore(networks)
    return step


def _loss(
    networks: Networks,
    samples: Samples,
    pixels: Tensor,
    lesson: Lesson | None,
    random: torch.Generator,
    *,
    steadily: bool,
) -> Tensor:
    """a |P - Pgt|^2 under photographed lights + (1 - a) |P - Pt|^2 under lights between them; and
    with `steadily`, the unsteadiness close to either."""
    device = samples.device
    drawn = torch.randint(len(pixels), (PIXELS_PER_STEP,), generator=random, device=device)
    chosen = pixels[drawn]
    lit = torch.randperm(len(samples.conditions), generator=random, device=device)[:LIGHTS_PER_STEP]
    both = samples.values(chosen, torch.cat([samples.seen, lit]))  # one way through memory
    values, truth = both.split([len(samples.seen), len(lit)], dim=1)  # [B, S, 3], [B, L, 3]
    latents = networks.encoder(values.flatten(1))  # [B, K]
    if lesson is None:
        colours = networks.decoder(latents, samples.conditions[lit])
        return functional.mse_loss(colours, truth)
    directions = torch.randint(
        len(lesson.conditions), (DIRECTIONS_PER_STEP,), generator=random, device=device
    )
    conditions = torch.cat([samples.conditions[lit], lesson.conditions[directions]])
    colours = networks.decoder(latents, conditions)
    photographed, between = colours.split([len(lit), len(directions)], dim=1)
    loss = PHOTOGRAPHS_SHARE * functional.mse_loss(photographed, truth) + (
        1 - PHOTOGRAPHS_SHARE
    ) * functional.mse_loss(between, lesson.colours(chosen, values, directions))
    if steadily:
        with torch.autocast(device.type, enabled=False):  # small differences of near colours
            some = latents[:STEADIED_PIXELS].float()
            charge = unsteadiness(networks.decoder, some, conditions[::STEADIED_EVERY], random)
            loss = loss + STEADINESS * charge
    return loss


class _Best:
    """The settled weights with the highest PSNR on the validation lights so far."""

    def __init__(self, validation: Validation) -> None:
        self.validation = validation
        self.psnr = -math.inf
        self.latest: float | None = None
        self.weights: dict[str, Tensor] | None = None

    def consider(self, networks: Networks, settled: bool) -> None:
        """Measures the weights, and keeps them where they are best and hardly change any more."""
        self.latest = self.validation.psnr(networks)
        if settled and self.latest is not None and self.latest > self.psnr:
            self.psnr = self.latest
            self.weights = copy.deepcopy(networks.state_dict())

    def restore(self, networks: Networks) -> None:
        if self.weights is not None:
            networks.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        return {"psnr": self.psnr, "latest": self.latest, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.psnr, self.latest, self.weights = state["psnr"], state["latest"], state["weights"]


class _Guard:
    """Takes training back to where it was good, and slower, when it collapses."""

    def __init__(self, validation: Validation) -> None:
        self.validation = validation
        self.pace = 1.0
        self.psnr = -math.inf
        self.weights: dict[str, Tensor] = {}

    def collapsed(self, networks: Networks, step: int) -> bool:
        """Whether the networks had to be put back. RakingError where that is of no use."""
        psnr = self.validation.trained_psnr(networks)
        if psnr < self.psnr - COLLAPSE or not math.isfinite(psnr):
            self.pace /= 2
            if not self.weights or self.pace < SLOWEST:
                raise RakingError(
                    f"training diverged at step {step}: begin again with another --seed"
                )
            networks.load_state_dict(self.weights)
            return True
        if psnr > self.psnr:
            self.psnr = psnr
            self.weights = copy.deepcopy(networks.state_dict())
        return False

    def state_dict(self) -> dict[str, Any]:
        return {"pace": self.pace, "psnr": self.psnr, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.pace, self.psnr, self.weights = state["pace"], state["psnr"], state["weights"]


def _mixed_precision(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")
