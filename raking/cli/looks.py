"""The options that say how a picture is seen: `--mode` and `--set`."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from renderer.image.normal_levels import normal_levels
from renderer.image.relightable import RelightableImage
from shaders.look import RANGES, Look, Mode
from trainer.running.plan import Progress

ModeName = Annotated[
    Mode,
    typer.Option(
        help="How the surface is read: specular adds highlights; diffuse, of PTM, deepens relief; "
        "evidence shows what photographs support."
    ),
]
Numbers = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=NUMBER",
        help=f"Of the mode and the picture, several times: {', '.join(RANGES)}.",
    ),
]


def parse_look(mode: Mode, numbers: list[str] | None) -> Look:
    """The look of `--mode` and `--set`; what cannot be is refused."""
    look = Look(mode)
    for text in numbers or []:
        name, _, value = text.partition("=")
        if name not in RANGES:
            raise typer.BadParameter(f"--set knows no {name!r}, but {', '.join(RANGES)}")
        try:
            look = changed(look, name, float(value))
        except ValueError:
            raise typer.BadParameter(f"--set {name} takes a number, not {value!r}") from None
    return look


def changed(look: Look, name: str, value: float) -> Look:
    """With one of its numbers another."""
    numbers: dict[str, Any] = {name: value}
    return replace(look, **numbers)


def check_normals(image: RelightableImage, look: Look, progress: Progress) -> None:
    """Finds the image's normals where the look needs them and there are none. RakingError where it
    is not for the image's model, or needs what only photographs tell."""
    from renderer.gpu.relighter import check_picture

    look.check_decoder(image.decoder.kind)
    if look.picture != "normals" or image.normals is not None:
        check_picture(image, look)
        return
    from trainer.surface.normals import image_normals

    image.normals = normal_levels(image_normals(image, progress))
