"""The lights and the views that `raking render` makes frames of, as its options say them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from raking.cli.options import MOST_FRAMES
from raking.cli.printing import warn
from renderer.gpu.sheet import PLACES, RAKING, sheet_lights
from shaders.errors import RakingError

ELEVATION = 30.0  # of the light's orbit, in degrees above the surface
CAMERA_ELEVATION = 60.0

Light = Annotated[str | None, typer.Option("--light", metavar="X,Y", help="One light direction.")]
Lights = Annotated[Path | None, typer.Option("--lights", metavar="FILE.lp", help="One frame each.")]
Orbit = Annotated[
    int | None,
    typer.Option("--orbit", metavar="N", min=1, max=MOST_FRAMES, help="N lights around."),
]
Sheet = Annotated[
    bool, typer.Option("--sheet", help="A contact sheet: raking light from eight sides.")
]
Elevation = Annotated[
    float | None,
    typer.Option(
        "--elevation",
        min=0,
        max=90,
        help="Of the orbit or the sheet, in degrees.",
        show_default=f"{ELEVATION:g}, of the sheet {RAKING:g}",
    ),
]
View = Annotated[
    str | None,
    typer.Option(
        "--view",
        metavar="X,Y",
        help="Towards the camera, of an image of several.",
        show_default="straight above",
    ),
]
Views = Annotated[Path | None, typer.Option("--views", metavar="FILE.lp", help="One frame each.")]
CameraOrbit = Annotated[
    int | None,
    typer.Option("--camera-orbit", metavar="N", min=1, max=MOST_FRAMES, help="N views around."),
]
CameraElevation = Annotated[
    float,
    typer.Option("--camera-elevation", min=1, max=90, help="Of the views around, in degrees."),
]


@dataclass(frozen=True)
class Directions:
    """Lights or views, x and y [N, 2] of each, and names for their frames."""

    values: np.ndarray
    names: list[str]
    several: bool = True  # whether there may be many, though this be one


def chosen_lights(
    light: str | None,
    lights: Path | None,
    around: int | None,
    sheet: bool,
    elevation: float | None,
) -> Directions:
    """The lights of the one option that is given. Raises typer.BadParameter where that is none."""
    if sum(option is not None for option in (light, lights, around, sheet or None)) != 1:
        raise typer.BadParameter("give one of --light, --lights, --orbit and --sheet")
    if light is not None:
        return Directions(np.array([parse_direction(light, "light")]), ["frame"], several=False)
    if lights is not None:
        return read_directions(lights, "lights")
    if sheet:
        values = sheet_lights(RAKING if elevation is None else elevation)
        return Directions(values, [name for name, _ in PLACES], several=False)
    return _around(around or 1, ELEVATION if elevation is None else elevation)


def chosen_views(
    view: str | None, views: Path | None, around: int | None, elevation: float
) -> Directions | None:
    """The views of the option that is given; None where there is none."""
    if sum(option is not None for option in (view, views, around)) > 1:
        raise typer.BadParameter("give one of --view, --views and --camera-orbit")
    if view is not None:
        return Directions(np.array([parse_direction(view, "view")]), ["frame"], several=False)
    if views is not None:
        return read_directions(views, "views")
    return None if around is None else _around(around, elevation)


def paired(lights: Directions, views: Directions | None) -> tuple[np.ndarray, list[str]]:
    """What each frame's decoder is told, [F, 2] or with views [F, 4], and the frames' names.

    One light goes with all views and one view with all lights; several go together one by one.
    Raises typer.BadParameter where their numbers differ.
    """
    if views is None:
        return lights.values, lights.names
    counts = [len(lights.values), len(views.values)]
    if min(counts) > 1 and counts[0] != counts[1]:
        raise typer.BadParameter(
            f"{counts[0]} lights and {counts[1]} views do not go together: give as many, or one"
        )
    frames = max(counts)
    told = [np.broadcast_to(each.values, (frames, 2)) for each in (views, lights)]
    return np.concatenate(told, axis=1), (views if counts[0] == 1 else lights).names


def read_directions(path: Path, what: str) -> Directions:
    """The lights, or views, of a light file, and names for their frames, each once.

    Raises RakingError where a view does not look down on the surface, and as light files do.
    """
    from trainer.lights.lightfile import read_light_file

    read = read_light_file(path)
    entries = read.entries
    if len(entries) > MOST_FRAMES:
        raise typer.BadParameter(f"{path} lists {len(entries)} {what}, where {MOST_FRAMES} go")
    for entry in entries:
        if what == "views" and not entry.direction[2] > 0:
            raise RakingError(
                f"in {path} the view {entry.name or entry.direction.tolist()} is not above the "
                "surface, so nothing is seen from there: correct its direction, or leave it out"
            )
    for warning in read.warnings:
        warn(warning)
    names = [f"{i:04d}_{Path(entry.name or 'frame').stem}" for i, entry in enumerate(entries)]
    return Directions(np.array([entry.direction[:2] for entry in entries]), names)


def parse_direction(text: str, what: str) -> tuple[float, float]:
    """X,Y of a light, or of a view, which cannot be on the horizon."""
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"--{what} takes two numbers, X,Y, not {text!r}") from None
    if not x * x + y * y <= 1.0001:
        raise typer.BadParameter(f"the {what} {text} lies outside the unit disc")
    if what == "view" and x * x + y * y >= 1:
        raise typer.BadParameter(f"the view {text} lies on the horizon, where nothing is seen")
    return x, y


def _around(count: int, elevation: float) -> Directions:
    from renderer.gpu.frames import orbit  # which loads wgpu

    return Directions(orbit(count, elevation), [f"frame_{i:04d}" for i in range(count)])
