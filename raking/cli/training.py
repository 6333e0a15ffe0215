"""The options of `raking train`, what is checked of them, and what it prints."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import LARGEST_SEED, MOST_MINUTES, MOST_STEPS
from raking.cli.printing import print_table, say, tell_done, warn
from renderer.files.ours import check_output
from renderer.image.finished import stored_image
from renderer.image.relightable import RelightableImage, check_writable
from shaders.decoder import MAX_LATENTS
from shaders.network import MAX_UNITS
from trainer.training.settings import (
    LARGEST_STEP,
    LARGEST_WEIGHT,
    LATENTS,
    ORDERS,
    UNITS,
    Device,
    Encoder,
    Model,
    Rectangle,
    Sampling,
    TrainingSettings,
)

DEFAULT = TrainingSettings()
OutputPath = Annotated[Path, typer.Option("-o", "--output", metavar="IMAGE")]
ModelName = Annotated[
    Model,
    typer.Option(
        help="NeuralRTI, DisK with a teacher, Hyper whose weights follow the light, or a classical "
        "model."
    ),
]
# What is None was not given: then TrainingSettings has the default.
Units = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=MAX_UNITS,
        help="Hidden units.",
        show_default=f"{UNITS['neural']}; disk {UNITS['disk']}; hyper {UNITS['hyper']}",
    ),
]
Latents = Annotated[
    int | None,
    typer.Option(
        min=3,
        max=MAX_LATENTS,
        help="Values stored of each pixel, a multiple of 3.",
        show_default=f"{LATENTS['disk']}; hyper {LATENTS['hyper']}",
    ),
]
Teacher = Annotated[
    str | None,
    typer.Option(
        help="For disk: original, improved, or the folder of a trained image.",
        show_default=str(DEFAULT.teacher),
    ),
]
KeepTeacher = Annotated[
    Path | None, typer.Option(metavar="IMAGE", help="Write the newly trained teacher here.")
]
EncoderName = Annotated[
    Encoder | None,
    typer.Option(
        help="For neural and hyper; disk has its teacher's.", show_default=DEFAULT.encoder
    ),
]
Order = Annotated[
    int | None,
    typer.Option(min=ORDERS[0], max=ORDERS[-1], help="For hsh.", show_default=str(DEFAULT.order)),
]
Seed = Annotated[int | None, typer.Option(min=0, max=LARGEST_SEED, show_default=str(DEFAULT.seed))]
Minutes = Annotated[
    float | None,
    typer.Option(
        min=0, max=MOST_MINUTES, help="A budget for the whole run.", show_default="by steps"
    ),
]
Steps = Annotated[
    int | None,
    typer.Option(min=1, max=MOST_STEPS, help="Training steps, instead.", show_default="by model"),
]
Pixels = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        metavar="FRACTION",
        help="Of the pixels, to train on.",
        show_default=f"{DEFAULT.pixels:g}",
    ),
]
SamplingName = Annotated[
    Sampling | None, typer.Option(help="How those are chosen.", show_default=DEFAULT.sampling)
]
RegionOf = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="FILE|X,Y,WIDTH,HEIGHT",
        help="Train on these pixels alone: a CSV with heading x,y, a mask, or a rectangle.",
    ),
]
RegionWeight = Annotated[
    float | None,
    typer.Option(
        min=1, max=LARGEST_WEIGHT, help="Draw those so many times as often as others, instead."
    ),
]
RegionStep = Annotated[
    int | None,
    typer.Option(min=1, max=LARGEST_STEP, help="Of them every N-th pixel of every N-th row."),
]
Guide = Annotated[
    bool | None,
    typer.Option(
        "--guide/--no-guide",
        help="Follow an interpolation of the photographs at lights between them.",
        show_default="guide",
    ),
]
Relief = Annotated[
    bool | None,
    typer.Option(
        "--relief/--no-relief",
        help="Lay the photographs of several cameras onto the relief that they tell.",
        show_default="relief, but with --tiles",
    ),
]
TestLights = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Names of the images to hold out.")
]
AllPhotographs = Annotated[
    bool,
    typer.Option(
        "--all-photographs",
        help="Hold out none, so that nothing is scored; networks spare 1 of 40 to validate.",
    ),
]
DeviceName = Annotated[
    Device | None, typer.Option(help="What networks are trained on.", show_default="auto")
]
Tiles = Annotated[bool, typer.Option("--tiles", help="Write Deep Zoom pyramids, for large images.")]

RECTANGLE = re.compile(r"\s*-?\d{1,9}\s*(,\s*-?\d{1,9}\s*){3}", re.ASCII)

# So that one command line serves all models: these are fitted in one pass, without chance.
OF_NO_EFFECT = ("minutes", "seed")


def chosen_settings(model: Model, **options: Any) -> TrainingSettings:
    """The settings of the options that are given, not None.

    Refuses those of the one kind of model with the other, and what TrainingSettings does.
    """
    given = {key: value for key, value in options.items() if value is not None}
    if "order" in given and model != "hsh":
        raise typer.BadParameter("--order goes with --model hsh")
    if "sampling" in given and "pixels" not in given:
        warn("--sampling has no effect without --pixels")
    settings = TrainingSettings(model, **given)
    of_networks = [key for key in given if key not in (*OF_NO_EFFECT, "order")]
    if of_networks and not settings.trains_networks:
        option = {"guided": "guide"}.get(of_networks[0], of_networks[0]).replace("_", "-")
        raise typer.BadParameter(f"--{option} goes with --model neural, disk and hyper")
    return settings


def parsed_region(text: str | None) -> Path | Rectangle | None:
    """`X,Y,WIDTH,HEIGHT` as numbers, anything else as the path of a file."""
    if text is None or not RECTANGLE.fullmatch(text):
        return None if text is None else Path(text)
    x, y, width, height = map(int, text.split(","))
    return x, y, width, height


def region_file(text: str | None) -> Path | None:
    """The file that a region is read from, if it is."""
    region = parsed_region(text)
    return region if isinstance(region, Path) else None


def check_teacher(
    model: Model, teacher: str | None, keep_teacher: Path | None, encoder: str | None
) -> None:
    """Refuses options that would have no effect; a teacher, which scripts always name, is told."""
    if model in ("neural", "hyper") and teacher:
        warn(f"--teacher has no effect with --model {model}; --encoder chooses the encoder")
    if model in ("neural", "hyper") and keep_teacher:
        raise typer.BadParameter("--keep-teacher goes with --model disk")
    if model == "disk" and encoder:
        raise typer.BadParameter(
            "--encoder goes with --model neural and hyper; disk has its teacher's"
        )
    if keep_teacher and teacher not in (None, "original", "improved"):
        raise typer.BadParameter("--keep-teacher is for a teacher that is trained now")


def check_places(
    output: Path, keep_teacher: Path | None, read: Iterable[Path | str | None]
) -> None:
    """Refuses to write over what is read, or over anything but images of ours."""
    paths = [Path(path) for path in read if path]
    for place in (output, keep_teacher):
        if place is not None:
            check_writable(place)
            check_output(place, paths)
    if keep_teacher and _nested(keep_teacher.resolve(), output.resolve()):
        raise typer.BadParameter("--keep-teacher and -o must name folders beside each other")


def _nested(one: Path, other: Path) -> bool:
    """Whether two paths are the same, or one lies in the other."""
    return one == other or one in other.parents or other in one.parents


def tell_done_before(output: Path, given: Path, tiles: bool, as_json: bool) -> None:
    """Of an image that is there already, at `output`, which the user called `given`."""
    name, block = stored_image(output)
    facts = {"image": str(output), **block.provenance}
    facts |= {"levels": block.levels} if tiles else {}
    tell_done(output, name, facts, as_json, ["raking", "view", given])


def print_training(image: RelightableImage, path: Path) -> None:
    """What `raking train` made, its scores, and on what."""
    provenance = image.provenance
    if "scores" not in provenance:
        say(f"{path}: {image.label}; nothing was held out, so it is not scored")
        return
    print_table(f"{image.label}, {path}", [{"held out": "mean", **provenance["scores"]}])
    if "region_scores" in provenance:
        print_region(provenance["region_scores"], provenance["region"])
    test = provenance["test_lights"]
    say("Held out: " + (", ".join(test) if isinstance(test, list) else test["test_set"]))


def print_region(scores: dict[str, Any], name: str) -> None:
    """The scores inside and outside a region."""
    sides = [side for side in ("inside", "outside") if side in scores]
    rows = [{"held out": side, **scores[side]} for side in sides]
    print_table(f"region {name}, {scores['pixels']:,} pixels", rows)
