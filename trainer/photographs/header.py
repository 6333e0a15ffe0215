"""What a picture file says of itself before it is decoded: size, depth, colours, orientation."""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pyvips
from PIL import ExifTags, Image

from shaders.errors import RakingError, shortened
from trainer.photographs.archive import archive_of, read_member
from trainer.photographs.colour import Profile, read_profile
from trainer.photographs.png import foreign_colours, read_chunks
from trainer.photographs.raw import RAW_SUFFIXES, RawFacts, WhiteBalance, read_raw_facts
from trainer.photographs.tiff import read_tiff_facts

WHITE = 65535  # of 16 bits

pyvips.cache_set_max(0)  # no picture is read twice
warnings.filterwarnings("ignore", "Corrupt EXIF data", module="PIL")

_LOADERS = {
    "JPEG": pyvips.Image.jpegload_source,
    "PNG": pyvips.Image.pngload_source,
    "TIFF": pyvips.Image.tiffload_source,
    "WebP": pyvips.Image.webpload_source,
}
_DEPTHS = {"uchar": 8, "ushort": 16, "float": 16}
_COLOURS = {"b-w": 1, "grey16": 1, "srgb": 3, "rgb16": 3, "scrgb": 3, "cmyk": 4}

_ADOBE_RGB, _UNCALIBRATED = 2, 65535  # ColorSpace of EXIF


@dataclass(frozen=True)
class Header:
    """What a file says of its picture, and how that is taken."""

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


@dataclass(frozen=True)
class Facts:
    """What libvips does not tell of a file, or must be told."""

    place: dict[str, int] = field(default_factory=dict)  # the loader's options for the page
    white: int | None = None
    associated_alpha: bool = False  # colours are multiplied by alpha
    deflated: list[tuple[int, int]] = field(default_factory=list)  # parts of TIFF with checksums
    apart: bool = False  # planes of TIFF that libvips would read wrongly
    exif: Mapping[Any, Any] = field(default_factory=dict)
    has_profile: bool = False  # though libpng drops it where it is damaged
    foreign: str | None = None  # colours that are neither sRGB's nor a profile's
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A picture whose header is read; libvips decodes it when its values are asked for."""

    image: pyvips.Image
    colours: int  # channels before alpha and others
    profile: Profile | None  # to convert from
    facts: Facts
    header: Header


def read_header(path: Path) -> Header:
    """Reads no pixel. Raises RakingError for what cannot be read or is no picture."""
    if path.suffix.lower() in RAW_SUFFIXES:
        return raw_header(read_raw_facts(path))
    with open_file(path) as file:
        if isinstance(file, BytesIO):
            source = pyvips.Source.new_from_memory(file.getvalue())
        else:
            source = pyvips.Source.new_from_file(os.fsencode(path))
        return open_picture(path, file, source).header


def raw_header(facts: RawFacts) -> Header:
    return Header(
        facts.size,
        16,
        WHITE,
        facts.orientation,
        "camera raw developed to sRGB",
        white_balance=facts.white_balance,
    )


def open_file(path: Path) -> BinaryIO:
    """A file, also one in a zip archive, which is then in memory: a BytesIO."""
    if archive_of(path):
        return read_member(path)
    try:
        return path.open("rb")
    except OSError as error:
        raise RakingError(f"cannot read {shortened(path)}: {error.strerror}") from error


def damaged(path: Path) -> RakingError:
    return RakingError(
        f"{shortened(path)} is damaged or no JPEG, PNG, TIFF or WebP picture: replace it"
    )


def open_picture(path: Path, file: BinaryIO, source: pyvips.Source) -> Opened:
    """Header and picture of a file, given as `file` and once more as `source`.

    Raises RakingError where it is no picture, damaged in its header, or of a kind that libvips
    does not read, or would read wrongly.
    """
    kind = _kind(file.read(16))
    file.seek(0)
    if kind is None:
        raise damaged(path)
    facts = _read_facts(kind, file, path)
    try:
        image = _LOADERS[kind](source, access="sequential", fail_on="warning", **facts.place)
    except pyvips.Error as error:
        raise damaged(path) from error
    colours = _COLOURS.get(image.interpretation)
    if image.format not in _DEPTHS or colours is None or image.bands < colours:
        raise RakingError(
            f"{shortened(path)} holds {image.bands} channels of type {image.format}: save it as "
            "grey or RGB with 8 or 16 bits"
        )
    header, profile = _describe(image, colours, facts)
    return Opened(image, colours, profile, facts, header)


def _describe(image: pyvips.Image, colours: int, facts: Facts) -> tuple[Header, Profile | None]:
    """The header, and the profile to convert from."""
    exif = facts.exif or _exif(_stored(image, "exif-data"))
    embedded = _stored(image, "icc-profile-data")
    if embedded is None and facts.has_profile:
        embedded = b""
    foreign = facts.foreign or _foreign_exif(exif)
    profile, colour, remarks = _colour(embedded, colours, foreign)
    if image.format == "float":
        remarks.append("floats, of which 0 to 1 are taken as black to white, coded like sRGB")
    header = Header(
        (image.height, image.width),
        _DEPTHS[image.format],
        WHITE if image.format == "float" else facts.white,
        _orientation(image, exif),
        colour,
        converted=profile is not None or colours == 4,
        remarks=(*facts.remarks, *remarks),
    )
    return header, profile


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


def _read_facts(kind: str, file: BinaryIO, path: Path) -> Facts:
    if kind == "PNG":
        chunks = read_chunks(file)
        if chunks is None:
            raise damaged(path)
        return Facts(
            exif=_exif(chunks.get(b"eXIf")),
            has_profile=b"iCCP" in chunks,
            foreign=foreign_colours(chunks),
        )
    if kind != "TIFF":
        return Facts()
    tiff = read_tiff_facts(file)
    if tiff is None:
        raise damaged(path)
    if tiff.unread:
        raise RakingError(
            f"{shortened(path)} is a TIFF of a kind that is not read ({tiff.unread}): save it as "
            "grey or RGB with 8 or 16 bits"
        )
    remarks = ("several pages of one size, of which the first is read",) if tiff.alike > 1 else ()
    return Facts(
        tiff.place,
        tiff.white,
        tiff.associated_alpha,
        tiff.deflated,
        tiff.apart,
        tiff.exif,
        remarks=remarks,
    )


def _stored(image: pyvips.Image, name: str) -> Any:
    """What libvips tells under this name, if anything."""
    return image.get(name) if image.get_typeof(name) != 0 else None


def _exif(data: bytes | None) -> dict[Any, Any]:
    """EXIF's tags: the orientation by its number, those about colour by name."""
    if data is None:
        return {}
    exif = Image.Exif()
    try:
        exif.load(data)
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
    value = exif.get(ExifTags.Base.Orientation) or _stored(image, "orientation")
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _foreign_exif(exif: Mapping[Any, Any]) -> str | None:
    space = exif.get("ColorSpace")
    if exif.get("InteroperabilityIndex") == "R03" or space == _ADOBE_RGB:
        return "EXIF's mark of Adobe RGB"
    return "EXIF's mark of uncalibrated colours" if space == _UNCALIBRATED else None


def _colour(
    embedded: bytes | None, colours: int, foreign: str | None
) -> tuple[Profile | None, str, list[str]]:
    """The profile to convert from, if any; what is done about colours; and what is guessed."""
    remarks = []
    if embedded is not None:
        profile = read_profile(embedded, colours)
        if profile is not None:
            return profile.to_convert, profile.done, []
        remarks.append("a colour profile that is damaged or of another kind; sRGB is assumed")
    elif foreign and colours != 4:
        remarks.append(f"{foreign} but no colour profile; sRGB is assumed")
    if colours == 4:
        guess = "CMYK without a usable profile; its inks are mixed as if they were ideal"
        return None, "CMYK of ideal inks converted to sRGB", [guess]
    return None, "sRGB assumed" if remarks else "sRGB", remarks
