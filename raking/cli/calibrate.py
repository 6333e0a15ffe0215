"""`raking calibrate`: the lights of photographs, from a glossy sphere beside the object."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import Force, Json, PixelSize
from raking.cli.printing import errors, print_facts, print_json, print_next, say, tell_done, warn
from raking.cli.progress import shown_plan
from renderer.files.ours import check_output
from shaders.errors import RakingError

LONGEST_FOCAL = 1e7  # pixels
FARTHEST = 1e6  # millimetres


def calibrate(
    photographs: Annotated[
        Path, typer.Argument(metavar="PHOTOGRAPHS", help="Folder of photographs.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="LP|FOLDER", help="A light file, or a folder for all of it."
        ),
    ],
    sphere: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y,R",
            help="Column, row and radius of a sphere in pixels; for each one.",
            show_default="found",
        ),
    ] = None,
    focal: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=LONGEST_FOCAL,
            metavar="PIXELS",
            help="The focal length.",
            show_default="from EXIF",
        ),
    ] = None,
    distance: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=FARTHEST,
            metavar="MM",
            help="Of all lamps from the picture's middle: the dome's radius. With --pixel-size.",
            show_default="found with two spheres",
        ),
    ] = None,
    pixel_size: PixelSize = None,
    dome: Annotated[
        Path | None,
        typer.Option(metavar="DOME", help="Take the lights of a dome that --save-dome wrote."),
    ] = None,
    lights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Look for no sphere: check a light file against the photographs.",
            show_default="found on spheres",
        ),
    ] = None,
    save_dome: Annotated[
        Path | None,
        typer.Option(metavar="DOME", help="A JSON file for the lights, for other objects."),
    ] = None,
    refine: Annotated[
        bool,
        typer.Option("--refine", help="Move lights to where they explain the photographs best."),
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where all lights stand on one side.")
    ] = False,
    review: Annotated[
        bool,
        typer.Option(
            "--review", help="Look at it in the browser and put it right, before it is written."
        ),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="For --review; 0: any free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="For --review.")] = True,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Find spheres and highlights in photographs, and from them the lights."""
    if distance is not None and pixel_size is None:
        raise typer.BadParameter("--distance is in millimetres, and needs --pixel-size")
    if dome is not None and (sphere or focal or distance or review):
        raise typer.BadParameter("with --dome no sphere is looked for: leave its options out")
    if lights is not None and (sphere or focal or distance or dome or review):
        raise typer.BadParameter("with --lights no sphere is looked for: leave its options out")
    from trainer.calibration import dome as domes
    from trainer.calibration.calibrate import Settings
    from trainer.calibration.calibrate import calibrate as find_lights
    from trainer.calibration.given import read_given
    from trainer.calibration.record import (
        check_calibration,
        check_light_file,
        dome_of,
        facts,
        stored_record,
        write_calibration,
        write_light_file,
    )
    from trainer.calibration.shots import asked_of, photographs_in
    from trainer.calibration.views import read_shots

    alone = output.suffix.lower() == ".lp"
    inputs = [photographs, *([dome] if dome else []), *([lights] if lights else [])]
    if save_dome is not None:
        check_output(save_dome, [*inputs, output])
        domes.check_dome(save_dome)
    check_output(output, inputs)
    (check_light_file if alone else check_calibration)(output)
    if lights is None:
        files, given = photographs_in(photographs, warn), None
    else:
        files, given = read_given(photographs, lights, warn)
    settings = Settings(
        spheres=tuple(parse_sphere(text) for text in sphere or ()),
        focal=focal,
        distance_mm=distance,
        pixel_mm=pixel_size,
        refine=refine,
        anyway=anyway,
        dome=domes.read_dome(dome) if dome else None,
        given=given,
    )
    asked = asked_of(files, settings)
    found = output if alone else output / "lights.lp"
    following: list[object] = ["raking", "train", photographs, "--lights", found]
    following += ["-o", f"{photographs.resolve().name}-image"]
    stored = {} if alone else stored_record(output)
    same = bool(stored) and stored.get("asked") == asked
    if stored and not force and not (same and (save_dome or review)):
        if not same:
            raise RakingError(
                f"{output} holds a calibration of other photographs or settings; add --force to "
                "replace it, or choose another folder"
            )
        tell_done(output, "these lights", {"calibration": str(output)}, as_json, following)
        return
    with shown_plan() as plan:
        result = find_lights(read_shots(files), settings, plan)

    def write(result: Any) -> str:
        if alone:
            write_light_file(result, output)
        else:
            write_calibration(result, output, asked)
        if save_dome is not None:
            domes.save_dome(dome_of(result), save_dome)
        return f"Wrote {output}{f' and, for other objects, {save_dome}' if save_dome else ''}"

    if review:
        result = reviewed(result, stored if same else {}, photographs, write, port, open_browser)
    else:
        write(result)
    for warning in result.warnings:
        warn(warning)
    if as_json:
        print_json({"calibration": str(output), **facts(result)})
        return
    print_facts(told(result))
    say(f"Wrote {output}{f' and, for other objects, {save_dome}' if save_dome else ''}")
    if not alone:
        say(f"All of it, with pictures: {output / 'calibration.html'}")
    print_next(*following)


def reviewed(
    result: Any,
    stored: dict[str, Any],
    photographs: Path,
    write: Callable[[Any], str],
    port: int,
    open_browser: bool,
) -> Any:
    """The calibration as a person accepts it on a page, which has it written. `stored` is what an
    earlier review of the same photographs left, whose corrections are taken up."""
    import webbrowser

    from trainer.calibration.review import review_of
    from webviewer.review_server import ReviewServer

    review = review_of(result, photographs)
    review.take_up(stored)
    with ReviewServer(review, lambda: f"{write(review.result)}.", port) as server:
        errors.print("Nothing is written before it is accepted on this page; Ctrl-C ends it.")
        errors.print(server.url, soft_wrap=True)
        if open_browser:
            webbrowser.open(server.url)
        server.accepted.wait()
    return review.result


def told(result: Any) -> dict[str, str]:
    """What a person wants to know first."""
    deviations = [light.deviation for light in result.lights if light is not None]
    shown = {
        f"sphere {number}": f"column {found.outline.x:.1f}, row {found.outline.y:.1f}, radius "
        f"{found.outline.across:.1f} pixels"
        for number, found in enumerate(result.found, 1)
    }
    focal = result.camera.focal
    return {
        **shown,
        "focal length": result.focal_from
        if focal is None
        else f"{focal:.0f} pixels, {result.focal_from}",
        "lamps": result.lamps,
        "lights": f"{len(deviations)} of {len(result.lights)} photographs",
        "uncertainty": f"{sorted(deviations)[len(deviations) // 2]:.1f} degrees, at worst "
        f"{max(deviations):.1f}",
    }


def parse_sphere(text: str) -> tuple[float, float, float]:
    try:
        x, y, radius = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"--sphere takes column, row and radius as X,Y,R, not {text!r}"
        ) from None
    return x, y, radius
