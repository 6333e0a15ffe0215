"""What is known of a collection before a network is trained on it: which pixels, its axes, its
guide."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from shaders.heights import Relief
from trainer.collection.mlic import Mlic
from trainer.collection.samples import Samples
from trainer.models.networks import principal_axes
from trainer.running.checkpoint import Checkpoint
from trainer.running.plan import Plan, Progress
from trainer.running.threads import one_thread
from trainer.training.camera_guide import CameraGuide
from trainer.training.guide import Guide
from trainer.training.lesson import spread_lights
from trainer.training.region import read_region
from trainer.training.rehearsal import Finish
from trainer.training.sampling import choose_in_region
from trainer.training.settings import TrainingSettings
from trainer.training.unfolding import unfold
from trainer.training.validation import Validation, spared_lights, spared_pairs
from trainer.training.viewpoints import can_guide

# Pixels, and values of them, that the guide and the principal axes are worked out from.
DESCRIBED_PIXELS = 1 << 16
DESCRIBED_VALUES = 1 << 26


@dataclass
class Run:
    """What all phases of one training share."""

    mlic: Mlic
    samples: Samples  # without the validation lights; laid onto the relief
    relief: Relief | None  # that several cameras tell
    region: np.ndarray | None  # [H, W] bool, true at the pixels of interest; None without such
    pixels: Tensor  # [P] those to train on, as often as they are to be drawn
    projection: tuple[Tensor, Tensor]
    guide: Guide | CameraGuide | None
    spared: list[int]  # the training lights that validate
    validation: Validation
    settings: TrainingSettings
    checkpoint: Checkpoint
    plan: Plan
    finish: Finish | None
    warn: Callable[[str], None]


def prepare(
    mlic: Mlic,
    settings: TrainingSettings,
    device: torch.device,
    *,
    checkpoint: Checkpoint,
    plan: Plan,
    finish: Finish | None,
    warn: Callable[[str], None],
) -> Run:
    """Everything that training needs but the networks."""
    plan.resume(checkpoint.state.get("seconds", 0.0))
    progress = plan.begin("guide")
    everything = Samples(mlic, device)
    several = mlic.train.views is not None
    relief = None
    if several and settings.relief and can_guide(everything):
        with one_thread():
            unfolded = unfold(everything, progress, warn)
        if unfolded is not None:
            everything, relief = Samples(unfolded.mlic, device), unfolded.relief
    spared = spared_pairs(len(mlic.train.names)) if several else spared_lights(mlic.train.lights)
    samples = everything.without(spared)
    region = read_region(settings, mlic)
    pixels = choose_in_region(samples, region, settings)
    validation = Validation(everything, spared, None if region is None else pixels)
    random = torch.Generator().manual_seed(settings.seed)
    described = min(DESCRIBED_PIXELS, DESCRIBED_VALUES // (3 * len(samples.seen)))
    some = pixels[torch.randperm(len(pixels), generator=random)[:described]]
    values = samples.values(some).cpu()  # [S, L, 3]
    guide: Guide | CameraGuide | None = None
    if settings.guided and several:
        guide = _between_cameras(samples, relief, settings, progress)
    elif settings.guided:
        flat = values.transpose(1, 2).flatten(0, 1)  # [3 S, L]
        with one_thread():
            products = (flat.T @ flat / len(flat)).double().numpy()
        guide = Guide(np.delete(mlic.train.lights, spared, axis=0), products)
    return Run(
        mlic=mlic,
        samples=samples,
        relief=relief,
        region=region,
        pixels=pixels.to(device),
        projection=principal_axes(values.flatten(1)),
        guide=guide,
        spared=spared,
        validation=validation,
        settings=settings,
        checkpoint=checkpoint,
        plan=plan,
        finish=finish,
        warn=warn,
    )


def _between_cameras(
    samples: Samples, relief: Relief | None, settings: TrainingSettings, progress: Progress
) -> CameraGuide | None:
    """The guide of several cameras; None where they have too few lights each."""
    if not can_guide(samples):
        return None
    random = torch.Generator().manual_seed(settings.seed)

    def lights(number: int) -> Tensor:
        horizon = settings.model == "hyper"  # as of one camera
        return spread_lights(number, samples.rim, random, horizon)

    with one_thread():
        return CameraGuide(samples, relief, lights, random, progress)
