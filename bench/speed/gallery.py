"""How the viewer feels: opening a large pyramid, touring it, and dragging the light, each done with
a pointer in a real browser, in a window of 1920 x 1080."""

import json
import math
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import CDPSession, Page

from bench.common.browser import open_page, read_renderer
from bench.common.environment import read_environment
from bench.common.journal import Record
from bench.common.outputs import has_keys, make_folder
from bench.speed.repeated import keep_at_size
from renderer.files.aside import writing_aside
from renderer.files.ours import check_file
from renderer.image.finished import image_digest
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import check_writable, read_image
from shaders.errors import RakingError
from webviewer.server import ViewerServer

WINDOW = (1920, 1080)
PYRAMID = (10_000, 10_000)
DRAGGED = (4000, 3000)
MIDDLE = (960.0, 500.0)  # on the picture
OPENINGS = 5
DRAGS: dict[str, dict[str, object]] = {
    "fitted": {},
    "fitted, bare": {"ui": "off"},
    "1:1, bare": {"ui": "off", "zoom": 1},
}
DRAG_SECONDS = 6.0
SETTLING_SECONDS = 1.5  # of a drag, until adaptive resolution has settled
REST_SECONDS = 1.5
MOUSE_SECONDS = 1 / 60  # between its movements, as hands have them
SAMPLE_SECONDS = 5.0  # between looks at the memory
WATCH = Path(__file__).with_name("gallery.js").read_text()

Progress = Callable[[str, float], None]


def measure_gallery(
    image: Path,
    output: Path,
    *,
    renderer: str = "auto",
    minutes: float = 5.0,
    seed: int = 0,
    progress: Progress = lambda text, share: None,
) -> Record:
    """Measures all three on `image`, repeated to size, and writes `output`/gallery.json.

    The pyramid and the flat image made for it stay in `output` for the next run. Raises
    RakingError where the page fails, and where files that are not ours are in the way.
    """
    check_file(output / "gallery.json", is_result)
    make_folder(output, (), [image])
    pyramid, flat = output / "pyramid", output / "flat"
    check_writable(flat)
    stored = read_image(image)
    asked = {"command": "bench --gallery", "source": image_digest(image, stored)}
    sized = {**asked, "size": list(PYRAMID)}
    keep_at_size(
        stored, pyramid, sized, TileFormat(), lambda done, n: progress("pyramid", done / n)
    )
    keep_at_size(stored, flat, {**asked, "size": list(DRAGGED)})
    result = {
        "environment": read_environment(renderer),
        "image": str(image),
        "opening": measure_opening(pyramid, renderer, progress),
        "drag": {
            name: measure_drag(flat, renderer, parameters, progress)
            for name, parameters in DRAGS.items()
        },
        "tour": measure_tour(pyramid, renderer, minutes, seed, progress),
    }
    with writing_aside(output / "gallery.json") as aside:
        aside.write_text(json.dumps(result, indent=1), "utf-8")
    return result


def is_result(file: Path) -> bool:
    """Whether a file is a gallery.json of ours."""
    return has_keys(file, {"environment", "opening", "drag", "tour"})


def tables(result: Record) -> dict[str, list[Record]]:
    """What `measure_gallery` found, for people."""
    opening, tour = result["opening"], result["tour"]
    drags = [
        {
            "light dragged": name,
            "fps": round(drag["frames_per_second"], 1),
            "scale": round(drag["median_scale"], 2),
            "full again": round(drag["full_again_ms"]),
            "one decode": round(drag["full_decode_ms"]),
        }
        for name, drag in result["drag"].items()
    ]
    megabytes = {
        "most textures": tour["most_texture_bytes"],
        "budget": tour["budget_bytes"],
        "page in minute 2": tour["page_bytes_second_minute"],
        "page in the last": tour["page_bytes_last_minute"],
    }
    return {
        f"opening 100 Mpx, {opening['renderer']}": [
            {
                "first picture, s": round(statistics.median(opening["first_seconds"]), 2),
                "slowest": round(max(opening["first_seconds"]), 2),
                "complete, s": round(statistics.median(opening["complete_seconds"]), 2),
            }
        ],
        "dragging the light, 12 Mpx; ms until full resolution": drags,
        "touring 100 Mpx, MB": [
            {key: value and round(value / 2**20, 2) for key, value in megabytes.items()}
        ],
    }


def measure_opening(image: Path, renderer: str, progress: Progress) -> Record:
    """Seconds from navigation until a relit picture is there, and until it is complete, in fresh
    browser processes."""
    first, complete = [], []
    for i in range(OPENINGS):
        progress("opening", i / OPENINGS)
        with ViewerServer([image]) as server, open_page(server.url(), renderer, *WINDOW) as page:
            page.evaluate("raking.ready")
            complete.append(page.evaluate("performance.now()") / 1000)
            first.append(page.evaluate("raking.counts().firstPicture") / 1000)
            name = read_renderer(page)
    return {"renderer": name, "first_seconds": first, "complete_seconds": complete}


def measure_drag(
    image: Path, renderer: str, parameters: dict[str, object], progress: Progress
) -> Record:
    """Frames a second and decoding scale while the light is dragged in a circle, and how long full
    resolution takes to return; the second drag of a page counts."""
    progress("drag", 0.5)
    with (
        ViewerServer([image]) as server,
        open_page(server.url(**parameters), renderer, *WINDOW) as page,
    ):
        page.evaluate("raking.ready")
        page.evaluate(WATCH)
        for _ in range(2):
            started, ended = drag_light(page, DRAG_SECONDS)
            page.wait_for_timeout(1000 * REST_SECONDS)
            frames = page.evaluate("rakingFrames.take()")
        moving = [
            frame
            for frame in frames
            if started + 1000 * SETTLING_SECONDS < frame["at"] < ended and frame["presented"]
        ]
        full = [frame["at"] for frame in frames if frame["at"] > ended and frame["complete"]]
        decode = page.evaluate("rakingClocks.measureDecode({ seconds: 1 })")
    if len(moving) < 2 or not full:
        raise RakingError("The page drew no frames while its light was dragged.")
    batches = [sample["ms"] / sample["frames"] for sample in decode["samples"]]
    return {
        "frames_per_second": 1000 * (len(moving) - 1) / (moving[-1]["at"] - moving[0]["at"]),
        "median_scale": statistics.median(frame["scale"] for frame in moving),
        "lowest_scale": min(frame["scale"] for frame in moving),
        "decoded_pixels": statistics.median(frame["pixels"] for frame in moving),
        "full_again_ms": full[0] - ended,
        "full_decode_ms": statistics.median(batches),
    }


def drag_light(page: Page, seconds: float) -> tuple[float, float]:
    """Drags the light in circles; returns when that began and when it last moved, page time."""
    page.mouse.move(*MIDDLE)
    page.mouse.down()
    started = page.evaluate("rakingFrames.now()")
    begin = time.monotonic()
    while (elapsed := time.monotonic() - begin) < seconds:
        angle = 2.5 * elapsed
        x, y = MIDDLE
        page.mouse.move(x + 200 * math.cos(angle) - 200, y + 200 * math.sin(angle))
        time.sleep(MOUSE_SECONDS)
    ended = page.evaluate("rakingFrames.now()")
    page.mouse.up()
    return started, ended


def measure_tour(
    image: Path, renderer: str, minutes: float, seed: int, progress: Progress
) -> Record:
    """A walk over a pyramid: zooms, pans and drags of the light, again and again, with the memory
    that textures and page take."""
    samples: list[Record] = []
    with ViewerServer([image]) as server, open_page(server.url(), renderer, *WINDOW) as page:
        page.evaluate("raking.ready")
        session = page.context.new_cdp_session(page)
        tour = Tour(page, random.Random(seed))
        begin = looked = time.monotonic()
        while (elapsed := time.monotonic() - begin) < 60 * minutes:
            tour.step()
            if time.monotonic() - looked > SAMPLE_SECONDS:
                looked = time.monotonic()
                samples.append({"seconds": elapsed, **read_memory(page, session)})
                progress("tour", elapsed / (60 * minutes))
        status = page.evaluate("raking.status()")
        counts = page.evaluate("raking.counts()")
    second = [each["page_bytes"] for each in samples if 60 <= each["seconds"] < 120]
    last = [each["page_bytes"] for each in samples if each["seconds"] >= 60 * (minutes - 1)]
    return {
        "steps": tour.steps,
        "tiles_decoded": counts["tiles"],
        "most_texture_bytes": status["mostBytes"],
        "budget_bytes": status["budget"],
        "failed": status["failed"],
        "page_bytes_second_minute": statistics.mean(second) if second else None,
        "page_bytes_last_minute": statistics.mean(last) if last else None,
        "samples": samples,
    }


@dataclass
class Tour:
    """Hands on the page: what a visitor does, in random order and place, the same for a seed."""

    page: Page
    random: random.Random
    steps: dict[str, int] = field(default_factory=dict)

    def step(self) -> None:
        name = self.random.choice(["closer", "farther", "pan", "pan", "light", "fit"])
        self.steps[name] = self.steps.get(name, 0) + 1
        x, y = self._place()
        self.page.mouse.move(x, y)
        if name in ("closer", "farther"):
            self.page.mouse.wheel(0, -700 if name == "closer" else 500)
        elif name == "fit":
            if self.random.random() < 0.2:
                self.page.get_by_role("button", name="Fit", exact=True).click()
        else:
            if name == "pan":
                self.page.keyboard.down("Shift")
            self.page.mouse.down()
            self.page.mouse.move(*self._place(), steps=8)
            self.page.mouse.up()
            self.page.keyboard.up("Shift")
        self.page.wait_for_timeout(150)

    def _place(self) -> tuple[float, float]:
        return self.random.uniform(500, 1400), self.random.uniform(250, 800)


def read_memory(page: Page, session: CDPSession) -> Record:
    """Bytes of textures, as the viewer counts them, and of the page's script, after its rubbish
    was collected. The browser's own heap is left out: in it the driver's record of every request
    grows."""
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")
    status = page.evaluate("raking.status()")
    return {
        "texture_bytes": status["bytes"],
        "page_bytes": heap["usedSize"] + heap.get("backingStorageSize", 0),
        "loading": status["loading"],
    }
