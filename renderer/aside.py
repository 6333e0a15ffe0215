"""Writing aside: nothing half-written is ever seen under its name."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shaders.errors import RakingError


@contextmanager
def writing_aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write a file or a folder at, which takes its name at the end.

    What was there before is replaced then, and stays as it was if anything goes wrong. Raises
    RakingError in place of an OSError.
    """
    path = path.resolve()
    mark = uuid.uuid4().hex[:8]
    aside = path.with_name(f".{path.name}.{mark}.partial")
    replaced = path.with_name(f".{path.name}.{mark}.replaced")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        if path.is_dir() and aside.is_dir():  # a file never takes the place of a folder
            path.rename(replaced)
        aside.replace(path)
    except OSError as error:
        raise RakingError(
            f"{path} cannot be written ({error.strerror or error}); free some space, or choose "
            "another place"
        ) from error
    finally:
        with suppress(OSError):
            if replaced.exists() and not path.exists():
                replaced.rename(path)
        for left in (aside, replaced):
            remove(left)


def remove(path: Path) -> None:
    """Removes a file or a folder, if it is there and can be removed."""
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink()
