"""The time of a training: a budget that is kept, and what is foretold."""

from collections.abc import Callable
from typing import Any

import pytest

from renderer.image.relightable import RelightableImage
from trainer.collection.mlic import Mlic
from trainer.running.plan import Plan, Standing

from ..conftest import SIZE, train


@pytest.mark.long
def test_a_budget_in_minutes_ends_training(mlic: Mlic, clock: Callable[[], float]) -> None:
    told: list[Standing] = []
    image = train(
        mlic,
        units=10,
        teacher="original",
        minutes=0.2,
        plan=Plan(told.append, spent=2, clock=clock),
    )
    assert image.provenance["minutes"] == 0.2
    assert image.provenance["seconds"] == pytest.approx(12, abs=2), "with those spent before"
    steps = {standing.phase: standing.done for standing in told}
    assert steps["teacher"] > 0
    assert image.provenance["steps"] == steps["student"]
    assert image.provenance["scores"]["psnr"] > 20


def pretend(seconds: float) -> Callable[[RelightableImage, Plan], None]:
    """A finish that takes so long, with these small collections, which are their own piece."""

    def finish(image: RelightableImage, plan: Plan) -> None:
        assert image.planes.shape[1:3] == (SIZE, SIZE)
        plan.begin("tiles")
        plan.took["tiles"] = seconds
        plan.end()
        plan.took["tiles"] = seconds

    return finish


def first_left(told: list[Standing], phase: str) -> float | None:
    return next(standing.left for standing in told if standing.phase == phase)


@pytest.mark.long
def test_the_phases_share_out_the_budget(mlic: Mlic) -> None:
    """By a clock that stands, so that all of the budget is ahead."""
    told: list[Standing] = []
    plan = Plan(told.append, clock=lambda: 0.0)
    train(mlic, units=10, minutes=0.08, plan=plan, finish=pretend(1.5), warn=lambda _: None)
    phases = ["guide", "estimating", "teacher", "student", "storing", "scoring"]
    assert list(dict.fromkeys(standing.phase for standing in told)) == phases
    for phase in ("guide", "estimating", "teacher", "student"):
        left = first_left(told, phase)
        assert left is not None
        assert left >= 4.8
    assert plan.ahead.keys() == {"tiles"}


@pytest.mark.long
def test_a_budget_without_time_for_training_is_warned_about(mlic: Mlic) -> None:
    warnings: list[str] = []
    plan = Plan(clock=lambda: 0.0)
    settings: dict[str, Any] = {"minutes": 1, "finish": pretend(90), "warn": warnings.append}
    image = train(mlic, model="neural", units=10, plan=plan, **settings)
    (text,) = warnings
    assert text.startswith("1 s of 60 s are left for training, and the run will take")
    assert image.provenance["steps"] > 0, "it trains all the same"


def test_steps_are_foretold_too(mlic: Mlic) -> None:
    told: list[Standing] = []
    plan = Plan(told.append)
    train(mlic, units=10, steps=100, plan=plan, finish=pretend(1000))
    assert first_left(told, "guide") is None
    left = first_left(told, "teacher")
    assert left is not None
    assert left > 1000
    shares = [standing.share for standing in told]
    assert shares == sorted(shares)
    assert plan.ahead == {"tiles": pytest.approx(1000)}
