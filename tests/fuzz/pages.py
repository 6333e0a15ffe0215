"""The page beside the command: damaged planes show the same picture in both, or both refuse.

    python -m tests.fuzz.pages --count 450 --seed 0

One page opens all images, one after the other, each a sound one but for a plane, a tile, a mask or
a description of tiles.
"""

import argparse
import base64
import io
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, Route

from bench.common.browser import resolve_renderer, start_browser
from renderer.gpu.device import request_device
from renderer.gpu.relighter import Relighter
from renderer.image.relightable import read_image
from shaders.errors import RakingError
from webviewer.server import ViewerServer

from .mutations import MUTATIONS
from .mutations_of_bytes import pick
from .subjects import LIGHT, SUBJECTS

STEP = 1  # levels that the two may differ by
IMAGES = [subject for subject in SUBJECTS if "render" in subject.commands]

# Answers a base64 PNG of the whole image at an address, or { problem }: the sentence that refuses.
SHOW = """async ([image, light]) => {
    try {
        await raking.setState({ image: [image], show: 0, light });
        const bytes = await (await raking.snapshot()).bytes();
        return bytes.toBase64();
    } catch (error) {
        return { problem: error.message };
    }
}"""

LOADER = Path(__file__).parents[2] / "webviewer" / "app" / "folders" / "loader.js"
DELAYS, NONE = "delays = [500, 1500, 4000]", "delays = [0, 0, 0]"


def at_once(route: Route) -> None:
    """Gives the page its loader, but that it tries a damaged tile again without a pause."""
    text = LOADER.read_text("utf-8")
    assert DELAYS in text
    route.fulfill(body=text.replace(DELAYS, NONE), content_type="text/javascript")


def damaged_image(seed: int, index: int, corpus: Path, folder: Path) -> str:
    """Writes an image of this number with one damaged picture; answers what is damaged."""
    random = np.random.default_rng([seed, index, 1])
    subject = pick(random, IMAGES)
    name = pick(random, [file for file in subject.files if file != "info.json"])
    shutil.copytree(corpus / subject.name, folder)
    mutate = pick(random, MUTATIONS[Path(name).suffix])
    (folder / name).write_bytes(mutate(random, (corpus / subject.name / name).read_bytes()))
    return f"seed {seed} index {index}: {subject.name}/{name}, {mutate.__name__}"


def native_picture(image: Path, device: object) -> np.ndarray | str:
    """[H, W, 4] uint8, the last 255 on the object; or the sentence that refuses."""
    try:
        stored = read_image(image)
        frame = Relighter(stored, device=device).frame(LIGHT)  # type: ignore[arg-type]
    except RakingError as error:
        return str(error)
    mask = np.ones(frame.shape[:2], bool) if stored.mask is None else stored.mask
    return np.dstack([frame, mask * np.uint8(255)])


def page_picture(page: Page, address: str) -> np.ndarray | str:
    """[H, W, 3] uint8 of the page, whose ground shows off the object."""
    shown = page.evaluate(SHOW, [address, ",".join(map(str, LIGHT))])
    if isinstance(shown, dict):
        return str(shown["problem"])
    with Image.open(io.BytesIO(base64.b64decode(shown))) as picture:
        return np.asarray(picture)


def difference(native: np.ndarray | str, shown: np.ndarray | str) -> str | None:
    """What the two disagree in, if they do."""
    if isinstance(native, str) or isinstance(shown, str):
        if isinstance(native, str) and isinstance(shown, str):
            return None
        return f"the command: {_told(native)}; the page: {_told(shown)}"
    if native.shape[:2] != shown.shape[:2]:
        return f"the command: {native.shape}; the page: {shown.shape}"
    inside = native[..., 3] > 127
    if not inside.all() and np.ptp(shown[~inside], axis=0).any():
        return "their masks differ"
    steps = np.abs(native[inside][:, :3].astype(int) - shown[inside].astype(int))
    return f"they differ by {steps.max()} levels" if steps.size and steps.max() > STEP else None


def _told(found: np.ndarray | str) -> str:
    return found if isinstance(found, str) else "a picture"


def compare(count: int, seed: int) -> Iterator[tuple[str, bool, str | None]]:
    """What was damaged, whether both refuse it, and what the two disagree in."""
    with tempfile.TemporaryDirectory(prefix="fuzz-pages-") as temporary:
        corpus = Path(temporary) / "corpus"
        corpus.mkdir()
        for subject in IMAGES:
            subject.write(corpus / subject.name)
        images = [Path(temporary) / str(index) for index in range(count)]
        damages = [damaged_image(seed, i, corpus, image) for i, image in enumerate(images)]
        device = request_device()
        sound = corpus / IMAGES[0].name
        with (
            ViewerServer([*images, sound]) as server,
            start_browser(resolve_renderer("auto")) as browser,
        ):
            page = browser.new_page()
            page.route("**/folders/loader.js", at_once)
            page.goto(f"http://127.0.0.1:{server.port}/?ui=off&image=images/{count}/")
            page.evaluate("raking.ready")
            for i, (image, damage) in enumerate(zip(images, damages, strict=True)):
                native = native_picture(image, device)
                shown = page_picture(page, f"images/{i}/")
                yield damage, isinstance(native, str), difference(native, shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=450)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    ends: Counter[str] = Counter()
    for damage, refused, differs in compare(given.count, given.seed):
        ends["unequal" if differs else "refused" if refused else "shown alike"] += 1
        if differs:
            print(f"FAULT {damage}: {differs}", flush=True)
    print(f"{given.count} planes: {dict(ends)}")
    sys.exit(ends["unequal"] > 0)


if __name__ == "__main__":
    main()
