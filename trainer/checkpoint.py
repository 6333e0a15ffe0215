"""What an interrupted training resumes from: one small file, written aside and then renamed."""

import itertools
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from renderer.aside import writing_aside
from renderer.ours import check_file
from shaders.errors import RakingError

VERSION = 1
ARCHIVE = b"PK"  # how the files of torch.save begin


class Checkpoint:
    """The weights of finished phases and the state of the present one.

    With no path nothing is kept. A file of other settings, or a damaged one, is ignored with a
    warning and overwritten by the next `save`.
    """

    def __init__(
        self, path: Path | None, settings: dict[str, Any], warn: Callable[[str], None]
    ) -> None:
        self.path = path
        self.settings = {"version": VERSION, **settings}
        self.state: dict[str, Any] = {}
        if path is not None and path.exists():
            self.state = self._load(path, warn)

    def save(self, **state: Any) -> None:
        """Adds to the state and writes it all. Raises RakingError where that is impossible."""
        self.state.update(state)
        if self.path is None:
            return
        try:
            with writing_aside(self.path) as aside:
                torch.save({"settings": self.settings, "state": self.state}, aside)
        except RuntimeError as error:  # torch reports a full disk so
            raise RakingError(
                f"{self.path} cannot be written ({error}); free some space, or choose another place"
            ) from error

    def _load(self, path: Path, warn: Callable[[str], None]) -> dict[str, Any]:
        try:
            stored = torch.load(path, map_location="cpu", weights_only=True)
            settings, state = stored["settings"], stored["state"]
        except (OSError, RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError):
            warn(f"the checkpoint {path} is damaged; training begins anew")
            return {}
        if settings != self.settings:
            warn(f"the checkpoint {path} is of other settings; training begins anew")
            return {}
        return dict(state)


def make_place(path: Path, warn: Callable[[str], None]) -> None:
    """Sees to it that a checkpoint can be written to `path`: a file that never was one is renamed.

    Raises RakingError where something else than a file is there.
    """
    check_file(path, lambda file: True)
    if path.exists() and path.stat().st_size and not _is_archive(path):
        kept = next(
            other
            for number in itertools.count(1)
            if not (other := path.with_name(f"{path.name}.{number}")).exists()
        )
        warn(f"{path} is no checkpoint; it is renamed to {kept.name} and training begins anew")
        path.rename(kept)


def remove_checkpoint(path: Path) -> None:
    """Removes a checkpoint, if one is at `path`."""
    if path.is_file() and _is_archive(path):
        path.unlink()


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ARCHIVE)) == ARCHIVE
