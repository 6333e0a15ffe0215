"""What a folder holds that concerns a collection. Only regular files are ever opened."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from shaders.errors import RakingError, shortened
from trainer.lights.names import natural
from trainer.photographs.archive import archive_of
from trainer.photographs.pictures import SUFFIXES

TABLES = (".lp",)
PROJECTS = (".relight",)
# Pictures that go with a collection but are no photographs of it, unless they have a light.
AUXILIARY = {"mask", "normal", "normals", "albedo", "height", "depth", "preview", "thumbnail"}
AUXILIARY |= {"materials"}


def is_folder(path: Path) -> bool:
    return _is(path, Path.is_dir)


def visible_files(folder: Path) -> Iterator[Path]:
    """The visible files of a folder in natural order: image2 before image10."""
    return iter([path for path in _inside(folder, Path.is_file) if not path.name.startswith(".")])


def visible_folders(folder: Path) -> list[Path]:
    """The visible folders in a folder that can be looked into, in natural order."""
    return [
        path
        for path in _inside(folder, Path.is_dir)
        if not path.name.startswith(".") and os.access(path, os.R_OK | os.X_OK)
    ]


def subfolder(folder: Path, name: str) -> Path | None:
    return next((path for path in visible_folders(folder) if path.name.lower() == name), None)


def pictures_in(folder: Path) -> list[Path]:
    """The files of a folder that are pictures by their endings, but for masks."""
    return [
        path
        for path in visible_files(folder)
        if path.suffix.lower() in SUFFIXES and path.stem.lower() != "mask"
    ]


def exists(path: Path) -> bool:
    return _is(path, Path.exists)


def light_files(folder: Path) -> list[Path]:
    """The `.lp` files in a folder; if there are none, RelightLab's projects."""
    files = list(visible_files(folder))
    tables = [path for path in files if path.suffix.lower() in TABLES]
    projects = [path for path in files if path.suffix.lower() in PROJECTS]
    unnamed = [folder / name for name in PROJECTS if _is(folder / name, Path.is_file)]
    return tables or projects + unnamed


def _inside(folder: Path, kind: Callable[[Path], bool]) -> list[Path]:
    if archive_of(folder):  # of which only pictures are read, whose names tell their lights
        return []
    try:
        inside = [path for path in folder.iterdir() if _is(path, kind)]
    except OSError as error:
        raise RakingError(f"cannot look into {shortened(folder)}: {error.strerror}") from error
    return sorted(inside, key=lambda path: natural(path.name))


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(path)
    except OSError:  # a name that is too long, or a folder that is closed
        return False
