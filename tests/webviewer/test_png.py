"""The PNG writer against Pillow."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

# Writes base64 RGB rows, `step` rows at a time from one reused array; answers base64.
WRITE = """async ([width, height, rgb, step, text]) => {
    const { PngWriter } = await import('/gpu/png.js');
    const bytes = Uint8Array.from(atob(rgb), letter => letter.charCodeAt(0));
    const writer = new PngWriter(width, height, text);
    for (let y = 0; y < height; y += step) {
        const rows = bytes.slice(3 * width * y, 3 * width * (y + step));
        await writer.rows(rows);
        rows.fill(77);
    }
    const blob = await writer.end();
    const url = await new Promise(resolve => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.readAsDataURL(blob);
    });
    return [blob.type, url.split(',')[1]];
}"""


def write(page: Page, pixels: np.ndarray, step: int, text: dict[str, str]) -> Image.Image:
    height, width = pixels.shape[:2]
    rgb = base64.b64encode(pixels.tobytes()).decode()
    kind, data = page.evaluate(WRITE, [width, height, rgb, step, text])
    assert kind == "image/png"
    image = Image.open(io.BytesIO(base64.b64decode(data)), formats=["PNG"])
    image.load()
    return image


@pytest.mark.parametrize(("width", "height", "step"), [(1, 1, 1), (37, 23, 1), (640, 411, 64)])
def test_pixels_are_what_was_written(page, width, height, step) -> None:
    pixels = np.random.default_rng(width).integers(0, 256, (height, width, 3), np.uint8)
    image = write(page, pixels, step, {})
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), pixels)


def test_text_is_kept_in_any_language(page) -> None:
    text = {"Software": "Raking", "Description": "Münze, recto; light 0.3, 0.2 · 硬币 <b>"}
    image = write(page, np.zeros((2, 3, 3), np.uint8), 2, text)
    assert {key: str(value) for key, value in image.text.items()} == text
    assert image.info["srgb"] == 0


def test_smooth_picture_is_compressed(page) -> None:
    y, x = np.mgrid[:600, :800]
    pixels = np.stack([x // 4 + y // 5, x // 6 + y // 7, y // 3], axis=-1).astype(np.uint8)
    height, width = pixels.shape[:2]
    rgb = base64.b64encode(pixels.tobytes()).decode()
    _, data = page.evaluate(WRITE, [width, height, rgb, 100, {}])
    assert len(data) < pixels.size / 50


def test_missing_rows_are_an_error(page) -> None:
    message = page.evaluate("""async () => {
        const { PngWriter } = await import('/gpu/png.js');
        const writer = new PngWriter(4, 3);
        await writer.rows(new Uint8Array(24));
        return writer.end().catch(error => error.message);
    }""")
    assert message == "The picture's rows do not fit its height: 1 left."


@pytest.mark.long
def test_large_picture_needs_no_more_memory_than_its_file(page) -> None:
    session = page.context.new_cdp_session(page)

    def memory() -> int:
        session.send("HeapProfiler.collectGarbage")
        usage = session.send("Runtime.getHeapUsage")
        return usage["usedSize"] + usage["backingStorageSize"]

    before = memory()
    page.evaluate("""async () => {
        const { PngWriter } = await import('/gpu/png.js');
        const [width, height, step] = [3000, 4000, 100];
        window.writer = new PngWriter(width, height);
        const rows = new Uint8Array(3 * width * step);
        let random = 1;
        for (let y = 0; y < height; y += step) {
            for (let i = 0; i < rows.length; i++) {
                random = Math.imul(random, 1664525) + 1013904223;
                rows[i] = 100 + (random >>> 30);        // 2 of 8 bits are noise
            }
            await writer.rows(rows);
        }
    }""")
    needed = memory() - before
    size = page.evaluate("async () => (await writer.end()).size")
    assert 5e6 < size < 20e6  # of 36 MB
    assert size / 2 < needed < size + 5e6
