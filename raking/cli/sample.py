"""`raking sample`: the procedural collection."""

from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import LARGEST_SEED, Json, parse_size
from raking.cli.printing import beside, print_json, print_next, say, tell_done
from raking.cli.progress import progress_bar

LARGEST_NOISE = 100  # levels
LARGEST_BLUR = 20  # pixels
SIZE, WITH_SPHERES = "512x512", "640x480"
OF_BTF = "192x192"


def sample(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    size: Annotated[
        str | None,
        typer.Option(
            help="Pixels, WIDTHxHEIGHT, up to 16 million; of a BTF up to 1 million.",
            show_default=f"{SIZE}; {WITH_SPHERES} with spheres; {OF_BTF} of a BTF",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED)] = 0,
    spheres: Annotated[
        bool,
        typer.Option(
            "--spheres",
            help="Photographs without a light file: the relief between two glossy spheres under "
            "a near lamp, and the truth to calibrate against.",
        ),
    ] = False,
    noise: Annotated[
        float, typer.Option(min=0, max=LARGEST_NOISE, help="With spheres: in levels of 255.")
    ] = 0.0,
    blur: Annotated[
        float, typer.Option(min=0, max=LARGEST_BLUR, help="With spheres: in pixels.")
    ] = 0.0,
    chart: Annotated[
        bool, typer.Option("--chart", help="With spheres: a colour chart and a ruler.")
    ] = False,
    coin: Annotated[bool, typer.Option("--coin", help="With spheres: a coin.")] = False,
    window: Annotated[
        bool, typer.Option("--window", help="With spheres: a window that they reflect.")
    ] = False,
    camera: Annotated[
        float | None,
        typer.Option(
            min=100,
            max=1e6,
            metavar="MM",
            help="With spheres: how far the camera is.",
            show_default="no perspective",
        ),
    ] = None,
    btf: Annotated[
        bool, typer.Option("--btf", help="19 cameras x 49 lights, and 9 x 20 to test with.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a procedural collection: a carved relief of several materials, 49 + 20 lights."""
    options = {"noise": noise, "blur": blur, "chart": chart, "coin": coin, "window": window}
    if spheres and btf:
        raise typer.BadParameter("--spheres and --btf are two samples: choose one")
    if spheres:
        _with_spheres(path, size or WITH_SPHERES, as_json, seed=seed, camera_mm=camera, **options)
        return
    for name, value in {**options, "camera": camera}.items():
        if value:
            raise typer.BadParameter(f"--{name} goes with --spheres")
    from trainer.sample import btf as several
    from trainer.sample import sample as one

    width, height = parse_size(
        size or (OF_BTF if btf else SIZE), several.MAX_PIXELS if btf else one.MAX_PIXELS
    )
    is_done = several.btf_is_done if btf else one.sample_is_done
    write = several.write_btf if btf else one.write_sample
    what = "BTF" if btf else "sample"
    facts = {"collection": str(path), "width": width, "height": height, "seed": seed}
    following: list[object] = ["raking", "train", path, "-o", beside(path, "image")]
    if is_done(path, width, height, seed):
        told = f"the {what} of {width} x {height} pixels and seed {seed}"
        tell_done(path, told, facts, as_json, following)
        return
    with progress_bar(what) as show:
        write(path, width, height, seed, show)
    if as_json:
        print_json(facts)
    else:
        how = (
            "19 cameras x 49 lights to train on and 9 x 20"
            if btf
            else "49 lights to train on and 20"
        )
        say(f"{path}: {width} x {height} pixels, {how} to test with")
        print_next(*following)


def _with_spheres(path: Path, size: str, as_json: bool, **options: Any) -> None:
    """`raking sample --spheres`."""
    from trainer.sample.sample import MAX_PIXELS
    from trainer.sample.tabletop import (
        LIGHTS,
        PHOTOGRAPHS,
        Tabletop,
        tabletop_is_done,
        write_tabletop,
    )

    width, height = parse_size(size, MAX_PIXELS)
    scene = Tabletop(width, height, **options)
    facts = {"photographs": str(path / PHOTOGRAPHS), **options}
    following: list[object] = ["raking", "calibrate", path / PHOTOGRAPHS]
    following += ["-o", beside(path, "lights")]
    if tabletop_is_done(path, scene):
        tell_done(path, f"this sample of seed {scene.seed}", facts, as_json, following)
        return
    with progress_bar("sample") as show:
        write_tabletop(path, scene, show)
    if as_json:
        print_json(facts)
    else:
        say(f"{path}: {width} x {height} pixels, {LIGHTS} photographs; truth/ has the answers")
        print_next(*following)
