"""Multi-light image collections (MLIC): photographs of one object under many lights.

A collection is a folder of photographs with one `.lp` file, and optionally `mask.png` (white is
the object) and `test.txt` (the names of the held-out images); or a folder with such folders
`Dome` (to train on) and `Test`, as SynthRTI has them.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from shaders.errors import RakingError
from trainer.lp import LightEntry, read_lp

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
# Pictures that go with a collection but are no photographs of it.
AUXILIARY = {"mask", "normal", "normals", "albedo", "height", "depth", "preview", "thumbnail"}

FEWEST_LIGHTS = 6
HELD_OUT = 5
SMALLEST_SIDE = 11  # the window of SSIM
# Seen from a light inside the dome, its neighbours leave no gap in azimuth wider than this.
RIM_GAP = np.deg2rad(150)


@dataclass(frozen=True, eq=False)
class Photographs:
    """Photographs of one size, and the light of each."""

    names: list[str]
    lights: np.ndarray  # [L, 3] float32 unit vectors: x right, y up, z to the viewer
    pixels: (
        np.ndarray
    )  # [H, W, L, 3] uint8 or uint16, display-referred RGB: a pixel's values lie together

    @property
    def images(self) -> np.ndarray:
        """[L, H, W, 3], a view of the stored integers."""
        return self.pixels.transpose(2, 0, 1, 3)

    @property
    def white(self) -> int:
        """The integer that stands for 1.0: 255 or 65535."""
        return int(np.iinfo(self.pixels.dtype).max)

    def image(self, index: int) -> np.ndarray:
        """One photograph, [H, W, 3] float32, 0..1."""
        return self.images[index].astype(np.float32) / np.float32(self.white)


@dataclass(frozen=True, eq=False)
class Mlic:
    """A collection, split into the photographs to train on and those held out."""

    path: Path
    train: Photographs
    test: Photographs
    test_set: str | None  # the name of the Test folder, where that is the split
    mask: np.ndarray | None  # [H, W] bool, true = object
    sha256: str  # of names, lights and photographs, however they are split
    warnings: list[str]

    @property
    def height(self) -> int:
        return self.train.pixels.shape[0]

    @property
    def width(self) -> int:
        return self.train.pixels.shape[1]

    @property
    def names(self) -> list[str]:
        return self.train.names + self.test.names

    @property
    def lights(self) -> np.ndarray:
        """[L, 3], those to train on first."""
        return np.concatenate([self.train.lights, self.test.lights])

    def select(self, names: Sequence[str]) -> Photographs:
        """The photographs of these names, whichever side of the split they are on."""
        if list(names) == self.test.names:
            return self.test
        index = {name: position for position, name in enumerate(self.names)}
        missing = [name for name in names if name not in index]
        if missing:
            raise RakingError(f"the collection {self.path} has no photograph {missing[0]!r}")
        chosen = [index[name] for name in names]
        trained = len(self.train.names)
        pixels = [
            self.train.pixels[:, :, i] if i < trained else self.test.pixels[:, :, i - trained]
            for i in chosen
        ]
        return Photographs(list(names), self.lights[chosen], np.stack(pixels, axis=2))


@dataclass(frozen=True, eq=False)
class _Entry:
    """A photograph on disk and its light."""

    path: Path
    light: np.ndarray  # [3]
    held_out: bool = False


def read_mlic(path: Path, test_lights: Path | None = None) -> Mlic:
    """Reads a collection and splits it into training and held-out photographs.

    JPEG, PNG or TIFF with 8 or 16 bits, kept as integers; grey is expanded to RGB, alpha is
    dropped. The held-out photographs are those of the `Test` folder; else those named, one a
    line, in the file `test_lights`; else those in the folder's `test.txt`; else those that
    `held_out_by_rule` chooses.

    Pictures named mask, normals, albedo, height, depth, preview or thumbnail are no photographs.
    Entries of the `.lp` file without a photograph are skipped with a warning.

    Raises RakingError for a collection that cannot be read; see the messages.
    """
    path = Path(path)
    if not path.is_dir():
        raise RakingError(f"{path} is not a folder: name the folder that holds the photographs")
    warnings: list[str] = []
    dome, test = _subfolder(path, "dome"), _subfolder(path, "test")
    if dome and test:
        if test_lights:
            raise RakingError(f"{test} already names the held-out lights: leave out {test_lights}")
        entries = _entries(dome, warnings)
        held_out = _entries(test, warnings)
        entries += [_Entry(entry.path, entry.light, held_out=True) for entry in held_out]
    else:
        entries = _entries(dome or path, warnings)
        entries = _split(entries, dome or path, test_lights)
    trained = sum(not entry.held_out for entry in entries)
    if trained < FEWEST_LIGHTS:
        raise RakingError(
            f"{path} has {trained} photographs to train on, where {FEWEST_LIGHTS} are the fewest: "
            "add photographs under other lights, or hold out fewer"
        )
    photographs, sha256 = _read_photographs(entries, path)
    mask = _read_mask([path, *([dome] if dome else [])], photographs[0].pixels.shape[:2])
    return Mlic(path, *photographs, test.name if dome and test else None, mask, sha256, warnings)


def held_out_by_rule(lights: np.ndarray) -> list[int]:
    """Which of the lights [L, 3] to hold out where nobody names them: their indices, ascending.

    Five lights, one from each fifth of the lights in order of elevation. Lights on the rim are
    left out, since nothing surrounds them and they could only be extrapolated: a light is on the
    rim if, seen from it in the plane of x and y, the others leave a gap wider than 150 degrees.
    Within its fifth the light nearest to an azimuth of 0, 144, 288, 72 and 216 degrees is taken,
    from low to high, so that neighbouring fifths look to different sides. At least six lights
    stay for training: smaller collections hold out fewer.
    """
    inner = [i for i in range(len(lights)) if _widest_gap(lights, i) <= RIM_GAP]
    number = min(HELD_OUT, len(lights) - FEWEST_LIGHTS, len(inner))
    if number <= 0:
        return []
    elevation_order = sorted(inner, key=lambda i: (float(lights[i, 2]), i))
    azimuths = np.arctan2(lights[:, 1], lights[:, 0])
    chosen = []
    for fifth, members in enumerate(np.array_split(elevation_order, number)):
        away = azimuths[members] - np.deg2rad(144 * fifth)
        chosen.append(int(members[np.argmax(np.cos(away))]))
    return sorted(chosen)


def _widest_gap(lights: np.ndarray, index: int) -> float:
    """The widest angle, seen from one light in (x, y), in which no other light lies."""
    offsets = np.delete(lights[:, :2], index, axis=0) - lights[index, :2]
    offsets = offsets[np.hypot(*offsets.T) > 1e-6]
    if len(offsets) == 0:
        return 2 * np.pi
    angles = np.sort(np.arctan2(offsets[:, 1], offsets[:, 0]))
    return float(np.diff(angles, append=angles[0] + 2 * np.pi).max())


def _subfolder(path: Path, name: str) -> Path | None:
    return next((p for p in sorted(path.iterdir()) if p.is_dir() and p.name.lower() == name), None)


def _entries(folder: Path, warnings: list[str]) -> list[_Entry]:
    """The photographs of one folder with their lights, in the order of its `.lp` file."""
    lp = _only_lp(folder)
    lights, lp_warnings = read_lp(lp)
    warnings += lp_warnings
    photographs = _photographs_in(folder)
    if all(light.name is None for light in lights):
        return _pair_in_order(lights, photographs, lp)
    entries: dict[Path, _Entry] = {}
    for light in lights:
        if light.name is None:
            raise RakingError(f"{lp} names some photographs and not others: name them all")
        photograph = _find(light.name, photographs)
        if photograph is None:
            warnings.append(f"{lp} lists {light.name}, which is not in {folder}; it is skipped")
        elif photograph in entries:
            raise RakingError(f"{lp} lists {light.name} twice: leave one line of the two")
        else:
            entries[photograph] = _Entry(photograph, light.direction)
    unlit = [photograph for photograph in photographs if photograph not in entries]
    if unlit:
        raise RakingError(
            f"{unlit[0]} has no light in {lp.name}: add a line for it, or move it elsewhere"
        )
    return list(entries.values())


def _only_lp(folder: Path) -> Path:
    found = [p for p in _files(folder) if p.suffix.lower() == ".lp"]
    if not found:
        raise RakingError(f"{folder} holds no .lp file: add one with a line 'name x y z' per image")
    if len(found) > 1:
        raise RakingError(
            f"{folder} holds several .lp files ({', '.join(p.name for p in found)}): leave one"
        )
    return found[0]


def _files(folder: Path) -> Iterator[Path]:
    """The visible files of a folder in natural order: image2 before image10."""

    def natural(path: Path) -> list[tuple[int, str]]:
        parts = re.findall(r"\d+|\D+", path.name.lower())
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    files = (p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return iter(sorted(files, key=natural))


def _photographs_in(folder: Path) -> list[Path]:
    return [
        path
        for path in _files(folder)
        if path.suffix.lower() in SUFFIXES and path.stem.lower() not in AUXILIARY
    ]


def _pair_in_order(lights: list[LightEntry], photographs: list[Path], lp: Path) -> list[_Entry]:
    if len(lights) != len(photographs):
        raise RakingError(
            f"{lp} names no photographs and lists {len(lights)} lights for {len(photographs)} "
            "images: write 'name x y z' in each line"
        )
    return [
        _Entry(photograph, light.direction)
        for photograph, light in zip(photographs, lights, strict=True)
    ]


def _find(name: str, photographs: list[Path]) -> Path | None:
    """The photograph of this name; else but for letter case; else with another extension."""
    same = [p for p in photographs if p.name == name]
    similar = [p for p in photographs if p.name.lower() == name.lower()]
    stem = Path(name).stem if Path(name).suffix.lower() in (*SUFFIXES, ".bmp", ".dng") else name
    stems = [p for p in photographs if p.stem.lower() == stem.lower()]
    return next((found[0] for found in (same, similar, stems) if len(found) == 1), None)


def _split(entries: list[_Entry], folder: Path, test_lights: Path | None) -> list[_Entry]:
    """The same entries, some of them marked as held out."""
    listed = test_lights or folder / "test.txt"
    if test_lights or listed.is_file():
        held_out = _named_in(listed, [entry.path for entry in entries])
    else:
        lights = np.array([entry.light for entry in entries])
        held_out = {entries[i].path for i in held_out_by_rule(lights)}
    return [_Entry(entry.path, entry.light, entry.path in held_out) for entry in entries]


def _named_in(listed: Path, photographs: list[Path]) -> set[Path]:
    try:
        lines = listed.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RakingError(f"cannot read the list of held-out images {listed}: {error}") from error
    found = set()
    for name in (line.strip() for line in lines if line.strip()):
        photograph = _find(name, photographs)
        if photograph is None:
            raise RakingError(
                f"{listed} holds out {name!r}, which is no photograph of the collection: correct it"
            )
        found.add(photograph)
    if not found:
        raise RakingError(f"{listed} names no image to hold out: write one name per line")
    return found


def _read_photographs(
    entries: list[_Entry], root: Path
) -> tuple[tuple[Photographs, Photographs], str]:
    """The photographs to train on and those held out, and the hash of them all.

    Each photograph goes straight to its place among the pixels, so that only one is held twice.
    """
    digest = hashlib.sha256()
    sides = [[e for e in entries if e.held_out == held_out] for held_out in (False, True)]
    pixels: list[np.ndarray] = []
    filled = [0, 0]
    for entry in entries:
        picture, data = _read_picture(entry.path)
        digest.update(entry.path.relative_to(root).as_posix().encode())
        digest.update(entry.light.tobytes())
        digest.update(hashlib.sha256(data).digest())
        if not pixels:
            height, width, _ = picture.shape
            if min(height, width) < SMALLEST_SIDE:
                raise RakingError(
                    f"{entry.path} is {width} x {height} pixels, where {SMALLEST_SIDE} a side are "
                    "the fewest: add larger photographs"
                )
            pixels = [np.empty((height, width, len(s), 3), picture.dtype) for s in sides]
        _check_alike(picture, pixels[0], entry.path, entries[0].path)
        side = int(entry.held_out)
        pixels[side][:, :, filled[side]] = picture
        filled[side] += 1
    train, test = (
        Photographs(
            [entry.path.name for entry in side],
            np.array([entry.light for entry in side], np.float32).reshape(-1, 3),
            values,
        )
        for side, values in zip(sides, pixels, strict=True)
    )
    return (train, test), digest.hexdigest()


def _read_picture(path: Path) -> tuple[np.ndarray, bytes]:
    """[H, W, 3] uint8 or uint16 RGB, and the bytes of the file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RakingError(f"cannot read {path}: {error.strerror}") from error
    # Its own complaints on standard error would come before our sentence.
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        raw = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    except cv2.error:
        raw = None
    finally:
        cv2.utils.logging.setLogLevel(level)
    if raw is None:
        raise RakingError(f"{path} is damaged or no JPEG, PNG or TIFF image: replace it")
    if raw.dtype not in (np.uint8, np.uint16):
        raise RakingError(f"{path} has {raw.dtype} values: save it with 8 or 16 bits per channel")
    if raw.ndim == 2:
        raw = raw[..., None]
    if raw.shape[2] < 3:
        return np.repeat(raw[..., :1], 3, axis=2), data
    return np.ascontiguousarray(raw[..., 2::-1]), data


def _check_alike(picture: np.ndarray, pixels: np.ndarray, path: Path, first: Path) -> None:
    if picture.shape[:2] != pixels.shape[:2]:
        raise RakingError(
            f"{path} is {picture.shape[1]} x {picture.shape[0]} pixels but {first} is "
            f"{pixels.shape[1]} x {pixels.shape[0]}: photographs of a collection share one size"
        )
    if picture.dtype != pixels.dtype:
        raise RakingError(
            f"{path} has {picture.dtype.itemsize * 8} bits per channel but {first} has "
            f"{pixels.dtype.itemsize * 8}: save the photographs with one depth"
        )


def _read_mask(folders: list[Path], size: tuple[int, ...]) -> np.ndarray | None:
    found = [p for f in folders for p in _files(f) if p.name.lower() == "mask.png"]
    if not found:
        return None
    picture, _ = _read_picture(found[0])
    if picture.shape[:2] != size:
        raise RakingError(
            f"{found[0]} is {picture.shape[1]} x {picture.shape[0]} pixels but the photographs are "
            f"{size[1]} x {size[0]}: save it in their size, or remove it"
        )
    mask: np.ndarray = picture.max(axis=2) > np.iinfo(picture.dtype).max // 2
    if not mask.any():
        raise RakingError(f"{found[0]} is black throughout, so no pixel is of the object: fix it")
    return mask
