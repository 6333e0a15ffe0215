"""Which files of a folder are the photographs to calibrate, and what a calibration was asked."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from shaders.errors import RakingError, shortened
from trainer.calibration.calibrate import Settings
from trainer.collection.files import is_folder, pictures_in, visible_folders
from trainer.lights.names import listing, preferred_twins, without_raw_twins
from trainer.photographs.pictures import read_header

NO_PHOTOGRAPHS = ("normals", "normal", "albedo", "height", "depth", "preview", "thumbnail")


def photographs_in(folder: Path, warn: Callable[[str], None]) -> list[Path]:
    """The photographs of a folder, or of the only folder in it that has any, in natural order.

    Masks, maps and twins in other formats are left out, and pictures of another size than most,
    with a warning. Raises RakingError where there are none.
    """
    if not is_folder(folder):
        raise RakingError(
            f"{shortened(folder)} is not a folder: name the folder that holds the photographs"
        )
    files = _photographs(folder)
    if not files:
        inside = [(f, found) for f in visible_folders(folder) if (found := _photographs(f))]
        if len(inside) > 1:
            names = listing(shortened(f.name, 20) for f, _ in inside)
            raise RakingError(
                f"{shortened(folder)} holds photographs in several folders ({names}): name one"
            )
        if not inside:
            raise RakingError(f"{shortened(folder)} holds no photographs")
        warn(f"the photographs are read from {shortened(inside[0][0])}")
        files = inside[0][1]
    sizes = [read_header(file).size for file in files]
    usual = max(set(sizes), key=sizes.count)
    others = [file.name for file, size in zip(files, sizes, strict=True) if size != usual]
    if others and len(others) * 4 <= len(files):
        warn(f"of another size than the photographs, and left out: {listing(others)}")
        return [file for file, size in zip(files, sizes, strict=True) if size == usual]
    return files


def asked_of(files: Sequence[Path], settings: Settings) -> dict[str, Any]:
    """What a calibration is asked: the photographs and the settings."""
    digest = sha256()
    for file in files:
        digest.update(file.name.encode(errors="surrogateescape"))
        digest.update(sha256(file.read_bytes()).digest())
    chosen = asdict(replace(settings, dome=None, given=None))
    chosen["spheres"] = [list(sphere) for sphere in settings.spheres]
    del chosen["given"]
    if settings.given is not None:
        chosen["lights"] = sha256(settings.given.directions.tobytes()).hexdigest()
    if settings.dome is not None:
        lights = [light.direction for light in settings.dome.lights if light is not None]
        chosen["dome"] = sha256(b"".join(light.tobytes() for light in lights)).hexdigest()
    return {"photographs": digest.hexdigest(), **chosen}


def _photographs(folder: Path) -> list[Path]:
    files = [
        path
        for path in pictures_in(folder)
        if path.stem.lower() not in NO_PHOTOGRAPHS and not path.stem.lower().endswith("mask")
    ]
    return preferred_twins(without_raw_twins(files))
