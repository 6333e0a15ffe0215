"""The front door: one command `raking` with a subcommand per job.

For use as a library: `read_image`, `write_image` and `RelightableImage` (no GPU needed),
`read_collection` for photographs and their lights, and `Relighter` from `renderer.relight` to
decode.
"""

import io
import json
import shlex
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from renderer.aside import check_place, scratch_folder, settle
from renderer.finished import check_force, digest, image_digest, image_is_done, stored_image
from renderer.image import (
    RelightableImage,
    check_image,
    check_writable,
    read_image,
    write_image,
)
from renderer.info import LONGEST_TITLE
from renderer.ours import check_file, check_output
from renderer.pyramid import LARGEST_TILE, TileFormat
from shaders.errors import RakingError, escaped, printable, shortened
from trainer.facts import disk_use, held_out, readable_facts
from trainer.plan import Plan, Standing, duration

if TYPE_CHECKING:
    from trainer.mlic import Mlic

__all__ = [
    "RakingError",
    "RelightableImage",
    "main",
    "read_collection",
    "read_image",
    "write_image",
]

app = typer.Typer(
    help="Relight surfaces photographed under many lights.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
INTERRUPTED = 130
LINE_SECONDS = 60  # between lines that tell the progress of one phase
WIDEST_TABLE = 1000  # characters
LONGEST_USAGE = 200  # characters of what is wrong with a command line
UsageError: Any = typer.BadParameter.__base__  # which typer does not name

# What no one means to ask for; beyond, a number is refused before anything is done with it.
MOST_FRAMES = 10_000
LARGEST_FRAME = 100_000_000  # pixels
LARGEST_SEED = 2**63 - 1
MOST_MINUTES = 60 * 24 * 366
MOST_STEPS = 1_000_000_000
MOST_JOBS = 1024
MOST_LIGHTS = 1000
MOST_REPEATS = 1000
MOST_SECONDS = 3600
HIGHEST_FPS = 1000
LARGEST_PIXEL = 1e9  # millimetres

Force = Annotated[
    bool, typer.Option("--force", help="Replace what an earlier command of ours wrote there.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
ImagePath = Annotated[Path, typer.Argument(metavar="IMAGE", help="Folder of a relightable image.")]
MlicPath = Annotated[
    Path, typer.Argument(metavar="MLIC", help="Folder of photographs and a .lp file.")
]
LightsPath = Annotated[
    Path | None,
    typer.Option(
        "--lights",
        metavar="FILE",
        help="The light file: .lp, .csv, .relight.",
        show_default="found",
    ),
]

Title = Annotated[
    str | None,
    typer.Option(help="What viewers call the image.", show_default="its folder's name"),
]


def check_pixel_size(pixel_size: float | None) -> float | None:
    if pixel_size is not None and not 0 < pixel_size <= LARGEST_PIXEL:
        raise typer.BadParameter(f"millimetres are more than 0 and at most {LARGEST_PIXEL:.0e}")
    return pixel_size


PixelSize = Annotated[
    float | None,
    typer.Option(
        metavar="MM",
        callback=check_pixel_size,
        help="What a pixel is of the object, for scale bars and measuring.",
    ),
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
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED)] = 0,
    as_json: Json = False,
) -> None:
    """Write a procedural collection: a carved relief of several materials, 49 + 20 lights."""
    from trainer.sample import MAX_PIXELS, sample_is_done, write_sample

    width, height = parse_size(size, MAX_PIXELS)
    facts = {"collection": str(path), "width": width, "height": height, "seed": seed}
    following: list[object] = ["raking", "train", path, "-o", beside(path, "image")]
    if sample_is_done(path, width, height, seed):
        what = f"the sample of {width} x {height} pixels and seed {seed}"
        tell_done(path, what, facts, as_json, following)
        return
    with progress_bar("sample") as (bar, task):
        write_sample(
            path, width, height, seed, lambda done, n: bar.update(task, completed=done, total=n)
        )
    if as_json:
        print_json(facts)
    else:
        say(f"{path}: {width} x {height} pixels, 49 lights to train on and 20 to test with")
        print_next(*following)


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
    seed: Annotated[int | None, typer.Option(min=0, max=LARGEST_SEED, show_default="0")] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0, max=MOST_MINUTES, help="A budget for the whole run.", show_default="by steps"
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_STEPS, help="Training steps, instead.", show_default="by model"
        ),
    ] = None,
    pixels: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="FRACTION", help="Of the pixels, to train on.", show_default="1"
        ),
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
    lights: LightsPath = None,
    test_lights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Names of the images to hold out.")
    ] = None,
    all_photographs: Annotated[
        bool,
        typer.Option(
            "--all-photographs",
            help="Hold out none, so that nothing is scored; networks spare 1 of 40 to validate.",
        ),
    ] = False,
    device: Annotated[str | None, typer.Option(help="cpu or cuda.", show_default="auto")] = None,
    tiles: Annotated[
        bool, typer.Option("--tiles", help="Write Deep Zoom pyramids, for large images.")
    ] = False,
    pixel_size: PixelSize = None,
    title: Title = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Train a relightable image from photographs. Interrupted, the same command goes on."""
    taught = Path(teacher) if teacher not in (None, "original", "improved") else None
    read = [path for path in (mlic, lights, test_lights, taught) if path]
    for place in (output, keep_teacher):
        if place is not None:
            check_writable(place)
            check_output(place, read)
    given, output = output, output.resolve()
    check_title(title)
    check_more_than_nothing(minutes=minutes, pixels=pixels)
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
    if all_photographs and test_lights:
        raise typer.BadParameter("--test-lights are held out; --all-photographs holds out none")
    if keep_teacher and nested(keep_teacher.resolve(), output):
        raise typer.BadParameter("--keep-teacher and -o must name folders beside each other")
    checkpoint = output.with_name(f".{output.name}.checkpoint")
    check_place(checkpoint)
    tile_format = TileFormat() if tiles else None
    networks = model in (Model.neural, Model.disk)
    with shown_plan(minutes if networks else None) as plan:
        from trainer.asked import training_asked
        from trainer.checkpoint import make_place, remove_checkpoint
        from trainer.mlic import read_mlic

        collection = read_mlic(
            mlic,
            test_lights,
            plan.begin("reading"),
            lights=lights,
            all_photographs=all_photographs,
        )
        for warning in collection.warnings:
            warn(warning)
        asked = training_asked(
            collection,
            settings,
            (teacher or "original") if model is Model.disk else None,
            model=model.value,
            order=(order or 3) if model is Model.hsh else None,
            units=units or {Model.neural: 50, Model.disk: 20}.get(model),
            encoder=(encoder or Encoder.original).value if model is Model.neural else None,
            keep_teacher=keep_teacher is not None,
            tiles=tiles,
            pixel_size=pixel_size,
            title=title,
        )
        if image_is_done(output, asked, force, warn):
            remove_checkpoint(checkpoint)
            if keep_teacher:
                settle(keep_teacher)
            name, block = stored_image(output)
            facts = {"image": str(output), **block.provenance}
            facts |= {"levels": block.levels} if tiles else {}
            tell_done(output, name, facts, as_json, ["raking", "view", given])
            return
        teacher_asked = {**asked, "part": "teacher"}
        if keep_teacher and image_is_done(keep_teacher, teacher_asked, force, warn):
            warn(f"{keep_teacher} is there already, and is written again")
        options: dict[str, Any] = {
            "plan": plan,
            "finish": partial(write_piece, output, tile_format),
            "warn": warn,
        }
        if networks:
            from trainer.train import train as train_image

            make_place(checkpoint, warn)
            image = train_image(
                collection,
                model=model.value,
                units=units or (50 if model is Model.neural else 20),
                teacher=teacher or "original",
                encoder=(encoder or Encoder.original).value,
                checkpoint=checkpoint,
                keep_teacher=keep_teacher,
                asked=teacher_asked,
                **options,
                **settings,
            )
        else:
            from trainer.classical import fit

            image = fit(collection, model.value, order or 3, **options)
        image.pixel_size_mm, image.title = pixel_size, title
        levels = write_converted(image, output, tile_format, plan, asked)
    remove_checkpoint(checkpoint)
    if as_json:
        print_json(
            {"image": str(output), **image.provenance, **({"levels": levels} if tiles else {})}
        )
    else:
        print_training(image, given)
        print_levels(levels)
        say(f"Wrote {given}{f' and, its teacher, {keep_teacher}' if keep_teacher else ''}")
        print_next("raking", "view", given)


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
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write images anew, as pyramids or flat, or export them with the viewer for any web host."""
    of_tiles = {"name": tile_format and tile_format.value, "size": tile_size, "quality": quality}
    given = {key: value for key, value in of_tiles.items() if value is not None}
    check_title(title)
    if site and (tiles or pixel_size or title or given):
        raise typer.BadParameter("--site takes the images as they are: convert them before")
    if given and not tiles:
        raise typer.BadParameter("--tile-format, --tile-size and --quality go with --tiles")
    if quality is not None and tile_format is not TileName.jpg:
        raise typer.BadParameter("--quality goes with --tile-format jpg; the others lose nothing")
    if site:
        export_site(images, output, force, as_json)
        return
    if title and len(images) > 1:
        raise typer.BadParameter("--title goes with one image: convert them one by one")
    outputs = [output] if len(images) == 1 else [output / path.resolve().name for path in images]
    if len(set(outputs)) < len(outputs):
        raise typer.BadParameter("two images have the same name: convert them one by one")
    for path in outputs:
        check_writable(path)
        check_output(path, images)
    converted = []
    for path, target in zip(images, outputs, strict=True):
        image = read_image(path)
        asked = {"command": "convert", "source": image_digest(path, image), "tiles": tiles}
        asked |= {**given, "pixel_size": pixel_size, "title": title}
        done = image_is_done(target, asked, force, warn)
        image.pixel_size_mm = pixel_size or image.pixel_size_mm
        image.title = title or image.title
        if done:
            levels = stored_image(target)[1].levels or []
        else:
            levels = convert_one(image, target, TileFormat(**given) if tiles else None, asked)
        facts = {"image": str(target), "width": image.width, "height": image.height}
        facts |= {"model": image.label, "tiles": tiles, "levels": levels}
        converted.append(facts | ({"done": True} if done else {}))
        if not as_json:
            kind = ("tiled" if tiles else "flat") + (", done before" if done else "")
            say(f"{target}: {image.label}, {image.width} x {image.height} pixels, {kind}")
            print_levels(levels)
    if as_json:
        print_json({"images": converted})
    else:
        print_next("raking", "view", *outputs)


@app.command()
def evaluate(
    image: Annotated[
        Path | None, typer.Argument(metavar="IMAGE", help="Folder of a relightable image.")
    ] = None,
    mlic: Annotated[
        Path | None, typer.Argument(metavar="MLIC", help="Folder of photographs and a .lp file.")
    ] = None,
    lights: LightsPath = None,
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
        float | None,
        typer.Option(min=0, max=MOST_MINUTES, help="Of --benchmark: the time of each model."),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_STEPS, help="Of --benchmark: training steps.", show_default="by model"
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=LARGEST_SEED, help="Of --benchmark.")
    ] = None,
    pixels: Annotated[
        float | None, typer.Option(min=0, max=1, help="Of --benchmark: the share to train on.")
    ] = None,
    sampling: Annotated[
        str | None, typer.Option(help="Of --benchmark: uniform, regular or informed.")
    ] = None,
    fractions: Annotated[
        str | None, typer.Option(help="Of --benchmark: per cent of the pixels, as in Table 10.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_JOBS, help="Of --benchmark: collections at a time."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Of --benchmark: forget an earlier run.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Of --heat-maps: replace earlier ones.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Score a stored image against held-out photographs, or models on a whole benchmark."""
    single = {
        "--lights": lights,
        "--test-lights": test_lights,
        "--heat-maps": heat_maps,
        "--fast": fast,
        "--force": force,
    }
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
    check_more_than_nothing(minutes=minutes, pixels=pixels)
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
    if pictures and (test_lights or lights):
        option = "--test-lights" if test_lights else "--lights"
        raise typer.BadParameter(f"{option} goes without --pictures, which compares them all")
    options = (lights, test_lights, heat_maps, fast, force)
    title, scores = evaluate_one(image, mlic, pictures, *options)
    if as_json:
        print_json(scores)
    else:
        print_scores(title, scores)
        if heat_maps:
            say(f"Wrote {heat_maps}")
            print_next("python", "-m", "webbrowser", heat_maps.resolve().as_uri())
        else:
            compared = ["--pictures"] if pictures else []
            maps = ["--heat-maps", beside(image, "errors")]
            print_next("raking", "evaluate", image, mlic, *compared, *maps)


@app.command()
def render(
    image: ImagePath,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="A .png, .jpg or .webp; for several lights a video, .mp4, or a new folder.",
        ),
    ],
    light: Annotated[str | None, typer.Option(metavar="X,Y", help="One light direction.")] = None,
    lights: Annotated[Path | None, typer.Option(metavar="FILE.lp", help="One frame each.")] = None,
    orbit: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=MOST_FRAMES, help="N lights around.")
    ] = None,
    elevation: Annotated[
        float, typer.Option(min=0, max=90, help="Of the orbit, in degrees.")
    ] = 30.0,
    crop: Annotated[str | None, typer.Option(metavar="X,Y,WIDTH,HEIGHT")] = None,
    size: Annotated[str | None, typer.Option(help="Of the frames, WIDTHxHEIGHT.")] = None,
    scale: Annotated[
        float | None, typer.Option(min=0, max=16, help="Of the frames, instead of --size.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Relight an image on the GPU, off screen: a picture, a video or a sequence of frames."""
    import numpy as np

    from renderer import frames

    if sum(option is not None for option in (light, lights, orbit)) != 1:
        raise typer.BadParameter("give one of --light, --lights and --orbit")
    if size and scale:
        raise typer.BadParameter("give --size or --scale, not both")
    kind = frames.check_output(output, several=light is None)
    frame_size = parse_size(size, LARGEST_FRAME) if size else None
    if light is not None:
        directions, names = np.array([parse_light(light)]), ["frame"]
    elif lights is not None:
        directions, names = read_lights(lights)
    else:
        directions = frames.orbit(orbit or 1, elevation)
        names = [f"frame_{i:04d}" for i in range(len(directions))]
    (frames.check_sequence if kind == "folder" else check_file)(output)
    check_output(output, [image, *([lights] if lights else [])])
    stored = read_image(image)
    asked = digest(image_digest(image, stored), directions.tolist(), crop, size, scale)
    if crop:
        stored = frames.crop_image(stored, parse_numbers(crop, 4, "--crop"))
    if scale is not None:
        frame_size = scaled_size(stored, scale)
    frames.check_frame_size(kind, frame_size or (stored.width, stored.height))
    relit = frames.relight_frames(stored, directions, frame_size)
    facts = {"output": str(output), "frames": len(names), "lights": directions.tolist()}
    if kind == "folder":
        settle(output)
        if not force and frames.sequence_is_done(output, names, asked):
            what = f"the {len(names)} frames of {image}"
            tell_done(output, what, facts, as_json, ["raking", "view", image])
            return
        check_force(output, "other frames", force, warn)
    with progress_bar("frames") as (bar, task):

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if kind == "folder":
            frames.write_sequence(relit, names, output, report, asked)
        elif kind == "MP4":
            frames.write_video(relit, len(names), output, report)
        else:
            frames.write_frame(next(relit), output)
            report(1, 1)
    if as_json:
        print_json(facts)
    else:
        width, height = frame_size or (stored.width, stored.height)
        count = "1 frame" if len(names) == 1 else f"{len(names):,} frames"
        say(f"Wrote {output}: {count} of {width} x {height} pixels")
        print_next("raking", "view", image)


@app.command()
def view(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    window: Annotated[bool, typer.Option("--window", help="A native window instead.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open")] = True,
    target: Annotated[
        float, typer.Option(min=1, max=HIGHEST_FPS, help="Frames per second while moving.")
    ] = 30.0,
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
    lights: Annotated[
        int, typer.Option(min=20, max=MOST_LIGHTS, help="Light directions to compare.")
    ] = 20,
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
            lambda label, done, n: bar.update(
                task, completed=done, total=n, description=escaped(label)
            ),
        )
    if as_json:
        print_json(result)
    else:
        print_agreement(result)
        print_next("raking", "bench", image, "-o", beside(image, "bench"))
    if not result["ok"]:
        raise typer.Exit(1)


@app.command()
def bench(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT")],
    quick: Annotated[bool, typer.Option("--quick", help="A subset, in two minutes.")] = False,
    renderer: Annotated[Renderer, typer.Option()] = Renderer.auto,
    target_fps: Annotated[
        float, typer.Option(min=1, max=HIGHEST_FPS, help="What adaptive resolution holds.")
    ] = 20.0,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=MOST_SECONDS,
            help="Least length of each measurement.",
            show_default="1, or 0.5",
        ),
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_REPEATS, help="Browser processes per case.", show_default="3"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Of the order of cases.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run.")] = False,
    gallery: Annotated[
        bool,
        typer.Option("--gallery", help="Instead: open, tour and drag a large pyramid of IMAGE."),
    ] = False,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.1, max=MOST_MINUTES, help="Of the tour of --gallery.", show_default="5"),
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
            bar.update(task, completed=done, total=total, description=escaped(name))

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
        print_report(report)


@app.command()
def info(
    path: Annotated[Path | None, typer.Argument(help="An image or an MLIC; else this machine.")] = (
        None
    ),
    lights: LightsPath = None,
    as_json: Json = False,
) -> None:
    """What an image or a collection is, or what this machine can do."""
    if path is not None and not path.exists():
        settle(path)
    if path is None:
        facts = machine_facts()
        shown, following = (
            {key.capitalize(): fact for key, fact in facts.items()},
            ["sample", "collection"],
        )
    elif (path / "info.json").exists() and lights is None:
        image = read_image(path)
        facts, shown = image_facts(image), readable_facts(image, path)
        following = ["view", path]
    else:
        facts = collection_facts(path, lights)
        shown, chosen = readable_collection(facts), ["--lights", lights] if lights else []
        following = ["train", path, *chosen, "-o", beside(path, "image")]
    if as_json:
        print_json(facts)
    else:
        print_facts(shown)
        print_next("raking", *following)


def write_converted(
    image: RelightableImage,
    path: Path,
    tiles: TileFormat | None,
    plan: Plan,
    asked: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Writes an image, flat or tiled; returns the errors of the smaller levels."""
    if tiles is None:
        write_image(image, path, progress=plan.begin("writing"), asked=asked)
        return []
    from trainer.levels import smaller_levels

    smaller = smaller_levels(image, plan)
    progress = plan.begin("tiles")
    write_image(image, path, tiles=tiles, smaller=smaller, progress=progress, asked=asked)
    return smaller.errors


def convert_one(
    image: RelightableImage, path: Path, tiles: TileFormat | None, asked: dict[str, Any]
) -> list[dict[str, Any]]:
    """As `write_converted`, with a plan of its own."""
    from trainer.rehearsal import for_the_whole, piece_of_image

    with shown_plan() as plan:
        plan.begin("estimating")
        rehearsal, piece = Plan(), piece_of_image(image)
        write_piece(path, tiles, piece, rehearsal)
        plan.expect(for_the_whole(rehearsal.took, piece, image))
        return write_converted(image, path, tiles, plan, asked)


def write_piece(
    output: Path, tiles: TileFormat | None, piece: RelightableImage, plan: Plan
) -> None:
    """Writes a piece of an image beside `output`, only to see how long that takes."""
    with scratch_folder(output.parent, output.name) as folder:
        write_converted(piece, folder / "image", tiles, plan)
        plan.end()


def export_site(images: list[Path], output: Path, force: bool, as_json: bool) -> None:
    """`raking convert --site`."""
    from webviewer.site import check_site, site_addresses, site_is_done, write_site

    check_output(output, images)
    if not force and site_is_done(images, output):
        facts = {"site": str(output), "images": site_addresses(images)}
        following: list[object] = ["python", "-m", "http.server", "-d", output]
        tell_done(output, "the site of these images", facts, as_json, following)
        return
    check_site(output)
    check_force(output, "a site of other images or by another viewer", force, warn)
    with progress_bar("site") as (bar, task):
        addresses = write_site(
            images, output, lambda done, n: bar.update(task, completed=done, total=n)
        )
    if as_json:
        print_json({"site": str(output), "images": addresses})
    else:
        say(f"{output}: put this folder on any web server; it holds {', '.join(addresses)}")
        print("To try it, open http://localhost:8000/ while this runs:")
        print_next("python", "-m", "http.server", "-d", output)


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
                task, completed=share, total=1.0, description=escaped(text)
            ),
        )
    if as_json:
        print_json(result)
        return
    for title, rows in tables(result).items():
        print_table(title, rows)
    say(f"Wrote {output / 'gallery.json'}")
    print_next("raking", "view", image)


def evaluate_one(
    image: Path,
    mlic: Path,
    pictures: bool,
    lights: Path | None,
    test_lights: Path | None,
    heat_maps: Path | None,
    fast: bool,
    force: bool,
) -> tuple[str, dict[str, Any]]:
    """`raking evaluate IMAGE MLIC`: what was scored, and its scores."""
    if not pictures:
        stored = read_image(image)
    from trainer.evaluate import ALL, FAST, evaluate_pictures
    from trainer.evaluate import evaluate as evaluate_image
    from trainer.heatmaps import check_heat_maps
    from trainer.mlic import read_mlic

    if heat_maps:
        settle(heat_maps)
        check_heat_maps(heat_maps)
        check_output(heat_maps, [image, mlic, *([test_lights] if test_lights else [])])
        check_force(heat_maps, "heat maps", force, warn)
    with progress_bar("evaluate") as (bar, task):
        options: dict[str, Any] = {
            "metrics": FAST if fast else ALL,
            "heat_maps": heat_maps,
            "progress": lambda done, n: bar.update(task, completed=done, total=n),
        }
        if pictures:
            return str(image), evaluate_pictures(image, mlic, **options)
        collection = read_mlic(mlic, test_lights, lights=lights)
        for warning in collection.warnings:
            warn(warning)
        known = stored.provenance.get("collection_sha256", collection.sha256)
        if known != collection.sha256:
            warn(
                f"{image} was trained on other files than {mlic} holds now; it may have seen these"
            )
        test = collection.test if test_lights else None
        remembered = stored.test_lights
        seen = []
        if test and remembered is not None:
            seen = [name for name in test.names if name not in remembered]
        if seen:
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
        say(scores["lpips_absent"])


def evaluate_benchmark(folder: Path, output: Path, as_json: bool, **settings: Any) -> None:
    """`raking evaluate --benchmark`; `settings` as bench.fidelity.run.run_fidelity takes them."""
    from bench.fidelity.run import run_fidelity

    with progress_bar("benchmark") as (bar, task):

        def report_progress(done: float, total: int, doing: str, left: float | None) -> None:
            remaining = "" if left is None else f", {duration(left)} left"
            text = escaped(f"{doing}{remaining}")
            bar.update(task, completed=done, total=total, description=text)

        report = run_fidelity(folder, output, progress=report_progress, **settings)
    names = {"scores": "scores.csv", "summary": "summary.csv", "tables": "tables.md"}
    if as_json:
        files = {key: str(report.with_name(name)) for key, name in names.items()}
        print_json({"report": str(report), **files})
    else:
        print_report(report)


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
        **({"title": image.title} if image.title else {}),
        **({"pixel_size_mm": image.pixel_size_mm} if image.pixel_size_mm else {}),
        **image.provenance,
    }


def read_collection(
    path: Path | str,
    *,
    lights: Path | str | None = None,
    test_lights: Path | str | None = None,
    all_photographs: bool = False,
) -> "Mlic":
    """The photographs of a collection and their lights.

    The result has `names` [L], `lights` [L, 3], float32 unit vectors with x right, y up and z to
    the viewer, and `photograph(name)` [H, W, 3], uint8 or uint16; and `warnings`. For the options
    and the rest see trainer.mlic. Raises RakingError where the collection cannot be read.
    """
    from trainer.mlic import read_mlic

    return read_mlic(
        Path(path),
        Path(test_lights) if test_lights else None,
        lights=Path(lights) if lights else None,
        all_photographs=all_photographs,
    )


def collection_facts(path: Path, lights: Path | None) -> dict[str, Any]:
    collection = read_collection(path, lights=lights)
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


def readable_collection(facts: dict[str, Any]) -> dict[str, str]:
    """`collection_facts` for people, but for the warnings, which are printed as such."""
    for warning in facts["warnings"]:
        warn(warning)
    size = f"{facts['width']:,} x {facts['height']:,} pixels, {facts['bits']} bits"
    return {
        "Collection": facts["collection"],
        "Photographs": f"{facts['photographs']}, {size}",
        "Held out": held_out(facts["test_lights"]),
        "Mask": "yes" if facts["mask"] else "none",
        "On disk": disk_use(Path(facts["collection"])),
    }


def beside(path: Path, ending: str) -> Path:
    """A name of its own for what comes of `path`."""
    if path.name in ("", ".."):
        path = path.resolve()
    return path.with_name(f"{path.name}-{ending}")


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


def check_more_than_nothing(**options: float | None) -> None:
    for name, value in options.items():
        if value == 0:
            raise typer.BadParameter(f"--{name} takes a number above 0")


def check_title(title: str | None) -> None:
    if title is not None and not (
        title.strip() and title.isprintable() and len(title) <= LONGEST_TITLE
    ):
        raise typer.BadParameter(f"--title takes one line of up to {LONGEST_TITLE} characters")


def read_lights(path: Path) -> tuple[Any, list[str]]:
    """Light directions [L, 2] of a light file, and names for the frames, each once."""
    import numpy as np

    from trainer.lightfile import read_light_file

    read = read_light_file(path)
    entries = read.entries
    if len(entries) > MOST_FRAMES:
        raise typer.BadParameter(f"{path} lists {len(entries)} lights, where {MOST_FRAMES} go")
    for warning in read.warnings:
        warn(warning)
    names = [f"{i:04d}_{Path(entry.name or 'frame').stem}" for i, entry in enumerate(entries)]
    return np.array([entry.direction[:2] for entry in entries]), names


def scaled_size(image: RelightableImage, scale: float) -> tuple[int, int]:
    if not 0 < scale <= 16:
        raise typer.BadParameter("--scale takes a number above 0 and up to 16")
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    check_size(*size, LARGEST_FRAME)
    return size


def parse_light(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"--light takes two numbers, X,Y, not {text!r}") from None
    if not x * x + y * y <= 1.0001:
        raise typer.BadParameter(f"the light {text} lies outside the unit disc")
    return x, y


def parse_size(text: str, most: int) -> tuple[int, int]:
    """The width and height of `WIDTHxHEIGHT`, of up to `most` pixels."""
    width, height = parse_numbers(text, 2, "a size WIDTHxHEIGHT", "x")
    if width < 1 or height < 1:
        raise typer.BadParameter(f"the size {text} is not positive")
    check_size(width, height, most)
    return width, height


def check_size(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise typer.BadParameter(
            f"{width} x {height} pixels are more than the {most // 1_000_000} million that go"
        )


def parse_numbers(text: str, count: int, what: str, separator: str = ",") -> Any:
    try:
        numbers = tuple(int(part) for part in text.split(separator))
    except ValueError:
        numbers = ()
    if len(numbers) != count:
        raise typer.BadParameter(f"{what} takes {count} whole numbers, not {text!r}")
    return numbers


@contextmanager
def progress_bar(description: str) -> Iterator[tuple[Progress, TaskID]]:
    """A bar with the time left, on standard error so that output stays clean."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=errors) as bar:
        yield bar, bar.add_task(description, total=None)


@contextmanager
def shown_plan(minutes: float | None = None) -> Iterator[Plan]:
    """A plan, with a budget or without, whose run is shown on standard error: as one bar or, where
    that is no terminal, as a line for every phase and every minute."""
    budget = None if minutes is None else 60 * minutes
    if not errors.is_terminal:
        plan = Plan(line_teller(), budget=budget)
        with reporting(plan):
            yield plan
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task("", total=None, left="")

        def draw(standing: Standing) -> None:
            text, left = standing.phase, ""
            if standing.validation_psnr is not None:
                text += f", validation PSNR {standing.validation_psnr:.2f} dB"
            if standing.left is not None:
                bar.update(task, completed=standing.share, total=1.0)
                left = f"{duration(standing.left)} left"
            bar.update(task, description=text, left=left)

        plan = Plan(draw, budget=budget)
        with reporting(plan):
            yield plan
        bar.update(task, completed=1.0, total=1.0, left="")


@contextmanager
def reporting(plan: Plan) -> Iterator[None]:
    """Has the plan report every second, through phases that tell nothing for long, too."""
    ended = Event()

    def repeat() -> None:
        while not ended.wait(1):
            plan.report()

    thread = Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def line_teller() -> Callable[[Standing], None]:
    """Prints where a run stands, such as "student, 41 %, 2.5 min left".

    The first line waits for a second or for the next, so that what is refused at once is told
    alone.
    """
    phase, told = "", 0.0
    waiting = ""

    def tell(standing: Standing) -> None:
        nonlocal phase, told, waiting
        now = time.monotonic()
        same = standing.phase == phase
        if waiting and (not same or now - told > 1):
            errors.print(waiting, soft_wrap=True)
            waiting = ""
        if same and now - told < LINE_SECONDS:
            return
        known = ""
        if standing.left is not None:
            known = f", {100 * standing.share:.0f} %, {duration(standing.left)} left"
        if phase:
            errors.print(f"{standing.phase}{known}", soft_wrap=True)
        else:
            waiting = f"{standing.phase}{known}"
        phase, told = standing.phase, now

    return tell


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
        say(f"{backend['name']}: {backend['device']}")


def print_training(image: RelightableImage, path: Path) -> None:
    """What `raking train` made, its scores, and on what."""
    provenance = image.provenance
    if "scores" not in provenance:
        say(f"{path}: {image.label}; nothing was held out, so it is not scored")
        return
    print_table(f"{image.label}, {path}", [{"held out": "mean", **provenance["scores"]}])
    test = provenance["test_lights"]
    say("Held out: " + (", ".join(test) if isinstance(test, list) else test["test_set"]))


def tell_done(
    path: Path, what: str, facts: dict[str, Any], as_json: bool, following: list[object]
) -> None:
    """Of a command whose work is done already, and which one is next."""
    if as_json:
        print_json({**facts, "done": True})
    else:
        say(f"{path}: done before, {what}; nothing was written")
        print_next(*following)


def print_levels(levels: list[dict[str, Any]]) -> None:
    """How well the smaller levels of a pyramid show the image; nothing of a flat one."""
    if levels:
        rows = [
            {"level": f"{row['width']} x {row['height']}", "PSNR, dB": row["psnr"]}
            for row in levels
        ]
        print_table("smaller levels against the image shrunk", rows)


def print_facts(facts: dict[str, str]) -> None:
    """Names and values in two columns."""
    width = max(map(len, facts))
    for name, value in facts.items():
        say(f"{name:{width}}  {value}")


def print_report(report: Path) -> None:
    """A report in HTML, and how to look at it."""
    say(f"Wrote {report}")
    print_next("python", "-m", "webbrowser", report.resolve().as_uri())


def print_next(*command: object) -> None:
    """The last line of a command: the one that is most useful now."""
    say(f"Next: {shlex.join(map(str, command))}")


def print_table(title: str, rows: list[dict[str, Any]]) -> None:
    looks: Any = {"box": box.SIMPLE_HEAD, "collapse_padding": True, "pad_edge": False}
    table = Table(**looks)
    for key in rows[0]:
        numeric = not isinstance(rows[0][key], str)
        table.add_column(key, justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        cells = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row.values())
        table.add_row(*(Text(escaped(cell)) for cell in cells))
    # A title of the table's own would be broken to its width.
    console = Console()
    console.print(Text(escaped(title), "italic"), soft_wrap=True)
    # Rather wider than the terminal than without its numbers.
    whole = console.measure(table, options=console.options.update(max_width=WIDEST_TABLE)).maximum
    Console(width=max(whole, console.width)).print(table)


def say(text: str) -> None:
    """Prints a line, in which names from files can do a terminal no harm."""
    print(escaped(text))


def print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, indent=1))


def warn(message: str) -> None:
    errors.print(f"raking: warning: {printable(message)}", style="yellow", soft_wrap=True)


def main() -> None:
    """Runs the command; what a user can mend becomes one line, and so does an interrupt."""
    # What the terminal's encoding lacks is shown by its number.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = lambda message, *_: warn(str(message))
    # As an interrupt does, so that what was written aside is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(app(standalone_mode=False))
    except UsageError as error:
        if not error.format_message():  # without arguments the help was printed
            sys.exit(2)
        fail(usage(error), 2)
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


def usage(error: Any) -> str:
    """What is wrong with a command line, and where to look."""
    command = f"raking {error.ctx.info_name}" if error.ctx and error.ctx.parent else "raking"
    sentence = error.format_message().removeprefix("Invalid value: ").rstrip(".")
    return f"{shortened(sentence, LONGEST_USAGE)}; see {command} --help"


def fail(sentence: str, status: int = 1) -> NoReturn:
    errors.print(f"raking: {printable(sentence)}", style="red", soft_wrap=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
