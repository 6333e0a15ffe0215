"""The file that says where the light of each photograph came from, in whatever format."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from trainer.lights.lp import LightEntry, read_lp
from trainer.lights.relightlab import read_project

PROJECTS = (".relight", ".json")


@dataclass(frozen=True)
class LightFile:
    """What a light file says."""

    path: Path
    entries: list[LightEntry]
    warnings: list[str]
    folder: str | None = None  # of the photographs, as a project names it
    skipped: list[str] = field(default_factory=list)  # names that a project leaves out


def is_project(path: Path) -> bool:
    return path.suffix.lower() in PROJECTS or path.name.lower() in PROJECTS


def read_light_file(path: Path, photographs: Iterable[Path] = ()) -> LightFile:
    """Reads a RelightLab project or a table of lights; `photographs` as `read_lp` takes them."""
    if is_project(path):
        project = read_project(path)
        return LightFile(path, project.entries, project.warnings, project.folder, project.skipped)
    return LightFile(path, *read_lp(path, photographs))
