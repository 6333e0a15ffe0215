"""What a command that trains was asked: the same settings on the same files are the same image."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from renderer.image import read_info_text
from trainer.mlic import Mlic
from trainer.networks import ENCODERS
from trainer.provenance import held_out_lights


def training_asked(mlic: Mlic, teacher: str | None, **settings: Any) -> dict[str, Any]:
    """`settings` with the files that were read: the collection, its mask and split, the teacher.

    `teacher` is a kind of encoder, or the folder of an image. Raises RakingError where that holds
    none.
    """
    stored = read_info_text(Path(teacher)) if teacher and teacher not in ENCODERS else None
    mask = b"" if mlic.mask is None else np.packbits(mlic.mask).tobytes()
    return {
        "command": "train",
        **settings,
        "teacher": sha256(stored.encode()).hexdigest() if stored else teacher,
        "collection": mlic.sha256,
        "mask": sha256(mask).hexdigest(),
        "test_lights": held_out_lights(mlic),
    }
