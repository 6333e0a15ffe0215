"""What a PNG file says beside its pixels."""

import os
import struct
from typing import BinaryIO

# Those that say which colours the numbers are, and whether the camera was turned.
_CHUNKS = (b"gAMA", b"cHRM", b"cICP", b"sRGB", b"iCCP", b"eXIf")
_LONGEST = 1 << 16

_SRGB_GAMMA = 45455
_SRGB_CHROMATICITIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_SRGB_CODES = (1, 13)  # cICP: BT.709's primaries, sRGB's curve


def read_chunks(file: BinaryIO) -> dict[bytes, bytes] | None:
    """The chunks about colour, and EXIF, by their names; None for a file that ends too early.

    Checksums are left to the decoder, but that one does not look for the end.
    """
    end = file.seek(0, os.SEEK_END)
    at, found = 8, {}
    while at + 12 <= end:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind in _CHUNKS:
            found[kind] = file.read(min(length, _LONGEST))
        at += 12 + length
        if kind == b"IEND" and at <= end:
            return found
    return None


def foreign_colours(chunks: dict[bytes, bytes]) -> str | None:
    """What the file says its colours are, where that is neither sRGB nor an ICC profile."""
    if b"cICP" in chunks:
        codes = tuple(chunks[b"cICP"][:2])
        return None if codes == _SRGB_CODES else f"colour code points {codes} (cICP)"
    if b"iCCP" in chunks or b"sRGB" in chunks:
        return None
    gamma = _numbers(chunks.get(b"gAMA", b""), 1)
    if gamma and abs(gamma[0] - _SRGB_GAMMA) > 100:
        return f"a gamma of {gamma[0] / 1e5:.3g} (gAMA)"
    primaries = _numbers(chunks.get(b"cHRM", b""), 8)
    if primaries and max(map(_distance, primaries, _SRGB_CHROMATICITIES)) > 500:
        return "other primaries (cHRM)"
    return None


def _distance(first: int, second: int) -> int:
    return abs(first - second)


def _numbers(data: bytes, count: int) -> tuple[int, ...] | None:
    return struct.unpack(f">{count}I", data) if len(data) == 4 * count else None
