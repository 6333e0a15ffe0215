"""Short runs of the three long proofs; each file says how to run it longer."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def prove(module: str, *options: object) -> None:
    """Runs one in a process of its own, from which its children are forked."""
    arguments = [sys.executable, "-m", f"tests.fuzz.{module}", *map(str, options)]
    run = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_damaged_files_are_refused_or_shown_as_they_are(tmp_path: Path) -> None:
    prove("run", "--count", 60, "--jobs", 2, "--kept", tmp_path)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_page_shows_damaged_planes_as_the_command_does() -> None:
    prove("pages", "--count", 40)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_killed_commands_leave_nothing_torn() -> None:
    prove("kills", "--count", 3, "--of", "convert", "render", "train")
