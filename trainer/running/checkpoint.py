"""What an interrupted training resumes from: one small file, written aside and then renamed.

After what torch.save writes stands its SHA-256, so that any damage is told before a byte is used.
"""

import io
import itertools
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from renderer.files.aside import writing_aside
from renderer.files.ours import check_file
from shaders.errors import RakingError

VERSION = 5
DIGEST_BYTES = sha256().digest_size
ARCHIVE = b"PK"  # how the files of torch.save begin


class Checkpoint:
    """The weights of finished phases and the state of the present one.

    With no path nothing is kept. A file of other settings, or a damaged one, is ignored with a
    warning and overwritten by the next `save`. Raises RakingError where something else than a file
    has that name.
    """

    def __init__(
        self, path: Path | None, settings: dict[str, Any], warn: Callable[[str], None]
    ) -> None:
        self.path = path
        self.settings = {"version": VERSION, **settings}
        self.state: dict[str, Any] = {}
        if path is not None and path.is_file():
            self.state = self._load(path, warn)
        elif path is not None and (path.exists() or path.is_symlink()):
            raise RakingError(f"the checkpoint {path} cannot be used: it is no file; move it away")

    def save(self, **state: Any) -> None:
        """Adds to the state and writes it all. Raises RakingError where that is impossible."""
        self.state.update(state)
        if self.path is None:
            return
        written = io.BytesIO()
        torch.save({"settings": self.settings, "state": self.state}, written)
        content = written.getvalue()
        with writing_aside(self.path) as aside:
            aside.write_bytes(content + sha256(content).digest())

    def _load(self, path: Path, warn: Callable[[str], None]) -> dict[str, Any]:
        try:
            stored = _read(path)
        except Exception:  # whatever it is, training can begin anew
            warn(f"the checkpoint {path} is damaged; training begins anew")
            return {}
        if stored["settings"] != self.settings:
            warn(f"the checkpoint {path} is of other settings; training begins anew")
            return {}
        return stored["state"]


def _read(path: Path) -> dict[str, Any]:
    """The settings and the state. Any exception where they are not just as they were written."""
    written = path.read_bytes()
    content, digest = written[:-DIGEST_BYTES], written[-DIGEST_BYTES:]
    if digest != sha256(content).digest():
        raise ValueError("its checksum does not fit")
    stored = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    return {"settings": dict(stored["settings"]), "state": dict(stored["state"])}


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
