"""`raking convert`: images anew, as pyramids or flat."""

from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import Force, Json, PixelSize, Title, check_title
from raking.cli.printing import print_json, print_levels, print_next, say, warn
from raking.cli.progress import shown_plan
from raking.cli.writing import write_converted, write_piece
from renderer.files.ours import check_output
from renderer.image.finished import image_digest, image_is_done, stored_image
from renderer.image.normal_levels import normal_levels
from renderer.image.pyramid import LARGEST_TILE, Format, TileFormat
from renderer.image.relightable import (
    RelightableImage,
    check_can_tile,
    check_writable,
    read_image,
)
from trainer.running.plan import Plan


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
        Format | None, typer.Option(help="jpg loses some.", show_default="png")
    ] = None,
    tile_size: Annotated[
        int | None, typer.Option(min=64, max=LARGEST_TILE, help="Pixels.", show_default="512")
    ] = None,
    quality: Annotated[
        int | None, typer.Option(min=1, max=100, help="Of jpg.", show_default="95")
    ] = None,
    pixel_size: PixelSize = None,
    title: Title = None,
    normals: Annotated[
        bool | None,
        typer.Option(
            "--normals/--no-normals",
            help="Add the surface's normals, found from the image, or leave them out.",
            show_default="as they are",
        ),
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write images anew, as pyramids or flat."""
    of_tiles = {"name": tile_format, "size": tile_size, "quality": quality}
    given: dict[str, Any] = {key: value for key, value in of_tiles.items() if value is not None}
    check_title(title)
    if given and not tiles:
        raise typer.BadParameter("--tile-format, --tile-size and --quality go with --tiles")
    if quality is not None and tile_format != "jpg":
        raise typer.BadParameter("--quality goes with --tile-format jpg; the others lose nothing")
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
        if tiles:
            check_can_tile(image)
        asked = {"command": "convert", "source": image_digest(path, image), "tiles": tiles}
        asked |= {**given, "pixel_size": pixel_size, "title": title}
        asked |= {} if normals is None else {"normals": normals}
        if normals is False:
            image.normals = None
        done = image_is_done(target, asked, force, warn)
        image.pixel_size_mm = pixel_size or image.pixel_size_mm
        image.title = title or image.title
        if done:
            levels = stored_image(target)[1].levels or []
        else:
            levels = convert_one(
                image, target, TileFormat(**given) if tiles else None, asked, normals
            )
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


def convert_one(
    image: RelightableImage,
    path: Path,
    tiles: TileFormat | None,
    asked: dict[str, Any],
    normals: bool | None,
) -> list[dict[str, Any]]:
    """As `write_converted`, with a plan of its own; with `normals`, which are found first where the
    image has none."""
    from trainer.training.rehearsal import for_the_whole, piece_of_image

    with shown_plan() as plan:
        plan.begin("estimating")
        rehearsal, piece = Plan(), piece_of_image(image)
        if normals:
            add_normals(piece, rehearsal)
        write_piece(path, tiles, piece, rehearsal)
        plan.expect(for_the_whole(rehearsal.took, piece, image))
        if normals:
            add_normals(image, plan)
        return write_converted(image, path, tiles, plan, asked)


def add_normals(image: RelightableImage, plan: Plan) -> None:
    """Gives an image normals where it has none."""
    from trainer.surface.normals import image_normals

    if image.normals is None:
        image.normals = normal_levels(image_normals(image, plan.begin("normals")))
