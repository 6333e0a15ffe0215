"""The machine and the software that results were made with."""

import platform
from typing import Any

from bench.common.environment import cpu_model, git_commit, package_version, usable_cores

PACKAGES = ("raking", "torch", "numpy", "scipy", "scikit-image")


def read_machine() -> dict[str, Any]:
    return {
        "cpu": cpu_model(),
        "cores": usable_cores(),
        "device": accelerator(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: package_version(name) for name in PACKAGES},
        "commit": git_commit(),
    }


def accelerator() -> str | None:
    """The CUDA device that training takes, where there is one."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None
