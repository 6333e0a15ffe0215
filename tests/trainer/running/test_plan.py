"""The plan's arithmetic, on a clock that the tests turn."""

import pytest

from trainer.running.plan import Plan, Standing, duration


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[Standing]:
    return []


@pytest.fixture
def plan(clock: Clock, told: list[Standing]) -> Plan:
    return Plan(told.append, clock=clock)


def work(plan: Plan, clock: Clock, phase: str, seconds: float, steps: int = 10) -> None:
    progress = plan.begin(phase)
    for step in range(1, steps + 1):
        clock.wait(seconds / steps)
        progress(step, steps)


def test_right_estimates_are_right_all_along(
    plan: Plan, clock: Clock, told: list[Standing]
) -> None:
    work(plan, clock, "reading", 10)
    assert told[-1].left is None, "nothing is known of what follows"
    plan.expect({"training": 60, "storing": 20, "scoring": 10})
    begun = len(told)
    for phase, seconds in (("training", 60), ("storing", 20), ("scoring", 10)):
        work(plan, clock, phase, seconds)
    assert [standing.phase for standing in told[begun::11]] == ["training", "storing", "scoring"]
    for standing in told[begun:]:
        assert standing.left == pytest.approx(100 * (1 - standing.share))
    assert told[-1].left == pytest.approx(0)
    assert told[-1].share == pytest.approx(1)
    assert plan.took == pytest.approx({"reading": 10, "training": 60, "storing": 20})


def test_the_share_never_falls(plan: Plan, clock: Clock, told: list[Standing]) -> None:
    plan.expect({"training": 10, "storing": 1})
    work(plan, clock, "training", 50)
    plan.expect({"storing": 100})
    work(plan, clock, "storing", 200, steps=3)
    shares = [standing.share for standing in told]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_a_phase_corrects_itself_by_its_pace(plan: Plan, clock: Clock) -> None:
    plan.expect({"training": 100})
    progress = plan.begin("training")
    clock.wait(1)
    progress(1, 1000)
    assert plan.left == pytest.approx(99, rel=0.05), "the first step says little"
    clock.wait(99)
    progress(250, 1000)
    assert plan.left == pytest.approx(300), "a quarter says all"


def test_slow_phases_foretell_slow_ones(plan: Plan, clock: Clock) -> None:
    plan.expect({"training": 50, "storing": 10, "levels": 40})
    work(plan, clock, "training", 100)
    plan.begin("storing")
    assert plan.left == pytest.approx(10 + 2 * 40, abs=10)
    plan.expect({"levels": 40})
    assert plan.left == pytest.approx(50), "what is expected anew is not corrected by what was"


def test_a_resumed_phase_is_paced_by_what_it_does_now(plan: Plan, clock: Clock) -> None:
    plan.resume(600)
    assert plan.elapsed == pytest.approx(600)
    plan.expect({"training": 100})
    progress = plan.begin("training", resumed=0.8)
    clock.wait(50)
    progress(900, 1000)
    assert plan.left == pytest.approx(50)


def test_a_phase_that_tells_nothing_counts_down(plan: Plan, clock: Clock) -> None:
    plan.expect({"guide": 8, "training": 20})
    plan.begin("guide")
    clock.wait(3)
    assert plan.left == pytest.approx(25)
    clock.wait(20)
    assert plan.left is not None
    assert plan.left >= 20, "late, it has at least what follows ahead"


def test_a_budget_is_the_time_left_before_more_is_known(clock: Clock) -> None:
    plan = Plan(budget=300, spent=12, clock=clock)
    plan.begin("reading")
    clock.wait(8)
    assert plan.left == pytest.approx(280)
    plan.expect({"storing": 30, "scoring": 50})
    assert plan.spare == pytest.approx(200)
    plan.ahead["training"] = plan.spare
    assert plan.left == pytest.approx(280)
    plan.expect({"storing": 400})
    assert plan.spare == pytest.approx(-120)


def test_training_gets_half_of_a_budget_or_that_is_said(clock: Clock) -> None:
    plan = Plan(budget=100, clock=clock)
    clock.wait(10)
    plan.expect({"storing": 30, "levels": 10})
    assert plan.scarcity(2) is None
    plan.expect({"storing": 30, "levels": 11})
    assert plan.scarcity(2) == (
        "49 s of 1.7 min are left for training: reading, storing, scoring and writing take 51 s; "
        "a budget of 1.7 minutes would leave half of it for training"
    )
    plan.expect({"storing": 200})
    assert plan.scarcity(2) == (
        "2 s of 1.7 min are left for training, and the run will take 1.9 min longer than that: "
        "reading, storing, scoring and writing take 3.5 min; a budget of 7 minutes would leave "
        "half of it for training"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (89, "89 s"), (100, "1.7 min"), (599, "10.0 min"), (2000, "33 min"),
     (9000, "2.5 h")],
)  # fmt: skip
def test_durations_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert duration(seconds) == text
