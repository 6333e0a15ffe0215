"""Prepared photographs on disk: a collection, and in `prepared.json` what was done with it."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from renderer.files.aside import writing_aside
from renderer.files.marks import software
from renderer.files.ours import check_folder, file_sha256, unchanged_files
from trainer.calibration.views import Shots
from trainer.collection.prepared import RECORD, stored_preparation
from trainer.photographs.srgb import coded, linear
from trainer.preparing.crops import spheres_in
from trainer.preparing.prepare import Preparation
from trainer.preparing.shifts import moved_back
from trainer.running.plan import Progress

LIGHTS, POSITIONS, HELD_OUT, MASK = "lights.lp", "positions.csv", "test.txt", "mask.png"
COMPRESSION = 3  # of PNG, 0 to 9: photographs shrink little more beyond
WRITERS = 2


def write_prepared(
    shots: Shots,
    preparation: Preparation,
    mask: np.ndarray | None,
    held_out: Sequence[bool],
    folder: Path,
    asked: dict[str, Any],
    progress: Progress | None = None,
) -> None:
    """Writes a collection: PNG photographs of the depth that they had, `lights.lp`, `test.txt`, a
    mask where there is one, `positions.csv` where lamps are known, and `prepared.json`.

    The folder appears when all is there. Raises RakingError where something stands there that is
    no such collection of ours.
    """
    names = png_names(shots.names)
    with writing_aside(folder, check_prepared) as new:
        new.mkdir()
        written = _written(prepared_pictures(shots, preparation), new, names)
        for done, _ in enumerate(written, start=1):
            if progress:
                progress(done, len(names))
        (new / LIGHTS).write_text(_light_text(names, preparation.lights), "utf-8")
        if preparation.lamps is not None:
            (new / POSITIONS).write_text(_position_text(names, preparation.lamps), "utf-8")
        if any(held_out):
            lines = [name for name, out in zip(names, held_out, strict=True) if out]
            (new / HELD_OUT).write_text("\n".join(lines) + "\n", "utf-8")
        if mask is not None:
            _write_png(new / MASK, mask.astype(np.uint8) * 255)
        files = {path.name: file_sha256(path) for path in sorted(new.iterdir())}
        record = {
            **{"software": software(), "asked": asked, "files": files},
            **{"prepared": preparation.record, "photographs": _rows(names, shots, preparation)},
        }
        (new / RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def check_prepared(folder: Path) -> None:
    """RakingError unless a prepared collection may be written to `folder`."""
    check_folder(folder, "prepared collection", ours)


def ours(folder: Path) -> Callable[[str], bool]:
    files = stored_preparation(folder).get("files")
    return unchanged_files(folder, RECORD, files if isinstance(files, dict) else {})


def prepared_pictures(shots: Shots, preparation: Preparation) -> Iterator[np.ndarray]:
    """The photographs [h, w, 3] one after the other, integers of 8 or 16 bits, 255 or 65535 being
    white."""
    for index, picture in enumerate(shots.pictures()):
        yield _prepared(picture, index, shots.white, preparation)


def prepared_mask(mask: np.ndarray | None, preparation: Preparation, spheres: Any) -> Any:
    """[h, w] bool of the crop, true on the object; None where all of it is. `spheres` (column, row,
    radius) that reach into it are off the object."""
    x, y, width, height = preparation.crop
    free = spheres_in(preparation.crop, spheres)
    if mask is None:
        return free
    cut = mask[y : y + height, x : x + width]
    return cut if free is None else cut & free


def png_names(names: Sequence[str]) -> list[str]:
    """The names of photographs with the ending of PNG, those with the ending that they had where
    two would be alike."""
    stems = [Path(name).stem for name in names]
    return [
        f"{stem if stems.count(stem) == 1 else name}.png"
        for stem, name in zip(stems, names, strict=True)
    ]


def _prepared(picture: np.ndarray, index: int, white: float, todo: Preparation) -> np.ndarray:
    depth = picture.dtype
    full = float(np.iinfo(depth).max)
    factors = _factors(picture.shape[:2], index, todo)
    shift = todo.shifts[index]
    if factors is None and not shift.any() and white == full:
        return _cut(picture, todo)
    if factors is None:
        values = picture.astype(np.float32) * np.float32(full / white)
    else:
        values = np.float32(full) * coded(linear(picture, white) * factors)
    if shift.any():
        values = moved_back(values, shift)
    return np.rint(_cut(values, todo).clip(0, full)).astype(depth)


def _factors(size: tuple[int, ...], index: int, todo: Preparation) -> np.ndarray | None:
    """[H, W, 1 or 3] by which linear values are multiplied; None where they stay."""
    fall, gain = todo.fall_offs[index], float(todo.gains[index])
    if fall is None and todo.flat_fields is None and gain == 1:
        return None
    factors = np.full((*size, 1), gain, np.float32)
    if fall is not None:
        factors *= fall.factors((size[0], size[1]))[..., None]
    return factors if todo.flat_fields is None else factors * todo.flat_fields.factors(index)


def _cut(values: np.ndarray, todo: Preparation) -> np.ndarray:
    x, y, width, height = todo.crop
    return values[y : y + height, x : x + width]


def _written(pictures: Iterator[np.ndarray], folder: Path, names: list[str]) -> Iterator[None]:
    """Writes pictures, compressing some while the next are made."""
    with ThreadPoolExecutor(WRITERS) as pool:
        waiting = []
        for name, picture in zip(names, pictures, strict=True):
            waiting.append(pool.submit(_write_png, folder / name, picture))
            if len(waiting) > WRITERS:
                yield waiting.pop(0).result()
        for one in waiting:
            yield one.result()


def _write_png(path: Path, pixels: np.ndarray) -> None:
    blue_first = pixels if pixels.ndim == 2 else pixels[..., ::-1]
    options = [cv2.IMWRITE_PNG_COMPRESSION, COMPRESSION]
    _, data = cv2.imencode(".png", np.ascontiguousarray(blue_first), options)
    path.write_bytes(data.tobytes())


def _light_text(names: list[str], lights: np.ndarray) -> str:
    lines = [
        f"{name} " + " ".join(f"{value:.6f}" for value in light)
        for name, light in zip(names, lights, strict=True)
    ]
    return "\n".join([str(len(lines)), *lines]) + "\n"


def _position_text(names: list[str], lamps: np.ndarray) -> str:
    lines = [
        f"{name}," + ",".join(f"{value:.2f}" for value in lamp)
        for name, lamp in zip(names, lamps, strict=True)
    ]
    return "\n".join(["name,x_px,y_px,z_px", *lines]) + "\n"


def _rows(names: list[str], shots: Shots, todo: Preparation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "from": source,
            "shift_px": np.round(todo.shifts[i], 3).tolist(),
            "gain": round(float(todo.gains[i]), 4),
        }
        for i, (name, source) in enumerate(zip(names, shots.names, strict=True))
    ]
