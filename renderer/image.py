"""The relightable image: planes of 8-bit latents and the decoder that turns them into colour.

It is the contract between making (trainer) and showing (renderer, webviewer). On disk it is a
folder with `info.json`, lossless planes `plane_0.png`, ... and, where there is one, `mask.png`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from renderer.aside import writing_aside
from renderer.info import Info, describe, parse_info
from shaders.errors import RakingError
from shaders.linear import AnyDecoder, LinearDecoder

# Gigapixel planes are what this software is for; Pillow's guard is meant for web uploads.
Image.MAX_IMAGE_PIXELS = None


@dataclass
class RelightableImage:
    """One photographed surface, ready for any light.

    Latent `i` of a pixel is `planes[i // 3, y, x, i % 3]`, a level 0..255; row 0 is the top.
    `provenance` says how the image was made (software, collection, settings, held-out scores).
    """

    decoder: AnyDecoder
    planes: np.ndarray  # [K / 3, H, W, 3] uint8
    mask: np.ndarray | None = None  # [H, W] bool, True on the object
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = (self.decoder.planes, *self.planes.shape[1:3], 3)
        if self.planes.shape != expected or self.planes.dtype != np.uint8:
            raise RakingError(
                f"the planes are {self.planes.dtype} {self.planes.shape}, where the decoder needs "
                f"uint8 {expected}"
            )
        if self.mask is not None and self.mask.shape != self.planes.shape[1:3]:
            raise RakingError(
                f"the mask is {self.mask.shape}, where the planes are {self.planes.shape[1:3]}"
            )

    @property
    def width(self) -> int:
        return self.planes.shape[2]

    @property
    def height(self) -> int:
        return self.planes.shape[1]

    @property
    def label(self) -> str:
        """How the papers name this model, such as DisK(20) or HSH(3)."""
        if isinstance(self.decoder, LinearDecoder):
            return self.decoder.label
        names = {"disk": "DisK", "neural": "NeuralRTI"}
        name = names.get(self.provenance.get("model", ""), "Neural")
        return f"{name}({self.decoder.units})"


def read_image(path: Path) -> RelightableImage:
    """Reads and checks a relightable image, written by this software or the published trainer.

    Raises RakingError naming the file that is missing, damaged or does not fit.
    """
    path = Path(path)
    info, decoder = parse_info(read_info_text(path), path / "info.json")
    files = [_find(path, names) for names in _numbering(path, info)]
    if len(files) != decoder.planes:
        raise RakingError(
            f"{path / 'info.json'} lists {len(files)} planes for {decoder.latents} latents; "
            "write the image again"
        )
    planes = np.stack([_read_picture(file, "RGB", info) for file in files])
    mask = None
    if info.raking and info.raking.mask:
        mask = _read_picture(path / info.raking.mask, "L", info) > 127
    provenance = info.raking.provenance if info.raking else {}
    return RelightableImage(decoder, planes, mask, provenance)


def read_info_text(path: Path) -> str:
    """The text of an image's `info.json`; RakingError where there is none to read."""
    if not path.is_dir():
        raise RakingError(f"{path} is not a folder; give the folder of a relightable image")
    try:
        return (path / "info.json").read_text("utf-8")
    except FileNotFoundError as error:
        raise RakingError(
            f"{path} holds no info.json, so it is no relightable image; make one with raking train"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RakingError(f"{path / 'info.json'} cannot be read: {error}") from error


def write_image(image: RelightableImage, path: Path, overwrite: bool = True) -> None:
    """Writes an image aside and then renames it into place, so that no half of it is ever seen.

    Raises RakingError where `path` holds something that is not a relightable image (or anything,
    without `overwrite`), or where it cannot be written.
    """
    check_writable(path, overwrite)
    with writing_aside(path) as aside:
        aside.mkdir()
        _write_files(image, aside)


def check_writable(path: Path, overwrite: bool = True) -> None:
    """RakingError unless a relightable image may be written to `path`; call it before long work."""
    if path.is_dir():
        if any(path.iterdir()) and not (overwrite and (path / "info.json").exists()):
            raise RakingError(f"{path} is not empty; choose another folder or empty it")
    elif path.exists():
        raise RakingError(f"{path} is a file; choose a folder to write the image to")


def _write_files(image: RelightableImage, folder: Path) -> None:
    for i, plane in enumerate(image.planes):
        Image.fromarray(plane, "RGB").save(folder / f"plane_{i}.png")
    if image.mask is not None:
        Image.fromarray(image.mask.astype(np.uint8) * 255, "L").save(folder / "mask.png")
    text = describe(
        image.decoder, image.width, image.height, image.mask is not None, image.provenance
    )
    (folder / "info.json").write_text(text, "utf-8")


def _numbering(path: Path, info: Info) -> list[list[str]]:
    """The names of the planes, from 1 where there is the last of those and no plane 0."""
    from_zero, *from_one = info.plane_files()
    if from_one and not _found(path, from_zero[0]) and _found(path, from_one[0][-1]):
        return from_one[0]
    return from_zero


def _found(path: Path, names: list[str]) -> Path | None:
    return next((path / name for name in names if (path / name).is_file()), None)


def _find(path: Path, names: list[str]) -> Path:
    if file := _found(path, names):
        return file
    raise RakingError(f"{path / names[0]} is missing; copy the whole image folder again")


def _read_picture(file: Path, mode: str, info: Info) -> np.ndarray:
    """A plane [H, W, 3] or a mask [H, W] as uint8."""
    try:
        with Image.open(file) as picture:
            _check_size(picture.size, file, info)
            levels = np.asarray(picture.convert(mode))
    except FileNotFoundError as error:
        raise RakingError(f"{file} is missing; copy the whole image folder again") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise RakingError(f"{file} is damaged ({error}); copy it again") from error
    return levels


def _check_size(size: tuple[int, int], file: Path, info: Info) -> None:
    if size != (info.width, info.height):
        raise RakingError(
            f"{file} is {size[0]} x {size[1]} pixels, where info.json says "
            f"{info.width} x {info.height}; copy the whole image folder again"
        )
