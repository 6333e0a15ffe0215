"""Whether wrong lights are found: some of a collection's lights are turned, and are to be flagged
and brought back by what the other photographs predict.

python -m bench.fidelity.disturbances realrti/item1 realrti/item7 --seeds 4 --degrees 10
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from trainer.calibration.calibrate import Calibration, Settings, calibrate
from trainer.calibration.given import Given, read_given
from trainer.calibration.views import Shots, read_shots
from trainer.lights.directions import angles_between
from trainer.running.plan import Plan

LOWEST = 0.1  # a light's z, below which none is turned


@dataclass(frozen=True)
class Outcome:
    """What one seed shows of a collection; seed -1 is the collection as it is."""

    collection: str
    seed: int
    lights: int
    disturbed: int
    found: int  # of the disturbed, flagged
    others: int  # flagged without having been disturbed
    left: list[float]  # degrees of each disturbed one from where it was, after --refine
    moved: float  # degrees by which the others were moved, at most
    typical: float  # degrees from the others' lights to where they are predicted: the median


def disturbed(
    lights: np.ndarray, count: int, degrees: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lights [L, 3], `count` of them turned by so many degrees in any direction above the horizon;
    and which."""
    random = np.random.default_rng(seed)
    wrong = random.choice(len(lights), count, replace=False)
    given = lights.copy()
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    for i in wrong:
        across = np.cross(lights[i], random.normal(size=3))
        turned = cosine * lights[i] + sine * across / np.linalg.norm(across)
        given[i] = turned if turned[2] > LOWEST else 2 * cosine * lights[i] - turned
    return given, np.sort(wrong)


def measure(shots: Shots, given: Given, count: int, degrees: float, seed: int) -> Outcome:
    """The collection with `count` lights disturbed; none for a seed below 0."""
    true = given.directions
    lights, wrong = true, np.zeros(0, int)
    if seed >= 0:
        lights, wrong = disturbed(true, count, degrees, seed)
    settings = Settings(given=replace(given, directions=lights), refine=True, anyway=True)
    return compare(given.name, seed, calibrate(shots, settings, Plan()), true, lights, wrong)


def compare(
    name: str,
    seed: int,
    result: Calibration,
    true: np.ndarray,
    given: np.ndarray,
    wrong: np.ndarray,
) -> Outcome:
    predictions = [prediction for prediction in result.predictions if prediction is not None]
    flagged = {i for i, prediction in enumerate(predictions) if prediction.flagged}
    after = np.array([light.direction for light in result.lights if light is not None])
    others = np.setdiff1d(np.arange(len(true)), wrong)
    return Outcome(
        *(name, seed, len(true), len(wrong), len(flagged & set(wrong.tolist()))),
        len(flagged - set(wrong.tolist())),
        [round(float(value), 2) for value in _degrees(after, true)[wrong]],
        round(float(_degrees(after, given)[others].max()), 2),
        round(float(np.median([predictions[i].angle for i in others])), 2),
    )


def _degrees(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """[L], between each of unit vectors [L, 3] and the same of others."""
    return np.degrees(np.diagonal(angles_between(one, other)))


def told(outcome: Outcome) -> str:
    seed = "as it is" if outcome.seed < 0 else f"seed {outcome.seed}"
    left = f", left {outcome.left} degrees off" if outcome.left else ""
    return (
        f"{outcome.collection} {seed}: {outcome.found} of {outcome.disturbed} found, "
        f"{outcome.others} others{left}; others moved by {outcome.moved}, typically predicted "
        f"{outcome.typical} away"
    )


def summary(outcomes: Sequence[Outcome]) -> str:
    tried = [outcome for outcome in outcomes if outcome.seed >= 0]
    left = np.array([value for outcome in tried for value in outcome.left])
    found = sum(outcome.found for outcome in tried)
    kept = sum(o.found == o.disturbed and o.others <= 1 and max(o.left) <= 2 for o in tried)
    return (
        f"{found} of {len(left)} disturbed lights flagged, {sum(o.others for o in tried)} others "
        f"in {len(tried)} runs; brought back to {np.median(left):.2f} degrees in the middle, "
        f"{100 * np.mean(left <= 2):.0f} % to within 2; all of it in {kept} runs"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collections", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--disturbed", type=int, default=5)
    parser.add_argument("--degrees", type=float, default=10.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    outcomes = []
    for path in asked.collections:
        files, given = read_given(path, None, lambda _: None)
        shots, given = read_shots(files), replace(given, name=str(path))
        for seed in range(-1, asked.seeds):
            outcomes.append(measure(shots, given, asked.disturbed, asked.degrees, seed))
            print(told(outcomes[-1]), flush=True)
    print(summary(outcomes))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(o) for o in outcomes], indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
