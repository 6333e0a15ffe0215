"""`raking verify`: the shaders held against PyTorch."""

from typing import Annotated, Any

import typer

from raking.cli.options import MOST_LIGHTS, ImagePath, Json, Renderer
from raking.cli.printing import beside, print_json, print_next, print_table, say
from raking.cli.progress import progress_bar


def verify(
    image: ImagePath,
    lights: Annotated[
        int, typer.Option(min=20, max=MOST_LIGHTS, help="Light directions to compare.")
    ] = 20,
    renderer: Annotated[Renderer, typer.Option(help="Of the browser.")] = Renderer.auto,
    as_json: Json = False,
) -> None:
    """Hold the shaders (wgpu, WebGL2) against PyTorch; exit status 1 if they differ."""
    from bench.verify import verify as verify_image

    with progress_bar("verify") as show:
        result = verify_image(
            image,
            lights,
            renderer.value,
            lambda label, done, n: show(done, n, label),
        )
    if as_json:
        print_json(result)
    else:
        print_agreement(result)
        print_next("raking", "bench", image, "-o", beside(image, "bench"))
    if not result["ok"]:
        raise typer.Exit(1)


def print_agreement(result: dict[str, Any]) -> None:
    """The table of `raking verify`."""
    rows = []
    for agreement in [*result["backends"], *result["random_decoders"]]:
        units, model = agreement.get("units"), agreement.get("model")
        views = ", with views" if agreement.get("conditions") == 4 else ""
        rows.append(
            {
                "decoder": f"random {model} ({units}){views}" if units else "image",
                "mode": agreement["mode"],
                "backend": agreement["name"],
                "pixels": agreement["pixels"],
                "lights": agreement["lights"],
                "step": agreement["max_step"],
                "differ": f"{agreement['differing']:.4%}",
                "error": f"{agreement['max_abs_error']:.1e}",
                "range": f"{agreement['output_range']:.1f}",
                "": "equal" if agreement["ok"] else "DIFFERS",
            }
        )
    print_table(f"{result['image']} against PyTorch", rows)
    for name, device in {row["name"]: row["device"] for row in result["backends"]}.items():
        say(f"{name}: {device}")
