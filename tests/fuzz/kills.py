"""Kills: commands are killed at random moments and begun again, and nothing is lost, torn or left.

    python -m tests.fuzz.kills --count 24 --seed 0

While a command runs, what stands under the output's name is whole or not there. After the next run
of the same command it is whole, what lay beside it is untouched, and nothing else is left.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

from renderer.image.relightable import check_image, read_image, write_image
from shaders.errors import RakingError

from . import command
from .subjects import linear, neural, write_collection

LARGE = (160, 120)  # pixels of the image that is converted and rendered
LOOK = 0.02  # seconds between two looks of the reader beside a command
MINE = "mine.txt"  # a file of the user's beside the output
SCRAP = (".partial", ".checkpoint", ".replaced", "raking.lock")
TRAIN = ("--units", "4", "--no-guide", "--model", "disk")
BENCH = ("--quick", "--seconds", "0.1", "--repeats", "1")


@dataclass(frozen=True)
class Job:
    """A command that writes `output`, and whether what is there is whole (False: not there)."""

    name: str
    arguments: tuple[str, ...]
    output: str
    is_whole: Callable[[Path], bool]
    resumes: bool = False  # with the time that it had taken before
    limit: float = 600  # seconds


class TornError(Exception):
    """What a reader saw that was not whole."""


def is_image(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        check_image(path)
        read_image(path)
    except RakingError as error:
        raise TornError(str(error)) from error
    return True


def is_sequence(path: Path) -> bool:
    if not path.exists():
        return False
    files = sorted(path.iterdir())
    if [file.suffix for file in files] != [".webp", *[".png"] * 24]:
        raise TornError(f"{len(files)} files")
    try:
        for file in files:
            with Image.open(file) as picture:
                picture.load()
    except (OSError, SyntaxError) as error:
        raise TornError(f"{file}: {error}") from error
    return True


def is_video(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with av.open(str(path)) as container:
            shown = sum(1 for _ in container.decode(video=0))
    except av.FFmpegError as error:
        raise TornError(str(error)) from error
    if shown != 24:
        raise TornError(f"{shown} frames")
    return True


def is_run(path: Path) -> bool:
    """A journal whose lines are whole but for the last, and a report once it is finished."""
    journal, report = path / "journal.jsonl", path / "report.html"
    if journal.exists():
        *lines, _last = journal.read_text("utf-8").split("\n")
        for line in lines:
            json.loads(line)
    if report.exists() and not report.read_text("utf-8").rstrip().endswith("</html>"):
        raise TornError("the report")
    return report.exists()


ORBIT = ("--orbit", "24", "--scale", "2")
JOBS = [
    Job("train", ("train", "photographs", *TRAIN, "--steps", "200"), "image", is_image),
    Job("convert", ("convert", "large", "--tiles", "--tile-size", "64"), "tiles", is_image),
    Job("render", ("render", "large", *ORBIT), "frames", is_sequence),
    Job(
        "train --minutes",
        ("train", "photographs", *TRAIN, "--minutes", "0.25"),
        "budget",
        is_image,
        resumes=True,
    ),
    Job("render a video", ("render", "large", *ORBIT), "video.mp4", is_video),
    Job(
        "benchmark",
        ("benchmark", "items", "--models", "ptm,disk20", "--steps", "40"),
        "results",
        is_run,
    ),
    Job("convert over another", ("convert", "large", "--tiles", "--force"), "other", is_image),
    Job("bench", ("bench", "small", *BENCH), "bench", is_run),
]


def prepare(folder: Path) -> None:
    """What the commands read."""
    write_collection(folder / "photographs", "png")
    (folder / "items").mkdir()
    shutil.copytree(folder / "photographs", folder / "items" / "one")
    write_image(linear("hsh", LARGE), folder / "large")
    write_image(neural((64, 48), masked=False), folder / "small")


def kill(job: Job, moment: float, folder: Path) -> Iterator[str]:
    """Runs a job in a folder, kills it after `moment` seconds, and runs it to its end; what was
    wrong with that."""
    place = folder / "work"
    place.mkdir(exist_ok=True)
    (place / MINE).write_text("mine")
    output = place / job.output
    if job.name == "convert over another" and not output.exists():
        write_image(neural((32, 24), masked=True), output)
    arguments = [
        str(folder / word) if (folder / word).exists() and word != job.arguments[0] else word
        for word in job.arguments
    ]
    arguments += ["-o", str(output)]
    child = command.start(arguments, folder)
    ends = time.monotonic() + moment
    try:
        while time.monotonic() < ends and os.waitpid(child, os.WNOHANG) == (0, 0):
            job.is_whole(output)
            time.sleep(LOOK)
    except TornError as error:
        yield f"torn, to a reader beside it: {error}"
    except OSError as error:  # replaced between two looks of one reading
        if not output.exists():
            yield f"gone, to a reader beside it: {error}"
    finally:
        stop(child)
    try:
        job.is_whole(output)
    except TornError as error:
        yield f"torn by the kill: {error}"
    ran = command.run(arguments, folder, job.limit)
    if ran.status or ran.stopped:
        said = ran.err.decode(errors="replace").strip().splitlines()[-1:]
        yield f"the next run ends with {ran.status} {ran.stopped or ''}: {said}"
        return
    try:
        if not job.is_whole(output):
            yield "nothing is there after the next run"
    except TornError as error:
        yield f"torn after the next run: {error}"
    if job.resumes and b"anew" in ran.err:
        yield "the budget began anew"
    left = [path for path in place.rglob("*") if path.name.endswith(SCRAP)]
    left += [path for path in place.iterdir() if path.name not in (MINE, job.output)]
    if left:
        yield f"left behind: {[str(path.relative_to(place)) for path in left[:3]]}"
    if (place / MINE).read_text() != "mine":
        yield "another's file was changed"


def stop(child: int) -> None:
    """Kills a child with all that it has started, at once."""
    try:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):  # it had ended before
        pass


def run(count: int, seed: int, jobs: list[Job]) -> Iterator[tuple[str, list[str]]]:
    """What was killed when, and what was wrong, for `count` kills of these jobs in turn."""
    random = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(prefix="kills-") as temporary:
        folder = Path(temporary)
        command.prepare(linear("hsh", LARGE))
        prepare(folder)
        lasts = {}
        for number in range(count):
            job = jobs[number % len(jobs)]
            if job.name not in lasts:  # once undisturbed, to know how long it takes
                began = time.monotonic()
                faults = list(kill(job, 0, folder))
                lasts[job.name] = time.monotonic() - began
                if faults:
                    yield f"{job.name}, killed at once", faults
                shutil.rmtree(folder / "work")
            moment = float(random.uniform(0, lasts[job.name]))
            faults = list(kill(job, moment, folder))
            yield f"{job.name}, killed after {moment:.2f} s of {lasts[job.name]:.1f}", faults
            shutil.rmtree(folder / "work")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--of", nargs="+", metavar="JOB", default=[job.name for job in JOBS])
    given = parser.parse_args()
    faulty = 0
    for killed, faults in run(given.count, given.seed, [j for j in JOBS if j.name in given.of]):
        faulty += bool(faults)
        print(f"{killed}: {'; '.join(faults) or 'as it must be'}", flush=True)
    print(f"{given.count} kills, {faulty} with faults")
    sys.exit(faulty > 0)


if __name__ == "__main__":
    main()
