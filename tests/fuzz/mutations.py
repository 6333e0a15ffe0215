"""Mutations: what can be wrong with a file, from a flipped bit to a sound file of another kind.

Each is a function of a random generator and bytes. Those that leave what is shown untouched are
named in HARMLESS: every reader must take them.
"""

import io
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tifffile
from PIL import Image

Random = np.random.Generator
Mutation = Callable[[Random, bytes], bytes]


def pick(random: Random, items: Any) -> Any:
    return items[int(random.integers(len(items)))]


# Bytes


def flip_bits(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(int(random.integers(1, 9))):
        changed[int(random.integers(len(data)))] ^= 1 << int(random.integers(8))
    return bytes(changed)


def flip_one_bit(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    changed[int(random.integers(len(data)))] ^= 1 << int(random.integers(8))
    return bytes(changed)


def overwrite(random: Random, data: bytes) -> bytes:
    start = int(random.integers(len(data)))
    junk = random.bytes(int(random.integers(1, 64)))
    return data[:start] + junk + data[start + len(junk) :]


def truncate(random: Random, data: bytes) -> bytes:
    return data[: int(random.integers(len(data)))]


def truncate_a_little(random: Random, data: bytes) -> bytes:
    return data[: -int(random.integers(1, min(len(data), 24)))]


def empty(random: Random, data: bytes) -> bytes:
    return b""


def zeros(random: Random, data: bytes) -> bytes:
    return bytes(len(data))


def splice(random: Random, data: bytes) -> bytes:
    start, end, at = sorted(int(random.integers(len(data))) for _ in range(3))
    return data[:at] + data[start:end] + data[at:]


def cut_out(random: Random, data: bytes) -> bytes:
    start, end = sorted(int(random.integers(len(data))) for _ in range(2))
    return data[:start] + data[end:]


def prepend(random: Random, data: bytes) -> bytes:
    return pick(random, [b"\n", b"\xef\xbb\xbf", random.bytes(8), b"<!doctype html>"]) + data


def append(random: Random, data: bytes) -> bytes:
    return data + pick(random, [b"\0", b"\n", random.bytes(50), data])


BYTES: list[Mutation] = [
    *(flip_bits, flip_bits, flip_one_bit, overwrite, truncate, truncate_a_little, empty, zeros),
    *(splice, cut_out, prepend, append),
]


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


# JSON: values, keys, depth and encodings

RAW = "\ue000"  # stands for text that no value of Python is written as
RAW_VALUES = [
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    "1" * 5000,
    '"\\ud800"',
    "[" * 100_000,
    "-0",
    "1E2",
]
VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        3,
        2**31,
        2**53 + 1,
        10**30,
        0.5,
        -3.5,
        1e-320,
        3e38,
        1e308,
        1e39,
    ),
    *("", "x", "plane_0.png", "../x", "\x1b[31mred", "a\nb", "\ufeff", "y" * 5000, "__proto__"),
    *([], {}, [[]], [0] * 1000, {"__proto__": 1}, {"a": {"b": {}}}),
]


def json_value(random: Random, data: bytes) -> bytes:
    """A value is another."""
    document = json.loads(data)
    holder, key = pick(random, list(places(document)))
    if random.integers(4):
        holder[key] = pick(random, VALUES)
        return json.dumps(document).encode()
    holder[key] = RAW
    return json.dumps(document).replace(json.dumps(RAW), pick(random, RAW_VALUES)).encode()


def json_number(random: Random, data: bytes) -> bytes:
    """A number is a little or much larger."""
    document = json.loads(data)
    numbers = [(h, k) for h, k in places(document) if isinstance(h[k], int | float)]
    holder, key = pick(random, numbers)
    holder[key] *= pick(random, [1.001, 1.1, -1, 2, 1000, 1e30])
    return json.dumps(document).encode()


def json_structure(random: Random, data: bytes) -> bytes:
    """Something is missing, there twice, or one level deeper."""
    document = json.loads(data)
    holder, key = pick(random, list(places(document)))
    how = int(random.integers(4))
    if how == 0:
        del holder[key]
    elif how == 1:
        holder[key] = [holder[key]]
    elif how == 2 and isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        other, there = pick(random, list(places(document)))
        holder[key], other[there] = other[there], holder[key]
    try:
        return json.dumps(document).encode()
    except ValueError:  # it holds itself now
        return json.dumps(pick(random, VALUES)).encode()


def json_key(random: Random, data: bytes) -> bytes:
    """A key is another, or is there twice."""
    document = json.loads(data)
    objects = [(h, k) for h, k in places(document) if isinstance(h, dict)]
    holder, key = pick(random, objects)
    if random.integers(2):
        holder[pick(random, ["x", "", "__proto__", key.upper(), key + " "])] = holder.pop(key)
        return json.dumps(document).encode()
    text = json.dumps(document)
    return text.replace(
        f'"{key}"', f'"{key}": {pick(random, ["0", "null", "[]"])}, "{key}"', 1
    ).encode()


def json_encoding(random: Random, data: bytes) -> bytes:
    text = data.decode()
    how = pick(random, ["utf-16", "utf-8-sig", "utf-32", "latin-1"])
    return (
        text.replace("raking", "räking").encode(how, "replace")
        if how == "latin-1"
        else text.encode(how)
    )


def json_layout(random: Random, data: bytes) -> bytes:
    """The same in another order and with other blanks."""
    document = json.loads(data)
    if isinstance(document, dict):
        keys = list(document)
        document = {keys[i]: document[keys[i]] for i in random.permutation(len(keys))}
    return json.dumps(document, indent=int(random.integers(5))).encode() + b"\n\n"


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) in a document; of long lists the first few."""
    items = document.items() if isinstance(document, dict) else enumerate(document[:6])
    for key, value in items:
        yield document, key
        if isinstance(value, dict | list) and value:
            yield from places(value)


JSONS: list[Mutation] = [
    *(json_value, json_value, json_value, json_number, json_structure, json_key, json_encoding),
    json_layout,
]


# Lines: light files and lists of names

WORDS = [
    *("nan", "inf", "1e400", "-1e300", "0", "-0.9", "0,5", "1" * 400, "x", "", "0x10", "½", "\0"),
    *("\x1b[2J", "\ud7ff", "photo_00.png", "../photo_00.png", "C:\\a\\photo_01.png", '"', ";", "#"),
    "n" * 100_000,
]


def line_word(random: Random, data: bytes) -> bytes:
    """A word of a line is another."""
    lines = data.split(b"\n")
    i = int(random.integers(len(lines)))
    words = lines[i].split(b" ")
    words[int(random.integers(len(words)))] = pick(random, WORDS).encode()
    lines[i] = b" ".join(words)
    return b"\n".join(lines)


def line_order(random: Random, data: bytes) -> bytes:
    """A line is missing, there twice or elsewhere."""
    lines = data.split(b"\n")
    line = lines.pop(int(random.integers(len(lines))))
    for _ in range(int(random.integers(3))):
        lines.insert(int(random.integers(len(lines) + 1)), line)
    return b"\n".join(lines)


def line_many(random: Random, data: bytes) -> bytes:
    return data + (data.split(b"\n")[-2] + b"\n") * int(pick(random, [3, 20_000]))


def line_encoding(random: Random, data: bytes) -> bytes:
    text = data.decode()
    if random.integers(2):
        text = text.replace("photo", "фото")
    encoding = pick(random, ["utf-16", "utf-16-le", "utf-8-sig", "cp1251", "utf-32", "shift_jis"])
    return text.encode(encoding, "replace")


def line_layout(random: Random, data: bytes) -> bytes:
    """The same with other blanks and line ends."""
    ends, gaps = pick(random, [b"\r\n", b" \n", b"\n\n"]), pick(random, [b" ", b"\t", b"   "])
    return re.sub(rb" +", gaps, data).replace(b"\n", ends)


LINES: list[Mutation] = [line_word, line_word, line_word, line_order, line_many, line_encoding]
LINES += [line_layout]


# Descriptions of pyramids


def dzi_attribute(random: Random, data: bytes) -> bytes:
    """An attribute is another."""
    values = [
        b"0",
        b"-1",
        b"1",
        b"64",
        b"99999999999",
        b"1e5",
        b"",
        b"png",
        b"../..",
        b"\xff",
        b"2",
    ]
    found = list(re.finditer(rb'="([^"]*)"', data))
    match = pick(random, found)
    return data[: match.start(1)] + pick(random, values) + data[match.end(1) :]


def dzi_entities(random: Random, data: bytes) -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]>'
    return data.replace(b"<Image", bomb + b"<Image").replace(b"</Image>", b"&d;</Image>")


DZIS: list[Mutation] = [dzi_attribute, dzi_attribute, dzi_attribute, dzi_entities]

HARMLESS = {png_ancillary, png_split, jpeg_ancillary, tiff_layout, json_layout, line_layout}

MUTATIONS: dict[str, list[Mutation]] = {
    ".png": [*PNGS, *BYTES],
    ".jpg": [*JPEGS, *BYTES],
    ".webp": [*WEBPS, *BYTES],
    ".tif": [*TIFFS, *TIFFS, *BYTES],
    ".json": [*JSONS, *JSONS, *BYTES],
    ".lp": [*LINES, *LINES, *BYTES],
    ".txt": [*LINES, *BYTES],
    ".dzi": [*DZIS, *DZIS, *BYTES],
    ".checkpoint": BYTES,
}
