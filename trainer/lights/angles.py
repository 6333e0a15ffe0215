"""Pictures of bidirectional texture functions whose names tell where light and camera stood.

`00081 tl015 pl000 tv000 pv000.jpg` (UBO2003) and `img_tv0_pv0_tl15_pl0.png`: t is the angle from
the surface's normal (theta), p the azimuth (phi), l of the light, v of the view, in degrees.
Azimuths turn from +x (right) to +y (up) as the camera above the surface sees it.
"""

import math
import re
from pathlib import Path

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.lights.lp import LightEntry

ANGLE = re.compile(r"(?<![a-z])([tp][lv])(-?\d{1,4}(?:\.\d{1,6})?)(?![\d.]*[a-z])", re.IGNORECASE)
VIEW_FOLDER = re.compile(r"tv-?\d{1,4}[_ ]pv-?\d{1,4}", re.IGNORECASE)
MOST_AZIMUTH = 360.0


def read_angles(path: Path) -> LightEntry | None:
    """Light and view of a picture by its name; None where that tells no light.

    A view that is not in the name is that of a folder `tvTTT_pvPPP`, else unknown.

    Raises RakingError for angles that cannot be: from the normal more than 90 degrees of a light
    or 90 or more of a view, around it more than 360; and where name and folder disagree.
    """
    angles = _angles(path.stem)
    if not {"tl", "pl"} <= set(angles):
        return None
    of_folder = _angles(path.parent.name) if is_view_folder(path.parent) else {}
    named = {key: angles[key] for key in ("tv", "pv") if key in angles}
    if named and of_folder and named != of_folder:
        raise RakingError(
            f"{shortened(path)} is of another view than its folder says: move or rename it"
        )
    toward = named or of_folder
    view = None
    if {"tv", "pv"} <= set(toward):
        view = _direction(toward["tv"], toward["pv"], "camera", path)
    light = _direction(angles["tl"], angles["pl"], "light", path)
    return LightEntry(path.name, light, path.parent.name, view)


def is_view_folder(path: Path) -> bool:
    return VIEW_FOLDER.fullmatch(path.name) is not None


def _angles(name: str) -> dict[str, float]:
    return {key.lower(): float(value) for key, value in ANGLE.findall(name)}


def _direction(theta: float, phi: float, what: str, path: Path) -> np.ndarray:
    """[3] float32, the unit vector at `theta` degrees from +z, `phi` from +x to +y."""
    highest = 90.0
    if theta < 0 or theta > highest or (theta == highest and what == "camera"):
        beyond = "below the surface" if theta >= highest else "at a negative angle"
        raise RakingError(
            f"the {what} of {shortened(path)} stands {beyond}, {theta:g} degrees from its normal: "
            f"0 to {'less than ' if what == 'camera' else ''}90 can be"
        )
    if abs(phi) > MOST_AZIMUTH:
        raise RakingError(
            f"the {what} of {shortened(path)} has an azimuth of {phi:g} degrees: -360 to 360 can be"
        )
    across, around = math.sin(math.radians(theta)), math.radians(phi)
    return np.array(
        [across * math.cos(around), across * math.sin(around), math.cos(math.radians(theta))],
        np.float32,
    )
