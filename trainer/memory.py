"""How much memory this process may still take."""

import contextlib
from pathlib import Path

import psutil

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

# A container's limit and use, for cgroups of version 2 and 1.
_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def available_memory() -> int:
    """Bytes: what the machine, its container and the process's own limit all leave."""
    left = [psutil.virtual_memory().available]
    for limit, used in _CGROUPS:
        # No such file, or "max".
        with contextlib.suppress(OSError, ValueError):
            left.append(int(Path(limit).read_text()) - int(Path(used).read_text()))
    if resource is not None:
        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            left.append(most - psutil.Process().memory_info().vms)
    return max(0, min(left))
