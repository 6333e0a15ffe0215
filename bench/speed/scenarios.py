"""The matrix of cases that the bench measures, and the order that it measures them in."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

CROPS = ((1000, 1000), (2000, 1000), (2500, 2000), (5000, 2000))  # 1, 2, 5 and 10 Mpx
WINDOW = (1920, 1080)
LOOPED_UP_TO = 2_000_000  # pixels; beyond, a looped frame takes too long in software


@dataclass(frozen=True)
class Case:
    """One measurement of one image in one fresh browser process."""

    image: str  # the label of a relightable image in this run
    width: int  # of the crop, in image pixels
    height: int
    view: str = "whole"  # "whole": a canvas as large as the crop; "window": WINDOW; both at 1:1
    tiling: bool = False
    adaptive: bool = False
    shader: str = "baked"  # or "looped"
    repeat: int = 1

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height of the canvas in device pixels."""
        return (self.width, self.height) if self.view == "whole" else WINDOW

    @property
    def cell(self) -> "Case":
        """The case without its repeat: what repeats are averaged over."""
        return replace(self, repeat=0)

    @property
    def name(self) -> str:
        """All that tells this case from others, for people and for the journal."""
        toggles = f"tiling-{on_off(self.tiling)} adaptive-{on_off(self.adaptive)}"
        size = f"{self.width}x{self.height}"
        return f"{self.image} {size} {self.view} {toggles} {self.shader} #{self.repeat}"

    def url_parameters(self, target_fps: float) -> dict[str, str]:
        """The viewer's URL parameters that show this case."""
        return {
            "ui": "off",
            "zoom": "1",
            "center": f"{self.width / 2:g},{self.height / 2:g}",
            "tiling": on_off(self.tiling),
            "adaptive": on_off(self.adaptive),
            "target": f"{target_fps:g}",
            "shader": "baked" if self.shader == "looped" else self.shader,  # see looped.py
        }


Round = list[Case]  # cases to be measured in any order


def on_off(value: bool) -> str:
    return "on" if value else "off"


def full_matrix(images: Sequence[str], repeats: int) -> list[Round]:
    """Every image x crop x view x tiling x adaptive, and the looped shader up to 2 Mpx."""
    cells = []
    for image, crop, view, tiling, adaptive in product(
        images, CROPS, ("whole", "window"), (False, True), (False, True)
    ):
        cells.append(Case(image, *crop, view, tiling, adaptive))
    for image, (width, height) in product(images, CROPS):
        if width * height <= LOOPED_UP_TO:
            cells.append(Case(image, width, height, shader="looped"))
    return repeated([cells], repeats)


def quick_matrix(images: Sequence[str], repeats: int) -> list[Round]:
    """What shows the main ratios within two minutes: every decoder first, then the looped shader,
    then toggles. A slow machine does not reach all of it."""
    baked, toggles = [], []
    for image in images:
        baked += [Case(image, 1000, 1000), Case(image, 2000, 1000)]
        toggles += [
            Case(image, 1000, 1000, tiling=True),
            Case(image, 1000, 1000, adaptive=True),
            Case(image, 2500, 2000, "window"),
            Case(image, 2500, 2000, "window", tiling=True),
        ]
    looped = [replace(case, shader="looped") for case in baked]
    return repeated([baked, looped, toggles], repeats)


def repeated(rounds: Sequence[Round], repeats: int) -> list[Round]:
    """All rounds as first repeats, then all as second ones, and so on."""
    return [
        [replace(case, repeat=repeat) for case in cases]
        for repeat, cases in product(range(1, repeats + 1), rounds)
    ]


def interleave(rounds: Sequence[Round], seed: int) -> list[Case]:
    """Round after round, each in an order shuffled by `seed`.

    A machine that warms up or slows down then hits all cases of a round alike.
    """
    shuffler = random.Random(seed)
    return [case for cases in rounds for case in shuffler.sample(cases, len(cases))]
