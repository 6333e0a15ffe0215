"""Pictures in a zip archive, read without unpacking it.

A picture is named by a path that leads through the archive, `WALLPAPER.zip/tv000_pv000/1.jpg`.
"""

import io
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from shaders.errors import RakingError, shortened

SUFFIX = ".zip"
LARGEST = 1 << 30  # bytes of one picture


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == SUFFIX and path.is_file()


def archive_of(path: Path) -> Path | None:
    """The archive that a path leads through, or that it is."""
    return next((part for part in (path, *path.parents) if is_archive(part)), None)


def members(archive: Path) -> list[Path]:
    """The visible files in an archive, as paths through it.

    Raises RakingError where it is damaged.
    """
    names = [name for name in _open(archive).namelist() if not name.endswith("/")]
    return [archive / name for name in names if not _is_hidden(name)]


def read_member(path: Path) -> io.BytesIO:
    """A file that a path leads to through an archive.

    Raises RakingError where it is not there, damaged, encrypted, or larger than any picture.
    """
    archive = archive_of(path)
    assert archive is not None
    opened = _open(archive)
    name = path.relative_to(archive).as_posix()
    try:
        if opened.getinfo(name).file_size > LARGEST:
            raise RakingError(f"{shortened(path)} is larger than any photograph: replace it")
        return io.BytesIO(opened.read(name))
    except KeyError:
        raise RakingError(f"{shortened(path)} is not there") from None
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise RakingError(
            f"{shortened(path)} is damaged or encrypted: unpack the archive, or copy it again"
        ) from error


def _open(archive: Path) -> zipfile.ZipFile:
    try:
        found = archive.stat()
        return _opened(archive, found.st_mtime_ns, found.st_size)
    except (OSError, zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise RakingError(f"{shortened(archive)} is damaged or no zip: copy it again") from error


@lru_cache(1)
def _opened(archive: Path, changed: int, size: int) -> zipfile.ZipFile:
    """Kept open, since a directory of thousands of names takes long to read."""
    return zipfile.ZipFile(archive)


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
