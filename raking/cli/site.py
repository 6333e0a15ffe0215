"""`raking site`: images with the viewer, for any web host."""

from pathlib import Path
from typing import Annotated

import typer

from raking.cli.options import Force, Json
from raking.cli.printing import print_json, print_next, say, tell_done, warn
from raking.cli.progress import progress_bar
from renderer.files.ours import check_output
from renderer.image.finished import check_force
from shaders.errors import RakingError


def site(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="SITE", help="A folder for a web host.")
    ],
    address: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Where the site will be, https://museum.org/coin/, for what social networks show.",
        ),
    ] = "",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Export images as they are, with the viewer, for any web host."""
    from webviewer.site import check_address, check_site, site_addresses, site_is_done, write_site

    if output.suffix.lower() in (".html", ".htm", ".zip"):
        raise typer.BadParameter(f"-o takes a folder, which the page {output.name} would lie in")
    check_output(output, images)
    if address:
        check_address(address)
    if not force and site_is_done(images, output, address):
        facts = {"site": str(output), "images": site_addresses(images)}
        following: list[object] = ["python", "-m", "http.server", "-d", output]
        tell_done(output, "the site of these images", facts, as_json, following)
        return
    check_site(output)
    check_force(output, "a site of other images or by another viewer", force, warn)
    with progress_bar("site") as show:
        addresses = write_site(images, output, show, address, _preview(images[0]))
    if as_json:
        print_json({"site": str(output), "images": addresses})
    else:
        say(f"{output}: put this folder on any web server; it holds {', '.join(addresses)}")
        print("To try it, open http://localhost:8000/ while this runs:")
        print_next("python", "-m", "http.server", "-d", output)


def _preview(image: Path) -> bytes | None:
    """A picture of the image for those that show no more; None where nothing can draw it."""
    from renderer.gpu.preview import preview_of

    try:
        return preview_of(image)
    except RakingError as error:
        warn(f"the site has no preview picture: {error}")
        return None
