"""Pictures of planes in Python and in the page: both decode the same levels, or both refuse."""

import base64
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from playwright.sync_api import Browser, Page

from renderer.image.picture import read_picture
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import read_image, write_image
from shaders.errors import RakingError
from webviewer.server import ViewerServer

WIDTH, HEIGHT = 40, 30

# Answers base64 RGBA levels as a texture holds them, or { problem }: what the page refuses.
DECODE = """async ([data, width, height, colour]) => {
    const { decodePicture } = await import('/renderer/image/picture.js');
    const blob = new Blob([Uint8Array.from(atob(data), letter => letter.charCodeAt(0))]);
    let problem = null;
    const bitmap = await decodePicture(blob, { width, height }, colour, found => {
        throw new Error(problem = found);
    }).catch(error => {
        if (!problem) throw error;
    });
    if (!bitmap) return { problem };
    const gl = window.gl ??= new OffscreenCanvas(1, 1).getContext('webgl2');
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    const texture = gl.getParameter(gl.TEXTURE_BINDING_2D);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const levels = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, levels);
    return btoa(levels.reduce((text, level) => text + String.fromCharCode(level), ''));
}"""


@pytest.fixture
def both(page: Page, tmp_path: Path) -> Callable[..., np.ndarray | None]:
    """both(data, colour): the levels that Python and the page find, None where both refuse."""

    def decoded(data: bytes, colour: bool = True) -> np.ndarray | None:
        file = tmp_path / "plane"
        file.write_bytes(data)
        native: np.ndarray | None = None
        refusal = ""
        try:
            native = read_picture(file, (WIDTH, HEIGHT), colour)
        except RakingError as error:
            refusal = str(error)
        text = base64.b64encode(data).decode()
        found = page.evaluate(DECODE, [text, WIDTH, HEIGHT, colour])
        if native is None:
            assert isinstance(found, dict), f"the page shows what Python refuses: {refusal}"
            return None
        assert isinstance(found, str), f"Python shows what the page refuses: {found}"
        levels = np.frombuffer(base64.b64decode(found), np.uint8).reshape(HEIGHT, WIDTH, 4)
        np.testing.assert_array_equal(levels[..., :3] if colour else levels[..., 0], native)
        return native

    return decoded


def picture(channels: int = 3, bits: int = 8) -> np.ndarray:
    """Noise, so that any turning and any curve shows."""
    shape = (HEIGHT, WIDTH, channels) if channels > 1 else (HEIGHT, WIDTH)
    dtype = np.uint8 if bits == 8 else np.uint16
    return np.random.default_rng(channels).integers(0, 1 << bits, shape, dtype)


def encoded(levels: np.ndarray, form: str, mode: str | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(levels)
    (image.convert(mode) if mode else image).save(file, form, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*more: bytes, rows: bytes | None = None, header: bytes | None = None) -> bytes:
    """A PNG put together by hand, with chunks before its pixels."""
    levels = picture()
    raw = b"".join(b"\0" + row.tobytes() for row in levels)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head if header is None else header),
            *more,
            chunk(b"IDAT", zlib.compress(raw) if rows is None else rows),
            chunk(b"IEND", b""),
        ]
    )


def raw_rows() -> bytes:
    return b"".join(b"\0" + row.tobytes() for row in picture())


def turned() -> bytes:
    exif = Image.Exif()
    exif[274] = 3  # the orientation: upside down
    return exif.tobytes()


def odd_profile() -> bytes:
    """Red and blue changed round, which colour management would show."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()


@pytest.mark.parametrize(
    "more",
    [
        chunk(b"gAMA", struct.pack(">I", 100000)),
        chunk(b"gAMA", struct.pack(">I", 22222)),
        chunk(
            b"cHRM", struct.pack(">8I", *[31270, 32900, 15000, 6000, 30000, 60000, 64000, 33000])
        ),
        chunk(b"sRGB", b"\1"),
        chunk(b"cICP", bytes([9, 16, 0, 1])),
        chunk(b"iCCP", b"odd\0\0" + zlib.compress(odd_profile())),
        chunk(b"iCCP", b"odd\0\0" + zlib.compress(b"no profile")),
        chunk(b"sBIT", bytes([5, 6, 5])),
        chunk(b"tRNS", struct.pack(">3H", *map(int, picture()[0, 0]))),
        chunk(b"bKGD", struct.pack(">3H", 255, 0, 0)),
        chunk(b"eXIf", turned().removeprefix(b"Exif\0\0")),
        chunk(b"PLTE", bytes(range(9))),
        chunk(b"tEXt", b"Title\0A plane"),
        chunk(b"acTL", struct.pack(">II", 2, 0)),
        chunk(b"IDAT", b""),
    ],
    ids=lambda more: more[4:8].decode(),
)
def test_what_does_not_decide_the_levels_is_left_out(both, more: bytes) -> None:
    np.testing.assert_array_equal(both(png(more)), picture())


def test_all_forms_of_the_kind_that_is_needed(both) -> None:
    levels = picture()
    _, filtered = cv2.imencode(".png", levels[..., ::-1])
    np.testing.assert_array_equal(both(filtered.tobytes()), levels)
    np.testing.assert_array_equal(both(encoded(levels, "WEBP", lossless=True)), levels)
    exif = encoded(levels, "WEBP", lossless=True, exif=turned(), icc_profile=odd_profile())
    np.testing.assert_array_equal(both(exif), levels)
    np.testing.assert_array_equal(both(adam7(levels)), levels)
    plain = both(encoded(levels, "JPEG", quality=95))
    for options in (
        {"exif": turned()},
        {"icc_profile": odd_profile()},
        {"comment": b"A plane"},
        {"restart_marker_blocks": 2},
    ):
        np.testing.assert_array_equal(both(encoded(levels, "JPEG", quality=95, **options)), plain)
    for options in ({"progressive": True}, {"subsampling": 0}, {"keep_rgb": True}):
        assert both(encoded(levels, "JPEG", quality=95, **options)) is not None
    assert both(encoded(levels, "WEBP", quality=80)) is not None


def adam7(levels: np.ndarray) -> bytes:
    steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4)]
    passes = (
        levels[y::down, x::across] for x, y, across, down in [*steps, (1, 0, 2, 2), (0, 1, 1, 2)]
    )
    rows = b"".join(b"\0" + row.tobytes() for part in passes for row in part)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 1)
    return png(rows=zlib.compress(rows), header=header)


def test_masks_are_grey(both) -> None:
    levels = picture(1)
    np.testing.assert_array_equal(both(encoded(levels, "PNG"), False), levels)
    assert both(encoded(levels, "JPEG"), False) is not None
    _, tile = cv2.imencode(".webp", levels, [cv2.IMWRITE_WEBP_QUALITY, 101])
    np.testing.assert_array_equal(both(tile.tobytes(), False), levels)
    for other in (picture(3), picture(2), picture(4), picture(1, 16)):
        assert both(encoded(other, "PNG"), False) is None
    assert both(encoded(picture(3), "JPEG"), False) is None


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]


WHOLE = png()
HEADER = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)

REFUSED = {
    "16-bit grey": encoded(picture(1, 16), "PNG"),
    "16-bit RGB": cv2.imencode(".png", picture(3, 16))[1].tobytes(),
    "grey": encoded(picture(1), "PNG"),
    "grey with alpha": encoded(picture(2), "PNG"),
    "alpha": encoded(picture(4), "PNG"),
    "palette": encoded(picture(), "PNG", "P"),
    "one bit": encoded(picture(), "PNG", "1"),
    "grey JPEG": encoded(picture(1), "JPEG"),
    "CMYK": encoded(picture(), "JPEG", "CMYK"),
    "WebP with alpha": encoded(picture(4), "WEBP", lossless=True),
    "lossy WebP with alpha": encoded(picture(4), "WEBP"),
    "moving WebP": encoded(
        picture(), "WEBP", save_all=True, append_images=[Image.fromarray(picture()[::-1].copy())]
    ),
    "GIF": encoded(picture(), "GIF"),
    "BMP": encoded(picture(), "BMP"),
    "TIFF": encoded(picture(), "TIFF"),
    "JPEG 2000": encoded(picture(), "JPEG2000"),
    "nothing": b"",
    "text": b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'/>",
    "another size": encoded(picture()[:-1], "PNG"),
    "another JPEG size": encoded(picture()[:-1], "JPEG"),
    "another WebP size": encoded(picture()[:-1], "WEBP", lossless=True),
    "a bit in the rows": flipped(WHOLE, len(WHOLE) // 2),
    "a bit in a checksum": flipped(WHOLE, len(WHOLE) - 1),
    "a bit in a text": flipped(png(chunk(b"tEXt", b"Title\0A plane")), 45),
    "no end": WHOLE[:-12],
    "a wrong checksum of the rows": png(rows=flipped(zlib.compress(raw_rows()), -1)[:-1] + b"x"),
    "fewer rows": png(rows=zlib.compress(raw_rows()[: -WIDTH * 3 - 1])),
    "more rows": png(rows=zlib.compress(raw_rows() + bytes(1 + 3 * WIDTH))),
    "rows cut short": png(rows=zlib.compress(raw_rows())[:-9]),
    "more after the rows": png(rows=zlib.compress(raw_rows()) + b"more"),
    "an unknown filter": png(rows=zlib.compress(b"\7" + raw_rows()[1:])),
    "rows without end": png(rows=zlib.compress(bytes(50_000_000))),
    "no rows": png(rows=b""),
    "an unknown compression": png(header=HEADER[:10] + b"\1" + HEADER[11:]),
    "an unknown order": png(header=HEADER[:12] + b"\2"),
    "a short header": png(header=HEADER[:12]),
    "no pixels": png(header=struct.pack(">IIBBBBB", 0, HEIGHT, 8, 2, 0, 0, 0)),
    "many pixels": png(header=struct.pack(">IIBBBBB", 1 << 31, 1 << 31, 8, 2, 0, 0, 0)),
    "two headers": png(chunk(b"IHDR", HEADER)),
    "an unknown critical chunk": png(chunk(b"ABCD", b"")),
    "JPEG cut short": encoded(picture(), "JPEG")[:-300],
    "JPEG without end": encoded(picture(), "JPEG")[:-2],
    "JPEG without picture": b"\xff\xd8\xff\xd9",
    "WebP cut short": encoded(picture(), "WEBP", lossless=True)[:-30],
    "WebP without picture": b"RIFF\4\0\0\0WEBP",
}


@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse_what_is_damaged_or_of_another_kind(both, name: str) -> None:
    assert both(REFUSED[name]) is None


def damaged(random: np.random.Generator, data: bytes) -> bytes:
    """With bits turned, or bytes lost, put in or cut off; a PNG's checksums often fit again."""
    changed = bytearray(data)
    place = int(random.integers(len(changed)))
    match random.integers(5):
        case 0:
            changed[place] ^= 1 << int(random.integers(8))
        case 1:
            for other in random.integers(len(changed), size=4):
                changed[other] ^= 1 << int(random.integers(8))
        case 2:
            del changed[place:]
        case 3:
            changed[place:place] = random.bytes(int(random.integers(1, 20)))
        case 4:
            del changed[place : place + int(random.integers(1, 20))]
    return mended(bytes(changed)) if random.random() < 0.7 else bytes(changed)


def mended(data: bytes) -> bytes:
    """A PNG with checksums that fit, as far as its chunks can be told."""
    parts, first = [data[:8]], 8
    while data.startswith(b"\x89PNG") and first + 12 <= len(data):
        length = int.from_bytes(data[first : first + 4], "big")
        if first + 12 + length > len(data):
            break
        parts.append(chunk(data[first + 4 : first + 8], data[first + 8 : first + 8 + length]))
        first += 12 + length
    return b"".join([*parts, data[first:]]) if len(parts) > 1 else data


@pytest.mark.parametrize("form", ["PNG", "JPEG", "progressive", "WebP", "lossy WebP"])
def test_damaged_at_random_both_show_the_same_or_refuse(both, form: str) -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    smooth = np.stack([3 * x, 4 * y, picture(1) // 8], axis=-1).astype(np.uint8)
    whole = {
        "PNG": encoded(smooth, "PNG"),
        "JPEG": encoded(smooth, "JPEG", quality=90),
        "progressive": encoded(smooth, "JPEG", progressive=True, subsampling=0),
        "WebP": encoded(smooth, "WEBP", lossless=True),
        "lossy WebP": encoded(smooth, "WEBP", quality=80),
    }[form]
    assert both(whole) is not None
    random = np.random.default_rng(5)
    refused = sum(both(damaged(random, whole)) is None for _ in range(60))
    assert refused > 10


@pytest.mark.parametrize("form", ["png", "tiles"])
def test_a_grey_mask_is_on_or_off(
    browser: Browser, masked: Path, tmp_path: Path, form: str
) -> None:
    image = read_image(masked)
    image.mask = np.ones((image.height, image.width), bool)
    tiles = TileFormat(size=64) if form == "tiles" else None
    write_image(image, tmp_path / "image", tiles=tiles)
    for file in (tmp_path / "image").glob("mask_files/7/*.png" if tiles else "mask.png"):
        with Image.open(file) as picture:
            levels = np.random.default_rng(1).integers(0, 256, picture.size[::-1], np.uint8)
        Image.fromarray(levels).save(file)
    on = read_image(tmp_path / "image").mask
    page = browser.new_page()
    with ViewerServer([tmp_path / "image"]) as server:
        page.goto(server.url(ui="off"))
        page.evaluate("raking.ready")
        data = page.evaluate("raking.snapshot().then(blob => blob.bytes()).then(b => b.toBase64())")
    page.close()
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    ground = shown[~on]
    assert not np.ptp(ground, axis=0).any()
    assert (shown[on] != ground[0]).any(axis=-1).mean() > 0.99
