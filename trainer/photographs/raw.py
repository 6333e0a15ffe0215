"""Camera raw, developed alike for every photograph of a collection: with the extra `raw`.

Demosaicked by LibRaw with one white balance, black and white levels as the camera states them, no
brightness or highlights set by the picture, no turn; then sRGB of 16 bits with its own curve.
"""

import contextlib
import hashlib
import io
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shaders.errors import RakingError, shortened

RAW_SUFFIXES = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq"),
    *(".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2"),
    *(".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)

WhiteBalance = tuple[float, float, float, float]  # factors of red, green, blue, second green

_ONE_AT_A_TIME = threading.Lock()  # standard error is the process's

_SRGB_CURVE = (2.4, 12.92)
# LibRaw's flips as EXIF's orientations.
_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}


@dataclass(frozen=True)
class RawFacts:
    """What a raw file says before it is developed."""

    size: tuple[int, int]  # (H, W), before any turn
    orientation: int  # as EXIF counts them
    white_balance: WhiteBalance  # as the camera set it, or daylight's where it did not


def read_raw_facts(path: Path) -> RawFacts:
    """Raises RakingError as `develop` does."""
    with _opened(path, _read(path)) as raw:
        return _facts(raw)


def develop(path: Path, white_balance: WhiteBalance | None = None) -> tuple[np.ndarray, bytes]:
    """[H, W, 3] uint16 sRGB, and the file's SHA-256.

    The white balance is the file's own where none is given. Raises RakingError for a file that
    cannot be read or is damaged, and where the extra is not installed.
    """
    data = _read(path)
    with _opened(path, data) as raw:
        values = raw.postprocess(
            user_wb=list(white_balance or _facts(raw).white_balance),
            output_bps=16,
            gamma=_SRGB_CURVE,
            no_auto_bright=True,
            adjust_maximum_thr=0.0,
            user_flip=0,
        )
    return values, hashlib.sha256(data).digest()


def _facts(raw: Any) -> RawFacts:
    red, green, blue, second = raw.camera_whitebalance
    if min(red, green, blue) <= 0:
        red, green, blue, second = raw.daylight_whitebalance
    size = raw.sizes.height, raw.sizes.width
    turned = _ORIENTATIONS.get(raw.sizes.flip, 1)
    return RawFacts(size, turned, (red, green, blue, second or green))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RakingError(f"cannot read {shortened(path)}: {error.strerror}") from error


@contextlib.contextmanager
def _opened(path: Path, data: bytes) -> Iterator[Any]:
    try:
        import rawpy
    except ImportError as error:
        raise RakingError(
            f"{shortened(path)} is camera raw: pip install rawpy to read it, or export the "
            "photographs as 16-bit TIFF"
        ) from error
    try:
        with rawpy.RawPy() as raw:
            with _silence():
                raw.open_buffer(io.BytesIO(data))
                raw.unpack()
            yield raw
    except rawpy.LibRawError as error:
        raise RakingError(
            f"{shortened(path)} is damaged, or raw of a camera that LibRaw does not know: export "
            "it as TIFF"
        ) from error


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Without what LibRaw itself prints on standard error about a file, before our sentence."""
    with _ONE_AT_A_TIME:
        kept = os.dup(2)
        try:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
