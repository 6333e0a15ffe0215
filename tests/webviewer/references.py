"""Reference pictures of the page on llvmpipe.

`python tests/webviewer/references.py` writes them anew; look at them before they are kept.
"""

import io
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

FOLDER = Path(__file__).with_name("references")
RENDERER = "llvmpipe"
SIZE = (240, 180)
# What is looked at, of an image of 700 x 600 pixels under a mask and another beside it.
VIEWS: dict[str, dict[str, object]] = {
    "fitted": {},
    "at_one_to_one": {"zoom": 1},
    "between_levels": {"zoom": 0.37, "center": "300,250"},
    "magnified": {"zoom": 3.3, "center": "512,400"},
    "pixels": {"zoom": 12, "center": "350,300"},
    "turned": {"zoom": 0.6, "rotation": 30},
    "turned_to_the_right": {"zoom": 0.5, "rotation": 90},
    "raking": {"light": "-0.95,0.1"},
    "difference": {"compare": "difference", "gain": 4},
}


def look(page: Page, address: str) -> np.ndarray:
    """The picture without what stands on it, [H, W, 3] uint8."""
    page.goto(address)
    page.evaluate("raking.ready")
    page.evaluate("document.querySelector('raking-viewer').viewer.canvas.style.zIndex = 99")
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))


def write_references() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from bench.common.browser import open_page
    from tests.webviewer.conftest import make_image
    from webviewer.server import ViewerServer

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        images = make_pair(make_image, Path(folder))
        with (
            ViewerServer(images) as server,
            open_page("about:blank", RENDERER, *SIZE) as page,
        ):
            for name, parameters in VIEWS.items():
                picture = look(page, server.url(ui="off", **parameters))
                Image.fromarray(picture).save(FOLDER / f"{name}.png", optimize=True)


def make_pair(make_image, folder: Path) -> list[Path]:
    """Two images without noise, of which the first has a mask."""
    first = make_image(folder / "first", 700, 600, noise=0, masked=True)
    return [first, make_image(folder / "second", 700, 600, 12, noise=0)]


if __name__ == "__main__":
    write_references()
