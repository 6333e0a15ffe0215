"""Finished outputs: the same command again is done at once, another replaces only what it is told
to. An image records in its `info.json` what the command that wrote it was asked."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from renderer.files.aside import settle
from renderer.image.info import parse_info
from renderer.image.keys import RakingBlock
from renderer.image.relightable import (
    RelightableImage,
    check_image,
    check_writable,
    read_info_text,
)
from shaders.errors import RakingError

TOLD_CHANGES = 2

Asked = dict[str, Any]
Warn = Callable[[str], None]


def image_is_done(path: Path, asked: Asked, force: bool, warn: Warn) -> bool:
    """Whether the image that a command is to write to `path` is there, whole and as `asked`.

    With `force` it never counts as done, and `warn` is told of what will be replaced. Raises
    RakingError where something else than a relightable image of ours is there, and without
    `force` where another one is.
    """
    settle(path)
    check_writable(path)
    if not path.is_dir() or not any(path.iterdir()):
        return False
    what, block = stored_image(path)
    asked = json.loads(json.dumps(asked))  # as info.json gives it back
    if not force and block.asked == asked and _is_complete(path):
        return True
    check_force(path, f"{what}{_changes(block.asked, asked)}", force, warn)
    return False


def check_force(path: Path, what: str, force: bool, warn: Warn) -> None:
    """Tells `warn` what stands at `path` and is replaced; without `force` raises RakingError.

    Does nothing where nothing but an empty folder is there.
    """
    if not path.is_dir() or not any(path.iterdir()):
        return
    if not force:
        raise RakingError(
            f"{path} holds {what}: --force replaces it; or choose another place to write to"
        )
    warn(f"{path} holds {what}, which is replaced")


def stored_image(path: Path) -> tuple[str, RakingBlock]:
    """What an image is, for people, and our block of its `info.json`. Raises RakingError where
    there is none that this software wrote."""
    info, decoder = parse_info(read_info_text(path), path / "info.json")
    if info.raking is None:
        raise RakingError(f"{path} was not written by Raking; write it anew with raking convert")
    name = decoder.label(info.raking.provenance.get("model"))
    return f"{name} of {info.width} x {info.height} pixels", info.raking


def _is_complete(path: Path) -> bool:
    """Whether an image's files are there."""
    try:
        return bool(check_image(path))
    except RakingError:
        return False


def digest(*asked: object) -> str:
    """The SHA-256 of what a command was asked."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def image_digest(path: Path, image: RelightableImage) -> str:
    """The SHA-256 of what was read from `path`: its `info.json` and the pixels of its pictures."""
    found = hashlib.sha256(read_info_text(path).encode())
    relief = None if image.relief is None else image.relief.levels
    for picture in [*image.planes, image.mask, *image.pictures.values(), relief]:
        if picture is None:
            continue
        found.update(np.ascontiguousarray(picture).data)
    return found.hexdigest()


def _changes(recorded: Asked, asked: Asked) -> str:
    """What differs, for a sentence."""
    if not recorded:
        return ""
    changed = [key for key in asked if recorded.get(key) != asked[key]]
    told = [_change(key, recorded.get(key), asked[key]) for key in changed[:TOLD_CHANGES]]
    return f", made with other settings ({', '.join(told)})" if told else ""


def _change(key: str, before: Any, now: Any) -> str:
    plain = all(isinstance(value, bool | int | float | None) for value in (before, now))
    return f"{key} {before}, now {now}" if plain else f"another {key}"
