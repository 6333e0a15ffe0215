"""Pictures of planes and masks as files: PNG, JPEG or WebP, told by their first bytes.

Stored levels are taken as they are. So a file is reduced to what decides them before it is decoded:
profiles, gamma, orientation, transparent colours, backgrounds, thumbnails and further frames are
left out. What is damaged is refused, as far as a format has a way to tell.
"""

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import Image

from shaders.errors import RakingError

# Gigapixel planes are what this software is for; Pillow's guard is meant for web uploads.
Image.MAX_IMAGE_PIXELS = None

PNG = b"\x89PNG\r\n\x1a\n"
PNG_COLOURS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha"}
# Adam7: column and row of each pass's first pixel, and the steps to the next.
ADAM7 = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
LARGEST_PIXEL, LARGEST_EXTRA = 16, 1 << 26  # bytes of a file: for each pixel, and besides
PIECE = 1 << 20  # bytes that are inflated at a time
JPEG_FRAMES = range(0xC0, 0xC3)  # baseline, extended, progressive
JPEG_TABLES = (0xC4, 0xDB, 0xDD)  # and the restart interval
JPEG_APPLICATIONS = (*range(0xE0, 0xF0), 0xFE)  # and comments
JPEG_COLOURS = {1: "grey", 3: "RGB", 4: "CMYK"}
END_OF_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")

Size = tuple[int, int]  # width, height
Data = TypeVar("Data", bytes, memoryview)


class _Reduced(NamedTuple):
    """What decides a file's levels, and the size that it states. Of a PNG also its compressed rows,
    and how many bytes they must be."""

    size: Size
    data: bytes
    rows: tuple[list[memoryview], int] | None = None


class _DamageError(ValueError):
    """What is wrong with the bytes of a file."""


def read_picture(file: Path, size: Size, colour: bool) -> np.ndarray:
    """A plane of a size as [H, W, 3] uint8, or a mask as [H, W] uint8.

    Planes are 8-bit RGB, masks 8-bit grey (in WebP, which knows no grey, the red of RGB). Raises
    RakingError where the picture is missing, damaged, of another kind or of another size.
    """
    try:
        if not file.is_file():
            raise RakingError(f"{file} is missing; copy the whole image folder again")
        if file.stat().st_size > LARGEST_EXTRA + LARGEST_PIXEL * size[0] * size[1]:
            raise _DamageError("it is far larger than its picture")
        data = file.read_bytes()
        kind, reduce = _kind(data)
        reduced = reduce(data, colour)
        check_size(file, reduced.size, size)
        if reduced.rows:
            _check_rows(*reduced.rows)
        with Image.open(io.BytesIO(reduced.data), formats=[kind]) as picture:
            check_size(file, picture.size, size)
            levels = np.asarray(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise RakingError(f"{file} is damaged ({error}); copy it again") from error
    return levels[..., 0] if levels.ndim == 3 and not colour else levels


def check_size(file: Path, size: Size, expected: Size) -> None:
    """RakingError where a picture is not as large as it must be."""
    if size != expected:
        raise RakingError(
            f"{file} is {size[0]} x {size[1]} pixels, where {expected[0]} x {expected[1]} are "
            "needed; copy the whole image folder again"
        )


def _kind(data: bytes) -> tuple[str, Callable[[bytes, bool], _Reduced]]:
    if data.startswith(PNG):
        return "PNG", _reduce_png
    if data.startswith(b"\xff\xd8"):
        return "JPEG", _reduce_jpeg
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP", _reduce_webp
    raise _DamageError("it is no PNG, JPEG or WebP")


def _part(data: Data, first: int, length: int) -> Data:
    part = data[first : first + length]
    if len(part) < length:
        raise _DamageError("it is cut short")
    return part


def _check_kind(found: str, bits: int, colour: bool) -> None:
    needed = "RGB" if colour else "grey"
    if (found, bits) != (needed, 8):
        raise _DamageError(f"it is {bits}-bit {found}, where 8-bit {needed} is needed")


def _reduce_png(data: bytes, colour: bool) -> _Reduced:
    """Its header and its pixels; of an animation, the first picture."""
    chunks = [(bytes(chunk[4:8]), chunk) for chunk in _png_chunks(memoryview(data))]
    kind, header = chunks[0]
    if kind != b"IHDR" or len(header) != 25:
        raise _DamageError("it does not begin with its header")
    for kind, _ in chunks[1:]:
        if not kind[0] & 0x20 and kind not in (b"PLTE", b"IDAT", b"IEND"):
            raise _DamageError("it holds what is no part of a PNG")
    width, height, bits, colours, *methods = struct.unpack(">IIBBBBB", header[8:-4])
    _check_kind(PNG_COLOURS.get(colours, "unknown"), bits, colour)
    if methods[:2] != [0, 0] or methods[2] > 1:
        raise _DamageError("it is compressed in an unknown way")
    pixels = [chunk for kind, chunk in chunks if kind == b"IDAT"]
    length = _png_length(width, height, 3 if colour else 1, bool(methods[2]))
    written = b"".join([PNG, header, *pixels, chunks[-1][1]])
    return _Reduced((width, height), written, ([chunk[8:-4] for chunk in pixels], length))


def _png_chunks(data: memoryview) -> Iterator[memoryview]:
    """Whole chunks with length, name and checksum, which is verified; down to the last."""
    first, kind = len(PNG), b""
    while kind != b"IEND":
        chunk = _part(data, first, 12 + int.from_bytes(_part(data, first, 4), "big"))
        if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise _DamageError("a checksum does not fit")
        yield chunk
        kind = bytes(chunk[4:8])
        first += len(chunk)


def _png_length(width: int, height: int, channels: int, interlaced: bool) -> int:
    """The bytes of all rows, each with one for its filter."""
    total = 0
    for x, y, across, down in ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - x) // across), -(-(height - y) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + columns * channels)
    return total


def _check_rows(compressed: list[memoryview], expected: int) -> None:
    """That rows are whole, and no more than are expected; their checksum is verified."""
    inflate, found = zlib.decompressobj(), 0
    left: bytes | memoryview
    try:
        for left in compressed:
            while left and found <= expected:
                found += len(inflate.decompress(left, PIECE))
                left = inflate.unconsumed_tail
    except zlib.error:
        found = -1
    if found != expected or not inflate.eof or inflate.unused_data:
        raise _DamageError("its rows are not whole")


def _reduce_jpeg(data: bytes, colour: bool) -> _Reduced:
    """Its tables, frame and scans; JFIF's and Adobe's marks, which tell YCbCr from RGB."""
    size: Size | None = None
    kept, first, scans = [b"\xff\xd8"], 2, 0
    while True:
        mark, code = _part(data, first, 2)
        if mark != 0xFF:
            raise _DamageError("its segments do not fit together")
        if code == 0xFF:  # padding
            first += 1
            continue
        if code == 0xD9:
            break
        end = first + 2 + int.from_bytes(_part(data, first + 2, 2), "big")
        body = _part(data, first + 4, max(0, end - first - 4))
        if code in JPEG_FRAMES and size is None:
            bits, height, width, channels = struct.unpack(">BHHB", _part(body, 0, 6))
            _check_kind(JPEG_COLOURS.get(channels, "unknown"), bits, colour)
            size = width, height
        elif code == 0xDA and size:
            scans += 1
            found = END_OF_SCAN.search(data, end)
            end = found.start() if found else len(data)
        elif code not in JPEG_TABLES and code not in JPEG_APPLICATIONS:
            raise _DamageError("it is compressed in an unknown way")
        jfif = code == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14
        adobe = code == 0xEE and body.startswith(b"Adobe") and len(body) >= 12
        if code not in JPEG_APPLICATIONS or jfif or adobe:
            kept.append(data[first:end])
        first = end
    if size is None or not scans:
        raise _DamageError("it holds no picture")
    return _Reduced(size, b"".join([*kept, b"\xff\xd9"]))


def _reduce_webp(data: bytes, colour: bool) -> _Reduced:
    """Its one chunk of pixels."""
    content = _part(data, 8, int.from_bytes(_part(data, 4, 4), "little"))
    first, pictures = 4, []
    while first < len(content):
        kind = _part(content, first, 4)
        length = int.from_bytes(_part(content, first + 4, 4), "little")
        body = _part(content, first + 8, length)
        if kind in (b"ALPH", b"ANIM", b"ANMF"):
            raise _DamageError("it is transparent or moves")
        if kind in (b"VP8 ", b"VP8L"):
            pictures.append((kind, body))
        first += 8 + length + length % 2
    if len(pictures) != 1:
        raise _DamageError("it does not hold one picture")
    kind, body = pictures[0]
    size = _lossless_size(body) if kind == b"VP8L" else _lossy_size(body)
    chunk = kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return _Reduced(size, b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk)


def _lossless_size(body: bytes) -> Size:
    bits = int.from_bytes(_part(body, 1, 4), "little")
    if body[0] != 0x2F or bits >> 29:
        raise _DamageError("it is compressed in an unknown way")
    if bits >> 28:
        raise _DamageError("it is 8-bit RGB with alpha, where 8-bit RGB is needed")
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)


def _lossy_size(body: bytes) -> Size:
    head = _part(body, 0, 10)
    if head[0] & 1 or head[3:6] != b"\x9d\x01\x2a":
        raise _DamageError("it is compressed in an unknown way")
    width, height = struct.unpack("<HH", head[6:10])
    return width & 0x3FFF, height & 0x3FFF
