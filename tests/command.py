"""The command `raking` within this process, which has imported everything already."""

import io
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGTERM, getsignal, signal
from unittest.mock import patch

from raking.cli import main as command_line

# As in a process of its own; pytest would have more of them shown.
NOT_SHOWN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


def raking(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """How `raking` with these arguments ends, and what it prints."""
    command = ["raking", *map(str, arguments)]
    terminated = getsignal(SIGTERM)
    with (
        patch.object(sys, "argv", command),
        patch.dict(os.environ, environment),
        warnings.catch_warnings(),
        caught("stdout", 1) as out,
        caught("stderr", 2) as err,
    ):
        warnings.resetwarnings()
        for category in NOT_SHOWN:
            warnings.simplefilter("ignore", category)
        status = 0
        try:
            command_line.main()
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            signal(SIGTERM, terminated)
        return subprocess.CompletedProcess(command, status, out(), err())


@contextmanager
def caught(name: str, number: int) -> Iterator[Callable[[], str]]:
    """Standard output or error, what libraries in C write there included; answers what reads it."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(number)
        os.dup2(file.fileno(), number)
        raw = io.FileIO(number, "w", closefd=False)

        def read() -> str:
            file.seek(0)
            return file.read().decode()

        try:
            with patch.object(sys, name, io.TextIOWrapper(raw, "utf-8", write_through=True)):
                yield read
        finally:
            os.dup2(before, number)
            os.close(before)
