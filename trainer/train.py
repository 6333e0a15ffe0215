"""Training a relightable image from a collection, directly (NeuralRTI) or by distillation (DisK).

A pixel is encoded once from its values under all training lights and decoded under many: the
encoder's input does not depend on the light. `_fit` is the training loop.
"""

import contextlib
import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from renderer.image import RelightableImage, check_writable, read_image, write_image
from shaders.decoder import MAX_UNITS
from shaders.errors import RakingError
from trainer.checkpoint import Checkpoint
from trainer.evaluate import evaluate
from trainer.metrics import psnr_of_error
from trainer.mlic import Mlic
from trainer.networks import ENCODERS, LATENTS, TEACHER_UNITS, DecoderNetwork, Networks
from trainer.quantise import latent_ranges, quantise
from trainer.samples import Samples

# Steps of each kind of training, whatever the size of the picture: pixels are drawn at random.
STEPS = {"neural": 24_000, "teacher": 20_000, "student": 27_000}

# Many small steps learn more in the same time than few large ones.
PIXELS_PER_STEP = 128
LIGHTS_PER_STEP = 24  # of the photographs, drawn anew in each step
ASKED_PER_STEP = 24  # directions without a photograph, at which the student follows its teacher
PHOTOGRAPHS_SHARE = 0.6  # a in a |Ps - Pgt|^2 + (1 - a) |Ps - Pt|^2
LEARNING_RATE = 0.01
BETAS = (0.9, 0.99)

HELDOUT_PIXELS = 4096  # of the running held-out PSNR
REPORT_SECONDS = 0.25
HELDOUT_SECONDS = 3.0
CHECKPOINT_SECONDS = 15.0
ENCODE_CHUNK = 1 << 15


class Progress(Protocol):
    """Told several times a second how far training is.

    `phase` is "neural", "teacher" or "student"; `heldout_psnr`, in dB on some pixels, is None
    until first measured, and for a collection with nothing held out. It chooses nothing.
    """

    def __call__(
        self, phase: str, step: int, steps: int, loss: float, heldout_psnr: float | None
    ) -> None: ...


class Teacher:
    """A trained relightable image, asked for the colours of any object pixel under any light."""

    def __init__(self, image: RelightableImage, samples: Samples) -> None:
        stored = image.decoder
        self.image = image
        self.samples = samples
        planes = torch.from_numpy(image.planes)  # [K / 3, H, W, 3]
        self.levels = planes.permute(1, 2, 0, 3).reshape(-1, stored.latents)  # [H W, K] uint8
        self.decoder = DecoderNetwork.from_decoder(stored).to(samples.device)
        self.low = torch.from_numpy(stored.latent_min)
        self.range = torch.from_numpy(stored.latent_max - stored.latent_min)

    @torch.no_grad()
    def colours(self, pixels: Tensor, lights: Tensor) -> Tensor:
        """[B] object pixels and [L, 2] lights -> [B, L, 3]."""
        levels = self.levels[self.samples.place[pixels]]
        latents = levels / 255 * self.range + self.low
        return self.decoder(latents.to(self.samples.device), lights)


@dataclass
class _Run:
    """What all phases of one training share."""

    samples: Samples
    seed: int
    steps: int | None
    progress: Progress | None
    checkpoint: Checkpoint
    before: float  # seconds that were spent before this run resumed
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return self.before + time.monotonic() - self.started


def train(
    mlic: Mlic,
    *,
    model: Literal["neural", "disk"] = "disk",
    units: int = 20,
    teacher: str | Path = "improved",
    encoder: str = "original",
    seed: int = 0,
    steps: int | None = None,
    device: str | None = None,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
    keep_teacher: Path | None = None,
    warn: Callable[[str], None] = warnings.warn,
) -> RelightableImage:
    """A relightable image of the collection, with its held-out scores in the provenance.

    "neural" trains an encoder and a decoder of `units` (1 to 64) hidden units on the photographs
    (NeuralRTI). "disk" trains such a pair to follow a teacher of 50 units as well (DisK-NeuralRTI,
    STAG 2024, section 3): `teacher` is the encoder shape of one to be trained first, "original"
    or "improved", or the folder of a relightable image. The student's encoder has the teacher's
    shape and weights of its own.

    `steps` replaces the default number of every phase. The same seed, settings and machine give
    the same result. `device` is "cpu" or "cuda"; by default CUDA where there is one. From the
    file `checkpoint`, written every 15 seconds, the same call resumes after an interrupt;
    removing it in the end is the caller's. `keep_teacher` is a folder to write a newly trained
    teacher to. Held-out photographs are measured but never trained on.

    Raises RakingError for settings that cannot be, a teacher that does not fit, and training
    that diverges.
    """
    _check_settings(model, units, teacher, encoder, seed, steps)
    if keep_teacher is not None:
        check_writable(keep_teacher)
    samples = Samples(mlic, _device(device))
    guide: Teacher | None = None
    if model == "disk" and teacher not in ENCODERS:
        guide = Teacher(_read_teacher(Path(teacher), mlic, warn), samples)
        named = guide.image.provenance.get("encoder")
        encoder = named if named in tuple(ENCODERS) else "improved"
    elif model == "disk":
        encoder = str(teacher)
    settings = {
        "collection": mlic.sha256,
        "test_lights": _test_lights(mlic),
        "model": model,
        "units": units,
        "teacher": None if model == "neural" else str(teacher),
        "encoder": encoder,
        "seed": seed,
        "steps": steps,
    }
    kept = Checkpoint(checkpoint, settings, warn)
    run = _Run(samples, seed, steps, progress, kept, before=kept.state.get("seconds", 0.0))
    if model == "neural":
        return _trained("neural", run, units, encoder)
    if guide is None:
        image = _trained("teacher", run, TEACHER_UNITS, encoder)
        if keep_teacher is not None:
            write_image(image, keep_teacher)
        guide = Teacher(image, samples)
    return _trained("student", run, units, encoder, guide, Path(teacher).name)


def _trained(
    phase: str,
    run: _Run,
    units: int,
    encoder: str,
    teacher: Teacher | None = None,
    teacher_name: str | None = None,
) -> RelightableImage:
    """Trains one pair of networks, or takes it from the checkpoint, and stores the latents."""
    samples, mlic = run.samples, run.samples.mlic
    seed = 2 * run.seed + (teacher is not None)  # a student must not repeat its teacher's draws
    networks = Networks(len(samples.lights), encoder, units, seed).to(samples.device)
    steps = STEPS[phase] if run.steps is None else run.steps
    if phase in run.checkpoint.state:
        networks.load_state_dict(run.checkpoint.state[phase])
    else:
        with _one_thread():
            _fit(phase, run, networks, steps, seed, teacher)
        run.checkpoint.save(present=None, seconds=run.seconds, **{phase: networks.state_dict()})
    image = _store(networks, samples)
    image.provenance = {
        "model": "disk" if teacher else "neural",
        "units": units,
        "encoder": encoder,
        "teacher": teacher_name,
        "seed": run.seed,
        "steps": steps,
        "seconds": round(run.seconds, 1),
        "software": _software(),
        "collection": mlic.path.resolve().name,
        "collection_sha256": mlic.sha256,
        "lights": len(samples.lights),
        "test_lights": _test_lights(mlic),
    }
    if mlic.test.names:
        scores = evaluate(image, mlic)
        image.provenance["scores"] = {key: scores[key] for key in ("psnr", "ssim", "delta_e")}
    return image


def _fit(
    phase: str,
    run: _Run,
    networks: Networks,
    steps: int,
    seed: int,
    teacher: Teacher | None,
) -> None:
    """The training loop: Adam with cosine decay on random pixels under random lights."""
    samples = run.samples
    optimiser = torch.optim.Adam(networks.parameters(), LEARNING_RATE, BETAS, fused=True)
    random = torch.Generator().manual_seed(seed)
    heldout = _HeldOut(samples)
    first = 0
    present = run.checkpoint.state.get("present")
    if present is not None:
        first = present["step"]
        networks.load_state_dict(present["networks"])
        optimiser.load_state_dict(present["optimiser"])
        random.set_state(present["random"])
    reported = saved = time.monotonic()

    for step in range(first, steps):
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * (1 + math.cos(math.pi * step / steps)) / 2

        pixels = torch.randint(len(samples), (PIXELS_PER_STEP,), generator=random)
        lit = torch.randperm(len(samples.lights), generator=random)[:LIGHTS_PER_STEP]
        lit = lit.to(samples.device)
        values = samples.values(pixels)  # [B, L, 3]
        latents = networks.encoder(values.flatten(1))  # [B, K]
        if teacher is None:
            colours = networks.decoder(latents, samples.lights[lit])
            loss = functional.mse_loss(colours, values[:, lit])
        else:
            asked = _random_lights(ASKED_PER_STEP, samples.rim, random).to(samples.device)
            colours = networks.decoder(latents, torch.cat([samples.lights[lit], asked]))
            photographed, unseen = colours.split([len(lit), len(asked)], dim=1)
            loss = PHOTOGRAPHS_SHARE * functional.mse_loss(photographed, values[:, lit]) + (
                1 - PHOTOGRAPHS_SHARE
            ) * functional.mse_loss(unseen, teacher.colours(pixels, asked))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

        now = time.monotonic()
        last = step + 1 == steps
        if now - reported > REPORT_SECONDS or last:
            reported = now
            _check_finite(loss, step)
            if run.progress:
                psnr = heldout.psnr(networks, anew=last)
                run.progress(phase, step + 1, steps, loss.item(), psnr)
        if now - saved > CHECKPOINT_SECONDS:
            saved = now
            _check_finite(loss, step)
            state = {
                "step": step + 1,
                "networks": networks.state_dict(),
                "optimiser": optimiser.state_dict(),
                "random": random.get_state(),
            }
            run.checkpoint.save(present=state, seconds=run.seconds)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """One thread of PyTorch: the tensors of a step are so small that sharing them gains little.

    Where another program keeps a core busy, threads that wait for each other would make training
    ten times slower. And the result does not depend on the number of cores.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _random_lights(number: int, rim: float, random: torch.Generator) -> Tensor:
    """[number, 2] directions, evenly spread over the (x, y) disc that the photographs reach."""
    radius = rim * torch.rand(number, generator=random).sqrt()
    azimuth = 2 * math.pi * torch.rand(number, generator=random)
    return torch.stack([radius * azimuth.cos(), radius * azimuth.sin()], dim=1)


def _check_finite(loss: Tensor, step: int) -> None:
    if not torch.isfinite(loss):
        raise RakingError(f"training diverged at step {step + 1}: begin again with another --seed")


class _HeldOut:
    """The running held-out PSNR, on a fixed choice of pixels, every few seconds."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        order = torch.randperm(len(samples), generator=torch.Generator().manual_seed(0))
        self.pixels = order[:HELDOUT_PIXELS]
        self.last: float | None = None
        self.measured = -math.inf

    @torch.no_grad()
    def psnr(self, networks: Networks, anew: bool) -> float | None:
        """Mean PSNR in dB over the held-out lights; the last measure while it is fresh."""
        stale = time.monotonic() - self.measured > HELDOUT_SECONDS
        if len(self.samples.test_lights) and (stale or anew):
            latents = networks.encoder(self.samples.values(self.pixels).flatten(1))
            colours = networks.decoder(latents, self.samples.test_lights).clamp(0, 1)
            squared = (colours - self.samples.test_values(self.pixels)).square()
            per_light = squared.mean(dim=(0, 2)).tolist()
            self.last = float(np.mean([psnr_of_error(error) for error in per_light]))
            self.measured = time.monotonic()
        return self.last


@torch.no_grad()
def _store(networks: Networks, samples: Samples) -> RelightableImage:
    """Encodes every object pixel and rounds the latents to 8 bits; level 0 off the object."""
    latents = np.empty((len(samples), LATENTS), np.float32)
    for chunk in torch.arange(len(samples)).split(ENCODE_CHUNK):
        encoded = networks.encoder(samples.values(chunk).flatten(1))
        latents[chunk.numpy()] = encoded.cpu().numpy()
    low, high = latent_ranges(latents)
    mlic = samples.mlic
    levels = np.zeros((mlic.height * mlic.width, LATENTS), np.uint8)
    levels[samples.place.numpy()] = quantise(latents, low, high)
    planes = levels.reshape(mlic.height, mlic.width, LATENTS // 3, 3).transpose(2, 0, 1, 3)
    stored = networks.decoder.to_decoder(low, high)
    return RelightableImage(stored, np.ascontiguousarray(planes), mlic.mask)


def _check_settings(
    model: str, units: int, teacher: str | Path, encoder: str, seed: int, steps: int | None
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
    if (image.width, image.height) != (mlic.width, mlic.height):
        raise RakingError(
            f"the teacher {path} is {image.width} x {image.height} pixels but the photographs in "
            f"{mlic.path} are {mlic.width} x {mlic.height}: take one of this collection"
        )
    if image.decoder.conditions != 2:
        raise RakingError(f"the teacher {path} knows views besides lights: take one of lights only")
    collection = image.provenance.get("collection_sha256")
    if collection is None:
        warn(f"the teacher {path} does not say which collection it was trained on")
        return image
    if collection != mlic.sha256:
        raise RakingError(
            f"the teacher {path} was trained on another collection than {mlic.path}: take one of "
            "this collection, or have one trained"
        )
    if image.provenance.get("test_lights") != _test_lights(mlic):
        raise RakingError(
            f"the teacher {path} was trained with other lights held out, so it has seen some of "
            "the held-out photographs: hold out the same, or have a teacher trained"
        )
    return image


def _test_lights(mlic: Mlic) -> list[str] | dict[str, str]:
    """The held-out lights as the image remembers them: names, or the folder that they lie in."""
    return {"test_set": mlic.test_set} if mlic.test_set else mlic.test.names


def _software() -> str:
    try:
        return f"raking {metadata.version('raking')}"
    except metadata.PackageNotFoundError:
        return "raking"
