"""One picture file: JPEG, PNG or TIFF as the integers that it holds."""

import contextlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from shaders.errors import RakingError

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".webp")
# Camera raw. A photograph's raw file often lies beside it, under the same stem.
RAW_SUFFIXES = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq"),
    *(".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2"),
    *(".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)

_CONVERSIONS = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}

# A marker in JPEG; FF00 and restarts are part of the coded picture.
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_JPEG_END = b"\xd9"


@contextlib.contextmanager
def quiet_opencv() -> Iterator[None]:
    """Without OpenCV's own complaints on standard error, which would come before our sentence."""
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def read_picture(path: Path) -> tuple[np.ndarray, bytes]:
    """[H, W, 3] uint8 or uint16 RGB, and the bytes of the file.

    Grey is expanded to RGB and alpha dropped. Raises RakingError for a file that cannot be read,
    is no such picture, or ends before the picture does, which some decoders fill with grey.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RakingError(f"cannot read {path}: {error.strerror}") from error
    raw = None
    if _is_whole(data):
        with contextlib.suppress(cv2.error):
            raw = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if raw is None:
        raise RakingError(f"{path} is damaged or no JPEG, PNG or TIFF image: replace it")
    if raw.dtype not in (np.uint8, np.uint16):
        raise RakingError(f"{path} has {raw.dtype} values: save it with 8 or 16 bits per channel")
    channels = 1 if raw.ndim == 2 else raw.shape[2]
    if channels not in _CONVERSIONS:
        raise RakingError(f"{path} has {channels} channels: save it as grey or RGB")
    if data[:2] in (b"II", b"MM") and raw.dtype == np.uint8 and channels == 4:
        _check_opaque(raw, path)
    return cv2.cvtColor(raw, _CONVERSIONS[channels]), data


def _check_opaque(raw: np.ndarray, path: Path) -> None:
    """Refuses what TIFF's decoder has multiplied by alpha, so that the colours are lost."""
    if raw[..., 3].min() < 255:
        raise RakingError(f"{path} is transparent in places: save it without an alpha channel")


def _is_whole(data: bytes) -> bool:
    """Whether a JPEG or PNG is there to its end, undamaged as far as its checksums tell."""
    if data.startswith(b"\xff\xd8"):
        return _is_whole_jpeg(data)
    if data.startswith(b"\x89PNG"):
        return _is_whole_png(data)
    return len(data) > 0


def _is_whole_jpeg(data: bytes) -> bool:
    at = 2
    while marker := _JPEG_MARKER.search(data, at):
        if marker[1] == _JPEG_END:
            return True
        # Segments are stepped over, since one may hold a whole thumbnail.
        length = int.from_bytes(data[marker.end() : marker.end() + 2], "big")
        at = marker.end() + length
    return False


def _is_whole_png(data: bytes) -> bool:
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        needed = kind[:1].isupper()
        if needed and zlib.crc32(data[at + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        if kind == b"IEND":
            return True
        at = end + 4
    return False
