"""`raking render`: relit frames as files."""

from pathlib import Path
from typing import Annotated

import typer

from raking.cli.directions import (
    CAMERA_ELEVATION,
    CameraElevation,
    CameraOrbit,
    Directions,
    Elevation,
    Light,
    Lights,
    Orbit,
    Sheet,
    View,
    Views,
    chosen_lights,
    chosen_views,
    paired,
)
from raking.cli.looks import ModeName, Numbers, check_normals, parse_look
from raking.cli.options import (
    LARGEST_FRAME,
    Force,
    ImagePath,
    Json,
    check_size,
    parse_numbers,
    parse_size,
)
from raking.cli.printing import print_json, print_next, say, tell_done, warn
from raking.cli.progress import progress_bar
from renderer.files.aside import settle
from renderer.files.ours import check_file, check_output
from renderer.gpu.sheet import CELL, contact_sheet
from renderer.image.finished import check_force, digest, image_digest
from renderer.image.relightable import RelightableImage, read_image
from shaders.decoder import LIGHT
from shaders.errors import RakingError


def render(
    image: ImagePath,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="A .png, .jpg or .webp; for several frames a video, .mp4, or a new folder.",
        ),
    ],
    light: Light = None,
    lights: Lights = None,
    orbit: Orbit = None,
    sheet: Sheet = False,
    elevation: Elevation = None,
    view: View = None,
    views: Views = None,
    camera_orbit: CameraOrbit = None,
    camera_elevation: CameraElevation = CAMERA_ELEVATION,
    mode: ModeName = "plain",
    numbers: Numbers = None,
    crop: Annotated[str | None, typer.Option(metavar="X,Y,WIDTH,HEIGHT")] = None,
    size: Annotated[str | None, typer.Option(help="Of the frames, WIDTHxHEIGHT.")] = None,
    scale: Annotated[
        float | None, typer.Option(min=0, max=16, help="Of the frames, instead of --size.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Relight an image on the GPU, off screen: a picture, a video or a sequence of frames."""
    from renderer.gpu import frames

    lit = chosen_lights(light, lights, orbit, sheet, elevation)
    seen_from = chosen_views(view, views, camera_orbit, camera_elevation)
    if sheet and seen_from and seen_from.several:
        raise typer.BadParameter("a --sheet is seen by one camera: give --view alone")
    conditions, names = paired(lit, seen_from)
    look = parse_look(mode, numbers)
    if size and scale:
        raise typer.BadParameter("give --size or --scale, not both")
    several = lit.several or bool(seen_from and seen_from.several)
    kind = frames.output_kind(output, several=several)
    frame_size = parse_size(size, LARGEST_FRAME) if size else None
    (frames.check_sequence if kind == "folder" else check_file)(output)
    check_output(output, [image, *(file for file in (lights, views) if file)])
    stored = read_image(image)
    check_views(image, stored, seen_from)
    asked = digest(image_digest(image, stored), conditions.tolist(), crop, size, scale, look)
    box = parse_numbers(crop, 4, "--crop") if crop else None
    if box and stored.relief is None:
        stored, box = frames.crop_image(stored, box), None
    elif box:
        frames.check_crop(stored, box)
    whole: tuple[int, int] = (box[2], box[3]) if box else (stored.width, stored.height)
    if scale is not None:
        frame_size = scaled_size(*whole, scale)
    if sheet and frame_size is None:
        frame_size = frames.size_within(*whole, CELL)
    frames.check_frame_size(kind, frame_size or whole)
    facts = {
        "output": str(output),
        "frames": len(names),
        "lights": conditions[:, -2:].tolist(),
        **({"views": conditions[:, :2].tolist()} if seen_from else {}),
    }
    if kind == "folder":
        settle(output)
        if not force and frames.sequence_is_done(output, names, asked):
            what = f"the {len(names)} frames of {image}"
            tell_done(output, what, facts, as_json, ["raking", "view", image])
            return
        check_force(output, "other frames", force, warn)
    with progress_bar("frames") as show:
        check_normals(stored, look, lambda done, total: show(done, total, "normals"))
        relit = frames.relight_frames(stored, conditions, frame_size, look, box)
        if kind == "folder":
            frames.write_sequence(relit, names, output, show, asked)
        elif kind == "MP4":
            frames.write_video(relit, len(names), output, show)
        elif sheet:
            frames.write_frame(contact_sheet(relit, frame_size or whole), output)
            show(1, 1)
        else:
            frames.write_frame(next(relit), output)
            show(1, 1)
    if as_json:
        print_json(facts)
    else:
        width, height = frame_size or whole
        count = "1 frame" if len(names) == 1 else f"{len(names):,} frames"
        count = "a sheet of nine frames" if sheet else count
        say(f"Wrote {output}: {count} of {width} x {height} pixels")
        print_next("raking", "view", image)


def check_views(path: Path, image: RelightableImage, views: Directions | None) -> None:
    if views and image.decoder.conditions == LIGHT:
        raise RakingError(
            f"{path} is of one camera, so it can be seen from there alone: leave out the view"
        )


def scaled_size(width: int, height: int, scale: float) -> tuple[int, int]:
    if not 0 < scale <= 16:
        raise typer.BadParameter("--scale takes a number above 0 and up to 16")
    size = max(1, round(width * scale)), max(1, round(height * scale))
    check_size(*size, LARGEST_FRAME)
    return size
