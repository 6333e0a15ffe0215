"""What there is to prepare: photographs with their lights, and what is known of them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from renderer.files.ours import file_sha256
from shaders.errors import RakingError, shortened
from trainer.calibration.views import Shots, read_shots
from trainer.collection.cameras import views_of
from trainer.collection.files import is_folder, subfolder
from trainer.collection.folder import lit_photographs, split_entries
from trainer.collection.masks import find_mask, read_mask
from trainer.collection.place import collection_folder, find_light_file
from trainer.lights.directions import FEWEST_LIGHTS
from trainer.lights.names import natural
from trainer.preparing.flat_fields import FlatFields, find_flat_fields
from trainer.preparing.prepare import Wanted
from trainer.preparing.setup import SetUp, read_setup


@dataclass(frozen=True, eq=False)
class Sources:
    """Photographs before they are prepared, in natural order."""

    shots: Shots
    lights: np.ndarray  # [L, 3]
    held_out: list[bool]
    mask: np.ndarray | None  # [H, W]
    setup: SetUp
    flat_fields: FlatFields | None


def read_sources(
    path: Path,
    lights: Path | None,
    flat_field: Path | None,
    pixel_mm: float | None,
    warn: Callable[[str], None],
) -> Sources:
    """Raises RakingError where the photographs, their lights or their flat fields cannot be read,
    or are of several cameras."""
    if not is_folder(path):
        raise RakingError(
            f"{shortened(path)} is not a folder: name the folder that holds the photographs"
        )
    warnings: list[str] = []
    path = collection_folder(path, warnings)
    if subfolder(path, "dome") and subfolder(path, "test"):
        raise RakingError(
            f"{shortened(path)} has the folders Dome and Test: prepare each by itself"
        )
    folder = subfolder(path, "dome") or path
    entries = lit_photographs(folder, warnings, lights)
    if views_of(entries) is not None:
        raise RakingError(f"{shortened(path)} is of several cameras, which are not prepared")
    if len(entries) < FEWEST_LIGHTS:
        raise RakingError(
            f"{shortened(path)} has {len(entries)} photographs with a light, where {FEWEST_LIGHTS} "
            "are the fewest: add more"
        )
    inside = entries[0].path.parent
    entries = split_entries(entries, [folder, inside], None, warnings)
    entries.sort(key=lambda entry: natural(entry.path.name))
    files = [entry.path for entry in entries]
    shots = read_shots(files)
    masked = find_mask(list(dict.fromkeys([path, folder, inside])), warnings)
    mask = read_mask(masked, shots.size, warnings) if masked else None
    file = find_light_file(folder, lights, [])
    for warning in warnings:
        warn(warning)
    return Sources(
        shots,
        _unit(np.array([entry.light for entry in entries], float)),
        [entry.held_out for entry in entries],
        mask,
        read_setup(file, [f.name for f in files], shots.size, pixel_mm),
        None if flat_field is None else find_flat_fields(flat_field, files, shots.size),
    )


def preparation_asked(sources: Sources, wanted: Wanted) -> dict[str, Any]:
    """What tells this preparation from others: the photographs, their lights, and the settings."""
    digest = sha256()
    flats = sources.flat_fields.files if sources.flat_fields else []
    for file in [*sources.shots.files, *flats]:
        digest.update(file.name.encode(errors="surrogateescape"))
        digest.update(bytes.fromhex(file_sha256(file)))
    digest.update(sources.lights.tobytes())
    digest.update(b"" if sources.mask is None else np.packbits(sources.mask).tobytes())
    lamps = sources.setup.lamps
    digest.update(b"" if lamps is None else lamps.tobytes())
    settings: dict[str, Any] = asdict(wanted)
    if sources.setup.pixel_mm is not None:
        settings["pixel_mm"] = sources.setup.pixel_mm
    for key in ("crop", "card"):
        if isinstance(settings[key], tuple):
            settings[key] = list(settings[key])
    return {"photographs": digest.hexdigest(), "flat_fields": len(flats), **settings}


def _unit(lights: np.ndarray) -> np.ndarray:
    return np.asarray(lights / np.linalg.norm(lights, axis=1, keepdims=True))
