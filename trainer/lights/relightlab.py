"""RelightLab's projects, `.relight`: JSON with the photographs and the lights found for them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shaders.errors import RakingError, shortened
from trainer.lights.lp import LightEntry, light_entry
from trainer.lights.names import last_part, listing
from trainer.lights.text import read_small

# Where a dome's lights stand, by preference; the last two are seen from the middle.
OF_DOME = ("directions", "positions3d", "positionsSphere")


@dataclass(frozen=True)
class Project:
    """The lights of a project."""

    folder: str | None  # of the photographs, as written: relative to the project's, or absolute
    entries: list[LightEntry]
    skipped: list[str]  # names of photographs that the project leaves out
    warnings: list[str]


def read_project(path: Path) -> Project:
    """Reads a RelightLab project.

    The light of a photograph is its own `direction`, else its `position` seen from the middle, as
    older versions write them, else that of the dome, which newer ones keep for all photographs
    that are not skipped. Photographs without a light are left out with a warning. The project's
    crop is not applied, which is warned about.

    Raises RakingError where the file is no such project.
    """
    shown = shortened(path)
    project = _read_json(path, shown)
    images = project.get("images") if isinstance(project, dict) else None
    if not isinstance(images, list) or not all(_is_image(image) for image in images):
        raise RakingError(f"{shown} is no RelightLab project: it has no list of images with names")
    used = [image for image in images if image.get("skip") is not True]
    dome = _dome_lights(project, images, used)
    entries: list[LightEntry] = []
    dark: list[str] = []
    low: list[str] = []
    for image, of_dome in zip(used, dome, strict=True):
        lights = map(_vector, (image.get("direction"), image.get("position"), of_dome))
        light = next((light for light in lights if light and any(light)), None)
        name = shortened(last_part(image["filename"]), 24)
        if light is None:
            dark.append(name)
            continue
        low += [name] if light[2] < 0 else []
        entries.append(light_entry(image["filename"], light, f"{name} of {shown}"))
    if not entries:
        raise RakingError(f"{shown} holds no lights: find or load them in RelightLab first")
    warnings = []
    if dark:
        warnings.append(f"{shown} has no light for {listing(dark)}; they are left out")
    if low:
        warnings.append(
            f"the light of {listing(low)} in {shown} is below the horizon; it is put on it"
        )
    if _is_cropped(project):
        warnings.append(f"the crop of {shown} is not applied: the photographs are used whole")
    skipped = [image["filename"] for image in images if image.get("skip") is True]
    folder = project.get("folder")
    return Project(folder if isinstance(folder, str) else None, entries, skipped, warnings)


def _read_json(path: Path, shown: str) -> Any:
    data = read_small(path, "the light file")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # numbers of thousands of digits are a ValueError, too
        raise RakingError(f"{shown} is damaged or no RelightLab project: it is no JSON") from None


def _is_image(image: Any) -> bool:
    return isinstance(image, dict) and isinstance(image.get("filename"), str)


def _dome_lights(
    project: dict[str, Any], images: Sequence[dict[str, Any]], used: Sequence[dict[str, Any]]
) -> list[Any]:
    """For each photograph in use what the dome says of its light; None if it says nothing."""
    dome = project.get("dome")
    for key in OF_DOME:
        lights = dome.get(key) if isinstance(dome, dict) else None
        if isinstance(lights, list) and len(lights) == len(used):
            return lights
        if isinstance(lights, list) and len(lights) == len(images):
            pairs = zip(images, lights, strict=True)
            return [light for image, light in pairs if image.get("skip") is not True]
    return [None] * len(used)


def _vector(value: Any) -> tuple[float, float, float] | None:
    if not isinstance(value, dict):
        return None
    numbers = [value.get(axis) for axis in "xyz"]
    if not all(isinstance(n, int | float) and abs(n) < 1e300 for n in numbers):
        return None
    x, y, z = map(float, numbers)  # type: ignore[arg-type]
    return x, y, z


def _is_cropped(project: dict[str, Any]) -> bool:
    crop = project.get("crop")
    if not isinstance(crop, dict):
        return False
    size = (crop.get("width"), crop.get("height"))
    whole = (project.get("width"), project.get("height"))
    return all(isinstance(n, int) and n > 0 for n in size) and (
        size != whole or bool(crop.get("angle"))
    )
