"""`raking evaluate`: how close an image comes to photographs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import ImagePath, Json, LightsPath, MlicPath
from raking.cli.printing import beside, print_json, print_next, print_table, say, warn
from raking.cli.progress import progress_bar
from renderer.files.aside import settle
from renderer.files.ours import check_output
from renderer.image.finished import check_force
from renderer.image.relightable import read_image


def evaluate(
    image: ImagePath,
    mlic: MlicPath,
    lights: LightsPath = None,
    test_lights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Names of the photographs to compare with.")
    ] = None,
    heat_maps: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A new folder for pictures of the errors.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="PSNR, SSIM and Delta E alone.")] = False,
    pictures: Annotated[
        bool,
        typer.Option("--pictures", help="Both folders hold pictures, to be paired by name."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Of --heat-maps: replace earlier ones.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Score a stored image against held-out photographs."""
    if pictures and (test_lights or lights):
        option = "--test-lights" if test_lights else "--lights"
        raise typer.BadParameter(f"{option} goes without --pictures, which compares them all")
    options = (lights, test_lights, heat_maps, fast, force)
    title, scores = evaluate_one(image, mlic, pictures, *options)
    if as_json:
        print_json(scores)
    else:
        print_scores(title, scores)
        if heat_maps:
            say(f"Wrote {heat_maps}")
            print_next("python", "-m", "webbrowser", heat_maps.resolve().as_uri())
        else:
            compared = ["--pictures"] if pictures else []
            maps = ["--heat-maps", beside(image, "errors")]
            print_next("raking", "evaluate", image, mlic, *compared, *maps)


def evaluate_one(
    image: Path,
    mlic: Path,
    pictures: bool,
    lights: Path | None,
    test_lights: Path | None,
    heat_maps: Path | None,
    fast: bool,
    force: bool,
) -> tuple[str, dict[str, Any]]:
    """`raking evaluate IMAGE MLIC`: what was scored, and its scores."""
    if not pictures:
        stored = read_image(image)
    from trainer.collection.mlic import read_mlic
    from trainer.quality.evaluate import ALL, FAST, evaluate_pictures
    from trainer.quality.evaluate import evaluate as evaluate_image
    from trainer.quality.heatmaps import check_heat_maps

    if heat_maps:
        settle(heat_maps)
        check_heat_maps(heat_maps)
        check_output(heat_maps, [image, mlic, *([test_lights] if test_lights else [])])
        check_force(heat_maps, "heat maps", force, warn)
    with progress_bar("evaluate") as show:
        options: dict[str, Any] = {
            "metrics": FAST if fast else ALL,
            "heat_maps": heat_maps,
            "progress": show,
        }
        if pictures:
            return str(image), evaluate_pictures(image, mlic, **options)
        collection = read_mlic(mlic, test_lights, lights=lights)
        for warning in collection.warnings:
            warn(warning)
        known = stored.provenance.get("collection_sha256", collection.sha256)
        if known != collection.sha256:
            warn(
                f"{image} was trained on other files than {mlic} holds now; it may have seen these"
            )
        test = collection.test if test_lights else None
        remembered = stored.test_lights
        seen = []
        if test and remembered is not None:
            seen = [name for name in test.names if name not in remembered]
        if seen:
            warn(f"{image} was trained on {', '.join(seen)}: their scores are of no unseen light")
        scores = evaluate_image(stored, collection, test=test, **options)
        return f"{stored.label}, {image}", scores


def print_scores(title: str, scores: dict[str, Any]) -> None:
    """The tables of `raking evaluate`."""
    keys = [key for key in scores["intervals"] if scores[key] is not None]
    means = [{"name": "mean", **scores}]
    if scores["intervals"]["psnr"]:
        reach = {key: scores["intervals"][key][1] - scores[key] for key in keys}
        means.append({"name": "95 % interval, +-", **reach})
    rows = [*scores["per_image"], *means]
    table = [{"photograph": row["name"], **{key: row[key] for key in keys}} for row in rows]
    print_table(title, table)
    groups = scores["per_elevation"]
    if 1 < len(groups) < len(scores["per_image"]):
        shown = ("elevation", "lights", *keys)
        print_table(
            "by elevation, within 5 degrees",
            [{key: group[key] for key in shown} for group in groups],
        )
    if scores.get("smoothness") is not None:
        print(
            f"between the photographs: unsteadiness {scores['smoothness']:.3f} levels per square "
            f"degree, {scores['smoothness_ratio']:.2f} of HSH 3; straying "
            f"{scores['straying']:.1f} levels, {scores['straying_ratio']:.2f} of HSH 3"
        )
    if scores.get("evidence_correlation") is not None:
        print(f"evidence: rank correlation with the error {scores['evidence_correlation']:.2f}")
    if "lpips_absent" in scores:
        say(scores["lpips_absent"])
