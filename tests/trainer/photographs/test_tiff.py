"""TIFF files of many kinds, written by other libraries than the one that reads them."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from shaders.errors import RakingError
from trainer.photographs.pictures import read_header, read_picture

RANDOM = np.random.default_rng(0)
WIDE = RANDOM.integers(0, 65536, (37, 53, 3)).astype(np.uint16)
BYTES = (WIDE >> 8).astype(np.uint8)
GREY, GREY_BYTES = WIDE[..., 0], BYTES[..., 0]
ALPHA = RANDOM.integers(0, 256, GREY.shape).astype(np.uint8)
RGB: dict[str, Any] = {"photometric": "rgb"}


def three(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2)


def planes(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def by_tifffile(values: np.ndarray, **options: Any) -> Callable[[Path], None]:
    return lambda path: tifffile.imwrite(path, values, **options)


def by_pillow(values: np.ndarray, **options: Any) -> Callable[[Path], None]:
    return lambda path: Image.fromarray(values).save(path, **options)


def by_opencv(values: np.ndarray, *options: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        assert cv2.imwrite(str(path), values[..., ::-1], options)

    return write


def pages(*written: tuple[np.ndarray, dict[str, Any]]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with tifffile.TiffWriter(path) as file:
            for values, options in written:
                file.write(values, **{**RGB, **options})

    return write


def by_hand(path: Path, bits: int, photometric: int, rows: np.ndarray, **more: int) -> None:
    """One strip of values [H, W, C] of any number of bits, as no library writes them."""
    height, width, channels = rows.shape
    lines = ["".join(f"{value:0{bits}b}" for value in row.ravel()) for row in rows]
    lines = [line.ljust(-(-len(line) // 8) * 8, "0") for line in lines]
    strip = b"".join(int(line, 2).to_bytes(len(line) // 8, "big") for line in lines)
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 277: channels}
    tags |= {278: height, 279: len(strip), **{int(k[1:]): v for k, v in more.items()}}
    tags[273] = 8 + 2 + 12 * (len(tags) + 1) + 4 + 2 * channels
    entries = b""
    for tag, value in sorted(tags.items()):
        if tag == 258 and channels > 2:
            entries += struct.pack("<HHII", tag, 3, channels, tags[273] - 2 * channels)
        else:
            entries += struct.pack("<HHII", tag, 4, 1, value)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0)
    path.write_bytes(head + struct.pack(f"<{channels}H", *[bits] * channels) + strip)


def tiled_planes(picture: np.ndarray, **options: Any) -> Callable[[Path], None]:
    return by_tifffile(
        planes(picture), planarconfig="separate", tile=(16, 32), **{**RGB, **options}
    )


def patched(write: Callable[[Path], None], old: bytes, new: bytes) -> Callable[[Path], None]:
    """As `write`, with `new` for the bytes `old`, which are in the file once."""

    def write_patched(path: Path) -> None:
        write(path)
        data = path.read_bytes()
        assert data.count(old) == 1
        path.write_bytes(data.replace(old, new))

    return write_patched


UNCOMPRESSED = struct.pack("<HHII", 259, 3, 1, 1)
OPAQUE = np.full(WIDE.shape[:2], 65535, np.uint16)
THUMBNAIL = BYTES[::4, ::4].copy()
LZW = (cv2.IMWRITE_TIFF_COMPRESSION, 5)
COLOUR_MAP = RANDOM.integers(0, 65536, (3, 256)).astype(np.uint16)

KINDS: dict[str, tuple[Callable[[Path], None], np.ndarray]] = {
    "8 bits": (by_tifffile(BYTES, **RGB), BYTES),
    "16 bits": (by_tifffile(WIDE, **RGB), WIDE),
    "planes": (by_tifffile(planes(WIDE), planarconfig="separate", **RGB), WIDE),
    "tiles": (by_tifffile(WIDE, tile=(16, 32), **RGB), WIDE),
    "strips": (by_tifffile(WIDE, rowsperstrip=5, **RGB), WIDE),
    "big-endian": (by_tifffile(WIDE, byteorder=">", **RGB), WIDE),
    "BigTIFF": (by_tifffile(WIDE, bigtiff=True, **RGB), WIDE),
    "big-endian BigTIFF": (by_tifffile(WIDE, bigtiff=True, byteorder=">", **RGB), WIDE),
    "deflate": (by_tifffile(WIDE, compression="zlib", **RGB), WIDE),
    "deflate with predictor": (by_tifffile(WIDE, compression="zlib", predictor=2, **RGB), WIDE),
    "deflated tiles": (by_tifffile(WIDE, compression="zlib", tile=(16, 16), **RGB), WIDE),
    "LZW": (by_opencv(WIDE, *LZW, cv2.IMWRITE_TIFF_PREDICTOR, 1), WIDE),
    "LZW with predictor": (by_opencv(WIDE, *LZW, cv2.IMWRITE_TIFF_PREDICTOR, 2), WIDE),
    "LZW of 8 bits": (by_pillow(BYTES, compression="tiff_lzw", tiffinfo={317: 2}), BYTES),
    "PackBits": (by_pillow(BYTES, compression="packbits"), BYTES),
    "grey": (by_tifffile(GREY_BYTES, photometric="minisblack"), three(GREY_BYTES)),
    "grey of 16 bits": (by_tifffile(GREY, photometric="minisblack"), three(GREY)),
    "white is zero": (by_tifffile(255 - GREY_BYTES, photometric="miniswhite"), three(GREY_BYTES)),
    "white is zero, 16 bits": (by_tifffile(~GREY, photometric="miniswhite"), three(GREY)),
    "1 bit": (by_tifffile(GREY > 9999, photometric="minisblack"), three(255 * (GREY > 9999))),
    "1 bit, white is zero": (
        by_tifffile(GREY > 9999, photometric="miniswhite"),
        three(255 * (GREY <= 9999)),
    ),
    "4 bits": (
        lambda path: by_hand(path, 4, 1, GREY[..., None] >> 12),
        three((GREY >> 12) * 17),
    ),
    "palette": (
        by_tifffile(GREY_BYTES, photometric="palette", colormap=COLOUR_MAP),
        (COLOUR_MAP[:, GREY_BYTES] >> 8).transpose(1, 2, 0),
    ),
    "floats": (by_tifffile((WIDE / 65535).astype(np.float32), **RGB), WIDE),
    "half floats": (
        by_tifffile((BYTES / 256).astype(np.float16), **RGB),
        np.rint(BYTES / 256 * 65535).astype(np.uint16),
    ),
    "alpha": (by_tifffile(np.dstack([BYTES, ALPHA]), extrasamples=[2], **RGB), BYTES),
    "grey and alpha": (
        by_tifffile(
            np.dstack([GREY_BYTES, ALPHA]),
            photometric="minisblack",
            planarconfig="contig",
            extrasamples=[2],
        ),
        three(GREY_BYTES),
    ),
    "two more channels": (
        by_tifffile(np.dstack([BYTES, ALPHA, ALPHA]), extrasamples=[2, 0], **RGB),
        BYTES,
    ),
    "thumbnail first": (pages((THUMBNAIL, {"subfiletype": 1}), (WIDE, {})), WIDE),
    "thumbnail last": (pages((WIDE, {}), (THUMBNAIL, {"subfiletype": 1})), WIDE),
    "thumbnail below": (pages((WIDE, {"subifds": 1}), (THUMBNAIL, {})), WIDE),
    "photograph below": (pages((THUMBNAIL, {"subifds": 1}), (WIDE, {})), WIDE),
    "mask first": (pages((GREY > 9, {"subfiletype": 4, "photometric": 4}), (WIDE, {})), WIDE),
    "preview of its size first": (
        pages((BYTES, {"subfiletype": 1}), (WIDE, {"subfiletype": 0})),
        WIDE,
    ),
    "tiled planes": (tiled_planes(WIDE), WIDE),
    "tiled planes, big-endian": (tiled_planes(WIDE, byteorder=">", bigtiff=True), WIDE),
    "tiled planes, deflate": (tiled_planes(BYTES, compression="zlib"), BYTES),
    "tiled planes, predictor": (tiled_planes(WIDE, compression="zlib", predictor=2), WIDE),
    "tiled planes, floats": (tiled_planes((WIDE / 65535).astype(np.float32)), WIDE),
    "tiled planes, alpha": (tiled_planes(np.dstack([WIDE, OPAQUE]), extrasamples=[2]), WIDE),
    "half floats in planes": (
        by_tifffile(planes((BYTES / 256).astype(np.float16)), planarconfig="separate", **RGB),
        np.rint(BYTES / 256 * 65535).astype(np.uint16),
    ),
    "CMYK": (
        by_tifffile(np.dstack([255 - BYTES, 0 * ALPHA]), photometric="separated"),
        BYTES,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_exactly(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write, expected = KINDS[kind]
    file = tmp_path / "photo.tif"
    write(file)
    header, picture = read_header(file), read_picture(file)
    np.testing.assert_array_equal(picture.values, expected)
    assert picture.values.dtype == (np.uint8 if header.depth == 8 else np.uint16)
    assert header == picture.header
    assert header.size == expected.shape[:2]
    assert capfd.readouterr().err == ""


def test_jpeg_in_tiff_is_as_its_own_library_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "photo.tif"
    smooth = cv2.GaussianBlur(BYTES, (0, 0), 3)
    Image.fromarray(smooth).save(file, compression="jpeg", quality=95)
    with Image.open(file) as known:
        expected = np.asarray(known.convert("RGB")).astype(int)
    assert np.abs(read_picture(file).values - expected).max() <= 2
    assert np.abs(read_picture(file).values - smooth.astype(int)).mean() < 4


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "12 bits, packed": (
        lambda path: by_hand(path, 12, 2, WIDE >> 4),
        "12 bits per channel",
    ),
    "32 bits": (by_tifffile(WIDE.astype(np.uint32), **RGB), "32 bits per channel"),
    "signed": (by_tifffile(WIDE.astype(np.int16), **RGB), "signed or complex"),
    "doubles": (by_tifffile(WIDE / 65535, **RGB), "floats of 64 bits"),
    "Lab": (lambda path: by_hand(path, 8, 8, BYTES), "CIELAB pixels"),
    "YCbCr": (lambda path: by_hand(path, 8, 6, BYTES), "YCbCr pixels without JPEG"),
    "sensor values": (by_tifffile(GREY, photometric=32803), "CFA pixels"),
    "unknown compression": (
        lambda path: by_hand(path, 8, 2, BYTES, t259=50000),
        "ZSTD compression",
    ),
    "predictor that libtiff ignores": (
        lambda path: by_hand(path, 8, 2, BYTES, t317=2),
        "a predictor with NONE compression",
    ),
    "tiled planes, LZW": (
        patched(tiled_planes(WIDE), UNCOMPRESSED, UNCOMPRESSED[:-4] + struct.pack("<I", 5)),
        "tiles and separate planes at once, LZW",
    ),
    "bright floats": (by_tifffile(WIDE.astype(np.float32), **RGB), "floats beyond 0 to 1"),
    "no numbers": (
        by_tifffile(np.full((20, 20, 3), np.nan, np.float32), **RGB),
        "floats beyond 0 to 1",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_would_be_read_wrongly_is_refused(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write, words = REFUSED[kind]
    file = tmp_path / "photo.tif"
    write(file)
    with pytest.raises(RakingError, match=rf"photo\.tif .*{words}"):
        read_picture(file)
    assert capfd.readouterr().err == ""


def test_several_pages_of_one_size_are_remarked(tmp_path: Path) -> None:
    file = tmp_path / "photo.tif"
    pages((WIDE, {}), (WIDE[::-1].copy(), {}))(file)
    np.testing.assert_array_equal(read_picture(file).values, WIDE)
    assert read_header(file).remarks == ("several pages of one size, of which the first is read",)


def test_white_that_tags_state_is_told(tmp_path: Path) -> None:
    for value, expected in ((4095, 4095), (16383, 16383), (65535, None), (3000, None)):
        file = tmp_path / f"{value}.tif"
        tag = (281, 3, 3, (value,) * 3, True)
        tifffile.imwrite(file, WIDE // 16, extratags=[tag], **RGB)
        assert read_header(file).white == expected


def test_a_flipped_bit_in_deflated_pixels_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "photo.tif"
    tifffile.imwrite(file, WIDE, compression="zlib", rowsperstrip=8, **RGB)
    whole = file.read_bytes()
    with tifffile.TiffFile(file) as written:
        page = written.pages[0]
        ends = [o + n for o, n in zip(page.dataoffsets, page.databytecounts, strict=True)]
    for at in (*RANDOM.integers(min(ends) - 2000, max(ends), 20), *(end - 1 for end in ends)):
        flipped = bytearray(whole)
        flipped[at] ^= 16
        file.write_bytes(flipped)
        with pytest.raises(RakingError, match="damaged"):
            read_picture(file)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("damage", ["cut off", "a tile without bytes"])
def test_tiled_planes_that_lack_parts_are_refused(
    tmp_path: Path, compression: str | None, damage: str
) -> None:
    file = tmp_path / "photo.tif"
    tiled_planes(WIDE, compression=compression)(file)
    with tifffile.TiffFile(file, mode="r+") as tiff:
        counts = tiff.pages[0].tags["TileByteCounts"]
        if damage == "a tile without bytes":
            counts.overwrite((0, *counts.value[1:]))
        end = tiff.pages[0].dataoffsets[-1] + counts.value[-1]
    if damage == "cut off":
        file.write_bytes(file.read_bytes()[: end - 9])
    with pytest.raises(RakingError, match="is damaged"):
        read_picture(file)
