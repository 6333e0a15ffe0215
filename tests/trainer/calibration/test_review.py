"""Corrections by hand: what is worked out of them, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.calibration.calibrate import Calibration
from trainer.calibration.record import facts
from trainer.calibration.review import EACH, Review, review_of


@pytest.fixture
def review(result: Calibration, tmp_path) -> Review:
    return review_of(result, tmp_path)


def edits_of(review: Review) -> dict[str, Any]:
    spheres = review.state()["spheres"]
    return {
        "spheres": [{key: sphere[key] for key in ("x", "y", "radius")} for sphere in spheres],
        "highlights": [[None] * len(sphere["highlights"]) for sphere in spheres],
    }


def test_nothing_wanted_changes_nothing(review: Review, result: Calibration) -> None:
    before = review.state()
    review.correct(json.dumps(edits_of(review)))
    after = review.state()
    assert after["photographs"] == before["photographs"] and after["spheres"] == before["spheres"]


def test_a_highlight_put_right_puts_the_light_right(
    review: Review,
    truth: dict[str, Any],
    angles: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> None:
    """A wrong one, first, and then where it was."""
    lamps = np.array([truth["lamps_mm"][name] for name in review.found.names])
    true = lamps / np.linalg.norm(lamps, axis=1, keepdims=True)

    def off() -> float:
        return float(angles(np.array(review.state()["photographs"][5]["light"]), true[5]))

    first, edits = off(), edits_of(review)
    places = [sphere["highlights"][5] for sphere in review.state()["spheres"]]
    for row, place in zip(edits["highlights"], places, strict=True):
        row[5] = {"x": place["x"] + 4, "y": place["y"] - 3}
    review.correct(json.dumps(edits))
    assert off() > first + 5
    assert review.state()["spheres"][0]["highlights"][5]["state"] == "by hand"
    for row, place in zip(edits["highlights"], places, strict=True):
        row[5] = {"x": place["x"], "y": place["y"]}
    review.correct(json.dumps(edits))
    assert abs(off() - first) < 1


def test_a_circle_moved_has_its_highlights_found_again(review: Review) -> None:
    edits = edits_of(review)
    before = review.state()
    edits["spheres"][0]["radius"] *= 1.05
    review.correct(json.dumps(edits))
    after = review.state()
    assert after["spheres"][0]["radius"] == pytest.approx(1.05 * before["spheres"][0]["radius"])
    moved = [
        np.linalg.norm(np.subtract(one["light"], other["light"]))
        for one, other in zip(after["photographs"], before["photographs"], strict=True)
    ]
    assert np.median(moved) > 0.01


def test_rejected_on_all_spheres_a_photograph_is_left_out_and_an_earlier_review_taken_up(
    review: Review, result: Calibration, tmp_path
) -> None:
    edits = edits_of(review)
    for row in edits["highlights"]:
        row[3] = False
    review.correct(json.dumps(edits))
    assert review.state()["photographs"][3]["reason"] == "rejected by hand"
    assert review.result.lights[3] is None and result.lights[3] is not None

    later = review_of(result, tmp_path)
    later.take_up(json.loads(json.dumps(facts(review.result))))
    assert later.result.lights[3] is None
    untold = review_of(result, tmp_path)
    untold.take_up({"spheres": "damaged"})
    assert untold.result is result


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda edits: edits["spheres"].pop(), "another calibration"),
        (lambda edits: edits["highlights"][0].pop(), "another calibration"),
        (lambda edits: edits["spheres"][0].update(x=-4), "whole in the photographs"),
        (lambda edits: edits["spheres"][0].update(radius="wide"), "no correction"),
        (lambda edits: edits["highlights"][0].__setitem__(0, {"x": 1}), "no correction"),
        (lambda edits: edits.update(highlights=[[False] * 14] * 2), "no highlight is left"),
    ],
)
def test_what_is_no_correction_is_refused_and_changes_nothing(
    review: Review, change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    edits = edits_of(review)
    change(edits)
    before = review.result
    with pytest.raises(RakingError, match=sentence):
        review.correct(json.dumps(edits))
    assert review.result is before


def test_pictures_show_a_sphere_in_one_photograph_and_in_all(review: Review) -> None:
    one, every = (
        cv2.imdecode(np.frombuffer(review.picture(0, which), np.uint8), cv2.IMREAD_COLOR)
        for which in (2, EACH)
    )
    sphere = review.state()["spheres"][0]
    assert one.shape == every.shape == (sphere["height"], sphere["width"], 3)
    assert every.mean() > one.mean()
