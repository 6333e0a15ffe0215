"""What a command that trains was asked: the same settings on the same files are the same image."""

from hashlib import sha256
from typing import Any

from renderer.image.relightable import read_info_text
from trainer.collection.mlic import Mlic
from trainer.training.provenance import held_out_lights, mask_sha256, other_latents, recorded
from trainer.training.region import region_sha256
from trainer.training.settings import TrainingSettings

# What is recorded of networks alone; the others are recorded of every model.
OF_NETWORKS = (
    "seed",
    "minutes",
    "steps",
    "pixels",
    "sampling",
    "guided",
    "relief",
    "region_weight",
)


def training_asked(mlic: Mlic, settings: TrainingSettings, **writing: Any) -> dict[str, Any]:
    """What a training was asked: the `settings` that are of use to the model, how the image is to
    be written, and the files that are read, which are the collection, its mask and split, and the
    teacher.

    Raises RakingError where the teacher's folder holds no image, and as `read_region` does. On
    which device it runs is not asked.
    """
    known = recorded(settings) if settings.trains_networks else {}
    return {
        "command": "train",
        "model": settings.model,
        "order": settings.order if settings.model == "hsh" else None,
        "units": settings.hidden_units or None,
        "encoder": settings.encoder if settings.model in ("neural", "hyper") else None,
        **other_latents(settings),
        **writing,
        **{key: known[key] for key in OF_NETWORKS if key in known},
        **_region(mlic, settings),
        "teacher": _teacher(settings),
        "collection": mlic.sha256,
        "mask": mask_sha256(mlic),
        "test_lights": held_out_lights(mlic),
    }


def _region(mlic: Mlic, settings: TrainingSettings) -> dict[str, str | None]:
    """What tells the region from others, of a model that follows one."""
    if settings.region is None or not settings.trains_networks:
        return {}
    return {"region": region_sha256(settings, mlic)}


def _teacher(settings: TrainingSettings) -> str | None:
    """The encoder of a teacher to be trained, or what tells a stored one from others."""
    if settings.model != "disk":
        return None
    folder = settings.teacher_folder
    if folder is None:
        return str(settings.teacher)
    return sha256(read_info_text(folder).encode()).hexdigest()
