"""Training a relightable image from a collection, directly (NeuralRTI) or by distillation (DisK).

The training loop is `fit` in trainer/training/fit.py; this is what goes before it and after it.
"""

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from renderer.image.relightable import (
    RelightableImage,
    check_writable,
    read_image,
    read_info_text,
    write_image,
)
from shaders.errors import RakingError
from shaders.neural import MAX_UNITS, NeuralDecoder
from trainer.collection.mlic import Mlic, validation_lights
from trainer.collection.samples import Samples
from trainer.models.networks import ENCODERS, LATENTS, TEACHER_UNITS, Networks, principal_axes
from trainer.models.quantise import dequantise, latent_ranges, quantise
from trainer.quality.evaluate import FAST, evaluate
from trainer.running.checkpoint import Checkpoint
from trainer.running.plan import Plan, Progress
from trainer.running.threads import ShareOut, all_cores, one_thread
from trainer.training.fit import Schedule, Validation, fit, mean_psnr
from trainer.training.guide import Guide
from trainer.training.lesson import (
    Lesson,
    StoredTeacher,
    Teacher,
    TrainedTeacher,
    best_teacher_share,
)
from trainer.training.provenance import held_out_lights, origin
from trainer.training.rehearsal import Finish, for_the_whole, piece_of_collection
from trainer.training.sampling import choose_pixels

# Steps of each kind of training, whatever the size of the picture: pixels are drawn at random.
STEPS = {"neural": 12_000, "teacher": 6_000, "student": 16_000}
TEACHER_TIME = 0.4  # of a budget in minutes
LEAST_SECONDS = 1.0  # of a phase, however short the budget

# Every photograph that is not trained on is missed, so few are spared for validation.
LIGHTS_PER_VALIDATION_LIGHT = 40
FEWEST_TO_SPARE_FROM = 12
DESCRIBED_PIXELS = 1 << 16  # that the guide and the principal axes are worked out from
SCORED_PIXELS = 4096  # that tell what storing costs
ENCODE_CHUNK = 1 << 15

# The teacher's share in what it and the guide say: what validation lights tell, and what is
# assumed before as if from so many lights.
ASSUMED_SHARE = 0.25
ASSUMED_LIGHTS = 4
# A rehearsal trains for a share of what the schedule allows, and no longer than this. Fewer steps
# would tell more of validation than of training.
REHEARSED_SHARE = 0.02
REHEARSED_STEPS = 20
REHEARSED_SECONDS = 1.0


@dataclass
class _Run:
    """What all phases of one training share."""

    mlic: Mlic
    samples: Samples  # without the validation lights
    pixels: Tensor  # [P] those to train on
    projection: tuple[Tensor, Tensor]
    guide: Guide | None
    spared: list[int]  # the training lights that validate
    validation: Validation
    settings: dict[str, Any]
    checkpoint: Checkpoint
    plan: Plan


def train(
    mlic: Mlic,
    *,
    model: Literal["neural", "disk"] = "disk",
    units: int = 20,
    teacher: str | Path = "original",
    encoder: str = "original",
    seed: int = 0,
    steps: int | None = None,
    minutes: float | None = None,
    pixels: float = 1.0,
    sampling: str = "uniform",
    guided: bool = True,
    device: str | None = None,
    checkpoint: Path | None = None,
    keep_teacher: Path | None = None,
    asked: dict[str, Any] | None = None,
    plan: Plan | None = None,
    finish: Finish | None = None,
    warn: Callable[[str], None] = warnings.warn,
) -> RelightableImage:
    """A relightable image of the collection, with its held-out scores in the provenance.

    "neural" trains an encoder and a decoder of `units` (1 to 64) hidden units on the photographs
    (NeuralRTI). "disk" trains such a pair to follow a teacher of 50 units as well (DisK-NeuralRTI,
    STAG 2024, section 3): `teacher` is the encoder shape of one to be trained first, "original"
    or "improved", or the folder of a relightable image. The student's encoder has the teacher's
    shape and weights of its own. `guided`, either also follows an interpolation of the
    photographs (trainer/training/guide.py) at lights between them.

    One of every 40 training lights, but one at least, is taken out to validate with: the weights
    kept are the best on them. The held-out photographs are scored in the end and choose nothing.

    `steps` replaces the default number of every phase; `minutes` is a budget for the whole run
    instead: since the `plan` began, and with what the caller will `finish` it by. `warn` is told
    where that leaves less than half of it for training. `pixels` is the fraction of the object's
    pixels to train on, `sampling` how they are chosen (trainer/training/sampling.py). The same
    seed, settings and machine give the same result, unless time decides the number of steps.
    `device` is "cpu" or "cuda"; by default CUDA where there is one. From the file `checkpoint`,
    written every 15 seconds, the same call resumes after an interrupt; removing it in the end is
    the caller's. `keep_teacher` is a folder to write a newly trained teacher to, `asked` what it
    records of the command.

    The `plan` is told of every progress. `finish` is called with a small image and another plan,
    to see how long its phases take; not with the image that is returned.

    Raises RakingError for settings that cannot be, a teacher that does not fit, and training
    that diverges.
    """
    plan = plan or Plan()
    plan.budget = None if minutes is None else 60 * minutes
    _check_settings(model, units, teacher, encoder, seed, steps, minutes)
    if keep_teacher is not None:
        check_writable(keep_teacher)
    stored = None
    if model == "disk" and teacher not in ENCODERS:
        stored = _read_teacher(Path(teacher), mlic, warn)
        named = stored.provenance.get("encoder")
        encoder = named if named in tuple(ENCODERS) else "improved"
    elif model == "disk":
        encoder = str(teacher)
    settings = {
        "model": model,
        "units": units,
        "encoder": encoder,
        "teacher": None if model == "neural" else Path(teacher).name,
        "seed": seed,
        "steps": steps,
        "minutes": minutes,
        "pixels": pixels,
        "sampling": sampling,
        "guided": guided,
    }
    chosen = _device(device)
    origin = _checkpoint_origin(mlic, teacher, stored, chosen)
    kept = Checkpoint(checkpoint, settings | origin, warn)
    run = _prepare(mlic, settings, kept, chosen, plan)
    if model == "neural":
        _look_ahead(run, ["neural"], None, finish, warn)
        return _image("neural", run, *_trained("neural", run))
    follow: Teacher
    if stored is not None:
        follow = StoredTeacher(stored, run.samples)
    else:
        if "teacher" not in run.checkpoint.state:
            _look_ahead(run, ["teacher", "student"], None, finish, warn, keep_teacher is not None)
        networks, taken = _trained("teacher", run)
        follow = TrainedTeacher(networks)
        if keep_teacher is not None:
            image = _image("teacher", run, networks, taken)
            run.plan.begin("writing teacher")
            write_image(image, keep_teacher, asked=asked)
    # What follows was seen with a teacher of a second's training, and a while ago.
    _look_ahead(run, ["student"], follow, finish, warn)
    return _image("student", run, *_trained("student", run, follow))


def _prepare(
    mlic: Mlic,
    settings: dict[str, Any],
    checkpoint: Checkpoint,
    device: torch.device,
    plan: Plan,
) -> _Run:
    """What is known of the collection before training: which pixels, its axes, its guide."""
    plan.resume(checkpoint.state.get("seconds", 0.0))
    plan.begin("guide")
    everything = Samples(mlic, device)
    spared = _spared_lights(mlic.train.lights)
    validation = Validation(everything, spared)
    samples = validation.samples
    pixels = choose_pixels(samples, settings["pixels"], settings["sampling"], settings["seed"])
    random = torch.Generator().manual_seed(settings["seed"])
    some = pixels[torch.randperm(len(pixels), generator=random)[:DESCRIBED_PIXELS]]
    values = samples.values(some).cpu()  # [S, L, 3]
    guide = None
    if settings["guided"]:
        flat = values.transpose(1, 2).flatten(0, 1)  # [3 S, L]
        with one_thread():
            products = (flat.T @ flat / len(flat)).double().numpy()
        guide = Guide(np.delete(mlic.train.lights, spared, axis=0), products)
    return _Run(
        mlic=mlic,
        samples=samples,
        pixels=pixels.to(device),
        projection=principal_axes(values.flatten(1)),
        guide=guide,
        spared=spared,
        validation=validation,
        settings=settings | {"validation_lights": [mlic.train.names[i] for i in spared]},
        checkpoint=checkpoint,
        plan=plan,
    )


def _spared_lights(lights: np.ndarray) -> list[int]:
    """Which of the training lights [L, 3] validate instead of being trained on."""
    if len(lights) < FEWEST_TO_SPARE_FROM:
        return []
    return validation_lights(lights, max(1, round(len(lights) / LIGHTS_PER_VALIDATION_LIGHT)))


def _look_ahead(
    run: _Run,
    phases: list[str],
    teacher: Teacher | None,
    finish: Finish | None,
    warn: Callable[[str], None],
    keep_teacher: bool = False,
) -> None:
    """Tells the plan how long all that follows takes and, with a budget, may take: `phases` that
    train, the first after the `teacher`, and what is done with the last one's networks."""
    minutes = run.settings["minutes"]
    if minutes is None and finish is None:
        return
    run.plan.begin("estimating")
    to_train = [phase for phase in phases if phase not in run.checkpoint.state]
    by_step, expected = _rehearse(run, phases, teacher, finish)
    if keep_teacher:
        kept = ("storing", "scoring", "writing")
        expected |= {f"{phase} teacher": expected.get(phase, 0.0) for phase in kept}
    # What an earlier rehearsal told counts as much: another program may have disturbed either.
    before = run.plan.ahead
    run.plan.expect({p: math.sqrt(s * before.get(p, s)) for p, s in expected.items()})
    if minutes is not None:
        _allot(run, to_train, warn)
    else:
        for phase in to_train:
            run.plan.ahead[phase] = by_step[phase] * (run.settings["steps"] or STEPS[phase])
    for phase in to_train[:1]:
        run.plan.ahead[phase] *= 1 - _resumed(_schedule(phase, run), run)


def _rehearse(
    run: _Run, phases: list[str], teacher: Teacher | None, finish: Finish | None
) -> tuple[dict[str, float], dict[str, float]]:
    """The seconds of a step of each of the phases, and those of each phase after training."""
    piece = piece_of_collection(run.mlic)
    samples = Samples(piece, run.samples.device).without(run.spared)
    small = replace(
        run,
        mlic=piece,
        samples=samples,
        pixels=torch.arange(len(samples), device=samples.device),
        checkpoint=Checkpoint(None, {}, lambda _: None),
        plan=Plan(),
    )
    by_step = {}
    for phase in phases:
        networks, facts = _trained(phase, small, teacher, _rehearsed_schedule(phase, run))
        teacher = TrainedTeacher(networks)
        by_step[phase] = small.plan.took[phase] / facts["steps"]
    image = _image(phases[-1], small, networks, facts)
    if finish is not None:
        finish(image, small.plan)
    small.plan.end()
    after = {phase: took for phase, took in small.plan.took.items() if phase not in phases}
    return by_step, for_the_whole(after, piece, run.mlic)


def _rehearsed_schedule(phase: str, run: _Run) -> Schedule:
    if run.settings["minutes"] is not None:
        budget = 60 * run.settings["minutes"]
        return Schedule(seconds=min(REHEARSED_SECONDS, REHEARSED_SHARE * budget))
    steps = run.settings["steps"] or STEPS[phase]
    return Schedule(max(REHEARSED_STEPS, round(REHEARSED_SHARE * steps)), REHEARSED_SECONDS)


def _allot(run: _Run, phases: list[str], warn: Callable[[str], None]) -> None:
    """Shares out what the phases after training leave of the budget.

    The first phase keeps its share; those of the others are worked out again before they begin.
    """
    plan, state = run.plan, run.checkpoint.state
    begun = any(f"{phase} seconds" in state for phase in ("teacher", *phases))
    if phases and not begun and (told := plan.scarcity(LEAST_SECONDS * len(phases))):
        warn(told)
    for phase in phases:
        share = TEACHER_TIME if phase == "teacher" else 1.0
        seconds = state.get(f"{phase} seconds", max(LEAST_SECONDS, share * plan.spare))
        if phase == phases[0]:
            run.checkpoint.save(**{f"{phase} seconds": seconds, "seconds": plan.elapsed})
        plan.ahead[phase] = seconds


def _schedule(phase: str, run: _Run) -> Schedule:
    if run.settings["minutes"] is not None:
        return Schedule(seconds=run.checkpoint.state[f"{phase} seconds"])
    return Schedule(run.settings["steps"] or STEPS[phase])


def _resumed(schedule: Schedule, run: _Run) -> float:
    """The share of the phase to train next that was done before an interruption."""
    present = run.checkpoint.state.get("present")
    return schedule.progress(present["step"], present["seconds"]) if present else 0.0


def _trained(
    phase: str, run: _Run, teacher: Teacher | None = None, schedule: Schedule | None = None
) -> tuple[Networks, dict[str, Any]]:
    """A pair of networks, trained or taken from the checkpoint, and facts about its training."""
    # A student must not repeat its teacher's draws.
    seed = 2 * run.settings["seed"] + (phase == "student")
    units = TEACHER_UNITS if phase == "teacher" else run.settings["units"]
    networks = Networks(run.projection, run.settings["encoder"], units, seed)
    networks.to(run.samples.device)
    state = run.checkpoint.state
    if phase not in state:
        schedule = schedule or _schedule(phase, run)
        share = _teacher_share(run, teacher)
        random = torch.Generator().manual_seed(seed)
        lesson = None
        if run.guide or teacher:
            lesson = Lesson(run.samples, run.guide, teacher, share, random)
        with one_thread():
            taken = fit(
                networks,
                run.samples,
                run.pixels,
                lesson,
                run.validation,
                schedule,
                seed,
                run.checkpoint,
                run.plan,
                phase,
            )
        run.plan.end()
        facts = {"steps": taken, "teacher_share": round(share, 3) if teacher else None}
        run.checkpoint.save(
            present=None,
            seconds=run.plan.elapsed,
            **{phase: networks.state_dict(), f"{phase} facts": facts},
        )
    networks.load_state_dict(state[phase])
    return networks, state[f"{phase} facts"]


@torch.no_grad()
def _teacher_share(run: _Run, teacher: Teacher | None) -> float:
    """How much of the lesson is the teacher's, by how well it knows the validation lights."""
    validation = run.validation
    if teacher is None or run.guide is None or not len(validation.lights):
        return ASSUMED_SHARE
    values = validation.values
    weights = torch.from_numpy(run.guide.weights(validation.lights.cpu().numpy())).to(values)
    guided = (weights @ values).clamp(0, 1)
    taught = teacher.colours(validation.pixels, values, validation.lights)
    found = best_teacher_share(validation.truth, guided, taught)
    lights = len(validation.lights)
    return (found * lights + ASSUMED_SHARE * ASSUMED_LIGHTS) / (lights + ASSUMED_LIGHTS)


def _image(phase: str, run: _Run, networks: Networks, facts: dict[str, Any]) -> RelightableImage:
    """The networks' latents and decoder as a relightable image, with what is known about it."""
    settings, suffix = run.settings, ""
    if phase == "teacher":
        settings = settings | {"model": "neural", "units": TEACHER_UNITS, "teacher": None}
        suffix = " teacher"
    image, cost = _store(networks, run.samples, run.plan.begin(f"storing{suffix}"))
    image.provenance = {
        **settings,
        **facts,
        "seconds": round(run.plan.elapsed, 1),
        **origin(run.mlic),
    }
    if run.mlic.test.names:
        progress = run.plan.begin(f"scoring{suffix}")
        scores = evaluate(image, run.mlic, metrics=FAST, progress=progress)
        image.provenance["scores"] = {key: scores[key] for key in FAST}
        image.provenance["scores"]["psnr_float"] = scores["psnr"] + cost
    return image


def _store(
    networks: Networks, samples: Samples, progress: Progress
) -> tuple[RelightableImage, float]:
    """Encodes every object pixel and rounds the latents to 8 bits; level 0 off the object.

    Also returns what that costs, in dB of the held-out PSNR on some pixels.
    """
    mlic = samples.mlic
    planes = np.zeros((LATENTS // 3, mlic.height * mlic.width, 3), np.uint8)
    place = samples.place.numpy()
    with all_cores() as share_out:
        latents = _encode(networks, samples, share_out, progress)
        low, high = latent_ranges(latents)

        def store(chunk: slice) -> None:
            levels = quantise(latents[chunk], low, high)
            planes[:, place[chunk]] = levels.reshape(len(levels), -1, 3).swapaxes(0, 1)

        list(share_out(store, _chunks(len(samples))))
    some = np.random.default_rng(0).integers(len(samples), size=SCORED_PIXELS)
    rounded = dequantise(quantise(latents[some], low, high), low, high)
    cost = _psnr(networks, samples, some, latents[some]) - _psnr(networks, samples, some, rounded)
    stored = networks.decoder.to_decoder(low, high)
    pictures = planes.reshape(-1, mlic.height, mlic.width, 3)
    return RelightableImage(stored, pictures, mlic.mask, lights=mlic.train.lights), cost


def _encode(
    networks: Networks, samples: Samples, share_out: ShareOut, progress: Progress
) -> np.ndarray:
    """The latents [P, K] of all object pixels."""
    latents = np.empty((len(samples), LATENTS), np.float32)

    @torch.no_grad()
    def encode(chunk: slice) -> int:
        values = samples.values(torch.arange(len(samples))[chunk])
        latents[chunk] = networks.encoder(values.flatten(1)).cpu().numpy()
        return min(chunk.stop, len(samples))

    for done in share_out(encode, _chunks(len(samples))):
        progress(done, len(samples))
    return latents


def _chunks(pixels: int) -> Iterator[slice]:
    for first in range(0, pixels, ENCODE_CHUNK):
        yield slice(first, first + ENCODE_CHUNK)


@torch.no_grad()
def _psnr(networks: Networks, samples: Samples, pixels: np.ndarray, latents: np.ndarray) -> float:
    """Mean held-out PSNR of some pixels with these latents; 0 where nothing is held out."""
    if not len(samples.test_lights):
        return 0.0
    colours = networks.decoder(torch.from_numpy(latents).to(samples.device), samples.test_lights)
    return mean_psnr(colours, samples.test_values(torch.from_numpy(pixels)))


def _checkpoint_origin(
    mlic: Mlic, teacher: str | Path, stored: RelightableImage | None, device: torch.device
) -> dict[str, Any]:
    """What a checkpoint must have been trained on to be gone on from."""
    text = read_info_text(Path(teacher)) if stored else ""
    mask = b"" if mlic.mask is None else np.packbits(mlic.mask).tobytes()
    return {
        "device": device.type,
        "collection": mlic.sha256,
        "mask": sha256(mask).hexdigest(),
        "test_lights": held_out_lights(mlic),
        "teacher_sha256": sha256(text.encode()).hexdigest(),
    }


def _check_settings(
    model: str,
    units: int,
    teacher: str | Path,
    encoder: str,
    seed: int,
    steps: int | None,
    minutes: float | None,
) -> None:
    if model not in ("neural", "disk"):
        raise RakingError(f"unknown model {model!r}: choose neural or disk")
    if not 1 <= units <= MAX_UNITS:
        raise RakingError(f"a decoder of {units} units cannot be: choose 1 to {MAX_UNITS}")
    if encoder not in ENCODERS:
        raise RakingError(f"unknown encoder {encoder!r}: choose {' or '.join(ENCODERS)}")
    if model == "disk" and teacher not in ENCODERS and not Path(teacher).is_dir():
        raise RakingError(
            f"no teacher {str(teacher)!r}: choose {' or '.join(ENCODERS)}, or name the folder of "
            "a trained image"
        )
    if seed < 0:
        raise RakingError(f"a seed of {seed} cannot be: choose 0 or more")
    if steps is not None and steps < 1:
        raise RakingError(f"{steps} training steps cannot be: choose 1 or more")
    if minutes is not None and not 0 < minutes < float("inf"):
        raise RakingError(f"a budget of {minutes} minutes cannot be: choose more than 0")
    if steps is not None and minutes is not None:
        raise RakingError("steps and minutes both say when training ends: choose one")


def _device(name: str | None) -> torch.device:
    available = torch.cuda.is_available()
    if name not in (None, "cpu", "cuda"):
        raise RakingError(f"no device {name!r}: choose cpu or cuda")
    if name == "cuda" and not available:
        raise RakingError("PyTorch finds no CUDA device here: leave the device out, or choose cpu")
    return torch.device(name or ("cuda" if available else "cpu"))


def _read_teacher(path: Path, mlic: Mlic, warn: Callable[[str], None]) -> RelightableImage:
    """A trained image that may teach this collection."""
    image = read_image(path)
    if not isinstance(image.decoder, NeuralDecoder):
        raise RakingError(f"the teacher {path} is a classical image: take a neural one")
    if (image.width, image.height) != (mlic.width, mlic.height):
        raise RakingError(
            f"the teacher {path} is {image.width} x {image.height} pixels but the photographs in "
            f"{mlic.path} are {mlic.width} x {mlic.height}: take one of this collection"
        )
    if image.mask is not None and (mlic.mask is None or (mlic.mask & ~image.mask).any()):
        raise RakingError(
            f"the teacher {path} was trained under a smaller mask than that of {mlic.path}: take "
            "one that knows all of the object"
        )
    image.decoder.check_light()
    collection = image.provenance.get("collection_sha256")
    if collection is None:
        warn(f"the teacher {path} does not say which collection it was trained on")
        return image
    if collection != mlic.sha256:
        raise RakingError(
            f"the teacher {path} was trained on another collection than {mlic.path}: take one of "
            "this collection, or have one trained"
        )
    if image.provenance.get("test_lights") != held_out_lights(mlic):
        raise RakingError(
            f"the teacher {path} was trained with other lights held out, so it has seen some of "
            "the held-out photographs: hold out the same, or have a teacher trained"
        )
    return image
