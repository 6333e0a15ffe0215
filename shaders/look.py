"""How a decoded colour is seen: the mode of reading a surface, exposure, gamma and saturation.

The formulas are those of `look.jinja`, one text for WGSL and GLSL. In "normals" a pixel's colour is
its normal, `(n + 1) / 2`. In "specular" (specular enhancement, Malzbender et al. 2001) it is

    kd colour + ks mean(colour) (n.h)^exponent,    h = (l + v) / |l + v|,

with v towards the camera, which is (0, 0, 1) where there is one alone.

In "diffuse" (diffuse gain, of the same paper, of PTM images alone) the curvature of a pixel's
polynomial over the light (u, v) grows about the normal's (nu, nv), where value and slope stay:

    colour + (diffuse - 1) (a_uu (u - nu)^2 + a_uv (u - nu) (v - nv) + a_vv (v - nv)^2).

Then exposure, in stops of a display of gamma 2.2, then gamma, then saturation about Rec. 709's
luminance. Normals are shown as they are, and so is "evidence" (evidence.py): how far each pixel is
supported by photographs under the present light.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from shaders.decoder import LIGHT, directions
from shaders.errors import RakingError

Mode = Literal["plain", "normals", "specular", "diffuse", "evidence"]
Picture = Literal["normals", "evidence"]
MODES: tuple[Mode, ...] = get_args(Mode)
DISPLAY_GAMMA = 2.2
LOOK_SIZE = 4  # vectors of four that its shader is given
# The values that each number may have, and has first.
RANGES = {
    "exposure": (-6.0, 6.0, 0.0),
    "gamma": (0.2, 5.0, 1.0),
    "saturation": (0.0, 4.0, 1.0),
    "kd": (0.0, 2.0, 0.4),
    "ks": (0.0, 2.0, 0.7),
    "exponent": (1.0, 150.0, 75.0),
    "diffuse": (1.0, 10.0, 3.0),
}


def is_for(mode: Mode, kind: str) -> bool:
    """Whether a mode is for decoders of a kind."""
    return mode != "diffuse" or kind == "ptm"


@dataclass(frozen=True)
class Look:
    """A mode with its numbers, and what is done with the picture then. Raises RakingError for what
    cannot be."""

    mode: Mode = "plain"
    exposure: float = 0.0  # stops
    gamma: float = 1.0
    saturation: float = 1.0
    kd: float = 0.4  # of the colour, in "specular"
    ks: float = 0.7  # of the highlight
    exponent: float = 75.0  # of the highlight: the higher, the narrower
    diffuse: float = 3.0  # the gain, in "diffuse"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise RakingError(f"unknown mode {self.mode!r}: choose {', '.join(MODES)}")
        for name, (least, most, _) in RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise RakingError(f"{name} is {value:g}: choose {least:g} to {most:g}")

    @property
    def picture(self) -> Picture | None:
        """The picture beside the planes that it needs."""
        if self.mode == "plain":
            return None
        return "evidence" if self.mode == "evidence" else "normals"

    @property
    def changes_nothing(self) -> bool:
        return self.mode == "plain" and not self.toned

    @property
    def toned(self) -> bool:
        return (self.exposure, self.gamma, self.saturation) != (0, 1, 1)

    def check_decoder(self, kind: str) -> None:
        """RakingError where the mode is not for decoders of that kind."""
        if not is_for(self.mode, kind):
            raise RakingError(
                "the mode diffuse is of PTM images alone, and this is none: raking train --model "
                "ptm makes one of photographs"
            )

    @property
    def has_numbers(self) -> bool:
        """Whether its shader asks for `values`."""
        return not self.changes_nothing and self.mode != "normals"

    def values(self, conditions: np.ndarray) -> np.ndarray:
        """What its shader is given for a light (x, y) [2], or a view and a light [4], as float32 in
        fours."""
        light = np.asarray(conditions, np.float64)[-LIGHT:]
        view = np.asarray(conditions, np.float64)[:-LIGHT] if len(conditions) > LIGHT else (0, 0)
        towards, seen_from = directions(np.array([light, view]))
        half = towards + seen_from
        factor = 2 ** (self.exposure / DISPLAY_GAMMA)
        toning = [factor, 1 / self.gamma, self.saturation, 0]
        between = [*half / np.linalg.norm(half), 0]
        gloss = [self.kd, self.ks, self.exponent, 0]
        bend = [*light, self.diffuse - 1, 0]
        values = np.array([toning, between, gloss, bend]).ravel()
        return values.astype(np.float32)
