"""`raking sample`: the procedural collection."""

from pathlib import Path
from typing import Annotated

import typer

from raking.cli.options import LARGEST_SEED, Json, parse_size
from raking.cli.printing import beside, print_json, print_next, say, tell_done
from raking.cli.progress import progress_bar


def sample(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    size: Annotated[
        str | None,
        typer.Option(
            help="Pixels, WIDTHxHEIGHT, up to 16 million; of a BTF up to 1 million.",
            show_default="512x512 or, of a BTF, 192x192",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED)] = 0,
    btf: Annotated[
        bool, typer.Option("--btf", help="19 cameras x 49 lights, and 9 x 20 to test with.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a procedural collection: a carved relief of several materials, 49 + 20 lights."""
    from trainer.sample import btf as several
    from trainer.sample import sample as one

    width, height = parse_size(
        size or ("192x192" if btf else "512x512"), several.MAX_PIXELS if btf else one.MAX_PIXELS
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
