"""What each mode of reading costs: beside plain relighting, mode after mode in one page, round by
round; and how smooth it is while the light is dragged."""

import json
import statistics
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from bench.common.browser import open_page, read_renderer
from bench.common.environment import read_environment
from bench.common.journal import Record
from bench.common.outputs import has_keys, make_folder
from bench.speed.gallery import DRAGGED, measure_drag
from bench.speed.repeated import keep_at_size
from renderer.files.aside import writing_aside
from renderer.files.ours import check_file
from renderer.gpu.relighter import can_show
from renderer.image.finished import image_digest
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage, read_image
from shaders.look import MODES, Look, Mode
from webviewer.server import ViewerServer

ROUNDS = 4
WINDOW = (1280, 960)  # in which costs are measured, at 1:1
SECONDS = 0.5  # of each clock, of a mode in a round
MEMORY = 4000  # MB: every mode has its own copy of the planes in sight

Progress = Callable[[str, float], None]


def measure_modes(
    image: Path,
    output: Path,
    *,
    renderer: str = "auto",
    progress: Progress = lambda text, share: None,
) -> Record:
    """Measures every mode that `image` has what is needed for, repeated to 12 Mpx, and writes
    `output`/modes.json.

    The image made for it stays in `output` for the next run. Raises RakingError as
    `measure_gallery` does.
    """
    check_file(output / "modes.json", is_result)
    make_folder(output, (), [image])
    large = output / "modes"
    stored = read_image(image)
    source = image_digest(image, stored)
    asked = {"command": "bench --modes", "source": source, "size": list(DRAGGED)}
    # In tiles, as every mode opens the image for itself.
    keep_at_size(stored, large, asked, TileFormat(), pictures=True)
    modes = modes_of(stored)
    ratios = measure_ratios(large, modes, renderer, progress)
    drags = {}
    for i, mode in enumerate(modes):
        progress(f"drag, {mode}", i / len(modes))
        drags[mode] = measure_drag(large, renderer, {"mode": mode}, lambda text, share: None)
    result = {
        "environment": read_environment(renderer),
        "image": str(image),
        "label": stored.label,
        "modes": {mode: {**ratios[mode], "drag": drags[mode]} for mode in modes},
    }
    with writing_aside(output / "modes.json") as aside:
        aside.write_text(json.dumps(result, indent=1), "utf-8")
    return result


def modes_of(image: RelightableImage) -> list[Mode]:
    """The modes that an image has what is needed for, the plain one first."""
    return [mode for mode in MODES if can_show(image, Look(mode))]


def is_result(file: Path) -> bool:
    """Whether a file is a modes.json of ours."""
    return has_keys(file, {"environment", "modes"})


def measure_ratios(
    image: Path, modes: list[Mode], renderer: str, progress: Progress
) -> dict[Mode, Record]:
    """Milliseconds of the decode alone and of whole frames of an image at 1:1, of each mode, and
    how many times the plain one's they are: the least of the rounds, which lie between each
    other's, so that what else the machine does counts least."""
    samples: dict[Mode, list[tuple[float, float]]] = {mode: [] for mode in modes}
    parameters = {"ui": "off", "zoom": 1, "adaptive": "off", "memory": MEMORY}
    with (
        ViewerServer([image]) as server,
        open_page(server.url(**parameters), renderer, *WINDOW, uncapped=True) as page,
    ):
        page.evaluate("raking.ready")
        for turn in range(ROUNDS):
            for i, mode in enumerate(modes):
                progress(f"cost, {mode}", (turn + i / len(modes)) / ROUNDS)
                samples[mode].append(measure_mode(page, mode))
        name = read_renderer(page)
    least = {mode: [min(each[k] for each in own) for k in (0, 1)] for mode, own in samples.items()}
    plain = least[modes[0]]
    return {
        mode: {
            "renderer": name,
            "decode_ms": decode,
            "frame_ms": frame,
            "decode_ratio": decode / plain[0],
            "frame_ratio": frame / plain[1],
        }
        for mode, (decode, frame) in least.items()
    }


def measure_mode(page: Page, mode: Mode) -> tuple[float, float]:
    """Milliseconds of a decode and of a frame."""
    page.evaluate("mode => raking.setState({ mode })", mode)
    clock = {"seconds": SECONDS, "maxSeconds": 8 * SECONDS}
    decode = page.evaluate("clock => rakingClocks.measureDecode(clock)", clock)
    frames = page.evaluate("clock => rakingClocks.measureFrames(clock)", clock)
    return (
        statistics.median(sample["ms"] / sample["frames"] for sample in decode["samples"]),
        statistics.median(frames["intervals"]),
    )


def tables(result: Record) -> dict[str, list[Record]]:
    """What `measure_modes` found, for people."""
    rows = [
        {
            "mode": mode,
            "decode, ms": round(found["decode_ms"]),
            "times plain": round(found["decode_ratio"], 2),
            "frame, ms": round(found["frame_ms"]),
            "times plain ": round(found["frame_ratio"], 2),
            "dragged, fps": round(found["drag"]["frames_per_second"], 1),
            "scale": round(found["drag"]["median_scale"], 2),
        }
        for mode, found in result["modes"].items()
    ]
    first = next(iter(result["modes"].values()))
    return {f"modes of {result['label']}, 12 Mpx, {first['renderer']}": rows}
