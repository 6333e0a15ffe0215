"""Training a relightable image from a collection: fitted (PTM, HSH, PCA/RBF), directly (NeuralRTI)
or by distillation (DisK).

The training loop is `fit` in trainer/training/fit.py; this is the order of what goes before it and
after it.
"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import torch

from renderer.image.relightable import (
    RelightableImage,
    check_writable,
    read_info_text,
    write_image,
)
from shaders.errors import RakingError
from trainer.collection.mlic import Mlic, check_one_camera
from trainer.running.checkpoint import Checkpoint
from trainer.running.plan import Plan
from trainer.training.ahead import look_ahead
from trainer.training.classical import fit_classical
from trainer.training.phase import trained
from trainer.training.preparation import Run, prepare
from trainer.training.provenance import held_out_lights, mask_sha256, recorded
from trainer.training.region import region_sha256
from trainer.training.rehearsal import Finish
from trainer.training.settings import Encoder, TrainingSettings
from trainer.training.storing import stored
from trainer.training.teacher import StoredTeacher, Teacher, TrainedTeacher, read_teacher


def train(
    mlic: Mlic,
    settings: TrainingSettings = TrainingSettings(),
    *,
    checkpoint: Path | None = None,
    keep_teacher: Path | None = None,
    asked: dict[str, Any] | None = None,
    plan: Plan | None = None,
    finish: Finish | None = None,
    warn: Callable[[str], None] = warnings.warn,
) -> RelightableImage:
    """A relightable image of the collection, with its held-out scores in the provenance.

    The held-out photographs are scored in the end and choose nothing. Of networks, one of every 40
    training lights, but one at least, is taken out to validate with: the weights kept are the best
    on them.

    The `plan` is told of every progress. A budget in minutes counts since it began, and with what
    the caller will `finish` by; `warn` is told where that leaves less than half for training.
    `finish` is called with a small image and another plan, to see how long its phases take; not
    with the image that is returned.

    From the file `checkpoint`, written every 15 seconds while networks are trained, the same call
    resumes after an interrupt; removing it in the end is the caller's. `keep_teacher` is a folder
    to write a newly trained teacher to, `asked` what it records of the command.

    Raises RakingError for several cameras and a model of the light alone, a teacher that does not
    fit, a device that is not there, photographs that are too few for a model, and training that
    diverges.
    """
    plan = plan or Plan()
    if not settings.trains_networks:
        check_one_camera(mlic)
        return fit_classical(mlic, settings, plan, finish, warn)
    plan.budget = None if settings.minutes is None else 60 * settings.minutes
    if keep_teacher is not None:
        check_writable(keep_teacher)
    folder = settings.teacher_folder
    teacher = read_teacher(folder, mlic, warn) if folder else None
    if settings.model == "disk":
        settings = replace(settings, encoder=_encoder(settings, teacher))
    if teacher is not None and mlic.train.views is not None:
        settings = _as_laid(settings, teacher)
    device = _device(settings.device)
    kept = Checkpoint(checkpoint, recorded(settings) | _origin(mlic, settings, device), warn)
    run = prepare(mlic, settings, device, checkpoint=kept, plan=plan, finish=finish, warn=warn)
    if settings.model != "disk":
        look_ahead(run, [settings.model])
        return stored(settings.model, run, *trained(settings.model, run))
    if teacher is not None:
        return _student(run, StoredTeacher(teacher, run.samples))
    return _student(run, _new_teacher(run, keep_teacher, asked))


def _new_teacher(run: Run, folder: Path | None, asked: dict[str, Any] | None) -> Teacher:
    """Networks to learn from, which are written to the `folder`, too, where one is given."""
    if "teacher" not in run.checkpoint.state:
        look_ahead(run, ["teacher", "student"], keep_teacher=folder is not None)
    networks, facts = trained("teacher", run)
    if folder is not None:
        image = stored("teacher", run, networks, facts)
        run.plan.begin("writing teacher")
        write_image(image, folder, asked=asked)
    return TrainedTeacher(networks)


def _student(run: Run, teacher: Teacher) -> RelightableImage:
    # What follows was seen with a teacher of a second's training, and a while ago.
    look_ahead(run, ["student"], teacher)
    return stored("student", run, *trained("student", run, teacher))


def _encoder(settings: TrainingSettings, teacher: RelightableImage | None) -> Encoder:
    """The teacher's encoder, which its student has, too."""
    named = settings.teacher if teacher is None else teacher.provenance.get("encoder")
    encoders: tuple[Encoder, ...] = get_args(Encoder)
    return next((encoder for encoder in encoders if encoder == named), "improved")


def _as_laid(settings: TrainingSettings, teacher: RelightableImage) -> TrainingSettings:
    """A student's pixels are the places that its teacher's are: on the relief, or not."""
    if teacher.relief is not None and not settings.relief:
        raise RakingError(
            "the teacher has a relief, and its student is to have none: train it with the relief "
            "and without tiles, or take another teacher"
        )
    return replace(settings, relief=teacher.relief is not None)


def _origin(mlic: Mlic, settings: TrainingSettings, device: torch.device) -> dict[str, Any]:
    """What a checkpoint must have been trained on to be gone on from."""
    teacher = settings.teacher_folder
    return {
        "device": device.type,
        "collection": mlic.sha256,
        "mask": mask_sha256(mlic),
        **({"region": region_sha256(settings, mlic)} if settings.region else {}),
        "test_lights": held_out_lights(mlic),
        "teacher_sha256": sha256((read_info_text(teacher) if teacher else "").encode()).hexdigest(),
    }


def _device(name: str | None) -> torch.device:
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise RakingError("PyTorch finds no CUDA device here: leave the device out, or choose cpu")
    return torch.device(name or ("cuda" if available else "cpu"))
