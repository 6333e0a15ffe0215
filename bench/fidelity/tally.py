"""How far a run is: records into the journal as they come, and an estimate of the time left."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from bench.common.journal import Record
from bench.fidelity.fits import FidelityJournal, Fit
from bench.fidelity.workers import Message
from trainer.running.checkpoint import remove_checkpoint

# Models done (the present ones in part), models in all, what is going on, seconds left.
Progress = Callable[[float, int, str, float | None], None]


class Tally:
    """Receives what the tasks send; `fits` are those of each task, `total` all of the run."""

    def __init__(
        self,
        fits: Sequence[Sequence[Fit]],
        total: int,
        journal: FidelityJournal,
        machine: Record,
        jobs: int,
        progress: Progress | None,
    ) -> None:
        self.remaining = [list(of_task) for of_task in fits]
        self.shares = [0.0] * len(fits)  # of each task's present fit
        self.total = total
        self.journal = journal
        self.machine = machine
        self.jobs = jobs
        self.progress = progress
        self.doing = ""
        self.took: dict[str, list[float]] = {}  # seconds by column, of earlier runs too
        for fit, record in journal.finished().items():
            self.took.setdefault(fit.column, []).append(record["wall_seconds"])

    def receive(self, task: int, message: Message) -> None:
        """Takes a record, how far the present fit is, or that the task's process is lost."""
        if "lost" in message:
            self._lose(task, message["lost"])
        elif "record" in message:
            self._keep(task, message["record"])
            if message.get("stopped"):
                self.remaining[task].clear()
        else:
            self.shares[task] = message["share"]
            self.doing = message["doing"]
        if self.progress:
            left = sum(map(len, self.remaining))
            done = self.total - left + sum(self.shares)
            self.progress(done, self.total, self.doing if left else "report", self.seconds_left())

    def seconds_left(self) -> float | None:
        """By what each column took before, or else the mean of all; None before anything ended."""
        minutes = self.journal.settings["minutes"]
        every = [seconds for found in self.took.values() for seconds in found]
        total = 0.0
        for fits, share in zip(self.remaining, self.shares, strict=True):
            for i, fit in enumerate(fits):
                budget = [minutes * 60] if minutes and fit.neural else every
                took = self.took.get(fit.column, budget)
                if not took:
                    return None
                total += sum(took) / len(took) * (1 - share if i == 0 else 1)
        busy = sum(bool(fits) for fits in self.remaining)
        return total / max(1, min(self.jobs, busy))

    def _keep(self, task: int, record: Record) -> None:
        made_by = {key: self.machine[key] for key in ("cpu", "cores", "device", "commit")}
        self.journal.append({**record, "made_by": made_by})
        fit = self.remaining[task].pop(0)
        self.shares[task] = 0.0
        if not record["error"]:
            remove_checkpoint(fit.checkpoint(self.journal.out))
            self.took.setdefault(fit.column, []).append(record["wall_seconds"])

    def _lose(self, task: int, status: int) -> None:
        """Records that a process has ended before its work did."""
        if not self.remaining[task]:
            return
        killed = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        error = f"its process {killed}; where memory ran out, take fewer --jobs"
        record = {"case": asdict(self.remaining[task][0]), "error": error, "wall_seconds": 0.0}
        self._keep(task, record)
        self.remaining[task].clear()
