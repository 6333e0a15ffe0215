"""How a decoded colour is seen: the mode of reading a surface, exposure, gamma and saturation.

A pixel is lit by a light of a colour (red, green, blue), and by a second, white one from elsewhere,
`second` times as strong. Of two lights the squares of the colours are summed, as on a display of
gamma 2: the root of (colour first)^2 + second other^2.

The formulas of the modes are those of `look.jinja`, one text for WGSL and GLSL. In "normals" a
pixel's colour is its normal, `(n + 1) / 2`. In "specular" (specular enhancement, Malzbender et al.
2001) it is

    kd colour + ks mean(colour) (n.h)^exponent,    h = (l + v) / |l + v|,

with v towards the camera, which is (0, 0, 1) where there is one alone.

In "diffuse" (diffuse gain, of the same paper, of PTM images alone) the curvature of a pixel's
polynomial over the light (u, v) grows about the normal's (nu, nv), where value and slope stay:

    colour + (diffuse - 1) (a_uu (u - nu)^2 + a_uv (u - nu) (v - nv) + a_vv (v - nv)^2).

Then exposure, in stops of a display of gamma 2.2, then gamma, then saturation about Rec. 709's
luminance. Normals are shown as they are, and so is "evidence" (evidence.py): how far each pixel is
supported by photographs under the present light.

The modes in OF_NEIGHBOURS are made of the picture at last, with what lies about a pixel
(renderer/gpu/sharpen.py). Those in OF_LIGHTS light each place from where its relief shows best
(renderer/gpu/fan.py).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from shaders.decoder import LIGHT, directions
from shaders.errors import RakingError

Mode = Literal[
    "plain",
    "normals",
    "curvature",
    "specular",
    "diffuse",
    "multi-light",
    "multi-light-static",
    "unsharp",
    "unsharp-picture",
    "unsharp-normals",
    "evidence",
]
Picture = Literal["normals", "evidence"]
MODES: tuple[Mode, ...] = get_args(Mode)
OF_NEIGHBOURS = ("unsharp", "unsharp-picture", "unsharp-normals", "curvature")
OF_LIGHTS = ("multi-light", "multi-light-static")
OF_COLOURS = ("plain", "unsharp", "unsharp-picture")  # what needs no picture beside the planes
OF_SURFACE = ("normals", "curvature")  # light and colour are left out
DISPLAY_GAMMA = 2.2
REC_709 = (0.2126, 0.7152, 0.0722)
LOOK_SIZE = 5  # vectors of four that its shader is given
# The values that each number may have, and has first.
RANGES = {
    "exposure": (-6.0, 6.0, 0.0),
    "gamma": (0.2, 5.0, 1.0),
    "saturation": (0.0, 4.0, 1.0),
    "kd": (0.0, 2.0, 0.4),
    "ks": (0.0, 2.0, 0.7),
    "exponent": (1.0, 150.0, 75.0),
    "diffuse": (1.0, 10.0, 3.0),
    "radius": (0.5, 20.0, 3.0),
    "amount": (0.0, 5.0, 1.0),
    "spread": (0.0, 90.0, 60.0),
    "raking": (5.0, 80.0, 25.0),
    "area": (0.5, 20.0, 6.0),
    "red": (0.0, 2.0, 1.0),
    "green": (0.0, 2.0, 1.0),
    "blue": (0.0, 2.0, 1.0),
    "second": (0.0, 2.0, 0.0),
    "azimuth2": (0.0, 360.0, 135.0),
    "elevation2": (0.0, 90.0, 30.0),
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
    radius: float = 3.0  # pixels that are smoothed over, in OF_NEIGHBOURS
    amount: float = 1.0  # how often the difference is added
    spread: float = 60.0  # degrees to either side that lights come from, in "multi-light"
    raking: float = 25.0  # and above the surface, in "multi-light-static"
    area: float = 6.0  # that a light is chosen for, in percent of the longer side
    red: float = 1.0  # of the light's colour
    green: float = 1.0
    blue: float = 1.0
    second: float = 0.0  # the strength of a second light
    azimuth2: float = 135.0  # degrees counter-clockwise from the right, where it comes from
    elevation2: float = 30.0  # and above the surface

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
        if self.mode in OF_COLOURS:
            return None
        return "evidence" if self.mode == "evidence" else "normals"

    @property
    def shading(self) -> Mode:
        """The mode of what a pixel is by itself, before its neighbours or other lights count."""
        if self.mode == "curvature":
            return "normals"
        return "plain" if self.mode in (*OF_NEIGHBOURS, *OF_LIGHTS) else self.mode

    @property
    def changes_nothing(self) -> bool:
        """Of what a pixel is decoded to by itself."""
        return self.shading == "plain" and not self.toned and not self.coloured

    @property
    def toned(self) -> bool:
        return (self.exposure, self.gamma, self.saturation) != (0, 1, 1)

    @property
    def coloured(self) -> bool:
        """Whether the light is not white, or not alone; of pictures that show light."""
        white = (self.red, self.green, self.blue, self.second) == (1, 1, 1, 0)
        return not white and self.mode not in (*OF_SURFACE, "evidence")

    @property
    def has_second(self) -> bool:
        return self.coloured and self.second > 0

    def second_conditions(self, conditions: np.ndarray) -> np.ndarray:
        """What a decoder is told of the second light: the view of `conditions`, x and y, [C]."""
        azimuth, elevation = np.radians([self.azimuth2, self.elevation2])
        light = np.cos(elevation) * np.array([np.cos(azimuth), np.sin(azimuth)])
        return np.concatenate([np.asarray(conditions, np.float64)[:-LIGHT], light])

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
        return not self.changes_nothing and self.shading != "normals"

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
        lit = [self.red, self.green, self.blue, self.second]
        values = np.array([toning, between, gloss, bend, lit]).ravel()
        return values.astype(np.float32)
