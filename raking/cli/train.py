"""`raking train`: a relightable image from photographs."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import (
    LARGEST_SEED,
    MOST_MINUTES,
    MOST_STEPS,
    Encoder,
    Force,
    Json,
    LightsPath,
    MlicPath,
    Model,
    PixelSize,
    Sampling,
    Title,
    check_more_than_nothing,
    check_title,
)
from raking.cli.printing import (
    print_json,
    print_levels,
    print_next,
    print_table,
    say,
    tell_done,
    warn,
)
from raking.cli.progress import shown_plan
from raking.cli.writing import write_converted, write_piece
from renderer.files.aside import check_place, settle
from renderer.files.ours import check_output
from renderer.image.finished import image_is_done, stored_image
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage, check_writable


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
        from trainer.collection.mlic import read_mlic
        from trainer.running.checkpoint import make_place, remove_checkpoint
        from trainer.training.asked import training_asked

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
            from trainer.training.train import train as train_image

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
            from trainer.training.classical import fit

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


def nested(one: Path, other: Path) -> bool:
    """Whether two paths are the same, or one lies in the other."""
    return one == other or one in other.parents or other in one.parents


def print_training(image: RelightableImage, path: Path) -> None:
    """What `raking train` made, its scores, and on what."""
    provenance = image.provenance
    if "scores" not in provenance:
        say(f"{path}: {image.label}; nothing was held out, so it is not scored")
        return
    print_table(f"{image.label}, {path}", [{"held out": "mean", **provenance["scores"]}])
    test = provenance["test_lights"]
    say("Held out: " + (", ".join(test) if isinstance(test, list) else test["test_set"]))
