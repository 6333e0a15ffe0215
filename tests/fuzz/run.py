"""Fuzzing: damaged files are given to the command, which must refuse them in one sentence or show
what an independent reading shows.

    python -m tests.fuzz.run --count 1000 --seed 0 --jobs 2

Every failure is a line that names its input; `--only INDEX` runs one again. Fails are: a traceback,
an exit status besides 0, 1 and 2, a signal, 60 seconds, 4 GiB, more than one line of error, a
sentence over 300 characters, control characters, something left behind or changed, and a picture
that is silently another.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

import raking

from . import command, oracle
from .mutations import HARMLESS, MUTATIONS
from .mutations_of_bytes import Random, pick
from .subjects import FLAT, LIGHT, RESUMED, SUBJECTS, neural

LONGEST = 300  # characters of a sentence
# Of progress: a bar, or the line of a phase, such as "levels, 41 %, 2.5 min left".
PROGRESS = re.compile(r".*[━╸╺].*|[a-z ]+(, \d+ %)?(, [\d.]+ (s|min|h) left)?")
TOLERANCE = 1.01  # levels of a picture
JPEG = 2  # levels of a photograph, of which decoders make this or that
LARGEST_FILE = 1 << 30  # bytes; beyond, it is a hole
ELSEWHERE = 0.08  # of the inputs: something else than a file is in its place
OTHER_FILE = 0.05  # of the inputs: another sound file is in its place


@dataclass(frozen=True)
class Case:
    """One input and the command that reads it."""

    seed: int
    index: int
    subject: str
    file: str
    damage: str
    command: str
    harmless: bool

    def __str__(self) -> str:
        return (
            f"seed {self.seed} index {self.index}: {self.subject}/{self.file}, {self.damage}, "
            f"{self.command}"
        )


@dataclass(frozen=True)
class Verdict:
    """What came of a case; no faults: as it must be."""

    case: Case
    status: int
    seconds: float
    memory: int
    faults: list[str]
    kept: Path | None


# What may be in a file's place.


def a_folder(path: Path) -> None:
    path.mkdir()


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def a_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def nothing(path: Path) -> None:
    """The file is missing."""


def a_hole(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(6 << 30)


PLACES: list[Callable[[Path], None]] = [
    *(a_folder, a_fifo, a_link_to_itself, a_link_to_nothing, a_link_to_a_device, nothing, a_hole)
]


def make_case(seed: int, index: int, corpus: Path, folder: Path) -> Case:
    """Writes the input of this number into an empty folder: `it`, and `out` for output."""
    random = np.random.default_rng([seed, index])
    subject = pick(random, SUBJECTS)
    name = pick(random, subject.files)
    shutil.copytree(corpus / subject.name, folder / "it", symlinks=True)
    (folder / "out").mkdir()
    damage, harmless = damage_file(random, folder / "it" / name, corpus)
    return Case(seed, index, subject.name, name, damage, pick(random, subject.commands), harmless)


def damage_file(random: Random, file: Path, corpus: Path) -> tuple[str, bool]:
    """Damages a file; answers how, and whether every reader must take it as it is."""
    data = file.read_bytes()
    chance = random.random()
    if chance < ELSEWHERE:
        put = pick(random, PLACES)
        file.unlink()
        put(file)
        return put.__name__, False
    if chance < ELSEWHERE + OTHER_FILE:
        subject = pick(random, SUBJECTS)
        other = corpus / subject.name / pick(random, subject.files)
        shutil.copyfile(other, file)
        return f"as {subject.name}/{other.name}", False
    suffix = file.suffix if file.suffix else f".{file.name.rpartition('.')[2]}"
    mutate = pick(random, MUTATIONS[suffix])
    file.write_bytes(mutate(random, data))
    return mutate.__name__, mutate in HARMLESS


def arguments(case: Case, folder: Path, corpus: Path) -> list[str] | Callable[[], None]:
    it, out = str(folder / "it"), folder / "out"
    light = ",".join(map(str, LIGHT))
    other = corpus / ("photographs-png-8" if "photographs" not in case.subject else "neural")
    commands: dict[str, list[str] | Callable[[], None]] = {
        "render": ["render", it, "--light", light, "-o", str(out / "frame.png")],
        "info": ["info", it, *(["--json"] if case.index % 2 else [])],
        "convert": ["convert", it, "-o", str(out / "image"), *(["--tiles"] * (case.index % 2))],
        "evaluate": ["evaluate", it, str(other), "--fast", "--json"],
        "evaluate of it": ["evaluate", str(other), it, "--fast"],
        "train": ["train", it, "-o", str(out / "image"), "--model", "ptm"],
        "read": lambda: read(folder),
        "go on": ["train", f"{it}/photographs", "-o", f"{it}/o", *RESUMED],
    }
    return commands[case.command]


def read(folder: Path) -> None:
    """What a script does with `raking.read_collection`."""
    try:
        collection = raking.read_collection(folder / "it")
    except raking.RakingError as error:
        command.raking.fail(str(error))
    pictures = [collection.photograph(name) for name in collection.names]
    names = np.array(collection.names)
    np.savez(folder / "out" / "read.npz", *pictures, names=names, lights=collection.lights)


def judge(case: Case, ran: command.Ran, folder: Path, before: dict[str, str]) -> Iterator[str]:
    """What is wrong with how a command ended."""
    if ran.stopped:
        yield f"stopped: {ran.stopped}"
        return
    out, err = ran.out.decode(errors="surrogateescape"), ran.err.decode(errors="surrogateescape")
    if "Traceback" in out + err or ran.status == command.TRACEBACK:
        yield f"traceback: {err.strip().splitlines()[-1:]}"
        return
    if ran.status not in (0, 1, 2):
        yield f"exit status {ran.status}"
    yield from judge_words(out, err, ran.status)
    yield from judge_files(case, ran.status, folder, before)
    if case.harmless and ran.status:
        yield f"refused, although nothing that is shown is touched: {err.strip()}"
    if ran.status == 0:
        yield from judge_result(case, folder, out)


def judge_words(out: str, err: str, status: int) -> Iterator[str]:
    lines = [line for line in err.splitlines() if line.strip() and not PROGRESS.fullmatch(line)]
    errors = [line for line in lines if not line.startswith("raking: warning: ")]
    if len(errors) != (status != 0):
        yield f"{len(errors)} lines of error: {errors[:3]}"
    elif errors and not errors[0].startswith("raking: "):
        yield f"another's line: {errors[0][:200]}"
    for line in lines:
        if len(line) >= LONGEST:
            yield f"a sentence of {len(line)} characters: {line[:120]}"
    raw = {c for c in out + err if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"}
    if raw:
        yield f"control characters: {raw}"


def judge_files(case: Case, status: int, folder: Path, before: dict[str, str]) -> Iterator[str]:
    after = state(folder)
    known = set(before)
    if case.command == "go on":  # what was killed is cleared up; what never was ours is kept
        made = ("it/.o.checkpoint.", *(["it/o/"] if status == 0 else []))
        before = {n: what for n, what in before.items() if not n.startswith("it/.")}
        after = {n: what for n, what in after.items() if not n.startswith(tuple(made))}
    changed = [name for name, what in before.items() if after.get(name) != what]
    if changed:
        yield f"changed: {changed[:3]}"
    places = ("out/frame.png", "out/image", "out/read.npz") if status == 0 else ()
    left = [n for n in after if n not in known and not n.startswith(places or ("\0",))]
    left += [n for n in after if n not in known and "/." in n]
    if left:
        yield f"left behind: {left[:3]}"


def state(folder: Path) -> dict[str, str]:
    """What is in a folder: the kind of everything, and of files a hash."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            hole = _is_hole(path)
            found[name] = "a hole" if hole else hashlib.sha256(path.read_bytes()).hexdigest()
        elif not path.is_dir():
            found[name] = "special"
    return found


def judge_result(case: Case, folder: Path, out: str) -> Iterator[str]:
    """Whether what was made is what an independent reading shows."""
    try:
        if case.command == "info" and case.index % 2:
            json.loads(out)
        elif case.command == "render":
            expected = oracle.picture(folder / "it", LIGHT)
            found = oracle.frame(folder / "out" / "frame.png")
            yield from compare(found, expected, TOLERANCE)
        elif case.command == "convert":
            expected = oracle.picture(folder / "it", LIGHT)
            found = oracle.picture(folder / "out" / "image", LIGHT)
            yield from compare(found, expected, TOLERANCE)
        elif case.command == "train":
            oracle.picture(folder / "out" / "image", LIGHT)
        elif case.command == "go on":
            oracle.picture(folder / "it" / "o", LIGHT)
        elif case.command == "read":
            yield from judge_photographs(folder)
    except oracle.Damaged as error:
        yield f"silent: taken, although {error}"
    except Exception as error:
        yield f"the result cannot be read: {type(error).__name__}: {error}"


def judge_photographs(folder: Path) -> Iterator[str]:
    told = oracle.light_file(folder / "it" / "lights.lp")
    with np.load(folder / "out" / "read.npz") as found:
        names, lights = found["names"], found["lights"]
        for i, name in enumerate(names):
            expected = oracle.photograph(folder / "it" / str(name))
            yield from compare(found[f"arr_{i}"], expected, JPEG, str(name))
            if told and name in told and not np.allclose(told[name], lights[i], atol=1e-3):
                yield f"silent: the light of {name} is {lights[i]}, not {told[name]}"


def compare(
    found: np.ndarray, expected: np.ndarray, tolerance: float, what: str = "the picture"
) -> Iterator[str]:
    if found.shape != expected.shape:
        yield f"silent: {what} is {found.shape}, not {expected.shape}"
        return
    differ = np.abs(found.astype(float) - expected.astype(float)) > tolerance
    if differ.any():
        yield f"silent: {what} differs in {differ.mean():.1%} of its values"


def run_case(seed: int, index: int, corpus: Path, kept: Path) -> Verdict:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        case = make_case(seed, index, corpus, folder)
        before = state(folder)
        ran = command.run(arguments(case, folder, corpus), folder)
        faults = list(dict.fromkeys(judge(case, ran, folder, before)))
        place = None
        if faults:
            place = kept / f"{seed}-{index}"
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(folder, place, symlinks=True, ignore=special)
            (place / "stderr").write_bytes(ran.err)
        return Verdict(case, ran.status, ran.seconds, ran.memory, faults, place)
    finally:
        shutil.rmtree(folder)


def special(folder: str, names: list[str]) -> list[str]:
    """What cannot be copied: FIFOs, holes and devices."""
    paths = [Path(folder, name) for name in names]
    return [
        path.name
        for path in paths
        if path.exists() and not path.is_dir() and (not path.is_file() or _is_hole(path))
    ]


def _is_hole(path: Path) -> bool:
    return path.stat().st_size > LARGEST_FILE


def write_corpus(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for subject in SUBJECTS:
        subject.write(folder / subject.name)
    return folder


def fuzz(count: int, seed: int, jobs: int, kept: Path, only: int | None) -> list[Verdict]:
    """Runs the cases 0 to before `count`, or one; prints the faults and a summary."""
    verdicts = []
    command.prepare(neural(FLAT, masked=False))
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as temporary:
        corpus = write_corpus(Path(temporary) / "corpus")
        indices = range(count) if only is None else [only]
        with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
            futures = [pool.submit(run_case, seed, index, corpus, kept) for index in indices]
            for future in futures:
                verdict = future.result()
                verdicts.append(verdict)
                for fault in verdict.faults:
                    print(f"FAULT {verdict.case}: {fault}; kept in {verdict.kept}", flush=True)
    statuses = Counter(verdict.status for verdict in verdicts)
    faulty = sum(bool(verdict.faults) for verdict in verdicts)
    slowest = max(verdicts, key=lambda verdict: verdict.seconds)
    largest = max(verdict.memory for verdict in verdicts)
    print(
        f"{len(verdicts)} inputs, {faulty} with faults; {statuses[0]} taken, "
        f"{len(verdicts) - statuses[0]} refused; slowest {slowest.seconds:.1f} s "
        f"(index {slowest.case.index}), most memory {largest / 2**30:.2f} GiB"
    )
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, metavar="INDEX")
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-kept")
    given = parser.parse_args()
    verdicts = fuzz(given.count, given.seed, given.jobs, given.kept, given.only)
    sys.exit(any(verdict.faults for verdict in verdicts))


if __name__ == "__main__":
    main()
