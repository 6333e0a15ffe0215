"""What can be wrong with a PNG, JPEG, WebP or TIFF file, from a lying header to another kind."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from .mutations_of_bytes import (
    Mutation,
    Random,
    append,
    cut_out,
    flip_bits,
    flip_one_bit,
    overwrite,
    pick,
    truncate,
    truncate_a_little,
)

# PNG: chunks, with their checksums right

PNG = b"\x89PNG\r\n\x1a\n"
Chunk = tuple[bytes, bytes]


def chunks(data: bytes) -> list[Chunk]:
    found, at = [], 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def png(parts: list[Chunk]) -> bytes:
    return PNG + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def png_header(random: Random, data: bytes) -> bytes:
    """One field of IHDR is another."""
    (_, header), *others = chunks(data)
    fields = list(struct.unpack(">IIBBBBB", header))
    field = int(random.integers(7))
    sizes = [0, 1, fields[0] + 1, fields[0] - 1, 65_536, 2**31 - 1, 2**32 - 1]
    fields[field] = int(pick(random, sizes if field < 2 else [0, 1, 2, 3, 4, 6, 7, 16, 255]))
    return png([(b"IHDR", struct.pack(">IIBBBBB", *fields)), *others])


def png_chunks(random: Random, data: bytes) -> bytes:
    """A chunk is missing, there twice, elsewhere, cut, or of another name."""
    parts = chunks(data)
    i = int(random.integers(len(parts)))
    kind, body = parts.pop(i)
    how = int(random.integers(5))
    if how == 1:
        parts[i:i] = [(kind, body), (kind, body)]
    elif how == 2:
        parts.insert(int(random.integers(len(parts) + 1)), (kind, body))
    elif how == 3:
        parts.insert(i, (kind, body[: int(random.integers(len(body) + 1))]))
    elif how == 4:
        parts.insert(i, (pick(random, [b"IDAT", b"PLTE", b"XXXX", b"tRNS", b"\0\0\0\0"]), body))
    return png(parts)


def png_compressed(random: Random, data: bytes) -> bytes:
    """Damage within the compressed pixels, under a checksum that is right."""
    parts = chunks(data)
    which = [i for i, (kind, _) in enumerate(parts) if kind == b"IDAT"]
    i = pick(random, which)
    parts[i] = (
        b"IDAT",
        pick(random, [flip_one_bit, overwrite, truncate_a_little, append])(random, parts[i][1]),
    )
    return png(parts)


def png_pixels(random: Random, data: bytes) -> bytes:
    """Other pixels, well written."""
    picture = np.array(Image.open(io.BytesIO(data)))
    rows, columns = (slice(*sorted(random.integers(0, n, 2))) for n in picture.shape[:2])
    picture[rows, columns] = random.integers(0, 256, picture[rows, columns].shape)
    return encoded(Image.fromarray(picture), "PNG")


def png_mode(random: Random, data: bytes) -> bytes:
    """The same picture in another mode."""
    picture = Image.open(io.BytesIO(data))
    mode = pick(random, ["L", "LA", "RGB", "RGBA", "P", "1", "I;16", "I"])
    if mode.startswith("I"):
        picture = Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    else:
        picture = picture.convert(mode)
    return encoded(picture, "PNG")


def png_ancillary(random: Random, data: bytes) -> bytes:
    """One more chunk that changes no pixel."""
    turned = Image.Exif()
    turned[0x0112] = int(random.integers(1, 9))
    more = [
        (b"tEXt", b"Comment\0" + random.bytes(20).replace(b"\0", b"x")),
        (b"tIME", struct.pack(">H5B", 2024, 2, 30, 12, 0, 0)),
        (b"pHYs", struct.pack(">IIB", 0, 2**31 - 1, 1)),
        (b"eXIf", turned.tobytes()[6:]),
        (b"ruSt", random.bytes(30)),
    ]
    parts = chunks(data)
    return png([parts[0], pick(random, more), *parts[1:]])


def png_split(random: Random, data: bytes) -> bytes:
    """The compressed pixels in many chunks, some of them empty."""
    parts = []
    for kind, body in chunks(data):
        if kind == b"IDAT":
            size = int(random.integers(1, 40))
            parts += [(kind, b""), *((kind, body[i : i + size]) for i in range(0, len(body), size))]
        else:
            parts.append((kind, body))
    return png(parts)


def png_checksum(random: Random, data: bytes) -> bytes:
    """A checksum that is wrong."""
    ends, at = [], 8
    while at + 12 <= len(data):
        at += 12 + int.from_bytes(data[at : at + 4], "big")
        ends.append(at)
    end = pick(random, ends)
    return data[: end - 1] + bytes([data[end - 1] ^ 1]) + data[end:]


def png_last_rows(random: Random, data: bytes) -> bytes:
    """The last rows are left out, everything else is right."""
    parts = chunks(data)
    (height,) = struct.unpack(">I", parts[0][1][4:8])
    raw = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    rows = int(random.integers(1, height))
    body = zlib.compress(raw[: len(raw) // height * rows])
    return png([*(part for part in parts[:-1] if part[0] != b"IDAT"), (b"IDAT", body), parts[-1]])


PNGS: list[Mutation] = [
    *(png_header, png_header, png_chunks, png_chunks, png_compressed, png_compressed, png_pixels),
    *(png_mode, png_ancillary, png_split, png_checksum, png_checksum, png_last_rows),
]


# JPEG: segments


def segments(data: bytes) -> tuple[list[bytes], bytes]:
    """The segments before the coded picture, each from its marker on, and that picture."""
    found, at = [data[:2]], 2
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.append(data[at:end])
        at = end
    return found, data[at:]


def jpeg_segments(random: Random, data: bytes) -> bytes:
    """A segment is missing, there twice, damaged, or lies about its length."""
    parts, scan = segments(data)
    i = int(random.integers(1, len(parts)))
    part = parts.pop(i)
    how = int(random.integers(4))
    if how == 1:
        parts[i:i] = [part, part]
    elif how == 2:
        parts.insert(i, part[:4] + overwrite(random, part[4:])[: len(part) - 4])
    elif how == 3:
        parts.insert(i, part[:2] + struct.pack(">H", int(random.integers(65_536))) + part[4:])
    return b"".join(parts) + scan


def jpeg_header(random: Random, data: bytes) -> bytes:
    """The frame's header says another size, depth or number of channels."""
    parts, scan = segments(data)
    for i, part in enumerate(parts):
        if part[1] in (0xC0, 0xC1, 0xC2):
            depth, height, width, channels = struct.unpack(">BHHB", part[4:10])
            sizes = [0, 1, height + 8, max(1, height - 8), 65_535]
            fields = [
                (12, height, width, channels),
                (depth, pick(random, sizes), width, channels),
                (depth, height, pick(random, sizes), channels),
                (depth, height, width, pick(random, [0, 1, 2, 4])),
            ]
            parts[i] = part[:4] + struct.pack(">BHHB", *pick(random, fields)) + part[10:]
    return b"".join(parts) + scan


def jpeg_scan(random: Random, data: bytes) -> bytes:
    """Damage in the coded picture, whose end is there."""
    parts, scan = segments(data)
    body = pick(random, [flip_one_bit, flip_bits, overwrite, cut_out])(random, scan[12:-2])
    return b"".join(parts) + scan[:12] + body + scan[-2:]


def jpeg_cut(random: Random, data: bytes) -> bytes:
    """The coded picture ends early, with an end marker."""
    parts, scan = segments(data)
    return b"".join(parts) + truncate(random, scan) + b"\xff\xd9"


def jpeg_ancillary(random: Random, data: bytes) -> bytes:
    """One more segment that changes no pixel."""
    parts, scan = segments(data)
    turned = Image.Exif()
    turned[0x0112] = int(random.integers(1, 9))
    exif = turned.tobytes()
    more = [
        b"\xff\xfe" + struct.pack(">H", 22) + random.bytes(20),
        b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif,
        b"\xff\xef" + struct.pack(">H", 12) + b"unheard of",
    ]
    return b"".join([*parts[:2], pick(random, more), *parts[2:]]) + scan


def jpeg_mode(random: Random, data: bytes) -> bytes:
    """The same picture in grey or CMYK, or progressive."""
    picture = Image.open(io.BytesIO(data)).convert(pick(random, ["L", "CMYK", "RGB"]))
    return encoded(picture, "JPEG", quality=90, progressive=bool(random.integers(2)))


JPEGS: list[Mutation] = [
    *(jpeg_segments, jpeg_header, jpeg_scan, jpeg_scan, jpeg_cut, jpeg_ancillary, jpeg_mode),
]


# WebP: a RIFF of chunks


def webp_sizes(random: Random, data: bytes) -> bytes:
    """A length that lies: the file's or the picture's."""
    at = pick(random, [4, 16])
    length = pick(random, [0, 1, len(data), 2**31, 2**32 - 1, int(random.integers(len(data)))])
    return data[:at] + struct.pack("<I", length) + data[at + 4 :]


def webp_mode(random: Random, data: bytes) -> bytes:
    """The same picture with losses, with alpha, or as the first of an animation."""
    picture = Image.open(io.BytesIO(data)).convert(pick(random, ["RGB", "RGBA", "L"]))
    if random.integers(3):
        return encoded(picture, "WEBP", quality=80, lossless=bool(random.integers(2)))
    other = Image.new(picture.mode, picture.size)
    return encoded(picture, "WEBP", save_all=True, append_images=[other], lossless=True)


WEBPS: list[Mutation] = [webp_sizes, webp_mode, flip_bits, flip_one_bit, overwrite]


# TIFF: entries of the first directory, and the same picture written otherwise


def tiff_entries(random: Random, data: bytes) -> bytes:
    """A field of the directory is another, or the directory's place is."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack(order + "I", data[4:8])
    changed = bytearray(data)
    if not random.integers(8):
        struct.pack_into(order + "I", changed, 4, int(random.integers(2**32)))
        return bytes(changed)
    (count,) = struct.unpack_from(order + "H", data, at)
    entry = at + 2 + 12 * int(random.integers(count))
    place, form, numbers = pick(
        random,
        [
            (0, "H", [254, 256, 257, 258, 259, 262, 273, 277, 284, 339, 65_535]),
            (2, "H", [0, 1, 3, 4, 5, 12, 99]),
            (4, "I", [0, 1, 2, 65_536, 2**31, 2**32 - 1]),
            (8, "I", [0, 1, 2, 3, 5, 8, 16, 32, 1000, 65_536, 2**31, 2**32 - 1]),
            (8, "H", [0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 32, 34_712, 32_946]),
        ],
    )
    struct.pack_into(order + form, changed, entry + place, int(pick(random, numbers)))
    return bytes(changed)


def tiff_layout(random: Random, data: bytes) -> bytes:
    """The same picture in another layout."""
    picture = tifffile.imread(io.BytesIO(data))
    layouts: list[dict[str, Any]] = [
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
        {"planarconfig": "separate"},
        {"tile": (16, 16)},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"rowsperstrip": 3},
    ]
    layout = dict(pick(random, layouts))
    file = {key: layout.pop(key) for key in ("byteorder", "bigtiff") if key in layout}
    if layout.get("planarconfig") == "separate":
        picture = np.ascontiguousarray(picture.transpose(2, 0, 1))
    return tiff(picture, file, **layout)


def tiff_mode(random: Random, data: bytes) -> bytes:
    """Another kind of values, or more pages."""
    picture = tifffile.imread(io.BytesIO(data))
    kind = int(random.integers(5))
    if kind == 0:
        return tiff(picture.astype(np.float32) / 255, {})
    if kind == 1:
        return tiff(picture[..., 0], {}, photometric="minisblack")
    if kind == 2:
        return tiff(picture[..., 0], {}, photometric="miniswhite")
    if kind == 3:
        return tiff(picture.astype(np.uint32), {})
    return tiff(np.stack([picture, 255 - picture]), {})


def tiff(picture: np.ndarray, file: dict[str, Any], **layout: Any) -> bytes:
    stream = io.BytesIO()
    layout.setdefault("photometric", "rgb")
    with tifffile.TiffWriter(stream, **file) as writer:
        writer.write(picture, **layout)
    return stream.getvalue()


TIFFS: list[Mutation] = [tiff_entries, tiff_entries, tiff_entries, tiff_layout, tiff_mode]


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()
