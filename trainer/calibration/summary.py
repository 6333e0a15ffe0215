"""The page about a calibration: the dome of lights, every highlight, and how sure all of it is."""

import base64
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from renderer.files.page import render_page
from trainer.calibration.calibrate import Calibration
from trainer.calibration.spheres import Found

SHOWN = 420  # pixels a side, of the picture of a sphere
GAMMA = 0.7  # brightens what is dark in it


def summary_page(result: Calibration) -> str:
    """The page as HTML, complete in one file."""
    return render_page(
        Path(__file__).parent,
        title=result.shots.files[0].parent.resolve().name,
        answer=_answer(result),
        setup=_set_up(result),
        warnings=result.warnings,
        dome=_dome(result),
        spheres=[_sphere(result, index, found) for index, found in enumerate(result.found)],
        rows=[_row(result, index) for index in range(len(result.names))],
        predicted=any(p is not None for p in result.predictions),
    )


def _answer(result: Calibration) -> str:
    if result.settings.given is not None:
        apart = [prediction.angle for prediction in result.predictions if prediction is not None]
        return (
            f"{len(apart)} photographs have a light in {result.settings.given.name}; the others "
            f"predict it to {np.median(apart):.1f} degrees in the middle and {max(apart):.1f} at "
            "worst."
        )
    deviations = [light.deviation for light in result.lights if light is not None]
    source = "one sphere" if len(result.found) == 1 else f"{len(result.found)} spheres"
    source = f"found on {source}" if result.found else "that of the dome"
    return (
        f"{len(deviations)} of {len(result.lights)} photographs have a light, {source}, "
        f"to {np.median(deviations):.1f} degrees in the middle and {max(deviations):.1f} at worst."
    )


def _set_up(result: Calibration) -> str:
    if result.camera.focal is None:
        focal = f"Focal length: {result.focal_from}."
    else:
        focal = f"Focal length: {result.camera.focal:.0f} pixels, {result.focal_from}."
    if not result.near:
        return f"{focal} Lamps are taken as distant."
    if result.settings.dome is not None:
        return "The lights are those of a dome that was calibrated before."
    scale = result.settings.pixel_mm
    lengths = [
        float(np.linalg.norm(light.position))
        for light in result.lights
        if light is not None and light.position is not None
    ]
    middle = np.median(lengths)
    told = f"{middle:.0f} pixels of the table" if scale is None else f"{middle * scale:.0f} mm"
    return f"{focal} Lamps are near, about {told} from the middle of the picture."


def _dome(result: Calibration) -> list[dict[str, Any]]:
    """Each light as a point in a disc of radius 1, seen from above."""
    points = []
    for i, light in enumerate(result.lights):
        if light is None:
            continue
        prediction = result.predictions[i]
        flagged = prediction is not None and prediction.flagged
        x, y = light.direction[:2]
        point = {
            **{"x": round(float(x), 4), "y": round(float(-y), 4), "flagged": flagged},
            **{"name": result.names[i], "number": i + 1},
            "radius": round(float(np.radians(light.deviation)), 4),
        }
        if flagged and prediction is not None:
            point["best"] = [
                round(float(prediction.best[0]), 4),
                round(-float(prediction.best[1]), 4),
            ]
        points.append(point)
    return points


def _sphere(result: Calibration, index: int, found: Found) -> dict[str, Any]:
    """What a sphere looks like in all photographs together, with its rim and its highlights."""
    outline = found.outline
    reach = 1.25 * outline.across * (1 + outline.elongation)
    region = found.view.region
    corner = found.view.inward(np.array([outline.x - reach, outline.y - reach]))
    size = 2 * reach / region.scale
    picture = found.view.values.max(axis=0)
    zoom = SHOWN / size
    moved = np.array([[zoom, 0, -corner[0] * zoom], [0, zoom, -corner[1] * zoom]])
    shown = cv2.warpAffine(picture, moved, (SHOWN, SHOWN), flags=cv2.INTER_LINEAR)
    bright = 255 * (shown / 255).clip(0, 1) ** GAMMA
    _, data = cv2.imencode(
        ".jpg", bright[..., ::-1].astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 80]
    )

    def inside(x: float, y: float) -> tuple[float, float]:
        place = (np.array([x, y]) - [outline.x - reach, outline.y - reach]) * SHOWN / (2 * reach)
        return round(float(place[0]), 2), round(float(place[1]), 2)

    marks = [
        {"x": x, "y": y, "name": result.names[i], "number": i + 1, "state": h.state}
        for i, h in enumerate(found.highlights)
        if h.usable
        for x, y in [inside(h.x, h.y)]
    ]
    across = outline.across * SHOWN / (2 * reach)
    turn = np.degrees(np.arctan2(*(np.array([outline.y, outline.x]) - result.camera.middle[::-1])))
    return {
        "number": index + 1,
        "picture": "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode(),
        "size": SHOWN,
        "rim": {
            **{"x": SHOWN / 2, "y": SHOWN / 2, "turn": round(float(turn), 2)},
            **{"along": round(across * (1 + outline.elongation), 2), "across": round(across, 2)},
        },
        "marks": marks,
        "text": (
            f"Column {outline.x:.2f}, row {outline.y:.2f}, radius {outline.across:.2f} pixels, to "
            f"{outline.deviation:.2f}; {len(marks)} of {len(found.highlights)} photographs have a "
            "highlight on it."
        ),
    }


def _row(result: Calibration, i: int) -> dict[str, Any]:
    light, prediction = result.lights[i], result.predictions[i]
    if light is None:
        return {"number": i + 1, "name": result.names[i], "left_out": result.reason(i)}
    turn = float(np.degrees(np.arctan2(light.direction[1], light.direction[0]))) % 360
    residuals = [r for r in light.residuals if r is not None]
    remarks = [
        f"sphere {s + 1}: {highlight.reason or 'two highlights'}"
        for s, found in enumerate(result.found)
        if (highlight := found.highlights[i]).state in ("missing", "rejected", "double")
    ]
    if result.names[i] in result.moved:
        remarks.append(f"moved by {result.moved[result.names[i]]:.1f} degrees")
    elif prediction is not None and prediction.flagged:
        remarks.append(f"the others predict a light {prediction.angle:.0f} degrees away")
    return {
        "number": i + 1,
        "name": result.names[i],
        "left_out": None,
        "cells": [
            f"{turn:.1f}",
            f"{light.elevation:.1f}",
            f"{light.deviation:.1f}",
            f"{max(residuals):.1f}" if len(residuals) > 1 else "",
            "" if prediction is None else f"{prediction.angle:.1f}",
        ],
        "remarks": "; ".join(remarks),
        "flagged": prediction is not None and prediction.flagged,
    }
