"""What tests of the page share: looking at it, dragging on it, and waiting for it."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page


def screenshot(page: Page) -> np.ndarray:
    """What the page shows, [H, W, 3] int."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)


def drag(
    page: Page, start: tuple[float, float], end: tuple[float, float], button: str = "left"
) -> None:
    page.mouse.move(*start)
    page.mouse.down(button=button)
    page.mouse.move(*end, steps=4)
    page.mouse.up(button=button)


# Resolves once nothing is loading, moving or coarse and all that is told of the viewer, the
# address included, has stood still for some frames. Chromium's graphics process ends once in some
# thousand pages, by a fault of its own: then the viewer's picture is to return first.
SETTLED = """async frames => {
    const isGone = ({ away, engine }) => !away && engine.gl.isContextLost();
    const seen = () => JSON.stringify(
        [raking.state(), raking.counts(), raking.status(), location.href, document.title]);
    for (let still = 0, last; still < frames; still++) {
        await new Promise(requestAnimationFrame);
        const { loading, scale, rate } = raking.status();
        const gone = isGone(document.querySelector('raking-viewer').viewer);
        const now = gone || loading || scale < 1 || rate ? '' : seen();
        if (!now || now !== last) still = 0;
        last = now;
    }
}"""
FRAMES = 24  # longer than the page waits before it writes its address


def settle(page: Page) -> None:
    """Waits until the viewer's page has come to rest."""
    page.evaluate(SETTLED, FRAMES)


def lose_context(page: Page) -> None:
    """Takes the graphics card from the viewer; `context.restoreContext()` gives it back."""
    page.evaluate("""() => {
        const { gl } = document.querySelector('raking-viewer').viewer.engine;
        window.context = gl.getExtension('WEBGL_lose_context');
        context.loseContext();
    }""")
    page.get_by_text("graphics card").wait_for()


def state(page: Page, key: str):
    """One of the viewer's settings."""
    return page.evaluate("raking.state()")[key]


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
