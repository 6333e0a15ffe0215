"""`raking prepare`: photographs cut out, laid over each other and evenly lit, as a collection."""

from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import Force, Json, LightsPath, PixelSize, parse_numbers
from raking.cli.printing import print_facts, print_json, print_next, say, tell_done, warn
from raking.cli.progress import shown_plan
from renderer.files.ours import check_output
from shaders.errors import RakingError


def prepare(
    photographs: Annotated[
        Path, typer.Argument(metavar="PHOTOGRAPHS", help="Folder of photographs.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="For the new photographs.")
    ],
    lights: LightsPath = None,
    crop: Annotated[
        str | None,
        typer.Option(
            metavar="auto|X,Y,WIDTH,HEIGHT",
            help="Cut out the object, without the spheres, or a rectangle.",
            show_default="all",
        ),
    ] = None,
    align: Annotated[
        bool, typer.Option("--align", help="Lay photographs that have moved over the others.")
    ] = False,
    even: Annotated[
        bool,
        typer.Option(
            "--even", help="Divide out the fall-off of near lamps, and how bright each lamp was."
        ),
    ] = False,
    grey: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y,WIDTH,HEIGHT",
            help="For --even: a grey card that lies flat in every photograph.",
            show_default="photographs against each other",
        ),
    ] = None,
    flat_field: Annotated[
        Path | None,
        typer.Option(
            metavar="PICTURE|FOLDER", help="A white card in the object's place, or one per light."
        ),
    ] = None,
    pixel_size: PixelSize = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Cut out, align and evenly light photographs; the new ones are a collection to train on."""
    if crop is None and not (align or even or flat_field):
        raise typer.BadParameter(
            "nothing is asked for: add --crop, --align, --even or --flat-field"
        )
    if grey is not None and not even:
        raise typer.BadParameter("--grey goes with --even")
    from trainer.collection.prepared import stored_preparation
    from trainer.preparing.prepare import Wanted, prepare
    from trainer.preparing.ready import check_prepared, prepared_mask, write_prepared
    from trainer.preparing.sources import preparation_asked, read_sources

    wanted = Wanted(
        crop="auto" if crop == "auto" else rectangle(crop, "--crop"),
        align=align,
        even=even,
        card=rectangle(grey, "--grey"),
    )
    read = [photographs, *([lights] if lights else []), *([flat_field] if flat_field else [])]
    check_output(output, read)
    check_prepared(output)
    sources = read_sources(photographs, lights, flat_field, pixel_size, warn)
    asked = preparation_asked(sources, wanted)
    stored = stored_preparation(output) if output.exists() else {}
    following: list[object] = ["raking", "train", output]
    following += ["-o", f"{photographs.resolve().name}-image"]
    if stored and not force:
        if stored.get("asked") != asked:
            raise RakingError(
                f"{output} holds photographs that were prepared otherwise; add --force to replace "
                "them, or choose another folder"
            )
        tell_done(output, "these photographs", {"collection": str(output)}, as_json, following)
        return
    with shown_plan() as plan:
        shots, done = prepare(
            *(sources.shots, sources.lights, sources.mask, sources.setup),
            *(sources.flat_fields, wanted, plan),
        )
        spheres = sources.setup.spheres if crop == "auto" else []
        mask = prepared_mask(sources.mask, done, spheres)
        progress = plan.begin("writing")
        write_prepared(shots, done, mask, sources.held_out, output, asked, progress)
    for warning in done.warnings:
        warn(warning)
    if as_json:
        print_json({"collection": str(output), **done.record})
        return
    print_facts(told(done))
    say(f"Wrote {output}: {done.crop[2]} x {done.crop[3]} pixels")
    print_next(*following)


def told(done: Any) -> dict[str, str]:
    """What a person wants to know of it."""
    x, y, width, height = done.crop
    shown = {"photographs": f"{len(done.lights)}, {width} x {height} pixels from {x}, {y} on"}
    if align := done.record.get("align"):
        shown["moved"] = (
            f"{align['moved']} photographs, by up to {align['largest_px']:.1f} pixels, to "
            f"{align['unsure_px']:.2f}"
        )
    if even := done.record.get("even"):
        shown["fall-off"] = "divided out" if even["fall_off"] else "not known"
        shown["brightness"] = (
            f"by {even['gains']}: times {even['least_gain']:.2f} to {even['largest_gain']:.2f}"
        )
    if flat := done.record.get("flat_field"):
        shown["flat field"] = flat
    return shown


def rectangle(text: str | None, option: str) -> Any:
    """Four whole numbers, the last two above 0."""
    if text is None:
        return None
    found = parse_numbers(text, 4, option)
    if min(found[:2]) < 0 or min(found[2:]) < 1:
        raise typer.BadParameter(f"{option} takes X,Y,WIDTH,HEIGHT inside the photographs")
    return found
