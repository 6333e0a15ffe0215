"""What an interrupted training resumes from: one small file, written aside and then renamed."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from renderer.aside import writing_aside
from shaders.errors import RakingError

VERSION = 1


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
