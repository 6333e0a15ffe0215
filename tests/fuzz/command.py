"""The command in a child of a process that has imported everything once, held to limits."""

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# One thread a process and no GPU device before the fork: what is inherited works in the child.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TERM": "dumb"}

import torch
from cffi import CDefError
from wgpu.backends.wgpu_native._ffi import ffi

from bench import (
    fidelity,  # noqa: F401
    verify,  # noqa: F401
)
from raking.cli import main as raking
from renderer.gpu import frames
from renderer.image.relightable import RelightableImage
from trainer.quality import evaluate  # noqa: F401
from trainer.training import (
    classical,  # noqa: F401
    levels,  # noqa: F401
    train,  # noqa: F401
)

torch.set_num_threads(1)

SECONDS = 60
MEMORY = 4 << 30  # bytes that a child may hold
TRACEBACK = 70  # the status of a child that raised what the command does not catch
POLL = 0.01  # seconds


@dataclass
class Ran:
    """How a command ended, and what it printed."""

    status: int  # as subprocess has it: of a signal, negative
    out: bytes
    err: bytes
    seconds: float
    memory: int  # bytes, at most
    stopped: str | None = None  # why it was killed


def prepare(image: RelightableImage) -> None:
    """Parses the declarations in C that relighting an image needs, which takes each child most of a
    second where its parent has not. A scout finds them, as no device may be there before a fork."""
    read, write = os.pipe()
    scout = os.fork()
    if scout == 0:
        frames.Relighter(image).frame((0.0, 0.0))
        os.write(write, "\n".join(ffi._parsed_types).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        declarations = [line for line in told.read().splitlines() if not line.startswith("__")]
    os.waitpid(scout, 0)
    for declaration in declarations:
        with suppress(CDefError):  # it is a function's, and is parsed all the same
            ffi.typeof(declaration)


def run(arguments: list[str] | Callable[[], None], folder: Path, limit: float = SECONDS) -> Ran:
    """Runs `raking` with arguments, or a function, in a child; what it prints goes by `folder`."""
    started = time.monotonic()
    ran = _watch(start(arguments, folder), started, limit)
    out, err = folder / "stdout", folder / "stderr"
    ran.out, ran.err = out.read_bytes(), err.read_bytes()
    out.unlink()
    err.unlink()
    return ran


def start(arguments: list[str] | Callable[[], None], folder: Path) -> int:
    """Begins to; answers the child's number, which is also that of a group of its own."""
    child = os.fork()
    if child == 0:
        _become(arguments, folder / "stdout", folder / "stderr")
    os.setpgid(child, child)  # here, too: the child may not have come to it when it is killed
    return child


def _become(arguments: list[str] | Callable[[], None], out: Path, err: Path) -> None:
    """What the child does; it never returns."""
    status = TRACEBACK
    try:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for stream, path in ((1, out), (2, err)):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, stream)
        if isinstance(arguments, list):
            sys.argv = ["raking", *arguments]
            raking.main()
        else:
            arguments()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _watch(child: int, started: float, limit: float) -> Ran:
    """Waits for a child, and kills it with all that it started where it exceeds a limit."""
    stopped, held = None, 0
    while True:
        found, status, used = os.wait4(child, os.WNOHANG)
        seconds = time.monotonic() - started
        if found:
            held = max(held, used.ru_maxrss * 1024)
            if held > MEMORY:
                stopped = stopped or "memory"
            return Ran(os.waitstatus_to_exitcode(status), b"", b"", seconds, held, stopped)
        held = max(held, _resident(child))
        if stopped is None and (seconds > limit or held > MEMORY):
            stopped = "memory" if held > MEMORY else "time"
            os.killpg(child, signal.SIGKILL)
        time.sleep(POLL)


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize()
