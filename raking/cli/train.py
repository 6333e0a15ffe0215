"""`raking train`: a relightable image from photographs."""

from functools import partial
from pathlib import Path
from typing import Annotated, get_args

import typer

from raking.cli.options import (
    LARGEST_SEED,
    MOST_MINUTES,
    MOST_STEPS,
    Force,
    Json,
    LightsPath,
    MlicPath,
    PixelSize,
    Title,
    check_more_than_nothing,
    check_title,
)
from raking.cli.printing import print_json, print_levels, print_next, say, warn
from raking.cli.progress import shown_plan
from raking.cli.training import (
    check_places,
    check_teacher,
    chosen_settings,
    print_training,
    tell_done_before,
)
from raking.cli.writing import write_converted, write_piece
from renderer.files.aside import check_place, settle
from renderer.image.finished import image_is_done
from renderer.image.pyramid import TileFormat
from shaders.decoder import MAX_UNITS
from trainer.training.settings import (
    ORDERS,
    UNITS,
    Device,
    Encoder,
    Model,
    Sampling,
    TrainingSettings,
)

DEFAULT = TrainingSettings()


def train(
    mlic: MlicPath,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="IMAGE")],
    model: Annotated[
        Model, typer.Option(help="NeuralRTI, DisK with a teacher, or a classical model.")
    ] = DEFAULT.model,
    units: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MAX_UNITS,
            help="Hidden units.",
            show_default=f"{UNITS['neural']} or, DisK, {UNITS['disk']}",
        ),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            help="For disk: original, improved, or the folder of a trained image.",
            show_default=str(DEFAULT.teacher),
        ),
    ] = None,
    keep_teacher: Annotated[
        Path | None, typer.Option(metavar="IMAGE", help="Write the newly trained teacher here.")
    ] = None,
    encoder: Annotated[
        Encoder | None,
        typer.Option(help="For neural; disk has its teacher's.", show_default=DEFAULT.encoder),
    ] = None,
    order: Annotated[
        int | None,
        typer.Option(
            min=ORDERS[0], max=ORDERS[-1], help="For hsh.", show_default=str(DEFAULT.order)
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=LARGEST_SEED, show_default=str(DEFAULT.seed))
    ] = None,
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
            min=0,
            max=1,
            metavar="FRACTION",
            help="Of the pixels, to train on.",
            show_default=f"{DEFAULT.pixels:g}",
        ),
    ] = None,
    sampling: Annotated[
        Sampling | None,
        typer.Option(help="How those are chosen.", show_default=DEFAULT.sampling),
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
    device: Annotated[
        Device | None, typer.Option(help="What networks are trained on.", show_default="auto")
    ] = None,
    tiles: Annotated[
        bool, typer.Option("--tiles", help="Write Deep Zoom pyramids, for large images.")
    ] = False,
    pixel_size: PixelSize = None,
    title: Title = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Train a relightable image from photographs. Interrupted, the same command goes on."""
    taught_by = None if teacher in get_args(Encoder) else teacher
    check_places(output, keep_teacher, [mlic, lights, test_lights, taught_by])
    check_title(title)
    check_more_than_nothing(minutes=minutes, pixels=pixels)
    if all_photographs and test_lights:
        raise typer.BadParameter("--test-lights are held out; --all-photographs holds out none")
    settings = chosen_settings(
        model,
        order=order,
        units=units,
        teacher=teacher,
        encoder=encoder,
        seed=seed,
        minutes=minutes,
        steps=steps,
        pixels=pixels,
        sampling=sampling,
        guided=guide,
        device=device,
    )
    check_teacher(model, teacher, keep_teacher, encoder)
    given, output = output, output.resolve()
    checkpoint = output.with_name(f".{output.name}.checkpoint")
    check_place(checkpoint)
    tile_format = TileFormat() if tiles else None
    with shown_plan(settings.minutes if settings.trains_networks else None) as plan:
        from trainer.collection.mlic import read_mlic
        from trainer.running.checkpoint import make_place, remove_checkpoint
        from trainer.training.asked import training_asked
        from trainer.training.train import train as train_image

        reading = plan.begin("reading")
        collection = read_mlic(
            mlic, test_lights, reading, lights=lights, all_photographs=all_photographs
        )
        for warning in collection.warnings:
            warn(warning)
        asked = training_asked(
            collection,
            settings,
            keep_teacher=keep_teacher is not None,
            tiles=tiles,
            pixel_size=pixel_size,
            title=title,
        )
        if image_is_done(output, asked, force, warn):
            remove_checkpoint(checkpoint)
            if keep_teacher:
                settle(keep_teacher)
            tell_done_before(output, given, tiles, as_json)
            return
        teacher_asked = {**asked, "part": "teacher"}
        if keep_teacher and image_is_done(keep_teacher, teacher_asked, force, warn):
            warn(f"{keep_teacher} is there already, and is written again")
        if settings.trains_networks:
            make_place(checkpoint, warn)
        image = train_image(
            collection,
            settings,
            checkpoint=checkpoint,
            keep_teacher=keep_teacher,
            asked=teacher_asked,
            plan=plan,
            finish=partial(write_piece, output, tile_format),
            warn=warn,
        )
        image.pixel_size_mm, image.title = pixel_size, title
        levels = write_converted(image, output, tile_format, plan, asked)
    remove_checkpoint(checkpoint)
    if as_json:
        tiled = {"levels": levels} if tiles else {}
        print_json({"image": str(output), **image.provenance, **tiled})
    else:
        print_training(image, given)
        print_levels(levels)
        say(f"Wrote {given}{f' and, its teacher, {keep_teacher}' if keep_teacher else ''}")
        print_next("raking", "view", given)
