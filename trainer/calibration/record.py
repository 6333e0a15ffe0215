"""A calibration on disk: the light file, positions, and all that was found as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from renderer.files.aside import write_aside, writing_aside
from renderer.files.marks import software
from renderer.files.ours import check_folder, file_sha256, unchanged_files
from shaders.errors import RakingError
from trainer.calibration.calibrate import Calibration
from trainer.calibration.dome import Dome
from trainer.calibration.summary import summary_page

LIGHTS, POSITIONS = "lights.lp", "positions.csv"
RECORD, PAGE = "calibration.json", "calibration.html"


def write_calibration(result: Calibration, folder: Path, asked: dict[str, Any]) -> None:
    """Writes `lights.lp`, `positions.csv` where lamps have positions, `calibration.json` and
    `calibration.html` to a folder that appears when all is there.

    Raises RakingError where something stands there that is not a calibration of ours.
    """
    with writing_aside(folder, check_calibration) as new:
        new.mkdir()
        (new / LIGHTS).write_text(light_text(result), "utf-8")
        if result.near:
            (new / POSITIONS).write_text(position_text(result), "utf-8")
        (new / PAGE).write_text(summary_page(result), "utf-8")
        files = {p.name: file_sha256(p) for p in sorted(new.iterdir())}
        record = {"software": software(), "asked": asked, "files": files, **facts(result)}
        (new / RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def write_light_file(result: Calibration, path: Path) -> None:
    """Writes a light file alone. Raises RakingError where a file stands there."""
    check_light_file(path)
    write_aside(path, light_text(result))


def check_light_file(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        raise RakingError(
            f"{path} is there already, and a light file does not tell who wrote it: choose another "
            "name, or remove it first"
        )


def check_calibration(folder: Path) -> None:
    """RakingError unless a calibration may be written to `folder`."""
    check_folder(folder, "calibration", ours)


def ours(folder: Path) -> Callable[[str], bool]:
    files = stored_record(folder).get("files")
    return unchanged_files(folder, RECORD, files if isinstance(files, dict) else {})


def stored_record(folder: Path) -> dict[str, Any]:
    """What the folder's `calibration.json` says; nothing where there is none."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def light_text(result: Calibration) -> str:
    """The lights as a `.lp` file: the count, then `name x y z`."""
    lines = [
        f"{result.names[i]} " + " ".join(f"{value:.6f}" for value in light.direction)
        for i, light in enumerate(result.lights)
        if light is not None
    ]
    return "\n".join([str(len(lines)), *lines]) + "\n"


def position_text(result: Calibration) -> str:
    """The lamps' places as a table: in mm where the pixel's size is known, else in pixels of the
    table; x to the right and y up from the middle of the picture, z up from the table."""
    unit, scale = unit_of(result)
    lines = [f"name,x_{unit},y_{unit},z_{unit}"]
    for i, light in enumerate(result.lights):
        if light is not None and light.position is not None:
            values = ",".join(f"{value:.3f}" for value in light.position * scale)
            lines.append(f"{result.names[i]},{values}")
    return "\n".join(lines) + "\n"


def dome_of(result: Calibration) -> Dome:
    """The lights, for the next object in the same dome."""
    unit, scale = unit_of(result)
    lights = [
        light
        if light is None or light.position is None
        else replace(light, position=light.position * scale)
        for light in result.lights
    ]
    return Dome(result.names, lights, unit)


def unit_of(result: Calibration) -> tuple[str, float]:
    if result.settings.dome is not None:
        return result.settings.dome.unit, 1.0
    pixel = result.settings.pixel_mm
    return ("px", 1.0) if pixel is None else ("mm", pixel)


def facts(result: Calibration) -> dict[str, Any]:
    """All that was found, for `calibration.json` and `--json`."""
    unit, scale = unit_of(result)
    return {
        "size": [result.shots.size[1], result.shots.size[0]],
        "focal_px": result.camera.focal,
        "focal_from": result.focal_from,
        "lamps": result.lamps,
        "unit": unit,
        "spheres": [
            {
                "x": round(found.outline.x, 3),
                "y": round(found.outline.y, 3),
                "radius": round(found.outline.across, 3),
                "elongation": round(found.outline.elongation, 4),
                "deviation_px": round(found.outline.deviation, 3),
            }
            for found in result.found
        ],
        "photographs": [_photograph(result, i, scale) for i in range(len(result.names))],
        "warnings": result.warnings,
    }


def _photograph(result: Calibration, i: int, scale: float) -> dict[str, Any]:
    light, prediction = result.lights[i], result.predictions[i]
    row: dict[str, Any] = {"name": result.names[i]}
    row["highlights"] = [
        {
            "state": h.state,
            **({"x": round(h.x, 2), "y": round(h.y, 2)} if h.usable else {"reason": h.reason}),
            **({"deviation_px": round(h.deviation, 2)} if h.usable else {}),
        }
        for h in (found.highlights[i] for found in result.found)
    ]
    if light is None:
        return {**row, "left_out": result.reason(i)}
    row["direction"] = np.round(light.direction, 6).tolist()
    row["deviation_degrees"] = round(light.deviation, 2)
    row["residuals_degrees"] = [r if r is None else round(r, 2) for r in light.residuals]
    if light.position is not None:
        row["position"] = np.round(light.position * scale, 3).tolist()
    if prediction is not None:
        row["prediction"] = {
            "best_direction": np.round(prediction.best, 4).tolist(),
            "degrees_away": round(prediction.angle, 2),
            "likelier_nats": round(prediction.likelier, 2),
            "flagged": prediction.flagged,
        }
    if result.names[i] in result.moved:
        row["moved_degrees"] = round(result.moved[result.names[i]], 2)
    return row
