"""One picture file as the integers that it holds, in sRGB: JPEG, PNG, TIFF, WebP or camera raw."""

import hashlib
import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyvips

from renderer.files.memory import available_memory
from shaders.errors import RakingError, shortened
from trainer.photographs.colour import Profile, mix_inks, to_srgb
from trainer.photographs.header import (
    WHITE,
    Header,
    Opened,
    damaged,
    open_file,
    open_picture,
    raw_header,
    read_header,
)
from trainer.photographs.raw import RAW_SUFFIXES, WhiteBalance, develop, read_raw_facts
from trainer.photographs.tiff import deflate_is_whole, read_planes

__all__ = ["COPIES", "RAW_SUFFIXES", "SUFFIXES", "Picture", "read_header", "read_picture"]

# The endings of what is read as a photograph.
SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".webp"),
    *RAW_SUFFIXES,
)

COPIES = 3  # of a picture that exist at once while it is read

_INTERPRETATIONS = {
    **{(1, 1): "b-w", (1, 3): "srgb", (1, 4): "cmyk"},
    **{(2, 1): "grey16", (2, 3): "rgb16", (2, 4): "cmyk"},
}

# A marker in JPEG; FF00 and restarts are part of the coded picture.
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_JPEG_END = b"\xd9"
_JPEG_SEQUENTIAL = (b"\xc0", b"\xc1")  # frames of which every channel is coded once
_JPEG_SCAN = b"\xda"


class Picture(NamedTuple):
    """A picture in display-referred sRGB."""

    values: np.ndarray  # [H, W, 3] uint8 or uint16
    header: Header
    brightest: int  # the largest integer of the file, before its colours are converted
    sha256: bytes  # of the file
    alpha: np.ndarray | None  # [H, W], of the type of `values`, where there is such a channel


def read_picture(path: Path, white_balance: WhiteBalance | None = None) -> Picture:
    """The picture as stored, whatever its orientation flag says.

    Grey is expanded to RGB, floats of 0..1 become 16 bits, colours with an ICC profile are
    converted to sRGB. Of a TIFF file's pages the largest is the picture. A raw file is developed
    as `trainer.photographs.raw` says, with `white_balance` or else its own.

    Raises RakingError for a file that cannot be read, is of no such kind, is damaged, ends before
    the picture does, or holds a picture that is larger than the memory.
    """
    if path.suffix.lower() in RAW_SUFFIXES:
        header = raw_header(read_raw_facts(path))
        _check_memory(header, path)
        values, digest = develop(path, white_balance)
        return Picture(values, header, int(values.max()), digest, None)
    with open_file(path) as file:
        data = file.read()
    opened = open_picture(path, io.BytesIO(data), pyvips.Source.new_from_memory(data))
    _check_memory(opened.header, path)
    if not _is_whole(data, opened):
        raise damaged(path)
    values, brightest, alpha = _decode(opened, data, path)
    return Picture(values, opened.header, brightest, hashlib.sha256(data).digest(), alpha)


def _check_memory(header: Header, path: Path) -> None:
    needed, available = COPIES * header.nbytes, available_memory()
    if needed > available:
        raise RakingError(
            f"{shortened(path)} is {header.size[1]} x {header.size[0]} pixels: to read it takes "
            f"{needed / 2**30:.1f} GiB of memory, where {available / 2**30:.1f} are free"
        )


def _decode(opened: Opened, data: bytes, path: Path) -> tuple[np.ndarray, int, np.ndarray | None]:
    """Values in sRGB, the brightest before that, and alpha."""
    try:
        if opened.facts.apart:
            stored = read_planes(data, opened.facts.place)
        else:
            stored = opened.image.numpy()
    except (pyvips.Error, ValueError) as error:
        raise damaged(path) from error
    stored = stored.reshape(stored.shape[0], stored.shape[1], -1)
    if stored.dtype == np.float32:
        stored = _sixteen_bits(stored, path)
    colours, rest = stored[..., : opened.colours], stored[..., opened.colours :]
    alpha = rest[..., 0] if rest.shape[2] else None
    opaque = alpha is None or alpha.min() == np.iinfo(alpha.dtype).max
    if opened.facts.associated_alpha and not opaque:
        raise RakingError(
            f"{shortened(path)} is transparent in places, and its colours are multiplied by alpha: "
            "save it without an alpha channel"
        )
    values = _in_srgb(np.ascontiguousarray(colours), opened.profile)
    return values, int(colours.max()), alpha


def _sixteen_bits(values: np.ndarray, path: Path) -> np.ndarray:
    if not (np.min(values) >= 0 and np.max(values) <= 1):  # not a number is neither
        raise RakingError(
            f"{shortened(path)} holds floats beyond 0 to 1, whose white nobody knows: save it with "
            "16 bits"
        )
    return np.rint(values * np.float32(WHITE)).astype(np.uint16)


def _in_srgb(values: np.ndarray, profile: Profile | None) -> np.ndarray:
    """[H, W, 1, 3 or 4] -> [H, W, 3] of the same type."""
    kind = _INTERPRETATIONS[values.dtype.itemsize, values.shape[2]]
    if profile is not None:
        image = pyvips.Image.new_from_array(values, interpretation=kind)
        return np.asarray(to_srgb(image, profile).numpy())
    if values.shape[2] == 4:
        return mix_inks(values)
    return values if values.shape[2] == 3 else np.repeat(values, 3, axis=2)


def _is_whole(data: bytes, opened: Opened) -> bool:
    """Whether what the decoder does not look at says that the file is undamaged."""
    if data.startswith(b"\xff\xd8"):
        return _is_whole_jpeg(data)
    return deflate_is_whole(data, opened.facts.deflated)


def _is_whole_jpeg(data: bytes) -> bool:
    """Whether the end is marked, and nothing coded follows the picture: the decoder asks for
    neither once it has all blocks."""
    at, channels, coded = 2, 0, 0
    while marker := _JPEG_MARKER.search(data, at):
        if marker[1] == _JPEG_END:
            return not channels or coded == channels
        # Segments are stepped over, since one may hold a whole thumbnail.
        length = int.from_bytes(data[marker.end() : marker.end() + 2], "big")
        at = marker.end() + length
        content = data[marker.end() + 2 : at]
        if marker[1] in _JPEG_SEQUENTIAL and len(content) > 5:
            channels = content[5]
        elif marker[1] == _JPEG_SCAN and content:
            coded += content[0]
    return False
