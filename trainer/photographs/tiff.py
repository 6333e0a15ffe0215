"""Which page of a TIFF file is the photograph, and whether its decoder reads that rightly."""

import contextlib
import io
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile, TiffPage

# What it finds odd would come before our sentence.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

MOST_PAGES = 100  # that are looked at

_AT_ONCE = 1 << 16  # bytes that are inflated, to a thousand times as many at most

# NewSubfileType: a mask lies over the photograph in its own size.
_MASK = 4
_INTEGER, _FLOAT = 1, 3  # SampleFormat
_EXIF = 34665
_MAX_SAMPLE_VALUE = 281
_ASSOCIATED = 1  # ExtraSamples: colours are multiplied by alpha

_PHOTOMETRIC = {
    PHOTOMETRIC.MINISWHITE,
    PHOTOMETRIC.MINISBLACK,
    PHOTOMETRIC.RGB,
    PHOTOMETRIC.PALETTE,
    PHOTOMETRIC.SEPARATED,
    PHOTOMETRIC.YCBCR,
}
_COMPRESSIONS = {
    COMPRESSION.NONE,
    COMPRESSION.CCITTRLE,
    COMPRESSION.CCITT_T4,
    COMPRESSION.CCITT_T6,
    COMPRESSION.LZW,
    COMPRESSION.JPEG,
    COMPRESSION.ADOBE_DEFLATE,
    COMPRESSION.DEFLATE,
    COMPRESSION.PACKBITS,
    COMPRESSION.WEBP,
}
# Those that use the tag; libtiff ignores it for others, and shows differences as pixels.
_WITH_PREDICTOR = {COMPRESSION.LZW, COMPRESSION.ADOBE_DEFLATE, COMPRESSION.DEFLATE}
_DEFLATE = {COMPRESSION.ADOBE_DEFLATE, COMPRESSION.DEFLATE}
# What tifffile itself reads of pages that the decoder would read wrongly.
_PLAIN = {COMPRESSION.NONE, *_DEFLATE}
_NO_PREDICTOR, _DIFFERENCES = 1, 2
_REDUCED = 1  # NewSubfileType: a smaller edition of another page


@dataclass(frozen=True)
class TiffFacts:
    """The photograph in a TIFF file, and what the decoder does not tell of it."""

    place: dict[str, int]  # the decoder's options that choose it
    alike: int  # pages of its size
    white: int | None  # where tags say so, and it is not the largest number of its type
    associated_alpha: bool
    exif: dict[str, Any]
    deflated: list[tuple[int, int]]  # offset and length of each part, where they are checksummed
    apart: bool  # whether the decoder would read it wrongly, and `read_planes` is to do it
    unread: str | None  # why it is not read at all


def read_tiff_facts(file: BinaryIO) -> TiffFacts | None:
    """None for what is no TIFF file, or damaged before its pixels."""
    # The parser raises what it stumbles over in a damaged file: struct.error, KeyError, ...
    with contextlib.suppress(Exception), TiffFile(file) as tiff:
        pages = list(islice(_pages(tiff), MOST_PAGES))
        largest = max(_area(page) for _, page in pages)
        found = [(place, page) for place, page in pages if _area(page) == largest]
        found = [one for one in found if not one[1].subfiletype & _REDUCED] or found
        place, page = found[0]
        return TiffFacts(
            place,
            len(found),
            _white(page),
            _ASSOCIATED in page.extrasamples,
            page.tags[_EXIF].value if _EXIF in page.tags else {},
            _deflated(page),
            _is_apart(page),
            _unread(page),
        )
    return None


def deflate_is_whole(data: bytes, parts: list[tuple[int, int]]) -> bool:
    """Whether the checksums hold, which the decoder does not look at."""
    for offset, length in parts:
        part = memoryview(data)[offset : offset + length]
        inflate = zlib.decompressobj()
        try:
            for at in range(0, length, _AT_ONCE):
                inflate.decompress(part[at : at + _AT_ONCE])
        except zlib.error:
            return False
        if not inflate.eof:
            return False
    return True


def read_planes(data: bytes, place: dict[str, int]) -> np.ndarray:
    """[H, W, C], a page of a file's `data` with separate planes, which are `apart`.

    Raises ValueError where parts of it are missing.
    """
    with TiffFile(io.BytesIO(data)) as tiff:
        page = tiff.pages[place["page"]]
        page = page.pages[place["subifd"]] if "subifd" in place and page.pages else page
        assert isinstance(page, TiffPage)
        parts = list(zip(page.dataoffsets, page.databytecounts, strict=True))
        whole = page.dtype.itemsize * int(np.prod(page.chunks)) if page.dtype else 0
        packed = page.compression in _DEFLATE
        if len(parts) != np.prod(page.chunked) or not all(
            (length if packed else length == whole) and offset + length <= len(data)
            for offset, length in parts
        ):
            raise ValueError("parts are missing")
        planes = page.asarray()
    values = np.moveaxis(planes, 0, -1)
    return values.astype(np.float32 if values.dtype.kind == "f" else f"u{values.itemsize}")


def _pages(tiff: TiffFile) -> Iterator[tuple[dict[str, int], TiffPage]]:
    """The pictures in a file and in the folders below its pages, with the decoder's names."""
    for index, page in enumerate(tiff.pages):
        assert isinstance(page, TiffPage)
        if not page.subfiletype & _MASK:
            yield {"page": index}, page
        for below, inner in enumerate(page.pages or ()):
            if isinstance(inner, TiffPage) and not inner.subfiletype & _MASK:
                yield {"page": index, "subifd": below}, inner


def _area(page: TiffPage) -> int:
    return page.imagewidth * page.imagelength


def _deflated(page: TiffPage) -> list[tuple[int, int]]:
    if page.compression not in _DEFLATE:
        return []
    return list(zip(page.dataoffsets, page.databytecounts, strict=True))


def _white(page: TiffPage) -> int | None:
    """White of 10, 12 or 14 bits that lie in 16."""
    if page.bitspersample != 16 or _MAX_SAMPLE_VALUE not in page.tags:
        return None
    value = page.tags[_MAX_SAMPLE_VALUE].value
    largest = max(value) if isinstance(value, tuple) else value
    return int(largest) if largest in {(1 << bits) - 1 for bits in range(9, 16)} else None


def _unread(page: TiffPage) -> str | None:
    if page.photometric not in _PHOTOMETRIC:
        return f"{_name(page.photometric)} pixels"
    if page.compression not in _COMPRESSIONS:
        return f"{_name(page.compression)} compression"
    if page.photometric == PHOTOMETRIC.YCBCR and page.compression != COMPRESSION.JPEG:
        return "YCbCr pixels without JPEG compression"
    if page.sampleformat == _FLOAT:
        if page.bitspersample not in (16, 32) or page.photometric == PHOTOMETRIC.MINISWHITE:
            return f"floats of {page.bitspersample} bits, {_name(page.photometric)}"
    elif page.sampleformat != _INTEGER:
        return "signed or complex values"
    elif page.bitspersample not in (1, 2, 4, 8, 16):
        return f"{page.bitspersample} bits per channel"
    if page.predictor not in (None, 1) and page.compression not in _WITH_PREDICTOR:
        return f"a predictor with {_name(page.compression)} compression"
    if _is_apart(page) and not _is_plain(page):
        what = "tiles" if page.is_tiled else "floats of 16 bits"
        return f"{what} and separate planes at once, {_name(page.compression)} compression"
    return None


def _is_apart(page: TiffPage) -> bool:
    """Whether the decoder takes the planes of a page for something else."""
    half = page.sampleformat == _FLOAT and page.bitspersample == 16
    return page.planarconfig == 2 and page.samplesperpixel > 1 and (page.is_tiled or half)


def _is_plain(page: TiffPage) -> bool:
    return (
        page.compression in _PLAIN
        and page.predictor in (None, _NO_PREDICTOR, _DIFFERENCES)
        and page.photometric in (PHOTOMETRIC.RGB, PHOTOMETRIC.SEPARATED, PHOTOMETRIC.MINISBLACK)
        and page.bitspersample in (8, 16, 32)
    )


def _name(value: Any) -> str:
    return str(getattr(value, "name", value))
