"""What every trained image, and a training's checkpoint, remember of where they come from."""

from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from trainer.collection.mlic import Mlic
from trainer.models.networks import LATENTS
from trainer.training.region import region_name
from trainer.training.settings import TrainingSettings


def origin(mlic: Mlic) -> dict[str, Any]:
    """The software, the collection, and how its photographs were read and split."""
    return {
        "software": software(),
        "collection": mlic.path.resolve().name,
        "collection_sha256": mlic.sha256,
        "photographs": mlic.reading,
        "lights": len(mlic.train.names),
        "test_lights": held_out_lights(mlic),
    }


def recorded(settings: TrainingSettings) -> dict[str, Any]:
    """The settings of a training of networks, on whatever device it runs."""
    return {
        "model": settings.model,
        "units": settings.hidden_units,
        "encoder": settings.encoder,
        "teacher": Path(settings.teacher).name if settings.model == "disk" else None,
        "seed": settings.seed,
        "steps": settings.steps,
        "minutes": settings.minutes,
        "pixels": settings.pixels,
        "sampling": settings.sampling,
        "guided": settings.guided,
        **other_latents(settings),
        **({} if settings.relief else {"relief": False}),
        **_region(settings),
    }


def other_latents(settings: TrainingSettings) -> dict[str, int]:
    """The latents of a network, where they are not the nine that all had before they could be
    chosen: what was trained then is still known again."""
    latents = settings.latent_values
    return {"latents": latents} if latents not in (0, LATENTS) else {}


def _region(settings: TrainingSettings) -> dict[str, Any]:
    if settings.region is None:
        return {}
    step = {"region_step": settings.region_step} if settings.region_step > 1 else {}
    weight = settings.region_weight
    return {"region": region_name(settings.region), "region_weight": weight, **step}


def held_out_lights(mlic: Mlic) -> list[str] | dict[str, str]:
    """The held-out lights as the image remembers them: names, or the folder that they lie in."""
    return {"test_set": mlic.test_set} if mlic.test_set else mlic.test.names


def mask_sha256(mlic: Mlic) -> str:
    return sha256(b"" if mlic.mask is None else np.packbits(mlic.mask).tobytes()).hexdigest()


def software() -> str:
    try:
        return f"raking {metadata.version('raking')}"
    except metadata.PackageNotFoundError:
        return "raking"
