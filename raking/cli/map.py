"""`raking map`: the latent space of an image in two dimensions."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from raking.cli.options import LARGEST_SEED, Force, ImagePath, Json
from raking.cli.printing import print_json, print_next, say, tell_done, warn
from raking.cli.progress import progress_bar
from renderer.files.ours import check_output
from renderer.image.finished import check_force, digest, image_digest
from renderer.image.relightable import read_image


def map_(
    image: ImagePath,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="MAP", help="A new folder for the map.")
    ],
    method: Annotated[
        Literal["tsne", "axes"],
        typer.Option(help="t-SNE (needs openTSNE), or the two principal axes, at once."),
    ] = "tsne",
    pixels: Annotated[
        int, typer.Option(min=1, max=20_000, help="How many to lay out, at random.")
    ] = 20_000,
    clusters: Annotated[int, typer.Option(min=1, max=20, help="By k-means.")] = 6,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED)] = 0,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Lay the pixels of an image out by how alike they look under all lights."""
    stored = read_image(image)
    from trainer.mapping.atlas import check_map, map_image, map_is_done, write_map

    check_output(output, [image])
    asked = digest("map", image_digest(image, stored), method, pixels, clusters, seed)
    facts = {"map": str(output), "method": method, "pixels": pixels, "clusters": clusters}
    following: list[object] = [
        "python",
        "-m",
        "webbrowser",
        (output / "map.png").resolve().as_uri(),
    ]
    if not force and map_is_done(output, asked):
        tell_done(output, f"the map of {image}", facts, as_json, following)
        return
    check_map(output)
    check_force(output, "a map", force, warn)
    with progress_bar("map") as show:
        found = map_image(stored, method, pixels, clusters, seed, show)
    write_map(found, output, f"{image.resolve().name}, {len(found.points):,} pixels", asked)
    if as_json:
        print_json({**facts, "pixels": len(found.points)})
    else:
        say(f"Wrote {output}: {len(found.points):,} pixels in {clusters} clusters")
        print_next(*following)
