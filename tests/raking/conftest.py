"""The command within this process, and what it may be given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from renderer.image.relightable import write_image

from ..command import raking as run_command
from ..trainer.conftest import write_collection


@dataclass
class Run:
    status: int
    out: str
    err: str  # in one line


Raking = Callable[..., Run]


@pytest.fixture
def raking() -> Raking:
    """Runs the command within this process."""

    def run(*arguments: object) -> Run:
        ended = run_command(*arguments)
        assert "Traceback" not in ended.stderr
        return Run(ended.returncode, ended.stdout, " ".join(ended.stderr.split()))

    return run


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "coin" / "photographs")


@pytest.fixture
def image(make_image, tmp_path: Path) -> Path:
    write_image(make_image(), tmp_path / "image")
    return tmp_path / "image"


def contents(path: Path) -> dict[str, bytes | None]:
    return {
        str(file.relative_to(path)): file.read_bytes() if file.is_file() else None
        for file in sorted(path.rglob("*"))
    }


def hidden(path: Path) -> list[str]:
    return [file.name for file in path.rglob(".*")]
