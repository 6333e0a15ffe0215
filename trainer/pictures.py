"""One picture file as the integers that it holds, in sRGB: JPEG, PNG, TIFF, WebP or camera raw."""

import hashlib
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyvips
from PIL import ExifTags, Image

from shaders.errors import RakingError, shortened
from trainer.colour import Profile, convert, mix_inks, read_profile
from trainer.memory import available_memory
from trainer.png import colour_chunks, foreign_colours
from trainer.raw import RawFacts, WhiteBalance, develop, read_raw_facts
from trainer.tiff import read_tiff_facts

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".webp")
# Camera raw. A photograph's raw file often lies beside it, under the same stem.
RAW_SUFFIXES = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq"),
    *(".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2"),
    *(".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)

WHITE = 65535  # of 16 bits
COPIES = 3  # of a picture that exist at once while it is read

pyvips.cache_set_max(0)  # no picture is read twice

_LOADERS = {
    "JPEG": pyvips.Image.jpegload_source,
    "PNG": pyvips.Image.pngload_source,
    "TIFF": pyvips.Image.tiffload_source,
    "WebP": pyvips.Image.webpload_source,
}
_DEPTHS = {"uchar": 8, "ushort": 16, "float": 16}
_COLOURS = {"b-w": 1, "grey16": 1, "srgb": 3, "rgb16": 3, "scrgb": 3, "cmyk": 4}

_INTERPRETATIONS = {
    **{(1, 1): "b-w", (1, 3): "srgb", (1, 4): "cmyk"},
    **{(2, 1): "grey16", (2, 3): "rgb16", (2, 4): "cmyk"},
}

# A marker in JPEG; FF00 and restarts are part of the coded picture.
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_JPEG_END = b"\xd9"

_ADOBE_RGB, _UNCALIBRATED = 2, 65535  # ColorSpace of EXIF


@dataclass(frozen=True)
class Header:
    """What a file says of its picture, before that is decoded."""

    size: tuple[int, int]  # (H, W)
    depth: int  # 8 or 16: bits of the integers that it is read as
    white: int | None = None  # the integer that is white, where the file says so
    orientation: int = 1  # EXIF's flag, which is not followed; 1 turns nothing
    colour: str = "sRGB"  # what its colours are, and what is done about it
    converted: bool = False  # whether its integers are not those of the file
    white_balance: WhiteBalance | None = None  # of camera raw
    remarks: tuple[str, ...] = ()  # "photographs with ...": how what is unsure is taken

    @property
    def nbytes(self) -> int:
        """Of the picture's values."""
        return self.size[0] * self.size[1] * 3 * self.depth // 8


class Picture(NamedTuple):
    """A picture in display-referred sRGB."""

    values: np.ndarray  # [H, W, 3] uint8 or uint16
    header: Header
    brightest: int  # the largest integer of the file, before its colours are converted
    sha256: bytes  # of the file
    alpha: np.ndarray | None  # [H, W], of the type of `values`, where there is such a channel


@dataclass
class _Opened:
    """A picture whose header is read; libvips decodes it when its values are asked for."""

    image: pyvips.Image
    colours: int  # channels before alpha and others
    header: Header
    profile: Profile | None = None
    associated_alpha: bool = False


def read_header(path: Path) -> Header:
    """Reads no pixel. Raises RakingError as `read_picture` does."""
    if path.suffix.lower() in RAW_SUFFIXES:
        return _raw_header(read_raw_facts(path))
    with _open_file(path) as file:
        return _open(path, file, pyvips.Source.new_from_file(os.fsencode(path))).header


def read_picture(path: Path, white_balance: WhiteBalance | None = None) -> Picture:
    """The picture as stored, whatever its orientation flag says.

    Grey is expanded to RGB, floats of 0..1 become 16 bits, colours with an ICC profile are
    converted to sRGB. Of a TIFF file's pages the largest is the picture. A raw file is developed
    as `trainer.raw` says, with `white_balance` or else its own.

    Raises RakingError for a file that cannot be read, is of no such kind, is damaged, ends before
    the picture does, or holds a picture that is larger than the memory.
    """
    if path.suffix.lower() in RAW_SUFFIXES:
        header = read_header(path)
        _check_memory(header, path)
        values, digest = develop(path, white_balance)
        return Picture(values, header, int(values.max()), digest, None)
    with _open_file(path) as file:
        data = file.read()
    opened = _open(path, io.BytesIO(data), pyvips.Source.new_from_memory(data))
    _check_memory(opened.header, path)
    if data.startswith(b"\xff\xd8") and not _is_whole_jpeg(data):
        raise _damaged(path)
    values, brightest, alpha = _decode(opened, path)
    return Picture(values, opened.header, brightest, hashlib.sha256(data).digest(), alpha)


def _raw_header(facts: RawFacts) -> Header:
    return Header(
        facts.size,
        16,
        WHITE,
        facts.orientation,
        "camera raw developed to sRGB",
        white_balance=facts.white_balance,
    )


def _open_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise RakingError(f"cannot read {shortened(path)}: {error.strerror}") from error


def _damaged(path: Path) -> RakingError:
    return RakingError(
        f"{shortened(path)} is damaged or no JPEG, PNG, TIFF or WebP picture: replace it"
    )


def _open(path: Path, file: BinaryIO, source: pyvips.Source) -> _Opened:
    kind = _kind(file.read(16))
    file.seek(0)
    if kind is None:
        raise _damaged(path)
    said = _read_facts(kind, file, path)
    try:
        image = _LOADERS[kind](source, access="sequential", fail_on="warning", **said.place)
    except pyvips.Error as error:
        raise _damaged(path) from error
    colours = _COLOURS.get(image.interpretation)
    if image.format not in _DEPTHS or colours is None or image.bands < colours:
        raise RakingError(
            f"{shortened(path)} holds {image.bands} channels of type {image.format}: save it as "
            "grey or RGB with 8 or 16 bits"
        )
    exif = said.exif or _exif(image)
    remarks = list(said.remarks)
    profile, colour = _colour(image, colours, exif, said.foreign, remarks)
    if image.format == "float":
        remarks.append("floats, of which 0 to 1 are taken as black to white, coded like sRGB")
    header = Header(
        (image.height, image.width),
        _DEPTHS[image.format],
        WHITE if image.format == "float" else said.white,
        _orientation(image, exif),
        colour,
        profile is not None or colours == 4,
        remarks=tuple(remarks),
    )
    return _Opened(image, colours, header, profile, said.associated_alpha)


@dataclass
class _Facts:
    """What libvips does not tell about a file."""

    place: dict[str, int] = field(default_factory=dict)
    white: int | None = None
    associated_alpha: bool = False
    exif: Mapping[Any, Any] = field(default_factory=dict)
    foreign: str | None = None  # colours that are neither sRGB's nor a profile's
    remarks: list[str] = field(default_factory=list)


def _kind(start: bytes) -> str | None:
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "WebP"
    return None


def _read_facts(kind: str, file: BinaryIO, path: Path) -> _Facts:
    if kind == "PNG":
        chunks = colour_chunks(file)
        if chunks is None:
            raise _damaged(path)
        return _Facts(foreign=foreign_colours(chunks))
    if kind != "TIFF":
        return _Facts()
    tiff = read_tiff_facts(file)
    if tiff is None:
        raise _damaged(path)
    if tiff.unread:
        raise RakingError(
            f"{shortened(path)} is a TIFF of a kind that is not read ({tiff.unread}): save it as "
            "grey or RGB with 8 or 16 bits"
        )
    remarks = ["several pages of one size, of which the first is read"] if tiff.alike > 1 else []
    return _Facts(tiff.place, tiff.white, tiff.associated_alpha, tiff.exif, None, remarks)


def _exif(image: pyvips.Image) -> dict[Any, Any]:
    """EXIF's tags, by number in the main folder and by name in those below."""
    if image.get_typeof("exif-data") == 0:
        return {}
    exif = Image.Exif()
    try:
        exif.load(image.get("exif-data"))
        below = exif.get_ifd(ExifTags.IFD.Exif)
        interoperability = exif.get_ifd(ExifTags.IFD.Interop)
    except Exception:  # whatever Pillow's parser stumbles over; damaged tags turn no pixel
        return {}
    return {
        ExifTags.Base.Orientation: exif.get(ExifTags.Base.Orientation),
        "ColorSpace": below.get(ExifTags.Base.ColorSpace),
        "InteroperabilityIndex": interoperability.get(1),
    }


def _orientation(image: pyvips.Image, exif: Mapping[Any, Any]) -> int:
    value = exif.get(ExifTags.Base.Orientation)
    if value is None and image.get_typeof("orientation") != 0:
        value = image.get("orientation")
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _colour(
    image: pyvips.Image,
    colours: int,
    exif: Mapping[Any, Any],
    foreign: str | None,
    remarks: list[str],
) -> tuple[Profile | None, str]:
    """The profile to convert from, if any, and what is done; adds to `remarks` what is guessed."""
    profile = None
    if image.get_typeof("icc-profile-data") != 0:
        profile = read_profile(image.get("icc-profile-data"), colours)
        if profile is not None:
            return (None, "sRGB") if profile.is_srgb else (profile, f"{profile.name} to sRGB")
        remarks.append(
            "a colour profile that is damaged or not for such a picture; sRGB is assumed"
        )
    elif foreign := foreign or _foreign_exif(exif):
        remarks.append(f"{foreign} but no colour profile; sRGB is assumed")
    if colours == 4:
        remarks.append("CMYK without a usable profile; its inks are mixed as if they were ideal")
        return None, "CMYK of ideal inks to sRGB"
    return None, "sRGB assumed" if remarks else "sRGB"


def _foreign_exif(exif: Mapping[Any, Any]) -> str | None:
    if exif.get("InteroperabilityIndex") == "R03" or exif.get("ColorSpace") == _ADOBE_RGB:
        return "EXIF's mark of Adobe RGB"
    return (
        "EXIF's mark of uncalibrated colours" if exif.get("ColorSpace") == _UNCALIBRATED else None
    )


def _check_memory(header: Header, path: Path) -> None:
    needed, available = COPIES * header.nbytes, available_memory()
    if needed > available:
        raise RakingError(
            f"{shortened(path)} is {header.size[1]} x {header.size[0]} pixels: to read it takes "
            f"{needed / 2**30:.1f} GiB of memory, where {available / 2**30:.1f} are free"
        )


def _decode(opened: _Opened, path: Path) -> tuple[np.ndarray, int, np.ndarray | None]:
    try:
        stored = opened.image.numpy()
    except pyvips.Error as error:
        raise _damaged(path) from error
    stored = stored.reshape(stored.shape[0], stored.shape[1], -1)
    if stored.dtype == np.float32:
        stored = _sixteen_bits(stored, path)
    colours, rest = stored[..., : opened.colours], stored[..., opened.colours :]
    alpha = rest[..., 0] if rest.shape[2] else None
    if opened.associated_alpha and alpha is not None and alpha.min() < np.iinfo(alpha.dtype).max:
        raise RakingError(
            f"{shortened(path)} is transparent in places, and its colours are multiplied by alpha: "
            "save it without an alpha channel"
        )
    brightest = int(colours.max())
    return _in_srgb(np.ascontiguousarray(colours), opened.profile), brightest, alpha


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
        return np.asarray(convert(image, profile).numpy())
    if values.shape[2] == 4:
        return mix_inks(values)
    return values if values.shape[2] == 3 else np.repeat(values, 3, axis=2)


def _is_whole_jpeg(data: bytes) -> bool:
    """Whether the end is marked, which the decoder does not ask for once it has all blocks."""
    at = 2
    while marker := _JPEG_MARKER.search(data, at):
        if marker[1] == _JPEG_END:
            return True
        # Segments are stepped over, since one may hold a whole thumbnail.
        length = int.from_bytes(data[marker.end() : marker.end() + 2], "big")
        at = marker.end() + length
    return False
