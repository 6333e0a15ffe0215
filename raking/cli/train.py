"""`raking train`: a relightable image from photographs."""

from dataclasses import replace
from typing import get_args

import typer

from raking.cli.options import (
    Credit,
    Date,
    Description,
    Force,
    Json,
    Licence,
    LightsPath,
    Maker,
    MlicPath,
    Normals,
    Number,
    PixelSize,
    Title,
    check_more_than_nothing,
    check_title,
    checked_facts,
)
from raking.cli.printing import print_json, print_levels, print_next, say, warn
from raking.cli.progress import shown_plan
from raking.cli.training import (
    DEFAULT,
    AllPhotographs,
    DeviceName,
    EncoderName,
    Guide,
    KeepTeacher,
    Latents,
    Minutes,
    ModelName,
    Order,
    OutputPath,
    Pixels,
    RegionOf,
    RegionStep,
    RegionWeight,
    Relief,
    SamplingName,
    Seed,
    Steps,
    Teacher,
    TestLights,
    Tiles,
    Units,
    check_places,
    check_teacher,
    chosen_settings,
    parsed_region,
    print_training,
    region_file,
    tell_done_before,
)
from raking.cli.writing import write_converted, write_piece
from renderer.files.aside import check_place, settle
from renderer.image.finished import image_is_done
from renderer.image.normal_levels import normal_levels
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage
from trainer.running.plan import Plan
from trainer.training.settings import Encoder


def train(
    mlic: MlicPath,
    output: OutputPath,
    model: ModelName = DEFAULT.model,
    units: Units = None,
    latents: Latents = None,
    teacher: Teacher = None,
    keep_teacher: KeepTeacher = None,
    encoder: EncoderName = None,
    order: Order = None,
    seed: Seed = None,
    minutes: Minutes = None,
    steps: Steps = None,
    pixels: Pixels = None,
    sampling: SamplingName = None,
    region: RegionOf = None,
    region_weight: RegionWeight = None,
    region_step: RegionStep = None,
    guide: Guide = None,
    relief: Relief = None,
    lights: LightsPath = None,
    test_lights: TestLights = None,
    all_photographs: AllPhotographs = False,
    device: DeviceName = None,
    tiles: Tiles = False,
    pixel_size: PixelSize = None,
    title: Title = None,
    normals: Normals = None,
    number: Number = None,
    maker: Maker = None,
    date: Date = None,
    credit: Credit = None,
    licence: Licence = None,
    description: Description = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Train a relightable image from photographs. Interrupted, the same command goes on."""
    taught_by = None if teacher in get_args(Encoder) else teacher
    check_places(output, keep_teacher, [mlic, lights, test_lights, taught_by, region_file(region)])
    check_title(title)
    facts = checked_facts(number, maker, date, credit, licence, description)
    facts = {key: text for key, text in facts.items() if text}
    check_more_than_nothing(minutes=minutes, pixels=pixels)
    if tiles and relief:
        raise typer.BadParameter(
            "--relief goes without --tiles: what a camera sees in one tile may lie in another"
        )
    if all_photographs and test_lights:
        raise typer.BadParameter("--test-lights are held out; --all-photographs holds out none")
    settings = chosen_settings(
        model,
        order=order,
        units=units,
        latents=latents,
        teacher=teacher,
        encoder=encoder,
        seed=seed,
        minutes=minutes,
        steps=steps,
        pixels=pixels,
        sampling=sampling,
        region=parsed_region(region),
        region_weight=region_weight,
        region_step=region_step,
        guided=guide,
        relief=relief,
        device=device,
    )
    check_teacher(model, teacher, keep_teacher, encoder)
    given, output = output, output.resolve()
    checkpoint = output.with_name(f".{output.name}.checkpoint")
    check_place(checkpoint)
    tile_format = TileFormat() if tiles else None
    with shown_plan(settings.minutes if settings.trains_networks else None) as plan:
        from trainer.collection.mlic import read_mlic
        from trainer.collection.prepared import prepared_pixel_mm
        from trainer.running.checkpoint import make_place, remove_checkpoint
        from trainer.surface.normals import costs_little, photograph_normals
        from trainer.training.asked import training_asked
        from trainer.training.rehearsal import piece_of_collection
        from trainer.training.support import store_evidence
        from trainer.training.train import train as train_image

        reading = plan.begin("reading")
        collection = read_mlic(
            mlic, test_lights, reading, lights=lights, all_photographs=all_photographs
        )
        for warning in collection.warnings:
            warn(warning)
        if tiles and collection.views is not None:
            settings = replace(settings, relief=False)
        with_normals = costs_little(collection.train) if normals is None else normals
        with_evidence = collection.views is None
        pixel_size = pixel_size or prepared_pixel_mm(collection.reading)
        asked = training_asked(
            collection,
            settings,
            keep_teacher=keep_teacher is not None,
            tiles=tiles,
            pixel_size=pixel_size,
            title=title,
            normals=with_normals,
            **({"facts": facts} if facts else {}),
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

        def finish(piece: RelightableImage, rehearsal: Plan) -> None:
            some = piece_of_collection(collection).train
            if with_normals:
                photograph_normals(some, rehearsal.begin("normals"))
            if with_evidence:
                store_evidence(piece, some, rehearsal.begin("evidence"))
            write_piece(output, tile_format, piece, rehearsal)

        image = train_image(
            collection,
            settings,
            checkpoint=checkpoint,
            keep_teacher=keep_teacher,
            asked=teacher_asked,
            plan=plan,
            finish=finish,
            warn=warn,
        )
        image.pixel_size_mm, image.title, image.facts = pixel_size, title, facts
        if with_normals:
            found = photograph_normals(collection.train, plan.begin("normals"))
            image.normals = normal_levels(found)
        if with_evidence:
            store_evidence(image, collection.train, plan.begin("evidence"))
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
