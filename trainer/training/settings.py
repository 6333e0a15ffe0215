"""What a training is asked for: one set of settings for the library, the command and the benchmark.

All that can be told wrong from the values alone is refused here; a teacher's folder and a CUDA
device are looked for when training begins.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from shaders.decoder import MAX_LATENTS
from shaders.errors import RakingError
from shaders.network import MAX_UNITS

Model = Literal["neural", "disk", "hyper", "ptm", "hsh", "rbf"]
Encoder = Literal["original", "improved"]
Sampling = Literal["uniform", "regular", "informed"]
Device = Literal["cpu", "cuda"]
Rectangle = tuple[int, int, int, int]  # x, y, width, height in pixels, from the top left

UNITS = {"neural": 50, "disk": 20, "hyper": 8}  # of the models that are networks
LATENTS = {"neural": 9, "disk": 9, "hyper": 12}
ORDERS = (2, 3)  # of HSH
LARGEST_WEIGHT = 1000  # of a region
LARGEST_STEP = 1000
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
    "neural", 20 of "disk" and 8 of "hyper". `latents` are the values stored of each pixel, a
    multiple of 3 up to 27; by default 9, and 12 of "hyper". `order` is that of "hsh", 2 or 3.

    `teacher`, of "disk", is the encoder of one to be trained first, "original" or "improved", or
    the folder of a relightable image; the student's encoder has the teacher's shape. `encoder` is
    that of "neural" and "hyper".

    `seed` is 0 or more; the same seed, settings and machine give the same image, unless time
    decides the number of steps. `steps` replaces the default number of every phase, `minutes` is a
    budget for the whole run instead. `pixels` is the fraction of the object's pixels to train on,
    above 0 and up to 1, `sampling` how they are chosen (trainer/training/sampling.py).

    `region` is a part of the picture, a rectangle, a CSV of pixels or a mask
    (trainer/training/region.py): networks are trained on its pixels alone or, with a
    `region_weight` of 1 to 1000, draw them so many times as often as others. All are encoded. Of a
    region with a `region_step` n, that is every n-th pixel of every n-th row of the picture.

    `guided`, networks also follow an interpolation of the photographs at lights between them
    (trainer/training/guide.py) and, of several cameras, between these (camera_guide.py). With a
    `relief`, what several cameras tell of it, their photographs are laid onto the surface
    (trainer/training/unfolding.py), and the image has it; it cannot be written in tiles. `device`
    is "cpu" or "cuda"; by default CUDA where there is one.

    Raises RakingError for values that cannot be.
    """

    model: Model = "hyper"
    units: int | None = None
    latents: int | None = None
    order: int = 3
    teacher: str | Path = "original"
    encoder: Encoder = "original"
    seed: int = 0
    steps: int | None = None
    minutes: float | None = None
    pixels: float = 1.0
    sampling: Sampling = "uniform"
    guided: bool = True
    relief: bool = True
    device: Device | None = None
    region: str | Path | Rectangle | None = None
    region_weight: float | None = None
    region_step: int = 1

    def __post_init__(self) -> None:
        _check_choice("unknown model", self.model, Model)
        if self.units is not None and not 1 <= self.units <= MAX_UNITS:
            raise RakingError(f"a decoder of {self.units} units cannot be: choose 1 to {MAX_UNITS}")
        if self.latents is not None and (self.latents % 3 or not 3 <= self.latents <= MAX_LATENTS):
            raise RakingError(
                f"{self.latents} latents cannot be: choose a multiple of 3 up to {MAX_LATENTS}"
            )
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
        self._check_region()
        if self.device is not None:
            _check_choice("no device", self.device, Device)

    def _check_region(self) -> None:
        if isinstance(self.region, tuple):
            x, y, width, height = self.region
            if min(x, y) < 0 or min(width, height) < 1:
                raise RakingError(
                    f"a region of {width} x {height} pixels from {x},{y} cannot be: choose "
                    "X,Y,WIDTH,HEIGHT inside the picture"
                )
        if not 1 <= self.region_step <= LARGEST_STEP:
            raise RakingError(
                f"a region of every {self.region_step}th pixel cannot be: choose 1 to "
                f"{LARGEST_STEP}"
            )
        if self.region_step > 1 and self.region is None:
            raise RakingError("a step of the region needs a region: choose one, or no step")
        if self.region_weight is None:
            return
        if self.region is None:
            raise RakingError("a weight of the region needs a region: choose one, or no weight")
        if not 1 <= self.region_weight <= LARGEST_WEIGHT:
            raise RakingError(
                f"a region's weight of {self.region_weight:g} cannot be: choose 1 to "
                f"{LARGEST_WEIGHT}"
            )

    @property
    def trains_networks(self) -> bool:
        """Whether the model is trained step by step, rather than fitted at once."""
        return self.model in UNITS

    @property
    def hidden_units(self) -> int:
        """`units`, or the model's own number; 0 of a model that is no network."""
        return (self.units or UNITS[self.model]) if self.trains_networks else 0

    @property
    def latent_values(self) -> int:
        """`latents`, or the model's own number; 0 of a model that is no network."""
        return (self.latents or LATENTS[self.model]) if self.trains_networks else 0

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
