"""Measuring: each case in a fresh browser process, by the viewer page's own clocks."""

import hashlib
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench.common.browser import check_renderer, open_page
from bench.common.environment import read_environment, system_load
from bench.common.journal import Journal, Record
from bench.common.outputs import make_folder
from bench.common.shown import coarse_psnr, decode_rows, middle_rows
from bench.speed.exports import write_raw, write_results
from bench.speed.looped import show_looped
from bench.speed.native import write_native
from bench.speed.repeated import write_at_size
from bench.speed.report import write_report
from bench.speed.scenarios import Case, Round, full_matrix, interleave, quick_matrix
from renderer.files.aside import scratch_folder
from renderer.image.relightable import read_image
from shaders.errors import RakingError, shortened
from webviewer.server import ViewerServer

CLOCK_BUDGET = 15.0  # seconds after which a clock takes no further frame
CASE_BUDGET = 180.0  # seconds after which a page that does not answer is given up
FULL_BUDGET = 40 * 60.0  # seconds after which no further case begins
QUICK_BUDGET = 105.0
FIGURES = [
    f"{name}.{kind}"
    for name in ("figure9", "figure_window", "figure_cost")
    for kind in ("svg", "png")
]
MOST_PSNR = 200.0  # dB
FILES = ("results.csv", "native.csv", "raw.json", "report.html", *FIGURES)

# Both clocks of one page. Decoding alone is timed without adaptive resolution only.
MEASURE = """(options) => {
    const measure = async () => {
        await window.raking.ready;
        const info = await window.raking.info();
        const { measureDecode, measureFrames } = window.rakingClocks;
        const decode = options.decode ? await measureDecode(options.clock) : null;
        const frames = await measureFrames(options.clock);
        return { info, decode, frames, isolated: window.crossOriginIsolated };
    };
    window.rakingBench = null;
    measure().then(
        (value) => { window.rakingBench = { value }; },
        (error) => { window.rakingBench = { error: String(error?.message ?? error) }; },
    );
}"""

Progress = Callable[[int, int, str, float | None], None]


@dataclass(frozen=True)
class Subject:
    """A relightable image under measurement."""

    name: str  # unique in this run
    path: Path
    decoder: str  # how the papers name its model, such as DisK(20)
    units: int
    parameters: int
    multiply_adds: int  # of one pixel
    quality: float | None  # dB on held-out photographs, as the image says
    width: int
    height: int
    sha256: str  # of its files


@dataclass(frozen=True)
class BenchSettings:
    """How a run measures; one that goes on must have those that it began with."""

    quick: bool = False  # a subset of the matrix, in two minutes
    renderer: str = "auto"
    target_fps: float = 20.0  # what adaptive resolution holds
    repeats: int | None = None  # browser processes per case: 3, or 1 where quick
    seconds: float | None = None  # the least length of a clock's measurement: 1, or 0.5 where quick
    seed: int = 0  # of the order of the cases


def run_bench(
    images: Sequence[Path],
    out: Path,
    settings: BenchSettings = BenchSettings(),
    *,
    fresh: bool = False,
    progress: Progress | None = None,
    rounds: Sequence[Round] | None = None,
) -> Path:
    """Measures the frame-rate matrix of `images` and returns the path of `out`/report.html.

    `rounds` replaces the matrix, and leaves out the native decode. `progress` is told (cases
    done, cases in all, what is next, seconds left).

    Writes results.csv, native.csv, raw.json, the figures and report.html. Every case is kept in
    `out`/journal.jsonl as soon as it ends, and the same call goes on from there; `fresh` begins
    anew. A case that fails is recorded, and the rest goes on; at the end RakingError tells of it,
    as of cases that were not reached in the time for one run.
    Raises RakingError when nothing can be measured: no image, no browser, another renderer than
    asked for, or a journal of other settings.
    """
    quick = settings.quick
    subjects = read_subjects(images)
    environment = read_environment(settings.renderer)
    repeats = settings.repeats or (1 if quick else 3)
    kept: Record = {
        "images": [{**asdict(subject), "path": str(subject.path)} for subject in subjects],
        "renderer": environment["renderer"],
        "renderer_kind": environment["renderer_kind"],
        "browser": environment["browser"],
        "quick": quick,
        "target_fps": settings.target_fps,
        "repeats": repeats,
        "seconds": settings.seconds or (0.5 if quick else 1.0),
        "seed": settings.seed,
    }
    native = rounds is None
    if rounds is None:
        matrix = quick_matrix if quick else full_matrix
        rounds = matrix([subject.name for subject in subjects], repeats)
    cases = interleave(rounds, settings.seed)
    make_folder(out, FILES, images)
    journal = Journal(out / "journal.jsonl", Case, kept, environment, fresh)
    deadline = time.monotonic() + (QUICK_BUDGET if quick else FULL_BUDGET)
    if native and (fresh or not (out / "native.csv").exists()):
        measure_native_decode(subjects, out, len(cases), progress)
    with scratch_folder(out, "crops") as crops:
        measure_all(cases, subjects, journal, crops, deadline, progress)
    return finish(out, journal, cases)


def measure_native_decode(
    subjects: Sequence[Subject], out: Path, cases: int, progress: Progress | None
) -> None:
    """The native decode beside PyTorch's, into native.csv; left out where there is no adapter."""
    if progress:
        progress(0, cases, "wgpu and PyTorch", None)
    try:
        write_native({subject.name: subject.path for subject in subjects}, out / "native.csv")
    except RakingError as error:
        warnings.warn(f"the native decode is left out: {error}", stacklevel=1)


def measure_all(
    cases: Sequence[Case],
    subjects: Sequence[Subject],
    journal: Journal,
    crops: Path,
    deadline: float,
    progress: Progress | None,
) -> None:
    """Measures what the journal lacks, into the journal, until `deadline`."""
    finished = journal.finished()
    missing = [case for case in cases if case not in finished]
    by_name = {subject.name: subject for subject in subjects}
    started = time.monotonic()
    for i, case in enumerate(missing):
        now = time.monotonic()
        if now > deadline:
            break
        if progress:
            left = (now - started) / i * (len(missing) - i) if i else None
            progress(len(cases) - len(missing) + i, len(cases), case.name, left)
        image = write_crop(case, by_name[case.image], crops)
        journal.append(record_case(case, image, journal.settings))
    if progress:
        progress(len(cases), len(cases), "report", 0.0)


def write_crop(case: Case, subject: Subject, crops: Path) -> Path:
    """The image of a case, made in the folder `crops` where it is not there yet."""
    crop = crops / f"{subject.sha256}-{case.width}x{case.height}"
    if not crop.exists():
        write_at_size(subject.path, crop, case.width, case.height)
    return crop


def record_case(case: Case, image: Path, settings: Record) -> Record:
    """What `measure_case` found, or the sentence of its failure, with the load around it."""
    started, load = time.monotonic(), system_load()
    record: Record = {"case": asdict(case), "error": None, "decode": None, "frames": None}
    try:
        record |= measure_case(case, image, settings)
    except RakingError as error:
        record["error"] = str(error)
    record["load"] = [load, system_load()]
    record["wall_seconds"] = round(time.monotonic() - started, 2)
    return record


def measure_case(case: Case, image: Path, settings: Record) -> Record:
    """Opens the viewer page on one case, `image` its crop, and reads both of its clocks.

    Raises RakingError when the page fails, does not end, or shows another case.
    """
    parameters = case.url_parameters(settings["target_fps"])
    renderer = settings["renderer_kind"]
    with ViewerServer([image]) as server:
        url = server.url(**parameters)
        with open_page(url, renderer, *case.canvas, uncapped=True) as page:
            if case.shader == "looped":
                show_looped(page, image)
            clock = {"seconds": settings["seconds"], "maxSeconds": CLOCK_BUDGET}
            found = read_clocks(page, {"decode": not case.adaptive, "clock": clock})
            check_shown(case, found["info"])
            return {
                **found,
                "psnr": read_error(page, case, found["frames"]["scale"]) if case.adaptive else None,
                "renderer": check_renderer(page, renderer),
                "url": parameters,
            }


def read_clocks(page: Page, options: dict[str, Any]) -> Record:
    page.evaluate(MEASURE, options)
    try:
        page.wait_for_function("() => window.rakingBench", polling=250, timeout=CASE_BUDGET * 1000)
    except PlaywrightTimeout as error:
        raise RakingError(f"The page did not end within {CASE_BUDGET:.0f} seconds.") from error
    result = page.evaluate("() => window.rakingBench")
    if "error" in result:
        raise RakingError(f"The viewer failed: {result['error']}")
    found: Record = result["value"]
    return found


def read_error(page: Page, case: Case, scale: float) -> float | None:
    """PSNR in dB of the picture shown while the light moved, against full resolution."""
    picture = decode_rows(page, case.width, (0.5, 0.5), middle_rows(case.height))
    return coarse_psnr(picture, scale)


def check_shown(case: Case, info: Record) -> None:
    """RakingError unless the page shows what was asked for."""
    asked = {
        "width": case.width,
        "height": case.height,
        "shader": case.shader,
        "tiling": case.tiling,
        "adaptive": case.adaptive,
    }
    wrong = [key for key, value in asked.items() if info[key] != value]
    if wrong:
        shown = ", ".join(f"{key} {info[key]}" for key in wrong)
        raise RakingError(f"The viewer shows another case than {case.name}: {shown}.")


def read_subjects(images: Sequence[Path]) -> list[Subject]:
    """The images, each under a name of its own: its folder's, or its path where two are equal."""
    if not images:
        raise RakingError("There is no image to measure: name at least one relightable image.")
    paths = [Path(path).resolve() for path in images]
    if len(set(paths)) < len(paths):
        raise RakingError("An image is named twice: name each image once.")
    folders = [path.name for path in paths]
    return [
        read_subject(path, path.name if folders.count(path.name) == 1 else str(path))
        for path in paths
    ]


def read_subject(path: Path, name: str) -> Subject:
    image = read_image(path)
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return Subject(
        name,
        path,
        image.label,
        image.decoder.units,
        image.decoder.parameters,
        image.decoder.multiply_adds,
        held_out_psnr(image.provenance),
        image.width,
        image.height,
        digest.hexdigest(),
    )


def held_out_psnr(provenance: Record) -> float | None:
    """What an image says of its quality, which may be anything."""
    scores = provenance.get("scores")
    psnr = scores.get("psnr") if isinstance(scores, dict) else None
    return float(psnr) if isinstance(psnr, int | float) and 0 < psnr < MOST_PSNR else None


def cannot_loop(record: Record) -> bool:
    """Whether a looped case could not be: its weights exceed the driver's room for uniforms, or
    it is no network of fixed weights."""
    reasons = ("uniform vectors", "has no looped shader")
    return record["case"]["shader"] == "looped" and any(r in record["error"] for r in reasons)


def finish(out: Path, journal: Journal, cases: Sequence[Case]) -> Path:
    """Writes all results; RakingError if cases failed or, unless quick, were not reached."""
    latest = journal.latest()
    records = [latest[case] for case in cases if case in latest]
    write_results(out / "results.csv", journal.settings, records)
    write_raw(out / "raw.json", journal, records)
    report = write_report(out, journal, cases, records)
    failed = [record for record in records if record["error"] and not cannot_loop(record)]
    if failed:
        first = Case(**failed[0]["case"])
        raise RakingError(
            f"{len(failed)} of {len(cases)} cases failed; the first, {first.name}: "
            f"{failed[0]['error']} See {shortened(report, 60)}; the same command tries them again."
        )
    reached = {case.cell for case in latest}
    if not journal.settings["quick"] and {case.cell for case in cases} - reached:
        raise RakingError(
            f"Only {len(records)} of {len(cases)} cases were measured in the time for one run: "
            f"see {report}, and measure the others by the same command."
        )
    return report
