"""Writing aside: nothing half-written is ever seen under its name, and no kill loses anything.

What is written grows in a work folder beside its place:

    .NAME.XXXXXXXX.partial/
        raking.lock    locked for as long as the process that writes lives
        new/NAME       what is written
        old/NAME       what it replaces, from just before it takes its place

A work folder whose lock is free is a killed process's. The next writing into the same folder puts
back what was moved aside and not replaced, and removes the rest.
"""

import errno
import os
import re
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from shaders.errors import RakingError

LOCK, NEW, OLD = "raking.lock", "new", "old"
WORK_FOLDER = re.compile(r"\..*\.[0-9a-f]{8}\.partial", re.DOTALL)
LONGEST_NAME = 50  # characters of NAME that a work folder's own name repeats
ATTEMPTS = 10  # where other processes write or clear up at the same moment
FLUSHING = 8  # files at a time: a disk flushes many as fast as one

Check = Callable[[Path], None]


@contextmanager
def writing_aside(path: Path, check: Check | None = None) -> Iterator[Path]:
    """A path of the same name to write a file or a folder at, which takes its place at the end.

    What was there before is replaced then, and stays as it was if anything goes wrong; `check` is
    called with it just before, and raises RakingError where it is to stay. What is written is on
    the disk before it takes its place.

    Raises RakingError in place of an OSError, where a file would replace a folder or a folder a
    file, and where `path` is anything else: a device, a FIFO, a socket, a link to nothing.
    """
    check_place(path)
    place = real_path(path)
    with _told(path):
        place.parent.mkdir(parents=True, exist_ok=True)
        with _work_folder(place.parent, place.name) as work:
            (work / NEW).mkdir()
            new = work / NEW / place.name
            yield new
            _flush(new)
            _take_place(new, place, work / OLD, check)


def write_aside(path: Path, content: str | bytes) -> None:
    """Writes a file whole or not at all; RakingError when it cannot be written."""
    with writing_aside(path) as aside:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """An empty folder in `parent` that lasts no longer than this process, however it ends.

    Raises RakingError in place of an OSError.
    """
    place = real_path(parent)
    with _told(Path(parent, name)):
        place.mkdir(parents=True, exist_ok=True)
        with _work_folder(place, name) as work:
            folder = work / NEW / name
            folder.mkdir(parents=True)
            yield folder


def clear_up(folder: Path) -> None:
    """Puts back what killed processes had moved aside in `folder`, and removes what they left."""
    with suppress(OSError), os.scandir(folder) as entries:
        found = [e for e in entries if WORK_FOLDER.fullmatch(e.name)]
        for work in [Path(e.path) for e in found if e.is_dir(follow_symlinks=False)]:
            with suppress(OSError, NotImplementedError, Timeout):
                if (work / LOCK).is_file():
                    with FileLock(work / LOCK, timeout=0):
                        _dissolve(work)
                else:  # killed at once; only an empty folder can be removed so
                    work.rmdir()


def settle(path: Path) -> None:
    """As `clear_up`, of the folder that `path` is in."""
    clear_up(real_path(path).parent)


def check_place(path: Path) -> None:
    """RakingError unless a regular file, a folder or nothing is at `path`, links followed."""
    try:
        mode = Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if Path(path).is_symlink():
            raise RakingError(
                f"{path} is a link to nothing; remove the link, or choose another place"
            ) from None
        if ".." in Path(path).parts and os.path.lexists(place := real_path(path)):
            raise RakingError(
                f"{path} leads through a folder that is not there; write {place} instead"
            ) from None
        return
    except OSError as error:
        raise RakingError(
            f"{path} cannot be written ({error.strerror}); choose another place"
        ) from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise RakingError(
            f"{path} cannot be written: it is neither a file nor a folder; choose another place"
        )


def real_path(path: Path) -> Path:
    """The absolute path, links followed."""
    return Path(os.path.realpath(path))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Has an OSError say in a sentence that `path` cannot be written."""
    try:
        yield
    except OSError as error:
        raise RakingError(
            f"{path} cannot be written ({error.strerror or error}); free some space, or choose "
            "another place"
        ) from error


@contextmanager
def _work_folder(parent: Path, name: str) -> Iterator[Path]:
    clear_up(parent)
    work, lock = _locked_folder(parent, name)
    try:
        yield work
    finally:
        with suppress(OSError):
            _dissolve(work)
        lock.release()


def _locked_folder(parent: Path, name: str) -> tuple[Path, FileLock]:
    """A new work folder and its lock. Raises OSError."""
    for _ in range(ATTEMPTS):
        work = parent / f".{name[:LONGEST_NAME]}.{uuid.uuid4().hex[:8]}.partial"
        lock = FileLock(work / LOCK, timeout=0)
        try:
            work.mkdir()
            if not _acquired(lock, work):
                continue
        except (KeyboardInterrupt, SystemExit):  # ended this early, too, nothing is left
            with suppress(OSError):
                _dissolve(work)
            raise
        if work.exists():
            return work, lock
    raise OSError(errno.EBUSY, "others write into this folder")


def _acquired(lock: FileLock, work: Path) -> bool:
    """Locks a new work folder; False where another process has cleared it up before. Raises
    OSError where the disk is full."""
    try:
        lock.acquire()
    except (FileNotFoundError, Timeout):
        return False
    except (OSError, NotImplementedError) as error:
        # A file system without locks: no process takes this one for dead, nor clears it up.
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            with suppress(OSError):
                work.rmdir()
            raise
    return True


def _dissolve(work: Path) -> None:
    """Puts back what has not been replaced and removes a work folder that is ours; the lock, by
    which it is known, last."""
    with suppress(FileNotFoundError):
        for old in list((work / OLD).iterdir()):
            if not os.path.lexists(work.parent / old.name):
                old.rename(work.parent / old.name)
    for part in (work / NEW, work / OLD):
        shutil.rmtree(part, ignore_errors=True)
        if part.exists():
            return
    (work / LOCK).unlink(missing_ok=True)
    work.rmdir()


def _take_place(new: Path, place: Path, old: Path, check: Check | None) -> None:
    """Renames `new` to `place`; a folder that stands there is moved to the folder `old` first."""
    for _ in range(ATTEMPTS):
        check_place(place)
        if place.exists():
            if (new.is_dir() and place.is_file()) or (new.is_file() and place.is_dir()):
                code = errno.EISDIR if new.is_file() else errno.ENOTDIR
                raise OSError(code, os.strerror(code))
            if check:
                check(place)
        if place.is_dir():
            shutil.rmtree(old, ignore_errors=True)  # what another process has replaced meanwhile
            old.mkdir()
            with suppress(FileNotFoundError):  # another process has moved it just now
                place.rename(old / place.name)
        try:
            new.replace(place)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another process was faster
                continue
            raise
        _flush_one(place.parent)
        return
    raise OSError(errno.EBUSY, "others write to the same place")


def _flush(path: Path) -> None:
    """Has a file, or a folder and all that is in it, written to the disk."""
    with ThreadPoolExecutor(FLUSHING) as pool:
        list(pool.map(_flush_one, [*path.rglob("*"), path]))


def _flush_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # some file systems flush no folders
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)
