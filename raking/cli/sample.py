"""`raking sample`: the procedural collection."""

from pathlib import Path
from typing import Annotated

import typer

from raking.cli.options import LARGEST_SEED, Json, parse_size
from raking.cli.printing import beside, print_json, print_next, say, tell_done
from raking.cli.progress import progress_bar


def sample(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    size: Annotated[str, typer.Option(help="Pixels, WIDTHxHEIGHT, up to 16 million.")] = "512x512",
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED)] = 0,
    as_json: Json = False,
) -> None:
    """Write a procedural collection: a carved relief of several materials, 49 + 20 lights."""
    from trainer.sample.sample import MAX_PIXELS, sample_is_done, write_sample

    width, height = parse_size(size, MAX_PIXELS)
    facts = {"collection": str(path), "width": width, "height": height, "seed": seed}
    following: list[object] = ["raking", "train", path, "-o", beside(path, "image")]
    if sample_is_done(path, width, height, seed):
        what = f"the sample of {width} x {height} pixels and seed {seed}"
        tell_done(path, what, facts, as_json, following)
        return
    with progress_bar("sample") as show:
        write_sample(path, width, height, seed, show)
    if as_json:
        print_json(facts)
    else:
        say(f"{path}: {width} x {height} pixels, 49 lights to train on and 20 to test with")
        print_next(*following)
