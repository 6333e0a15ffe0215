"""Runs JavaScript without a page, by the Node that Playwright brings; its test files are collected
beside those in Python."""

import subprocess
from collections.abc import Iterator

import pytest

# Private, but the place where Playwright itself looks its Node up.
from playwright._impl._driver import compute_driver_executable

NODE = compute_driver_executable()[0]


def run_node(*arguments: object) -> str:
    """What it prints; an AssertionError with that where it fails."""
    done = subprocess.run([NODE, *map(str, arguments)], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class ScriptFile(pytest.File):
    """A file of tests for Node."""

    def collect(self) -> Iterator[pytest.Item]:
        yield ScriptRun.from_parent(self, name="node")


class ScriptRun(pytest.Item):
    """All of its tests, in one process."""

    def runtest(self) -> None:
        run_node("--test", "--test-reporter=spec", self.path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[str, int, str]:
        return str(self.path), 0, self.path.name
