"""What may be replaced: only what this software wrote, and only where nothing else lies in it.

And where output may go at all: never into what a command reads, nor around it.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from renderer.files.aside import check_place
from renderer.files.marks import bears_mark
from shaders.errors import RakingError

# Of a folder: which files in it, by their paths in it, this software wrote.
Ours = Callable[[Path], Callable[[str], bool]]


def check_folder(path: Path, kind: str, ours: Ours) -> None:
    """RakingError unless a folder may be written to `path`.

    It may where nothing is, an empty folder, or one that holds nothing but files of ours: no other
    file however hidden, no link, no empty folder. `kind` is what such a folder is, for the
    sentence.
    """
    check_place(path)
    if path.is_dir():
        if (entry := first_foreign(path, ours)) is not None:
            raise RakingError(
                f"{path} is not empty and no {kind} that can be replaced: {entry} in it was not "
                "written by Raking, or is damaged; choose another folder"
            )
    elif path.exists():
        raise RakingError(f"{path} is a file; choose a folder to write to")


def first_foreign(folder: Path, ours: Ours) -> str | None:
    """The path in a folder of the first thing that is none of ours; None where all is."""
    is_ours = None
    for name, is_file in _entries(folder):
        is_ours = is_ours or ours(folder)
        if not (is_file and is_ours(name)):
            return name
    return None


def check_file(path: Path, ours: Callable[[Path], bool] = bears_mark) -> None:
    """RakingError unless a file may be written to `path`: nothing, an empty file or one of ours is
    there."""
    check_place(path)
    if path.is_dir():
        raise RakingError(f"{path} is a folder; choose the name of a file")
    if path.exists() and path.stat().st_size and not ours(path):
        raise RakingError(
            f"{path} is there and was not written by Raking; choose another name, or move it "
            "elsewhere"
        )


def no_file(folder: Path) -> Callable[[str], bool]:
    """Ours where a folder must be empty."""
    return lambda name: False


def marked_files(folder: Path) -> Callable[[str], bool]:
    """Ours where a folder holds nothing but pictures and videos that this software rendered."""
    return lambda name: bears_mark(folder / name)


def unchanged_files(folder: Path, record: str, digests: Mapping[str, str]) -> Callable[[str], bool]:
    """Ours where a file of the folder, the `record`, lists the others with their SHA-256: all that
    are still as they were written, and the record where it lists any."""

    def is_ours(name: str) -> bool:
        if name == record:
            return bool(digests)
        return name in digests and digests[name] == file_sha256(folder / name)

    return is_ours


def file_sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def check_output(output: Path, read: Iterable[Path]) -> None:
    """RakingError where `output` contains, or lies in, a file or a folder that a command reads.

    Links are followed, those in a folder that is read, too; files are the same that are so to the
    operating system, whatever the case of their names. Also where `output` is neither a file nor a
    folder, nor free.
    """
    check_place(output)
    places = set(_identities(output))
    existing = _identity(output)
    for path in read:
        for source in [path, *_links_in(path)]:
            if _identity(source) in places:
                raise RakingError(
                    f"{output} cannot be written: it lies in {path}, which is read; choose a "
                    "place beside it"
                )
            if existing is not None and existing in _identities(source):
                raise RakingError(
                    f"{output} cannot be written: it holds {path}, which is read; choose a place "
                    "beside it"
                )


def _entries(folder: Path) -> Iterator[tuple[str, bool]]:
    """The path of every file, link, device and empty folder in a folder, in order, and whether it
    is a regular file."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(folder / inside) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:  # we write no folder that cannot be read
            yield inside[:-1] or "it", False
            continue
        if inside and not entries:
            yield inside[:-1], False
        folders = [e for e in entries if e.is_dir(follow_symlinks=False)]
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield f"{inside}{entry.name}", entry.is_file(follow_symlinks=False)
        waiting += [f"{inside}{entry.name}/" for entry in reversed(folders)]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _identities(path: Path) -> Iterator[tuple[int, int]]:
    """Of what is there of a path and of the folders it lies in, links followed."""
    real = Path(os.path.realpath(path))
    for place in [real, *real.parents]:
        if (identity := _identity(place)) is not None:
            yield identity


def _links_in(path: Path) -> list[Path]:
    try:
        return [entry for entry in path.iterdir() if entry.is_symlink()]
    except OSError:
        return []
