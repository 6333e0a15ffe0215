"""What a command that trains was asked: the same settings on the same files are the same image."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from renderer.image.relightable import read_info_text
from trainer.collection.mlic import Mlic
from trainer.models.networks import ENCODERS
from trainer.training.provenance import held_out_lights

# What holds where a setting is not given.
NETWORK_DEFAULTS = {
    "seed": 0,
    "minutes": None,
    "steps": None,
    "pixels": 1.0,
    "sampling": "uniform",
    "guided": True,
}


def training_asked(
    mlic: Mlic, settings: dict[str, Any], teacher: str | None, **asked: Any
) -> dict[str, Any]:
    """What a training was asked: `asked`, the `settings` of networks where there are any, and the
    files that were read, which are the collection, its mask and split, and the teacher.

    `teacher` is a kind of encoder, or the folder of an image; None for models without. Raises
    RakingError where that folder holds no image. On which device it runs is not asked.
    """
    known = {key: settings.get(key, default) for key, default in NETWORK_DEFAULTS.items()}
    classical = asked["model"] not in ("neural", "disk")
    stored = read_info_text(Path(teacher)) if teacher and teacher not in ENCODERS else None
    mask = b"" if mlic.mask is None else np.packbits(mlic.mask).tobytes()
    return {
        "command": "train",
        **asked,
        **({} if classical else known),
        "teacher": sha256(stored.encode()).hexdigest() if stored else teacher,
        "collection": mlic.sha256,
        "mask": sha256(mask).hexdigest(),
        "test_lights": held_out_lights(mlic),
    }
