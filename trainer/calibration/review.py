"""A calibration in a person's hands: circles moved, highlights put right, rejected, accepted.

`Review` knows nothing of pages: it tells what is there as plain values, and makes of what a person
wants a calibration anew.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shaders.errors import RakingError
from trainer.calibration.calibrate import Calibration, from_spheres
from trainer.calibration.highlights import Highlight, find_highlights
from trainer.calibration.spheres import Found, frame_of

BY_HAND = 0.5  # of a photograph's pixels as the page shows them, by which a hand is unsure
REJECTED = "rejected by hand"
GAMMA = 0.7  # brightens what is dark
SAME = 0.005  # pixels, within which nothing was moved
QUALITY = 88  # of JPEG
EACH = -1  # in place of a photograph's number: all of them in one


class Place(BaseModel):
    """Column and row of a photograph."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    x: float
    y: float


class Circle(Place):
    radius: float = Field(gt=0)


class Edits(BaseModel):
    """What a person wants: each sphere's circle and, of each and each photograph, where its
    highlight is, false where there is none, or null: as it is found."""

    model_config = ConfigDict(extra="forbid")
    spheres: list[Circle]
    highlights: list[list[Place | bool | None]]


@dataclass(eq=False)
class Review:
    """The calibration `found`, and what is made of it."""

    found: Calibration

    def __post_init__(self) -> None:
        self.result = self.found
        self.spheres = list(self.found.found)

    def state(self) -> dict[str, Any]:
        """All that a page shows."""
        result = self.result
        return {
            "title": result.shots.files[0].parent.resolve().name,
            "lamps": result.lamps,
            "warnings": result.warnings,
            "photographs": [self._photograph(i) for i in range(len(result.names))],
            "spheres": [self._sphere(sphere) for sphere in self.spheres],
        }

    def picture(self, sphere: int, photograph: int) -> bytes:
        """JPEG of a sphere in a photograph, or with EACH of what is brightest in any."""
        values = self.found.found[sphere].view.values
        shown = values.max(axis=0) if photograph == EACH else values[photograph]
        bright = 255 * (shown / 255).clip(0, 1) ** GAMMA
        options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        _, data = cv2.imencode(".jpg", bright[..., ::-1].astype(np.uint8), options)
        return data.tobytes()

    def correct(self, wanted: str | bytes) -> None:
        """Works the lights out anew from `Edits` as JSON. Raises RakingError where they are none,
        or where the lights cannot be told from what is left; all stays as it was then."""
        try:
            edits = Edits.model_validate_json(wanted)
        except ValidationError as error:
            raise RakingError("the page asks for what is no correction; load it again") from error
        shape = [len(row) for row in edits.highlights]
        count = len(self.found.names)
        if len(edits.spheres) != len(self.found.found) or shape != [count] * len(edits.spheres):
            raise RakingError("the page is of another calibration; load it again")
        spheres = [
            self._corrected(sphere, circle, row)
            for sphere, circle, row in zip(
                self.found.found, edits.spheres, edits.highlights, strict=True
            )
        ]
        seen = [sphere for sphere in spheres if any(h.usable for h in sphere.highlights)]
        if not seen:
            raise RakingError("no highlight is left, so there is no light: accept some")
        shots, settings = self.found.shots, self.found.settings
        camera = self.found.camera, self.found.focal_from
        self.result = from_spheres(shots, self.found.overview, seen, settings, camera)
        self.spheres = spheres

    def take_up(self, record: dict[str, Any]) -> None:
        """Corrects as an earlier review of the same photographs did, which its `calibration.json`
        remembers; what cannot be taken up is left."""
        with suppress(KeyError, TypeError, IndexError, RakingError):
            spheres = [{key: row[key] for key in ("x", "y", "radius")} for row in record["spheres"]]
            rows = [
                [_wish(photograph["highlights"][i]) for photograph in record["photographs"]]
                for i in range(len(spheres))
            ]
            self.correct(json.dumps({"spheres": spheres, "highlights": rows}))

    def _corrected(
        self, sphere: Found, circle: Circle, row: Sequence[Place | bool | None]
    ) -> Found:
        outline, highlights = sphere.outline, sphere.highlights
        off = [circle.x - outline.x, circle.y - outline.y, circle.radius - outline.across]
        if max(map(abs, off)) > SAME:
            size = self.found.shots.size
            inside = circle.radius <= min(circle.x, circle.y) + 0.5
            inside &= circle.x + circle.radius <= size[1] - 0.5
            if not (inside and circle.y + circle.radius <= size[0] - 0.5 and circle.radius >= 3):
                raise RakingError("a sphere's circle lies whole in the photographs: move it back")
            outline = replace(
                outline, x=circle.x, y=circle.y, across=circle.radius, deviation=BY_HAND
            )
            highlights = find_highlights(sphere.view, outline, frame_of(self.found.shots))
        unsure = BY_HAND * sphere.view.region.scale
        put = [_put(h, wish, unsure) for h, wish in zip(highlights, row, strict=True)]
        return Found(outline, sphere.view, put)

    def _photograph(self, i: int) -> dict[str, Any]:
        light, prediction = self.result.lights[i], self.result.predictions[i]
        row: dict[str, Any] = {"name": self.result.names[i]}
        if light is None:
            return {**row, "light": None, "reason": self.result.reason(i)}
        left = [residual for residual in light.residuals if residual is not None]
        return {
            **row,
            "light": np.round(light.direction, 4).tolist(),
            "deviation": round(light.deviation, 2),
            "apart": round(max(left), 2) if len(left) > 1 else None,
            "flagged": prediction is not None and prediction.flagged,
        }

    def _sphere(self, sphere: Found) -> dict[str, Any]:
        outline, region = sphere.outline, sphere.view.region
        middle = self.found.camera.middle
        turn = np.degrees(np.arctan2(outline.y - middle[1], outline.x - middle[0]))
        height, width = (side * region.scale for side in region.size)
        return {
            **{"x": outline.x, "y": outline.y, "radius": outline.across},
            **{"elongation": outline.elongation, "turn": float(turn)},
            **{"left": region.left, "top": region.top, "width": width, "height": height},
            "highlights": [_told(highlight) for highlight in sphere.highlights],
        }


def _wish(told: dict[str, Any]) -> Any:
    if told.get("reason") == REJECTED:
        return False
    return {"x": told["x"], "y": told["y"]} if told.get("state") == "by hand" else None


def _put(highlight: Highlight, wish: Place | bool | None, unsure: float) -> Highlight:
    if isinstance(wish, Place):
        return Highlight("by hand", wish.x, wish.y, unsure, highlight.peak, None, highlight.size)
    return highlight if wish is None else Highlight("rejected", reason=REJECTED)


def _told(highlight: Highlight) -> dict[str, Any]:
    if highlight.usable:
        return {"state": highlight.state, "x": highlight.x, "y": highlight.y}
    return {"state": highlight.state, "reason": highlight.reason}


def review_of(result: Calibration, path: Path) -> Review:
    """A review of photographs just calibrated. Raises RakingError where a dome was taken, which
    shows no spheres. `path` is where the photographs lie."""
    if not result.found:
        raise RakingError(f"{path} was lit by a dome's lights, and there is no sphere to review")
    return Review(result)
