"""How much memory this process may still take."""

from collections.abc import Iterator
from pathlib import Path

import psutil

from shaders.errors import RakingError

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

# Where Linux tells the limits of containers, of version 2 and 1.
UNIFIED, SEPARATE = Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory")
OWN = Path("/proc/self/cgroup")


def available_memory() -> int:
    """Bytes: what the machine, its container and the process's own limit all leave."""
    left = psutil.virtual_memory().available
    if resource is not None:
        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            left = min(left, most - psutil.Process().memory_info().vms)
    for group, free in _free_in_groups():
        # What gives way takes Linux long to add up: only where it matters.
        if free < left:
            left = min(left, free + _cached(group / "memory.stat"))
    return max(0, left)


def check_memory(path: Path, needed: int) -> None:
    """RakingError where the `needed` bytes of what is at `path` are more than are left."""
    left = available_memory()
    if needed > left:
        raise RakingError(
            f"{path} takes {needed / 2**30:.1f} GiB of memory, where {left / 2**30:.1f} are free; "
            "close other programs, or take a machine with more"
        )


def _free_in_groups() -> Iterator[tuple[Path, int]]:
    """Every control group that this process is in and that has a limit, and what of that is not
    taken."""
    for group in _groups():
        for most, used in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            try:
                limit, taken = int((group / most).read_text()), int((group / used).read_text())
                yield group, limit - taken
            except (OSError, ValueError):  # no such file, or "max"
                continue


def _groups() -> Iterator[Path]:
    try:
        lines = OWN.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds in ("", "memory"):
            root = SEPARATE if kinds else UNIFIED
            own = root / path.lstrip("/")
            yield from (group for group in (own, *own.parents) if group.is_relative_to(root))


def _cached(stat: Path) -> int:
    """Of what a group takes, the files in memory, which give way; 0 where that is not told."""
    try:
        numbers = dict(line.split() for line in stat.read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return int(numbers.get("active_file", 0)) + int(numbers.get("inactive_file", 0))
