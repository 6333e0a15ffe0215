"""The relief of a surface that cameras saw: how far each place lies above or below the plane that
pictures are rectified to.

Latents are those of places of the surface. A camera from the side sees one place in front of
another, so before a frame is decoded the latents are put where it sees them (`relief.jinja`,
`between.jinja`; renderer/image/shifted.py is the same in numpy). All of that is in whole numbers,
of 256ths, so that no two of them differ.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shaders.decoder import check
from shaders.template import render
from shaders.texts import shader_text

LARGEST_HEIGHT = 1000  # pixels
LEAST_Z = 1 / 16  # of a view: from lower down the parallax grows no more
PART = 256  # positions are in these parts of a pixel, heights in these parts of a level
MOST_HALVINGS = 6  # of the ray: at most 64 looks
WGSL = {"int": "let", "int2": "let", "value": "let", "count": "var"}  # the bodies' words


@dataclass(frozen=True, eq=False)
class Relief:
    """Heights of the surface in `levels`, 0 to 255 from `low` to `high`, in pixels above the plane.

    Raises RakingError for what cannot be.
    """

    levels: np.ndarray  # [H, W] uint8
    low: float
    high: float

    def __post_init__(self) -> None:
        check(relief_problems(self.low, self.high))

    def march(self, view: Sequence[float] | np.ndarray) -> list[int]:
        """How a ray to a camera in the direction `view` (x, y) passes over the surface: eight whole
        numbers. The first two are where it is at level 0, right and down, in 256ths of a pixel, the
        next two how far it goes from there to level 255; then into how many parts it is halved,
        as the power of two. The others are 0, and make two vectors for the shader."""
        x, y = float(view[0]), float(view[1])
        z = max(math.sqrt(max(0.0, 1 - x * x - y * y)), LEAST_Z)
        across, down = PART * x / z, -PART * y / z
        start = [_whole(across * self.low), _whole(down * self.low)]
        way = [_whole(across * (self.high - self.low)), _whole(down * (self.high - self.low))]
        longest = max(abs(way[0]), abs(way[1]))
        halvings = 0
        while halvings < MOST_HALVINGS and longest > PART << halvings:
            halvings += 1
        return [*start, *way, halvings, 0, 0, 0]


def relief_problems(low: float, high: float) -> Iterator[str]:
    """Sentences on what is wrong with the limits of heights."""
    if not -LARGEST_HEIGHT <= low < high <= LARGEST_HEIGHT:
        yield f"the heights of its relief are not between two limits of up to {LARGEST_HEIGHT}"


def _whole(value: float) -> int:
    """Rounded, halves up, as JavaScript does."""
    return math.floor(value + 0.5)


def relief_wgsl() -> str:
    """The shader that finds the places which a camera sees, `find`."""
    return _wgsl("relief.wgsl.jinja", place_seen=render(shader_text("relief.jinja"), **WGSL))


def shifted_wgsl() -> str:
    """The shader that puts a picture's levels where a camera sees them, `shift`."""
    return _wgsl("shifted.wgsl.jinja")


def _wgsl(file: str, **bodies: str) -> str:
    between, cover = render(shader_text("between.jinja"), **WGSL), shader_text("cover.wgsl")
    return render(shader_text(file), between=between, cover=cover, **bodies)
