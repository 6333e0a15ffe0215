"""What files show by an independent reading: checksums by hand, other decoders, light by NumPy.

Nothing of the project is used. What cannot be read, or is damaged by any account, raises Damaged.
"""

import io
import json
import re
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path
from typing import Any, NoReturn

import cv2
import numpy as np
import tifffile
from PIL import Image

from .mutations_of_pictures import PNG, chunks

Image.MAX_IMAGE_PIXELS = 1 << 24
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of PNG's colour types


class Damaged(Exception):  # noqa: N818
    """No picture can be had, so that the command must refuse."""


def picture(folder: Path, light: tuple[float, ...]) -> np.ndarray:
    """A relightable image under a light, [H, W, 3 or, masked, 4] float64 levels 0..255."""
    try:
        info = json.loads((folder / "info.json").read_text("utf-8-sig"), parse_constant=_refuse)
        width, height = info["width"], info["height"]
        block = info.get("raking") or {}
        names = block.get("planes") or _foreign_planes(info, folder)
        planes = [plane(folder / name, (width, height), "RGB") for name in names]
        if block.get("relief"):  # from above, as all is seen here, it shifts nothing
            plane(folder / block["relief"]["picture"], (width, height), "L")
            light = (0.0, 0.0, *light)
        shown = _decode(info, np.concatenate(planes, axis=-1) / 255, light).clip(0, 1) * 255
        if not np.isfinite(shown).all():
            raise Damaged("not finite")
        if block.get("mask"):
            alpha = plane(folder / block["mask"], (width, height), "L") > 127
            shown = np.dstack([shown, alpha * 255.0])
        return shown
    except Damaged:
        raise
    except Exception as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error


def plane(file: Path, size: tuple[int, int], mode: str) -> np.ndarray:
    """A plane [H, W, 3] or a mask [H, W], flat or of tiles, uint8."""
    levels = _tiles(file, mode) if file.suffix == ".dzi" else _levels(file, mode)
    if levels.shape[:2] != size[::-1]:
        raise Damaged("another size")
    return levels


def photograph(file: Path) -> np.ndarray:
    """The pixels of a photograph as stored, [H, W, 3] integers."""
    try:
        return _photograph(file)
    except Damaged:
        raise
    except Exception as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _photograph(file: Path) -> np.ndarray:
    data = file.read_bytes()
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        with tifffile.TiffFile(io.BytesIO(data)) as tiff:
            page = max(tiff.pages, key=lambda page: page.imagewidth * page.imagelength)
            levels = page.asarray()
            if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE:
                levels = np.moveaxis(levels, 0, -1)
            if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
                levels = np.iinfo(levels.dtype).max - levels
    elif data.startswith(PNG):
        check_png(data)
        levels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        levels = levels if levels.ndim == 2 else levels[..., :3][..., ::-1]
    else:
        with Image.open(io.BytesIO(data)) as opened:
            levels = np.asarray(opened if opened.mode in ("RGB", "L") else opened.convert("RGB"))
    if levels.ndim == 2:
        levels = np.repeat(levels[..., None], 3, axis=-1)
    return levels[..., :3]


def check_png(data: bytes) -> None:
    """Raises Damaged unless all is there, all checksums are right, and the pixels are as many as
    the header says."""
    if not data.startswith(PNG):
        raise Damaged("no PNG")
    at, kinds = 8, []
    while at + 12 <= len(data) and b"IEND" not in kinds:
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 4 : end]
        if zlib.crc32(body).to_bytes(4, "big") != data[end : end + 4] and kind[:1].isupper():
            raise Damaged(f"checksum of {kind!r}")
        kinds.append(kind)
        at = end + 4
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or kinds.count(b"IHDR") != 1:
        raise Damaged("chunks out of order")
    (_, header), *parts = chunks(data)
    width, height = (int.from_bytes(header[i : i + 4], "big") for i in (0, 4))
    depth, colour, interlaced = header[8], header[9], header[12]
    inflater = zlib.decompressobj()
    stream = b"".join(body for kind, body in parts if kind == b"IDAT")
    try:
        raw = inflater.decompress(stream, 1 << 26)
    except zlib.error as error:
        raise Damaged(str(error)) from error
    if not inflater.eof:
        raise Damaged("the pixels end early")
    row = 1 + -(-width * depth * CHANNELS[colour] // 8)
    if not interlaced and len(raw) != row * height:
        raise Damaged("another number of pixels")


def _levels(file: Path, mode: str) -> np.ndarray:
    data = file.read_bytes()
    if data.startswith(PNG):
        check_png(data)
    with Image.open(io.BytesIO(data)) as opened:
        if opened.format not in ("PNG", "JPEG", "WEBP") or getattr(opened, "n_frames", 1) > 1:
            raise Damaged("no still picture")
        if opened.format == "JPEG":
            return np.asarray(opened.convert(mode))
        if opened.format == "WEBP" and mode == "L":
            return np.asarray(opened.convert("L"))
        if opened.mode != mode or "transparency" in opened.info:
            raise Damaged(f"its mode is {opened.mode}")
        return np.asarray(opened)


def _tiles(file: Path, mode: str) -> np.ndarray:
    """The level of full size, put together."""
    text = file.read_bytes()
    if b"<!" in text:
        raise Damaged("a document type")
    # It is UTF-8, whatever a declaration says.
    root = ET.fromstring(re.sub(rb"^\xef\xbb\xbf|^<\?xml\s[^?>]*\?>", b"", text))
    size = next(e for e in root if e.tag.rpartition("}")[2] == "Size")
    width, height = int(size.attrib["Width"]), int(size.attrib["Height"])
    tile, overlap = int(root.attrib["TileSize"]), int(root.attrib["Overlap"])
    ending = root.attrib["Format"]
    if tile <= 0 or not 0 <= overlap <= tile or width * height > 1 << 24 or tile > 8192:
        raise Damaged("sizes")
    folder = file.with_name(f"{file.stem}_files") / str((max(width, height) - 1).bit_length())
    whole = np.empty((height, width, 3) if mode == "RGB" else (height, width), np.uint8)
    for y in range(0, height, tile):
        for x in range(0, width, tile):
            y0, x0 = max(0, y - overlap), max(0, x - overlap)
            y1, x1 = min(height, y + tile + overlap), min(width, x + tile + overlap)
            levels = _levels(folder / f"{x // tile}_{y // tile}.{ending}", mode)
            if levels.shape[:2] != (y1 - y0, x1 - x0):
                raise Damaged("a tile of another size")
            own = levels[y - y0 : y - y0 + tile, x - x0 : x - x0 + tile]
            whole[y : y + tile, x : x + tile] = own
    return whole


def _foreign_planes(info: dict[str, Any], folder: Path) -> list[str]:
    """The names that Relight gives planes."""
    count = len(info["min"]) if info["type"] == "neural" else info["nplanes"]
    ending = next(e for e in ("png", "webp", "jpg") if (folder / f"plane_0.{e}").is_file())
    return [f"plane_{i}.{ending}" for i in range(count // 3)]


def _decode(info: dict[str, Any], stored: np.ndarray, light: tuple[float, ...]) -> np.ndarray:
    """Colours [H, W, 3], of values 0..1 [H, W, K]."""
    if info["type"] == "neural":
        return _decode_neural(info, stored, light)
    (material,) = info["materials"]
    coefficients = (stored - _numbers(material["bias"])) * _numbers(material["scale"])
    x, y = light
    z = np.sqrt(1 - x * x - y * y)
    if info["type"] == "ptm":
        terms = np.array([1, x, y, x * x, x * y, y * y])
    else:
        terms = _hsh_terms(z, np.arctan2(y, x), info["nplanes"] // 3)
    if info["colorspace"] == "lrgb":
        return coefficients[..., :3] * (coefficients[..., 3:] @ terms)[..., None]
    return np.stack([coefficients[..., c::3] @ terms for c in range(3)], axis=-1)


def _hsh_terms(c: float, phi: float, count: int) -> np.ndarray:
    """Order 2, as Gautron et al. write them."""
    q = np.sqrt(c - c * c)
    terms = [
        1 / np.sqrt(2 * np.pi),
        np.sqrt(6 / np.pi) * np.cos(phi) * q,
        np.sqrt(3 / (2 * np.pi)) * (2 * c - 1),
        np.sqrt(6 / np.pi) * np.sin(phi) * q,
        np.sqrt(30 / np.pi) * np.cos(2 * phi) * (c * c - c),
        np.sqrt(30 / np.pi) * np.cos(phi) * (2 * c - 1) * q,
        np.sqrt(5 / (2 * np.pi)) * (1 - 6 * c + 6 * c * c),
        np.sqrt(30 / np.pi) * np.sin(phi) * (2 * c - 1) * q,
        np.sqrt(30 / np.pi) * np.sin(2 * phi) * (c * c - c),
    ]
    if count != len(terms):
        raise Damaged("another order")
    return np.array(terms)


def _decode_neural(
    info: dict[str, Any], stored: np.ndarray, light: tuple[float, ...]
) -> np.ndarray:
    low, high = _numbers(info["min"]), _numbers(info["max"])
    if info["colorspace"] == "bgr":  # in the planes, too
        stored = stored.reshape(*stored.shape[:2], -1, 3)[..., ::-1].reshape(stored.shape)
    x = np.dstack([stored * (high - low) + low, *(np.full(stored.shape[:2], v) for v in light)])
    if info["colorspace"] not in ("rgb", "bgr"):
        raise Damaged("the colour space")
    for i, (weights, biases) in enumerate(zip(info["weights"], info["biases"], strict=True)):
        rows = len(biases)
        weight = _numbers(weights).reshape(rows, -1)
        inputs = np.zeros((*x.shape[:2], weight.shape[1]))
        inputs[..., : x.shape[-1]] = x
        x = inputs @ weight.T + _numbers(biases)
        if i < 2:
            x = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    return x if info["colorspace"] == "rgb" else x[..., ::-1]


def _numbers(values: list[Any]) -> np.ndarray:
    """As float32, which files are read as."""
    if any(isinstance(value, bool) for value in values):
        raise Damaged("a truth value")
    numbers = np.array(values, np.float32)
    if not np.isfinite(numbers).all():
        raise Damaged("not finite")
    return numbers.astype(np.float64)


def _refuse(name: str) -> NoReturn:
    raise Damaged(name)


def frame(file: Path) -> np.ndarray:
    """A rendered frame, [H, W, 3 or 4] uint8."""
    check_png(file.read_bytes())
    with Image.open(file) as opened:
        return np.asarray(opened)


def light_file(file: Path) -> dict[str, np.ndarray] | None:
    """The unit vector of each name in a light file of plain lines; None where it is another."""
    try:
        lines = file.read_bytes().decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    lights: dict[str, np.ndarray] = {}
    for line in filter(str.strip, lines[1:]):
        match = re.fullmatch(r"\s*(\S+)((?:\s+-?\d+\.\d+){3})\s*", line)
        if match is None or match[1] in lights:
            return None
        light = np.array([float(number) for number in match[2].split()])
        if not np.linalg.norm(light) or light[2] < 0:
            return None
        lights[match[1]] = light / np.linalg.norm(light)
    return lights
