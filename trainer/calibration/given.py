"""Lights that a light file gives, to be held against the photographs without a sphere."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shaders.errors import RakingError, shortened
from trainer.collection.cameras import views_of
from trainer.collection.files import is_folder, subfolder
from trainer.collection.folder import lit_photographs
from trainer.collection.place import collection_folder, find_light_file
from trainer.lights.names import natural


@dataclass(frozen=True, eq=False)
class Given:
    """Unit vectors [L, 3] in the order of the photographs, and the name of their file."""

    name: str
    directions: np.ndarray


def read_given(
    path: Path, lights: Path | None, warn: Callable[[str], None]
) -> tuple[list[Path], Given]:
    """The photographs that a light file names, in natural order, and their lights. `path` is their
    folder, or the folder of a collection.

    Raises RakingError where they cannot be read, or are of several cameras.
    """
    if not is_folder(path):
        raise RakingError(
            f"{shortened(path)} is not a folder: name the folder that holds the photographs"
        )
    warnings: list[str] = []
    folder = collection_folder(path, warnings)
    folder = subfolder(folder, "dome") or folder
    entries = lit_photographs(folder, warnings, lights)
    if views_of(entries) is not None:
        raise RakingError(f"{shortened(path)} is of several cameras, whose lights are not checked")
    for warning in warnings:
        warn(warning)
    entries.sort(key=lambda entry: natural(entry.path.name))
    directions = np.array([entry.light for entry in entries], float)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    file = find_light_file(folder, lights, [])
    return [entry.path for entry in entries], Given(file.name, directions)
