"""Runs JavaScript without a page, by the Node that Playwright brings."""

import subprocess

# Private, but the place where Playwright itself looks its Node up.
from playwright._impl._driver import compute_driver_executable

NODE = compute_driver_executable()[0]


def run_node(*arguments: object) -> str:
    """What it prints; an AssertionError with that where it fails."""
    done = subprocess.run([NODE, *map(str, arguments)], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
