"""How true calibrations are: samples with spheres, each of another seed, held against their truth.

python -m bench.fidelity.calibrations --seeds 20 --size 1280x960
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from shaders.errors import RakingError
from trainer.calibration.calibrate import Calibration, Settings, calibrate
from trainer.calibration.shots import photographs_in
from trainer.calibration.views import read_shots
from trainer.lights.directions import angles_between
from trainer.running.plan import Plan
from trainer.sample.tabletop import Tabletop, write_tabletop

# As photographs are: some noise and blur, a chart, and in every other seed a coin.
SCENE = Tabletop(1280, 960, noise=2.0, blur=0.8, chart=True)
SAME = 0.25  # of a sphere's radius: what is found so near to it is it


@dataclass(frozen=True)
class Outcome:
    """What one seed's calibration is worth."""

    seed: int
    missed: int  # spheres that were not found
    wrong: int  # what was taken for one
    lights: int  # photographs that have a light
    degrees: float  # between directions and the true ones, on the mean
    distance: float | None  # of lamps from their true places, as a part of their distance: the mean
    centre: float  # pixels, of spheres from their true places, at worst
    refused: str = ""  # why there is no calibration


def measure_seed(scene: Tabletop, folder: Path) -> Outcome:
    """Writes the scene's photographs to the new `folder`, calibrates them, and compares."""
    write_tabletop(folder, scene)
    truth = json.loads((folder / "truth" / "spheres.json").read_text("utf-8"))
    shots = read_shots(photographs_in(folder / "photographs", lambda _: None))
    try:
        result = calibrate(shots, Settings(pixel_mm=truth["pixel_mm"]), Plan())
    except RakingError as error:
        nothing = float("nan")
        return Outcome(scene.seed, scene.spheres, 0, 0, nothing, None, nothing, str(error))
    return compare(scene.seed, result, truth)


def compare(seed: int, result: Calibration, truth: dict[str, Any]) -> Outcome:
    """A calibration against what `truth/spheres.json` says."""
    true = [(s["x"], s["y"], s["radius"]) for s in truth["spheres"]]
    places = [(found.outline.x, found.outline.y) for found in result.found]
    apart = np.array([[np.hypot(x - c, y - r) / a for c, r, a in true] for x, y in places])
    near = apart < SAME
    off = [np.hypot(x - c, y - r) for x, y in places for c, r, a in true]
    lamps = np.array([truth["lamps_mm"][result.names[i]] for i in result.known])
    lights = [result.lights[i] for i in result.known]
    directions = np.array([light.direction for light in lights if light is not None])
    toward = lamps / np.linalg.norm(lamps, axis=1, keepdims=True)
    angles = np.degrees(np.diagonal(angles_between(directions, toward)))
    positions = np.array([p for light in lights if light and (p := light.position) is not None])
    distance = None
    if len(positions) == len(lamps):
        missed_by = np.linalg.norm(positions * truth["pixel_mm"] - lamps, axis=1)
        distance = float(np.mean(missed_by / np.linalg.norm(lamps, axis=1)))
    return Outcome(
        *(seed, int((~near.any(axis=0)).sum()), int((~near.any(axis=1)).sum())),
        *(len(lights), float(angles.mean()), distance),
        float(np.max(np.array(off)[near.ravel()], initial=0.0)),
    )


def told(outcomes: Sequence[Outcome]) -> str:
    """A row for each seed, and what they come to."""
    rows = ["seed  missed  wrong  lights  degrees  positions  centre px"]
    for o in outcomes:
        positions = "distant" if o.distance is None else f"{100 * o.distance:.2f} %"
        rows.append(
            f"{o.seed:4}  {o.missed:6}  {o.wrong:5}  {o.lights:6}  {o.degrees:7.3f}"
            f"  {positions:>9}  {o.centre:9.2f}  {o.refused}".rstrip()
        )
    degrees = np.array([o.degrees for o in outcomes if not o.refused])
    near = np.array([o.distance for o in outcomes if o.distance is not None])
    bad = sum(o.missed > 0 or o.wrong > 0 for o in outcomes)
    if len(degrees):
        rows.append(
            f"directions: {degrees.mean():.3f} degrees on the mean, {degrees.max():.3f} at worst"
        )
    if len(near):
        rows.append(
            f"positions: {100 * near.mean():.2f} % on the mean, {100 * near.max():.2f} at worst"
        )
    rows.append(f"a sphere missed, or something else taken for one: {bad} of {len(outcomes)} runs")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--size", default=f"{SCENE.width}x{SCENE.height}")
    parser.add_argument("--noise", type=float, default=SCENE.noise)
    parser.add_argument("--blur", type=float, default=SCENE.blur)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    outcomes = []
    for seed in range(given.first, given.first + given.seeds):
        scene = replace(SCENE, width=width, height=height, noise=given.noise, blur=given.blur)
        scene = replace(scene, seed=seed, coin=seed % 2 == 1)
        with tempfile.TemporaryDirectory() as folder:
            outcomes.append(measure_seed(scene, Path(folder) / "table"))
        print(told(outcomes[-1:]).splitlines()[1], flush=True)
    print(told(outcomes))
    if given.json:
        given.json.write_text(json.dumps([asdict(o) for o in outcomes], indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
