"""`raking render`: relit frames as files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.looks import ModeName, Numbers, check_normals, parse_look
from raking.cli.options import (
    LARGEST_FRAME,
    MOST_FRAMES,
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
from renderer.gpu.sheet import PLACES, RAKING, cell_size, contact_sheet, sheet_lights
from renderer.image.finished import check_force, digest, image_digest
from renderer.image.relightable import RelightableImage, read_image

ORBIT = 30.0  # degrees above the surface


def render(
    image: ImagePath,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="A .png, .jpg or .webp; for several lights a video, .mp4, or a new folder.",
        ),
    ],
    light: Annotated[str | None, typer.Option(metavar="X,Y", help="One light direction.")] = None,
    lights: Annotated[Path | None, typer.Option(metavar="FILE.lp", help="One frame each.")] = None,
    orbit: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=MOST_FRAMES, help="N lights around.")
    ] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="A contact sheet: raking light from eight sides.")
    ] = False,
    elevation: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=90,
            help="Of the orbit or the sheet, in degrees.",
            show_default=f"{ORBIT:g}, of the sheet {RAKING:g}",
        ),
    ] = None,
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
    import numpy as np

    from renderer.gpu import frames

    if sum(option is not None for option in (light, lights, orbit, sheet or None)) != 1:
        raise typer.BadParameter("give one of --light, --lights, --orbit and --sheet")
    look = parse_look(mode, numbers)
    if size and scale:
        raise typer.BadParameter("give --size or --scale, not both")
    kind = frames.output_kind(output, several=light is None and not sheet)
    frame_size = parse_size(size, LARGEST_FRAME) if size else None
    if light is not None:
        directions, names = np.array([parse_light(light)]), ["frame"]
    elif lights is not None:
        directions, names = read_lights(lights)
    elif sheet:
        directions = sheet_lights(RAKING if elevation is None else elevation)
        names = [name for name, _ in PLACES]
    else:
        directions = frames.orbit(orbit or 1, ORBIT if elevation is None else elevation)
        names = [f"frame_{i:04d}" for i in range(len(directions))]
    (frames.check_sequence if kind == "folder" else check_file)(output)
    check_output(output, [image, *([lights] if lights else [])])
    stored = read_image(image)
    asked = digest(image_digest(image, stored), directions.tolist(), crop, size, scale, look)
    if crop:
        stored = frames.crop_image(stored, parse_numbers(crop, 4, "--crop"))
    if scale is not None:
        frame_size = scaled_size(stored, scale)
    if sheet and frame_size is None:
        frame_size = cell_size(stored.width, stored.height)
    frames.check_frame_size(kind, frame_size or (stored.width, stored.height))
    facts = {"output": str(output), "frames": len(names), "lights": directions.tolist()}
    if kind == "folder":
        settle(output)
        if not force and frames.sequence_is_done(output, names, asked):
            what = f"the {len(names)} frames of {image}"
            tell_done(output, what, facts, as_json, ["raking", "view", image])
            return
        check_force(output, "other frames", force, warn)
    with progress_bar("frames") as show:
        check_normals(stored, look, lambda done, total: show(done, total, "normals"))
        relit = frames.relight_frames(stored, directions, frame_size, look)
        if kind == "folder":
            frames.write_sequence(relit, names, output, show, asked)
        elif kind == "MP4":
            frames.write_video(relit, len(names), output, show)
        elif sheet:
            each = frame_size or (stored.width, stored.height)
            frames.write_frame(contact_sheet(relit, each), output)
            show(1, 1)
        else:
            frames.write_frame(next(relit), output)
            show(1, 1)
    if as_json:
        print_json(facts)
    else:
        width, height = frame_size or (stored.width, stored.height)
        count = "1 frame" if len(names) == 1 else f"{len(names):,} frames"
        count = "a sheet of nine frames" if sheet else count
        say(f"Wrote {output}: {count} of {width} x {height} pixels")
        print_next("raking", "view", image)


def read_lights(path: Path) -> tuple[Any, list[str]]:
    """Light directions [L, 2] of a light file, and names for the frames, each once."""
    import numpy as np

    from trainer.lights.lightfile import read_light_file

    read = read_light_file(path)
    entries = read.entries
    if len(entries) > MOST_FRAMES:
        raise typer.BadParameter(f"{path} lists {len(entries)} lights, where {MOST_FRAMES} go")
    for warning in read.warnings:
        warn(warning)
    names = [f"{i:04d}_{Path(entry.name or 'frame').stem}" for i, entry in enumerate(entries)]
    return np.array([entry.direction[:2] for entry in entries]), names


def scaled_size(image: RelightableImage, scale: float) -> tuple[int, int]:
    if not 0 < scale <= 16:
        raise typer.BadParameter("--scale takes a number above 0 and up to 16")
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    check_size(*size, LARGEST_FRAME)
    return size


def parse_light(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"--light takes two numbers, X,Y, not {text!r}") from None
    if not x * x + y * y <= 1.0001:
        raise typer.BadParameter(f"the light {text} lies outside the unit disc")
    return x, y
