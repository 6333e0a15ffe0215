"""`raking normals`: the surface of a collection or an image, as normals and relief."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from raking.cli.options import Json, LightsPath, PixelSize
from raking.cli.printing import print_json, print_next, say, warn
from raking.cli.progress import shown_plan
from renderer.files.ours import check_file, check_output
from renderer.image.relightable import read_image

Bits = Literal["8", "16"]
ENDINGS = {"-o": (".png",), "--heights": (".tif", ".tiff"), "--mesh": (".ply",)}


def normals(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGE|MLIC", help="A relightable image or, better, the photographs."
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.png", help="x right, y up: (n + 1) / 2.")
    ],
    bits: Annotated[Bits, typer.Option(help="Of each of the three values.")] = "8",
    heights: Annotated[
        Path | None, typer.Option(metavar="FILE.tif", help="The relief, of 16 bits.")
    ] = None,
    mesh: Annotated[Path | None, typer.Option(metavar="FILE.ply", help="The relief.")] = None,
    lights: LightsPath = None,
    pixel_size: PixelSize = None,
    as_json: Json = False,
) -> None:
    """Find a surface's normals by photometric stereo, and its relief by integration."""
    is_image = (source / "info.json").exists()
    if is_image and lights is not None:
        raise typer.BadParameter("--lights goes with photographs, and this is a relightable image")
    places = {"-o": output, "--heights": heights, "--mesh": mesh}
    outputs = {option: path for option, path in places.items() if path is not None}
    for option, path in outputs.items():
        if path.suffix.lower() not in ENDINGS[option]:
            raise typer.BadParameter(f"{option} names a {ENDINGS[option][0]} file, not {path.name}")
        check_file(path)
        check_output(path, [source, *([lights] if lights else [])])
    with shown_plan() as plan:
        from trainer.surface import surface_files
        from trainer.surface.integration import heights as relief_of
        from trainer.surface.normals import image_normals, photograph_normals

        reading = plan.begin("reading")
        if is_image:
            image = read_image(source)
            mask, pixel_size = image.mask, pixel_size or image.pixel_size_mm
            found = image_normals(image, plan.begin("normals"))
        else:
            from trainer.collection.mlic import read_mlic

            collection = read_mlic(source, progress=reading, lights=lights, all_photographs=True)
            for warning in collection.warnings:
                warn(warning)
            mask = collection.mask
            found = photograph_normals(collection.train, plan.begin("normals"))
        if heights or mesh:
            plan.begin("relief")
            relief = relief_of(found, mask)
        plan.begin("writing")
        surface_files.write_normals(found, output, 8 if bits == "8" else 16)
        if heights:
            surface_files.write_heights(relief, heights, pixel_size)
        if mesh:
            surface_files.write_mesh(relief, mesh, mask, pixel_size)
    if as_json:
        unit = {"unit": "mm" if pixel_size else "pixels"} if heights or mesh else {}
        print_json({"outputs": [str(path) for path in outputs.values()], **unit})
    else:
        height, width = found.shape[:2]
        say(f"Wrote {', '.join(map(str, outputs.values()))}: {width} x {height} pixels")
        if (heights or mesh) and not pixel_size:
            say("Heights are in pixels: with --pixel-size they are in mm")
        print_next("python", "-m", "webbrowser", output.resolve().as_uri())
