"""What tests of the page share: looking at it, and dragging on it."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page


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
