"""The phases of a long run: how much of it is done, and how long the rest will take."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# Of a phase, from which on its own pace tells alone how long it takes.
SETTLED = 0.25

# Told what is done of the present phase, and of how much: photographs, steps, pixels or tiles.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Standing:
    """Where a run stands. `share` is that of the whole run's time, 0..1, and never falls; `left`
    is in seconds, None until it is known what follows."""

    phase: str
    done: int
    total: int
    share: float
    left: float | None
    validation_psnr: float | None = None  # dB, of phases that train, once it is measured


class Plan:
    """What a run has done, and what it has ahead.

    The run begins now, or began `spent` seconds ago, and `listener` is told of every progress.
    `expect` says how many seconds each phase to come will take. What they really take corrects
    that: where some took twice as long, so will the others.

    With a `budget` in seconds the run ends when it is spent, which is all that is known of the
    time left before the first `expect`.
    """

    def __init__(
        self,
        listener: Callable[[Standing], None] | None = None,
        *,
        budget: float | None = None,
        spent: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.listener = listener
        self.budget = budget
        self.ahead: dict[str, float] = {}
        self.took: dict[str, float] = {}
        self._clock = clock
        self._started = clock() - spent
        self._known = False
        self._share = 0.0
        self._phase: str | None = None
        self._began = self._started  # of the present phase
        self._expected = 0.0
        self._resumed = 0.0  # the share of it that was done before
        self._done = 0.0  # the share of the rest that is done since
        self._told = (0, 1)
        self._validation_psnr: float | None = None
        self._compared = [0.0, 0.0]  # seconds of finished phases: measured, and expected before

    @property
    def elapsed(self) -> float:
        """Seconds since the run began, those before an interruption too."""
        return self._clock() - self._started

    @property
    def left(self) -> float | None:
        """Seconds, or None where nothing is known of what follows."""
        if self._known:
            return self._present_left() + sum(self.ahead.values()) * self._slowness()
        return None if self.budget is None else max(0.0, self.budget - self.elapsed)

    @property
    def spare(self) -> float:
        """Seconds of the budget that no phase ahead needs; below 0 where they need more than all
        of it."""
        assert self.budget is not None
        return self.budget - self.elapsed - sum(self.ahead.values())

    def scarcity(self, least: float) -> str | None:
        """What is to be said where less than half of the budget is to spare for training, which
        takes the `least` seconds all the same."""
        assert self.budget is not None
        spare = self.spare
        if spare >= self.budget / 2:
            return None
        others = self.budget - spare
        told = f"{duration(max(spare, least))} of {duration(self.budget)} are left for training"
        if spare < least:
            told += f", and the run will take {duration(least - spare)} longer than that"
        enough = math.ceil(2 * others / 6) / 10
        return (
            f"{told}: reading, storing, scoring and writing take {duration(others)}; a budget of "
            f"{enough:g} minutes would leave half of it for training"
        )

    def resume(self, seconds: float) -> None:
        """Counts the seconds that the run took before it was interrupted."""
        self._started -= seconds

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Says what is ahead, instead of what was expected before."""
        self.ahead = dict(seconds)
        self._known = True
        self._compared = [0.0, 0.0]

    def begin(self, phase: str, resumed: float = 0.0) -> Progress:
        """Ends the present phase and begins another, whose progress the result is to be told.

        `resumed` is the share of it that was done before an interruption.
        """
        self.end()
        self._phase, self._began = phase, self._clock()
        self._expected = self.ahead.pop(phase, 0.0)
        self._resumed, self._done = resumed, 0.0
        self._told, self._validation_psnr = (0, 1), None
        self.report()
        return self.tell

    def tell(self, done: int, total: int, validation_psnr: float | None = None) -> None:
        """Takes the progress of the present phase."""
        share = done / total if total else 1.0
        # What was done before says nothing of the pace.
        self._done = max(0.0, share - self._resumed) / max(1 - self._resumed, 1e-9)
        self._told, self._validation_psnr = (done, total), validation_psnr
        self.report()

    def report(self) -> None:
        """Tells the listener where the run stands now."""
        if self.listener is None or self._phase is None:
            return
        left = self.left
        if left is not None:
            share = self.elapsed / max(self.elapsed + left, 1e-9)
            self._share = min(1.0, max(self._share, share))
        self.listener(Standing(self._phase, *self._told, self._share, left, self._validation_psnr))

    def end(self) -> None:
        """Ends the present phase, without beginning another."""
        if self._phase is not None:
            took = self._clock() - self._began
            self.took[self._phase] = took
            if self._expected:
                self._compared[0] += took
                self._compared[1] += self._expected
        self._phase = None

    def _present_left(self) -> float:
        if self._phase is None:
            return 0.0
        elapsed = self._clock() - self._began
        by_plan = max(0.0, self._expected - elapsed)
        if not self._done:
            return by_plan
        by_pace = elapsed * (1 - self._done) / self._done
        settled = min(1.0, self._done / SETTLED)
        return settled * by_pace + (1 - settled) * by_plan

    def _slowness(self) -> float:
        """How much longer the phases since the last `expect` took than was expected."""
        measured, expected = self._compared
        if self._phase is not None and self._expected:
            measured += self._clock() - self._began + self._present_left()
            expected += self._expected
        return measured / expected if expected else 1.0


def duration(seconds: float) -> str:
    """About how long: 40 s, 2.5 min, 12 min or 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 600:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
