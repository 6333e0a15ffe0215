"""What a training is asked for: one set of settings for the library, the command and the benchmark.

All that can be told wrong from the values alone is refused here; a teacher's folder and a CUDA
device are looked for when training begins.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from shaders.errors import RakingError
from shaders.network import MAX_UNITS

Model = Literal["neural", "disk", "hyper", "ptm", "hsh", "rbf"]
Encoder = Literal["original", "improved"]
Sampling = Literal["uniform", "regular", "informed"]
Device = Literal["cpu", "cuda"]

UNITS = {"neural": 50, "disk": 20, "hyper": 8}  # of the models that are networks
ORDERS = (2, 3)  # of HSH
# Steps of each kind of training, whatever the size of the picture: pixels are drawn at random.
STEPS = {"neural": 12_000, "hyper": 16_000, "teacher": 6_000, "student": 16_000}


@dataclass(frozen=True)
class TrainingSettings:
    """How a relightable image is made of a collection. What is of no use to a model is ignored.

    `model` "neural" trains an encoder and a decoder on the photographs (NeuralRTI). "disk" trains
    such a pair to follow a teacher of 50 units as well (DisK-NeuralRTI, STAG 2024, section 3).
    "hyper" trains a decoder whose weights follow the light (shaders/hyper.py).
    "ptm", "hsh" and "rbf" (PCA/RBF, nine components) are fitted, in one pass and without chance.

    `units` are those of each of the decoder's two hidden layers, 1 to 64; by default 50 of
    "neural", 20 of "disk" and 8 of "hyper". `order` is that of "hsh", 2 or 3.

    `teacher`, of "disk", is the encoder of one to be trained first, "original" or "improved", or
    the folder of a relightable image; the student's encoder has the teacher's shape. `encoder` is
    that of "neural" and "hyper".

    `seed` is 0 or more; the same seed, settings and machine give the same image, unless time
    decides the number of steps. `steps` replaces the default number of every phase, `minutes` is a
    budget for the whole run instead. `pixels` is the fraction of the object's pixels to train on,
    above 0 and up to 1, `sampling` how they are chosen (trainer/training/sampling.py). `guided`,
    networks also follow an interpolation of the photographs at lights between them
    (trainer/training/guide.py). `device` is "cpu" or "cuda"; by default CUDA where there is one.

    Raises RakingError for values that cannot be.
    """

    model: Model = "disk"
    units: int | None = None
    order: int = 3
    teacher: str | Path = "original"
    encoder: Encoder = "original"
    seed: int = 0
    steps: int | None = None
    minutes: float | None = None
    pixels: float = 1.0
    sampling: Sampling = "uniform"
    guided: bool = True
    device: Device | None = None

    def __post_init__(self) -> None:
        _check_choice("unknown model", self.model, Model)
        if self.units is not None and not 1 <= self.units <= MAX_UNITS:
            raise RakingError(f"a decoder of {self.units} units cannot be: choose 1 to {MAX_UNITS}")
        if self.model == "hsh" and self.order not in ORDERS:
            raise RakingError(f"an HSH of order {self.order} cannot be: choose 2 or 3")
        _check_choice("unknown encoder", self.encoder, Encoder)
        if self.seed < 0:
            raise RakingError(f"a seed of {self.seed} cannot be: choose 0 or more")
        if self.steps is not None and self.steps < 1:
            raise RakingError(f"{self.steps} training steps cannot be: choose 1 or more")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise RakingError(f"a budget of {self.minutes:g} minutes cannot be: choose more than 0")
        if self.steps is not None and self.minutes is not None:
            raise RakingError("steps and minutes both say when training ends: choose one")
        if not 0 < self.pixels <= 1:
            raise RakingError(
                f"a fraction of {self.pixels:g} of the pixels cannot be: choose more than 0 and up "
                "to 1"
            )
        _check_choice("unknown sampling", self.sampling, Sampling)
        if self.device is not None:
            _check_choice("no device", self.device, Device)

    @property
    def trains_networks(self) -> bool:
        """Whether the model is trained step by step, rather than fitted at once."""
        return self.model in UNITS

    @property
    def hidden_units(self) -> int:
        """`units`, or the model's own number; 0 of a model that is no network."""
        return (self.units or UNITS[self.model]) if self.trains_networks else 0

    @property
    def teacher_folder(self) -> Path | None:
        """Where the teacher of "disk" is stored; None where one is to be trained, or of no use."""
        if self.model != "disk" or self.teacher in get_args(Encoder):
            return None
        return Path(self.teacher)


def _check_choice(problem: str, value: str, choices: object) -> None:
    """Refuses what is none of a Literal's values."""
    *others, last = get_args(choices)
    if value not in (*others, last):
        raise RakingError(f"{problem} {value!r}: choose {', '.join(others)} or {last}")
