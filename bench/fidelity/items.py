"""The collections below a folder, and which of the papers' groups each is of."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shaders.errors import RakingError
from trainer.lights.names import natural
from trainer.photographs.pictures import SUFFIXES

GROUPS = {
    "single": "SynthRTI single",
    "multi": "SynthRTI multi",
    "realrti": "RealRTI",
    "realrtihr": "RealRTIHR",
    "nrf": "NRF-RTI",
    "other": "Other collections",
}
SYNTHRTI = re.compile(r"(?:^|/)(single|multi)/(object(\d+)/material\d+)$", re.IGNORECASE)
NRF = re.compile(r"(?:^|/)nrf[^/]*/object\d+$", re.IGNORECASE)
REALRTI_ITEM = re.compile(r"item\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """One collection of the benchmark."""

    name: str  # its path below the benchmark's folder
    path: Path
    group: str  # a key of GROUPS
    surface: int | None  # N of SynthRTI's ObjectN
    sha256: str  # of its files; empty where they cannot be read


def find_items(folder: Path) -> list[Item]:
    """All collections in `folder` and below, in natural order; `folder` may be one itself.

    A collection is a folder with a `.lp` file, or with a subfolder `Dome`; what lies below one
    is not searched. Links are followed. Raises RakingError where there is none.
    """
    if not folder.is_dir():
        raise RakingError(f"{folder} is not a folder: name one that holds collections")
    root = folder.resolve()
    paths = sorted(_collections(root, set()), key=lambda path: natural(path.as_posix()))
    if not paths:
        raise RakingError(
            f"{folder} holds no collection: there is no folder with a .lp file, nor with Dome/"
        )
    return [_item(path, root) for path in paths]


def _collections(folder: Path, seen: set[Path]) -> Iterator[Path]:
    if folder.resolve() in seen:
        return
    seen.add(folder.resolve())
    try:
        inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise RakingError(f"{folder} cannot be searched ({error.strerror})") from error
    if any(_is_lights(path) or _is_dome(path) for path in inside):
        yield folder
        return
    for path in inside:
        if path.is_dir():
            yield from _collections(path, seen)


def _is_lights(path: Path) -> bool:
    return path.suffix.lower() == ".lp" and path.is_file()


def _is_dome(path: Path) -> bool:
    return path.name.lower() == "dome" and path.is_dir()


def _item(path: Path, root: Path) -> Item:
    synthrti = SYNTHRTI.search(path.as_posix())
    below = path.relative_to(root).as_posix()
    if synthrti:
        name = below if path != root else synthrti.group().strip("/")
        group, surface = synthrti.group(1).lower(), int(synthrti.group(3))
    else:
        name = below if path != root else path.name
        group, surface = "nrf" if NRF.search(path.as_posix()) else _real_group(path, root), None
    return Item(name, path, group, surface, fingerprint(path))


def _real_group(path: Path, root: Path) -> str:
    """By the names of the benchmark's folder and those below it: RealRTI, RealRTIHR or other."""
    names = [root.name, *path.relative_to(root).parts]
    plain = [re.sub(r"[^a-z]", "", name.lower()) for name in names]
    for group in ("realrtihr", "realrti"):
        if any(group in name for name in plain):
            return group
    return "realrti" if REALRTI_ITEM.fullmatch(path.name) else "other"


def fingerprint(path: Path) -> str:
    """The hash of all that a collection is read from, so that results are never of other files."""
    folders = [path, *(p for p in path.iterdir() if p.name.lower() in ("dome", "test"))]
    digest = hashlib.sha256()
    try:
        for file in sorted(file for f in folders if f.is_dir() for file in f.iterdir()):
            if file.suffix.lower() in (*SUFFIXES, ".lp", ".txt") and file.is_file():
                name = os.fsencode(file.relative_to(path))
                digest.update(name + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    except OSError:
        return ""
    return digest.hexdigest()
