"""The front door: one command `raking` with a subcommand per job.

For use as a library: `read_image`, `write_image` and `RelightableImage` (no GPU needed), and
`Relighter` from `renderer.relight` to decode.
"""

import json
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from renderer.image import (
    RelightableImage,
    check_image,
    check_writable,
    read_image,
    write_image,
)
from renderer.info import LONGEST_TITLE
from renderer.pyramid import LARGEST_TILE, TileFormat
from shaders.errors import RakingError

__all__ = ["RakingError", "RelightableImage", "main", "read_image", "write_image"]

app = typer.Typer(
    help="Relight surfaces photographed under many lights.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
errors = Console(stderr=True, highlight=False)
INTERRUPTED = 130

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
ImagePath = Annotated[Path, typer.Argument(metavar="IMAGE", help="Folder of a relightable image.")]
MlicPath = Annotated[
    Path, typer.Argument(metavar="MLIC", help="Folder of photographs and a .lp file.")
]

Title = Annotated[
    str | None,
    typer.Option(help="What viewers call the image.", show_default="its folder's name"),
]
PixelSize = Annotated[
    float | None,
    typer.Option(metavar="MM", help="What a pixel is of the object, for scale bars and measuring."),
]


class Model(StrEnum):
    neural = "neural"
    disk = "disk"
    ptm = "ptm"
    hsh = "hsh"
    rbf = "rbf"


class Sampling(StrEnum):
    uniform = "uniform"
    regular = "regular"
    informed = "informed"


class Encoder(StrEnum):
    original = "original"
    improved = "improved"


class TileName(StrEnum):
    png = "png"
    webp = "webp"
    jpg = "jpg"


class Renderer(StrEnum):
    auto = "auto"
    gpu = "gpu"
    llvmpipe = "llvmpipe"
    swiftshader = "swiftshader"


@app.command()
def sample(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    size: Annotated[str, typer.Option(help="Pixels, WIDTHxHEIGHT, up to 16 million.")] = "512x512",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Write a procedural collection: a carved relief of several materials, 49 + 20 lights."""
    from trainer.sample import write_sample

    width, height = parse_size(size)
    with progress_bar("sample") as (bar, task):
        write_sample(
            path, width, height, seed, lambda done, n: bar.update(task, completed=done, total=n)
        )
    if as_json:
        print_json({"collection": str(path), "width": width, "height": height, "seed": seed})
    else:
        print(f"{path}: {width} x {height} pixels, 49 lights to train on and 20 to test with")


@app.command()
def train(
    mlic: MlicPath,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="IMAGE")],
    model: Annotated[
        Model, typer.Option(help="NeuralRTI, DisK with a teacher, or a classical model.")
    ] = Model.disk,
    units: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Hidden units.", show_default="50 or, DisK, 20"),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            help="For disk: original, improved, or the folder of a trained image.",
            show_default="original",
        ),
    ] = None,
    keep_teacher: Annotated[
        Path | None, typer.Option(metavar="IMAGE", help="Write the newly trained teacher here.")
    ] = None,
    encoder: Annotated[
        Encoder | None,
        typer.Option(help="For neural; disk has its teacher's.", show_default="original"),
    ] = None,
    order: Annotated[
        int | None, typer.Option(min=2, max=3, help="For hsh.", show_default="3")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, show_default="0")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="A budget for the whole run.", show_default="by steps")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Training steps, instead.", show_default="by model")
    ] = None,
    pixels: Annotated[
        float | None,
        typer.Option(metavar="FRACTION", help="Of the pixels, to train on.", show_default="1"),
    ] = None,
    sampling: Annotated[
        Sampling | None, typer.Option(help="How those are chosen.", show_default="uniform")
    ] = None,
    guide: Annotated[
        bool | None,
        typer.Option(
            "--guide/--no-guide",
            help="Follow an interpolation of the photographs at lights between them.",
            show_default="guide",
        ),
    ] = None,
    test_lights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Names of the images to hold out.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda.", show_default="auto")] = None,
    tiles: Annotated[
        bool, typer.Option("--tiles", help="Write Deep Zoom pyramids, for large images.")
    ] = False,
    pixel_size: PixelSize = None,
    title: Title = None,
    as_json: Json = False,
) -> None:
    """Train a relightable image from photographs. Interrupted, the same command goes on."""
    started = time.monotonic()
    output = output.resolve()
    check_writable(output)
    check_pixel_size(pixel_size)
    check_title(title)
    of_networks = {
        "seed": seed,
        "minutes": minutes,
        "steps": steps,
        "pixels": pixels,
        "sampling": sampling and sampling.value,
        "guided": guide,
        "device": device,
    }
    settings = {key: value for key, value in of_networks.items() if value is not None}
    check_model(model, order, {"units": units, "teacher": teacher, "encoder": encoder, **settings})
    check_teacher(model, teacher, keep_teacher, encoder)
    if keep_teacher and nested(keep_teacher.resolve(), output):
        raise typer.BadParameter("--keep-teacher and -o must name folders beside each other")
    from trainer.mlic import read_mlic

    with progress_bar("read") as (bar, task):
        collection = read_mlic(
            mlic, test_lights, lambda done, n: bar.update(task, completed=done, total=n)
        )
    for warning in collection.warnings:
        warn(warning)
    checkpoint = output.with_name(f".{output.name}.checkpoint")
    with progress_bar("train") as (bar, task):
        if model in (Model.neural, Model.disk):
            from trainer.train import train as train_image

            def report(phase: str, step: int, steps: int, loss: float, psnr: float | None) -> None:
                text = phase if psnr is None else f"{phase}, validation PSNR {psnr:.2f} dB"
                bar.update(task, completed=step, total=steps, description=text)

            image = train_image(
                collection,
                model=model.value,
                units=units or (50 if model is Model.neural else 20),
                teacher=teacher or "original",
                encoder=(encoder or Encoder.original).value,
                progress=report,
                checkpoint=checkpoint,
                keep_teacher=keep_teacher,
                warn=warn,
                spent=time.monotonic() - started,
                **settings,
            )
        else:
            from trainer.classical import fit

            image = fit(
                collection,
                model.value,
                order or 3,
                lambda done, n: bar.update(task, completed=done, total=n),
                warn,
            )
    image.pixel_size_mm = pixel_size
    image.title = title
    levels = write_converted(image, output, TileFormat() if tiles else None)
    checkpoint.unlink(missing_ok=True)
    if as_json:
        print_json(
            {"image": str(output), **image.provenance, **({"levels": levels} if tiles else {})}
        )
    else:
        print_training(image, output)
        print_levels(levels)


@app.command()
def convert(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="OUT", help="An image; of several, their folder."),
    ],
    tiles: Annotated[
        bool, typer.Option("--tiles/--flat", help="Deep Zoom pyramids, or one picture a plane.")
    ] = False,
    tile_format: Annotated[
        TileName | None, typer.Option(help="jpg loses some.", show_default="png")
    ] = None,
    tile_size: Annotated[
        int | None, typer.Option(min=64, max=LARGEST_TILE, help="Pixels.", show_default="512")
    ] = None,
    quality: Annotated[
        int | None, typer.Option(min=1, max=100, help="Of jpg.", show_default="95")
    ] = None,
    pixel_size: PixelSize = None,
    title: Title = None,
    site: Annotated[
        bool, typer.Option("--site", help="OUT is a web site that shows the images as they are.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write images anew, as pyramids or flat, or export them with the viewer for any web host."""
    of_tiles = {"name": tile_format and tile_format.value, "size": tile_size, "quality": quality}
    given = {key: value for key, value in of_tiles.items() if value is not None}
    check_pixel_size(pixel_size)
    check_title(title)
    if site and (tiles or pixel_size or title or given):
        raise typer.BadParameter("--site takes the images as they are: convert them before")
    if given and not tiles:
        raise typer.BadParameter("--tile-format, --tile-size and --quality go with --tiles")
    if quality is not None and tile_format is not TileName.jpg:
        raise typer.BadParameter("--quality goes with --tile-format jpg; the others lose nothing")
    if site:
        export_site(images, output, as_json)
        return
    if title and len(images) > 1:
        raise typer.BadParameter("--title goes with one image: convert them one by one")
    outputs = [output] if len(images) == 1 else [output / path.resolve().name for path in images]
    if len(set(outputs)) < len(outputs):
        raise typer.BadParameter("two images have the same name: convert them one by one")
    for path in outputs:
        check_writable(path)
    converted = []
    for path, target in zip(images, outputs, strict=True):
        image = read_image(path)
        image.pixel_size_mm = pixel_size or image.pixel_size_mm
        image.title = title or image.title
        levels = write_converted(image, target, TileFormat(**given) if tiles else None)
        facts = {"image": str(target), "width": image.width, "height": image.height}
        converted.append({**facts, "model": image.label, "tiles": tiles, "levels": levels})
        if not as_json:
            kind = "tiled" if tiles else "flat"
            print(f"{target}: {image.label}, {image.width} x {image.height} pixels, {kind}")
            print_levels(levels)
    if as_json:
        print_json({"images": converted})


@app.command()
def evaluate(
    image: Annotated[
        Path | None, typer.Argument(metavar="IMAGE", help="Folder of a relightable image.")
    ] = None,
    mlic: Annotated[
        Path | None, typer.Argument(metavar="MLIC", help="Folder of photographs and a .lp file.")
    ] = None,
    test_lights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Names of the photographs to compare with.")
    ] = None,
    heat_maps: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A new folder for pictures of the errors.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="PSNR, SSIM and Delta E alone.")] = False,
    pictures: Annotated[
        bool,
        typer.Option("--pictures", help="Both folders hold pictures, to be paired by name."),
    ] = False,
    benchmark: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Train and score models on all collections in DIR."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="Of --benchmark.")
    ] = None,
    models: Annotated[
        str | None, typer.Option(help="Of --benchmark: such as hsh3,disk20.", show_default="all")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Of --benchmark: the time of each model.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Of --benchmark: training steps.", show_default="by model")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of --benchmark.")] = None,
    pixels: Annotated[
        float | None, typer.Option(help="Of --benchmark: the share to train on.")
    ] = None,
    sampling: Annotated[
        str | None, typer.Option(help="Of --benchmark: uniform, regular or informed.")
    ] = None,
    fractions: Annotated[
        str | None, typer.Option(help="Of --benchmark: per cent of the pixels, as in Table 10.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Of --benchmark: collections at a time.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Of --benchmark: forget an earlier run.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Score a stored image against held-out photographs, or models on a whole benchmark."""
    single = {"--test-lights": test_lights, "--heat-maps": heat_maps, "--fast": fast}
    of_benchmark = {
        "models": models,
        "minutes": minutes,
        "steps": steps,
        "seed": seed,
        "pixels": pixels,
        "sampling": sampling,
        "fractions": fractions,
        "jobs": jobs,
        "fresh": fresh or None,
    }
    settings = {key: value for key, value in of_benchmark.items() if value is not None}
    if benchmark is not None:
        given = [option for option, value in {**single, "--pictures": pictures}.items() if value]
        if image is not None or given:
            raise typer.BadParameter(f"{given[0] if given else 'IMAGE'} goes without --benchmark")
        if output is None:
            raise typer.BadParameter("--benchmark needs a folder for its results: -o OUT")
        evaluate_benchmark(benchmark, output, as_json, **settings)
        return
    if image is None or mlic is None:
        raise typer.BadParameter("give IMAGE and MLIC, or --benchmark DIR")
    if output is not None or settings:
        option = "-o" if output is not None else f"--{next(iter(settings))}"
        raise typer.BadParameter(f"{option} goes with --benchmark")
    if pictures and test_lights:
        raise typer.BadParameter("--test-lights goes without --pictures, which compares them all")
    title, scores = evaluate_one(image, mlic, pictures, test_lights, heat_maps, fast)
    if as_json:
        print_json(scores)
    else:
        print_scores(title, scores)


@app.command()
def render(
    image: ImagePath,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="A PNG; for several lights, a new folder.")
    ],
    light: Annotated[str | None, typer.Option(metavar="X,Y", help="One light direction.")] = None,
    lights: Annotated[Path | None, typer.Option(metavar="FILE.lp", help="One frame each.")] = None,
    orbit: Annotated[int | None, typer.Option(metavar="N", min=1, help="N lights around.")] = None,
    elevation: Annotated[
        float, typer.Option(min=0, max=90, help="Of the orbit, in degrees.")
    ] = 30.0,
    crop: Annotated[str | None, typer.Option(metavar="X,Y,WIDTH,HEIGHT")] = None,
    size: Annotated[str | None, typer.Option(help="Of the frames, WIDTHxHEIGHT.")] = None,
    scale: Annotated[float | None, typer.Option(help="Of the frames, instead of --size.")] = None,
    as_json: Json = False,
) -> None:
    """Relight an image on the GPU, off screen: one PNG, or a sequence and an animation."""
    import numpy as np

    from renderer import frames

    if sum(option is not None for option in (light, lights, orbit)) != 1:
        raise typer.BadParameter("give one of --light, --lights and --orbit")
    if size and scale:
        raise typer.BadParameter("give --size or --scale, not both")
    if light is not None:
        directions, names = np.array([parse_light(light)]), ["frame"]
    elif lights is not None:
        directions, names = read_lights(lights)
    else:
        directions = frames.orbit(orbit or 1, elevation)
        names = [f"frame_{i:04d}" for i in range(len(directions))]
    stored = read_image(image)
    if crop:
        stored = frames.crop_image(stored, parse_numbers(crop, 4, "--crop"))
    frame_size = parse_size(size) if size else None
    if scale is not None:
        frame_size = scaled_size(stored, scale)
    relit = frames.relight_frames(stored, directions, frame_size)
    if light is not None:
        frames.write_frame(next(relit), output)
    else:
        with progress_bar("frames") as (bar, task):
            frames.write_sequence(
                relit, names, output, lambda done, n: bar.update(task, completed=done, total=n)
            )
    if as_json:
        print_json({"output": str(output), "frames": len(names), "lights": directions.tolist()})


@app.command()
def view(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    window: Annotated[bool, typer.Option("--window", help="A native window instead.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open")] = True,
    target: Annotated[float, typer.Option(min=1, help="Frames per second while moving.")] = 30.0,
) -> None:
    """Look at relightable images in the browser, or in a native window."""
    if window:
        from renderer.window import open_window

        open_window([read_image(path) for path in images], target)
        return
    for path in images:
        check_image(path)
    import threading
    import webbrowser

    from webviewer.server import ViewerServer

    with ViewerServer(images, port) as server:
        url = server.url(target=f"{target:g}")
        print(url, flush=True)
        errors.print("Ctrl-C ends the server.")
        if open_browser:
            webbrowser.open(url)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


@app.command()
def verify(
    image: ImagePath,
    lights: Annotated[int, typer.Option(min=20, help="Light directions to compare.")] = 20,
    renderer: Annotated[Renderer, typer.Option(help="Of the browser.")] = Renderer.auto,
    as_json: Json = False,
) -> None:
    """Hold the shaders (wgpu, WebGL2) against PyTorch; exit status 1 if they differ."""
    from bench.verify import verify as verify_image

    with progress_bar("verify") as (bar, task):
        result = verify_image(
            image,
            lights,
            renderer.value,
            lambda label, done, n: bar.update(task, completed=done, total=n, description=label),
        )
    if as_json:
        print_json(result)
    else:
        print_agreement(result)
    if not result["ok"]:
        raise typer.Exit(1)


@app.command()
def bench(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT")],
    quick: Annotated[bool, typer.Option("--quick", help="A subset, in two minutes.")] = False,
    renderer: Annotated[Renderer, typer.Option()] = Renderer.auto,
    target_fps: Annotated[
        float, typer.Option(min=1, help="What adaptive resolution holds.")
    ] = 20.0,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="Least length of each measurement.", show_default="1, or 0.5"),
    ] = None,
    repeats: Annotated[
        int | None, typer.Option(min=1, help="Browser processes per case.", show_default="3")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the order of cases.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run.")] = False,
    gallery: Annotated[
        bool,
        typer.Option("--gallery", help="Instead: open, tour and drag a large pyramid of IMAGE."),
    ] = False,
    minutes: Annotated[
        float | None, typer.Option(min=0.1, help="Of the tour of --gallery.", show_default="5")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure frame rates in the browser, with a report. Interrupted, the same command goes on."""
    if gallery or minutes is not None:
        if not gallery:
            raise typer.BadParameter("--minutes goes with --gallery")
        if len(images) != 1 or quick or repeats or seconds or fresh:
            raise typer.BadParameter("--gallery takes one IMAGE, -o, --minutes, --renderer, --seed")
        bench_gallery(images[0], output, renderer.value, minutes or 5.0, seed, as_json)
        return
    from bench.measure import run_bench

    with progress_bar("bench") as (bar, task):

        def report_progress(done: int, total: int, name: str, left: float | None) -> None:
            bar.update(task, completed=done, total=total, description=name)

        report = run_bench(
            images,
            output,
            quick=quick,
            renderer=renderer.value,
            target_fps=target_fps,
            seconds=seconds,
            repeats=repeats,
            seed=seed,
            fresh=fresh,
            progress=report_progress,
        )
    if as_json:
        print_json({"report": str(report), "results": str(report.with_name("results.csv"))})
    else:
        print(report)


@app.command()
def info(
    path: Annotated[Path | None, typer.Argument(help="An image or an MLIC; else this machine.")] = (
        None
    ),
    as_json: Json = False,
) -> None:
    """What an image or a collection is, or what this machine can do."""
    if path is None:
        facts = machine_facts()
    elif (path / "info.json").exists():
        facts = image_facts(read_image(path))
    else:
        facts = collection_facts(path)
    if as_json:
        print_json(facts)
        return
    for key, value in facts.items():
        print(f"{key}: {value}")


def write_converted(
    image: RelightableImage, path: Path, tiles: TileFormat | None
) -> list[dict[str, Any]]:
    """Writes an image, flat or tiled; returns the errors of the smaller levels."""
    if tiles is None:
        write_image(image, path)
        return []
    from trainer.levels import smaller_levels

    with progress_bar("levels") as (bar, task):
        smaller = smaller_levels(image, lambda done, n: bar.update(task, completed=done, total=n))
    with progress_bar("tiles") as (bar, task):
        write_image(
            image,
            path,
            tiles=tiles,
            smaller=smaller,
            progress=lambda done, n: bar.update(task, completed=done, total=n),
        )
    return smaller.errors


def export_site(images: list[Path], output: Path, as_json: bool) -> None:
    """`raking convert --site`."""
    from webviewer.site import write_site

    with progress_bar("site") as (bar, task):
        addresses = write_site(
            images, output, lambda done, n: bar.update(task, completed=done, total=n)
        )
    if as_json:
        print_json({"site": str(output), "images": addresses})
    else:
        print(f"{output}: put this folder on any web server; it holds {', '.join(addresses)}")


def bench_gallery(
    image: Path, output: Path, renderer: str, minutes: float, seed: int, as_json: bool
) -> None:
    """`raking bench --gallery`."""
    from bench.gallery import measure_gallery, tables

    with progress_bar("gallery") as (bar, task):
        result = measure_gallery(
            image,
            output,
            renderer=renderer,
            minutes=minutes,
            seed=seed,
            progress=lambda text, share: bar.update(
                task, completed=share, total=1.0, description=text
            ),
        )
    if as_json:
        print_json(result)
        return
    for title, rows in tables(result).items():
        print_table(title, rows)
    print(output / "gallery.json")


def evaluate_one(
    image: Path,
    mlic: Path,
    pictures: bool,
    test_lights: Path | None,
    heat_maps: Path | None,
    fast: bool,
) -> tuple[str, dict[str, Any]]:
    """`raking evaluate IMAGE MLIC`: what was scored, and its scores."""
    if not pictures:
        stored = read_image(image)
    from trainer.evaluate import ALL, FAST, evaluate_pictures
    from trainer.evaluate import evaluate as evaluate_image
    from trainer.heatmaps import check_heat_maps
    from trainer.mlic import read_mlic

    if heat_maps:
        check_heat_maps(heat_maps)
    with progress_bar("evaluate") as (bar, task):
        options: dict[str, Any] = {
            "metrics": FAST if fast else ALL,
            "heat_maps": heat_maps,
            "progress": lambda done, n: bar.update(task, completed=done, total=n),
        }
        if pictures:
            return str(image), evaluate_pictures(image, mlic, **options)
        collection = read_mlic(mlic, test_lights)
        for warning in collection.warnings:
            warn(warning)
        known = stored.provenance.get("collection_sha256", collection.sha256)
        if known != collection.sha256:
            warn(
                f"{image} was trained on other files than {mlic} holds now; it may have seen these"
            )
        test = collection.test if test_lights else None
        remembered = stored.provenance.get("test_lights")
        if test and isinstance(remembered, list) and set(test.names) - set(remembered):
            seen = [name for name in test.names if name not in remembered]
            warn(f"{image} was trained on {', '.join(seen)}: their scores are of no unseen light")
        scores = evaluate_image(stored, collection, test=test, **options)
        return f"{stored.label}, {image}", scores


def print_scores(title: str, scores: dict[str, Any]) -> None:
    """The tables of `raking evaluate`."""
    keys = [key for key in scores["intervals"] if scores[key] is not None]
    means = [{"name": "mean", **scores}]
    if scores["intervals"]["psnr"]:
        reach = {key: scores["intervals"][key][1] - scores[key] for key in keys}
        means.append({"name": "95 % interval, +-", **reach})
    rows = [*scores["per_image"], *means]
    table = [{"photograph": row["name"], **{key: row[key] for key in keys}} for row in rows]
    print_table(title, table)
    groups = scores["per_elevation"]
    if 1 < len(groups) < len(scores["per_image"]):
        shown = ("elevation", "lights", *keys)
        print_table(
            "by elevation, within 5 degrees",
            [{key: group[key] for key in shown} for group in groups],
        )
    if scores.get("smoothness") is not None:
        print(
            f"between the photographs: unsteadiness {scores['smoothness']:.3f} levels per square "
            f"degree, {scores['smoothness_ratio']:.2f} of HSH 3; straying "
            f"{scores['straying']:.1f} levels, {scores['straying_ratio']:.2f} of HSH 3"
        )
    if "lpips_absent" in scores:
        print(scores["lpips_absent"])


def evaluate_benchmark(folder: Path, output: Path, as_json: bool, **settings: Any) -> None:
    """`raking evaluate --benchmark`; `settings` as bench.fidelity.run.run_fidelity takes them."""
    from bench.fidelity.run import run_fidelity

    with progress_bar("benchmark") as (bar, task):

        def report_progress(done: float, total: int, doing: str, left: float | None) -> None:
            remaining = "" if left is None else f", {duration(left)} left"
            text = escape(f"{doing}{remaining}")
            bar.update(task, completed=done, total=total, description=text)

        report = run_fidelity(folder, output, progress=report_progress, **settings)
    names = {"scores": "scores.csv", "summary": "summary.csv", "tables": "tables.md"}
    if as_json:
        files = {key: str(report.with_name(name)) for key, name in names.items()}
        print_json({"report": str(report), **files})
    else:
        print(report)


def duration(seconds: float) -> str:
    """About how long: 40 s, 12 min or 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def machine_facts() -> dict[str, Any]:
    """The adapter and the browser, or the sentence that says why there is none."""
    from bench.browser import find_chromium
    from renderer.device import device_name, request_device

    def found(get: Any) -> str:
        try:
            return str(get())
        except RakingError as error:
            return f"none: {error}"

    return {
        "raking": version("raking"),
        "adapter": found(lambda: device_name(request_device())),
        "browser": found(find_chromium),
    }


def image_facts(image: RelightableImage) -> dict[str, Any]:
    decoder = image.decoder
    return {
        "model": image.label,
        "width": image.width,
        "height": image.height,
        **({"units": decoder.units} if decoder.units else {}),
        "parameters": decoder.parameters,
        "latents": decoder.latents,
        "mask": image.mask is not None,
        **({"pixel_size_mm": image.pixel_size_mm} if image.pixel_size_mm else {}),
        **image.provenance,
    }


def collection_facts(path: Path) -> dict[str, Any]:
    from trainer.mlic import read_mlic

    collection = read_mlic(path)
    return {
        "collection": str(path),
        "width": collection.width,
        "height": collection.height,
        "photographs": len(collection.names),
        "bits": collection.train.stored.dtype.itemsize * 8,
        "mask": collection.mask is not None,
        "test_lights": collection.test.names,
        "warnings": collection.warnings,
    }


def check_model(model: Model, order: int | None, of_networks: dict[str, Any]) -> None:
    """Refuses options of the one kind of model with the other."""
    if order is not None and model is not Model.hsh:
        raise typer.BadParameter("--order goes with --model hsh")
    given = [option for option, value in of_networks.items() if value is not None]
    # So that one command line serves all models: these fit in one pass, without chance.
    given = [option for option in given if option not in ("minutes", "seed")]
    if of_networks.get("sampling") and "pixels" not in of_networks:
        warn("--sampling has no effect without --pixels")
    if given and model in (Model.ptm, Model.hsh, Model.rbf):
        option = "guide" if given[0] == "guided" else given[0]
        raise typer.BadParameter(f"--{option} goes with --model neural and disk")


def nested(one: Path, other: Path) -> bool:
    """Whether two paths are the same, or one lies in the other."""
    return one == other or one in other.parents or other in one.parents


def check_teacher(
    model: Model, teacher: str | None, keep_teacher: Path | None, encoder: Encoder | None
) -> None:
    """Refuses options that would have no effect; a teacher, which scripts always name, is told."""
    if model is Model.neural and teacher:
        warn("--teacher has no effect with --model neural; --encoder chooses the encoder")
    if model is Model.neural and keep_teacher:
        raise typer.BadParameter("--keep-teacher goes with --model disk")
    if model is Model.disk and encoder:
        raise typer.BadParameter("--encoder goes with --model neural; disk has its teacher's")
    if keep_teacher and teacher not in (None, "original", "improved"):
        raise typer.BadParameter("--keep-teacher is for a teacher that is trained now")


def check_pixel_size(pixel_size: float | None) -> None:
    if pixel_size is not None and not 0 < pixel_size < float("inf"):
        raise typer.BadParameter("--pixel-size takes millimetres, more than 0")


def check_title(title: str | None) -> None:
    if title is not None and not (
        title.strip() and title.isprintable() and len(title) <= LONGEST_TITLE
    ):
        raise typer.BadParameter(f"--title takes one line of up to {LONGEST_TITLE} characters")


def read_lights(path: Path) -> tuple[Any, list[str]]:
    """Light directions [L, 2] of a .lp file, and names for the frames, each once."""
    import numpy as np

    from trainer.lp import read_lp

    entries, warned = read_lp(path)
    for warning in warned:
        warn(warning)
    names = [f"{i:04d}_{Path(entry.name or 'frame').stem}" for i, entry in enumerate(entries)]
    return np.array([entry.direction[:2] for entry in entries]), names


def scaled_size(image: RelightableImage, scale: float) -> tuple[int, int]:
    if not 0 < scale <= 16:
        raise typer.BadParameter("--scale takes a number above 0 and up to 16")
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def parse_light(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"--light takes two numbers, X,Y, not {text!r}") from None
    if not x * x + y * y <= 1.0001:
        raise typer.BadParameter(f"the light {text} lies outside the unit disc")
    return x, y


def parse_size(text: str) -> tuple[int, int]:
    width, height = parse_numbers(text.replace("x", ","), 2, "a size WIDTHxHEIGHT")
    if width < 1 or height < 1:
        raise typer.BadParameter(f"the size {text} is not positive")
    return width, height


def parse_numbers(text: str, count: int, what: str) -> Any:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != count:
        raise typer.BadParameter(f"{what} takes {count} whole numbers, not {text!r}")
    return numbers


@contextmanager
def progress_bar(description: str) -> Iterator[tuple[Progress, TaskID]]:
    """A bar with the time left, on standard error so that output stays clean."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=errors) as bar:
        yield bar, bar.add_task(description, total=None)


def print_agreement(result: dict[str, Any]) -> None:
    """The table of `raking verify`."""
    rows = []
    for agreement in [*result["backends"], *result["random_decoders"]]:
        units = agreement.get("units")
        rows.append(
            {
                "decoder": f"random ({units})" if units else "image",
                "backend": agreement["name"],
                "pixels": agreement["pixels"],
                "lights": agreement["lights"],
                "step": agreement["max_step"],
                "differ": f"{agreement['differing']:.4%}",
                "error": f"{agreement['max_abs_error']:.1e}",
                "range": f"{agreement['output_range']:.1f}",
                "": "equal" if agreement["ok"] else "DIFFERS",
            }
        )
    print_table(f"{result['image']} against PyTorch", rows)
    for backend in result["backends"]:
        print(f"{backend['name']}: {backend['device']}")


def print_training(image: RelightableImage, path: Path) -> None:
    """What `raking train` made, its scores, and on what."""
    provenance = image.provenance
    if "scores" not in provenance:
        print(f"{path}: {image.label}; nothing was held out, so it is not scored")
        return
    print_table(f"{image.label}, {path}", [{"held out": "mean", **provenance["scores"]}])
    test = provenance["test_lights"]
    print("Held out:", ", ".join(test) if isinstance(test, list) else test["test_set"])


def print_levels(levels: list[dict[str, Any]]) -> None:
    """How well the smaller levels of a pyramid show the image; nothing of a flat one."""
    if levels:
        rows = [
            {"level": f"{row['width']} x {row['height']}", "PSNR, dB": row["psnr"]}
            for row in levels
        ]
        print_table("smaller levels against the image shrunk", rows)


def print_table(title: str, rows: list[dict[str, Any]]) -> None:
    looks: Any = {"box": box.SIMPLE_HEAD, "collapse_padding": True, "pad_edge": False}
    table = Table(title=title, title_justify="left", **looks)
    for key in rows[0]:
        numeric = not isinstance(rows[0][key], str)
        table.add_column(key, justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        cells = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row.values())
        table.add_row(*cells)
    Console().print(table)


def print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, indent=1))


def warn(message: str) -> None:
    errors.print(f"raking: warning: {message}", style="yellow", markup=False, soft_wrap=True)


def main() -> None:
    """Runs the command; what a user can mend becomes one line, and so does an interrupt."""
    warnings.showwarning = lambda message, *_: warn(str(message))
    # As an interrupt does, so that what was written aside is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app()
    except RakingError as error:
        fail(str(error))
    except MemoryError:
        fail("there is not enough memory for this; take a crop or a smaller size")
    except OSError as error:
        fail(f"{error.filename or 'a file'} cannot be used: {error.strerror or error}")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            errors.print("raking: interrupted; the same command goes on or begins anew")
        raise


def fail(sentence: str) -> NoReturn:
    errors.print(f"raking: {sentence}", style="red", markup=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
