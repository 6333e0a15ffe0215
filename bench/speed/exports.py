"""results.csv and raw.json: what was measured, for scripts."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.common.journal import Journal, Record
from bench.speed.scenarios import Case, on_off
from bench.speed.statistics import median
from renderer.files.aside import write_aside

COLUMNS = (
    "image",
    "decoder",
    "units",
    "parameters",
    "multiply_adds",
    "pixels",
    "width",
    "height",
    "view",
    "tiling",
    "adaptive",
    "shader",
    "renderer",
    "repeat",
    "frames",
    "decoded_pixels_per_frame",
    "scale",
    "psnr",
    "ms_per_frame",
    "fps",
    "mpx_per_s",
    "error",
)


def write_results(path: Path, settings: Record, records: Sequence[Record]) -> None:
    """One row per case and repeat, with COLUMNS.

    `frames`, `decoded_pixels_per_frame`, `scale` (decoding scale per axis) and `fps` are those
    of the viewer's own loop, `psnr` (dB) is that of its picture against full resolution where it
    is coarser; `ms_per_frame` and `mpx_per_s` are those of decoding alone, empty with adaptive
    resolution. A failed case has its sentence in `error`, and no numbers.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow(result_row(settings, record))
    write_aside(path, text.getvalue())


def result_row(settings: Record, record: Record) -> dict[str, Any]:
    case = Case(**record["case"])
    image = next(image for image in settings["images"] if image["name"] == case.image)
    row = {
        **{key: image[key] for key in ("decoder", "units", "parameters", "multiply_adds")},
        **{key: record["case"][key] for key in ("image", "width", "height", "view", "shader")},
        "pixels": case.pixels,
        "tiling": on_off(case.tiling),
        "adaptive": on_off(case.adaptive),
        "renderer": settings["renderer"],
        "repeat": case.repeat,
        "error": record["error"] or "",
    }
    return row if record["error"] else row | measured_values(record)


def measured_values(record: Record) -> dict[str, Any]:
    frames, decode = record["frames"], record["decode"]
    values = {
        "frames": frames["frames"],
        "decoded_pixels_per_frame": round(frames["decodedPixelsPerFrame"]),
        "scale": round(frames["scale"], 4),
        "psnr": "" if record["psnr"] is None else round(record["psnr"], 2),
        "fps": round(frames["frames"] / frames["seconds"], 4),
    }
    if decode:
        ms = median(sample["ms"] / sample["frames"] for sample in decode["samples"])
        values["ms_per_frame"] = round(ms, 4)
        values["mpx_per_s"] = round(decode["decodedPixelsPerFrame"] / ms / 1000, 4)
    return values


def write_raw(path: Path, journal: Journal, records: Sequence[Record]) -> None:
    """All samples as the page gave them, with the settings and the environment."""
    raw = {
        "settings": journal.settings,
        "environment": journal.environment,
        "cases": list(records),
    }
    write_aside(path, json.dumps(raw, indent=1))
