"""A dome of lamps, measured once: its lights for the photographs of the next object.

Photographs taken in another order would be lit wrongly without a word. How the shading goes round
tells: in the dome's order each photograph is predicted by its neighbours, in another it is not.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from renderer.files.aside import write_aside
from renderer.files.marks import software
from renderer.files.ours import check_file
from shaders.errors import RakingError, shortened
from trainer.calibration.lights import Light
from trainer.training.guide import Interpolator

KIND = "raking dome"
MOST_BYTES = 10_000_000
LONGEST = 10.0  # of a direction: what is no unit vector
# What photographs are predicted with, to compare orders: smooth ones, of short and of long reach.
INTERPOLATORS = (
    Interpolator("dome", 2, 3, 0.6, 1e-2),
    Interpolator("dome", 1, 3, 1.2, 3e-2),
)
UNKNOWN = 1.0  # degrees, of a light whose deviation is not told
CLEARLY = 0.7  # of the error in the dome's order, that another leaves where it is right


@dataclass(frozen=True, eq=False)
class Dome:
    """The lights of a dome, in the order in which its lamps are lit."""

    names: list[str]  # of the photographs that it was measured with
    lights: list[Light | None]
    unit: str  # of positions: "mm", or "px" of those photographs' table


def save_dome(dome: Dome, path: Path) -> None:
    """Writes the dome. Raises RakingError where a file stands that is no dome of ours."""
    check_dome(path)
    lamps: list[dict[str, Any]] = []
    for name, light in zip(dome.names, dome.lights, strict=True):
        lamp: dict[str, Any] = {"name": name}
        if light is not None:
            lamp["direction"] = np.round(light.direction, 6).tolist()
            lamp["deviation_degrees"] = round(light.deviation, 3)
            if light.position is not None:
                lamp["position"] = np.round(light.position, 3).tolist()
        lamps.append(lamp)
    record = {"kind": KIND, "software": software(), "unit": dome.unit, "lamps": lamps}
    write_aside(path, json.dumps(record, indent=1) + "\n")


def check_dome(path: Path) -> None:
    check_file(path, lambda file: _record(file).get("kind") == KIND)


def read_dome(path: Path) -> Dome:
    """Raises RakingError where the file holds no dome."""
    record = _record(path)
    lamps = record.get("lamps")
    if record.get("kind") != KIND or not isinstance(lamps, list) or not lamps:
        raise RakingError(
            f"{shortened(path)} is no dome: write one with raking calibrate --save-dome"
        )
    lights = [_light(lamp, path) for lamp in lamps]
    names = [str(lamp.get("name", "")) for lamp in lamps]
    return Dome(names, lights, str(record.get("unit", "px")))


def lights_in_order(dome: Dome, count: int, products: np.ndarray | None) -> list[Light | None]:
    """The dome's lights for so many photographs.

    Raises RakingError where there are more or fewer photographs than lamps, or `products` [L, L]
    of the photographs say that they were taken in another order.
    """
    if count != len(dome.lights):
        raise RakingError(
            f"the dome has {len(dome.lights)} lamps but there are {count} photographs: take one "
            "for each lamp, and move others elsewhere"
        )
    if products is not None:
        _check_order(dome, products)
    return dome.lights


def _check_order(dome: Dome, products: np.ndarray) -> None:
    known = [i for i, light in enumerate(dome.lights) if light is not None]
    directions = np.array([light.direction for light in dome.lights if light is not None])
    errors = {
        name: _left_out(directions, products[np.ix_(order[known], order[known])])
        for name, order in _orders(len(dome.lights))
    }
    own = errors.pop("")
    better = min(errors, key=lambda name: errors[name], default="")
    if better and errors[better] < CLEARLY * own:
        raise RakingError(
            f"the photographs do not follow the dome's order: they fit its lamps better {better}; "
            "name them in the order in which the lamps were lit"
        )


def _orders(count: int) -> Iterator[tuple[str, np.ndarray]]:
    """Orders that are easily mistaken for the right one, and what they are called."""
    forward = np.arange(count)
    for name, order in (("", forward), ("reversed", forward[::-1])):
        yield name, order
        for shift in range(1, count):
            after = f"from number {shift + 1} on"
            yield f"{name} {after}".strip(), np.roll(order, -shift)


def _left_out(directions: np.ndarray, products: np.ndarray) -> float:
    """The geometric mean of the squared errors of photographs predicted from the others."""
    least = np.inf
    for interpolator in INTERPOLATORS:
        inverse = interpolator.inverse(directions)
        predictor = inverse / np.diag(inverse)[:, None]
        squared = np.maximum(np.sum(predictor @ products * predictor, axis=1), 1e-10)
        least = min(least, float(np.exp(np.log(squared).mean())))
    return least


def _record(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            return {}
        record = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RakingError(f"cannot read {shortened(path)}: {error.strerror}") from error
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _light(lamp: Any, path: Path) -> Light | None:
    if not isinstance(lamp, dict) or "direction" not in lamp:
        return None
    direction = _numbers(lamp["direction"])
    if direction is None or not 1e-6 < np.linalg.norm(direction) < LONGEST or direction[2] < 0:
        raise RakingError(
            f"{shortened(path)} is damaged: a lamp's direction is not three numbers with z above "
            "0; write the dome anew"
        )
    told = lamp.get("deviation_degrees")
    deviation = UNKNOWN
    if isinstance(told, int | float) and 0 <= told < 180:
        deviation = float(told)
    unit = direction / np.linalg.norm(direction)
    return Light(unit, deviation, _numbers(lamp.get("position")))


def _numbers(value: Any) -> np.ndarray | None:
    if not isinstance(value, list) or len(value) != 3:
        return None
    if not all(isinstance(number, int | float) and abs(number) < 1e9 for number in value):
        return None
    return np.array(value, float)
