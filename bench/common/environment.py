"""The machine, the software and the browser that a measurement was made with."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.common.browser import (
    check_renderer,
    launch_flags,
    measure_frame_interval,
    open_page,
    resolve_renderer,
)

PACKAGES = ("raking", "numpy", "playwright")
SOURCE = Path(__file__).parent


def read_environment(renderer: str) -> dict[str, Any]:
    """What a report must name: CPU, versions, commit, browser, flags, and the vsync check.

    Raises RakingError when Chromium cannot start on this renderer.
    """
    kind = resolve_renderer(renderer)
    with open_page("about:blank", kind) as page:
        capped_ms = measure_frame_interval(page)
    with open_page("about:blank", kind, uncapped=True) as page:
        return {
            "cpu": cpu_model(),
            "cores": usable_cores(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "packages": {name: package_version(name) for name in PACKAGES},
            "commit": git_commit(),
            "renderer_kind": kind,
            "renderer": check_renderer(page, kind),
            "browser": page.context.browser.version if page.context.browser else "",
            "flags": launch_flags(kind, uncapped=True),
            "frame_interval_ms": {
                "capped": round(capped_ms, 3),
                "uncapped": round(measure_frame_interval(page), 3),
            },
        }


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def system_load() -> float | None:
    """Processes that want a core, averaged over the last minute; None where unknown."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def package_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def git_commit() -> str | None:
    """The commit of this software's source, "+" after it when files were changed; else None."""
    commit = git("rev-parse", "--short=12", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no")
    return f"{commit}+" if commit and changed else commit


def git(*arguments: str) -> str | None:
    try:
        result = subprocess.run(
            ["git", "-C", str(SOURCE), *arguments], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() or None if result.returncode == 0 else None
