"""Options that several commands take, their limits, and what is checked of them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from renderer.image.limits import LONGEST_FACT, LONGEST_TITLE

# What no one means to ask for; beyond, a number is refused before anything is done with it.
MOST_FRAMES = 10_000
LARGEST_FRAME = 100_000_000  # pixels
LARGEST_SEED = 2**63 - 1
MOST_MINUTES = 60 * 24 * 366
MOST_STEPS = 1_000_000_000
MOST_JOBS = 1024
MOST_LIGHTS = 1000
MOST_REPEATS = 1000
MOST_SECONDS = 3600
HIGHEST_FPS = 1000
LARGEST_PIXEL = 1e9  # millimetres
Force = Annotated[
    bool, typer.Option("--force", help="Replace what an earlier command of ours wrote there.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
ImagePath = Annotated[Path, typer.Argument(metavar="IMAGE", help="Folder of a relightable image.")]
MlicPath = Annotated[
    Path, typer.Argument(metavar="MLIC", help="Folder of photographs and a .lp file.")
]
LightsPath = Annotated[
    Path | None,
    typer.Option(
        "--lights",
        metavar="FILE",
        help="The light file: .lp, .csv, .relight.",
        show_default="found",
    ),
]
Title = Annotated[
    str | None,
    typer.Option(help="What viewers call the image.", show_default="its folder's name"),
]


OF_OBJECT = "The object"
Number = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Its object number.", rich_help_panel=OF_OBJECT),
]
Maker = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Who made it.", rich_help_panel=OF_OBJECT)
]
Date = Annotated[
    str | None, typer.Option(metavar="TEXT", help="When, in words.", rich_help_panel=OF_OBJECT)
]
Credit = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Whom to credit.", rich_help_panel=OF_OBJECT)
]
Licence = Annotated[
    str | None,
    typer.Option(
        metavar="SPDX",
        help="Of the image: CC-BY-4.0, CC0-1.0, LicenseRef-InCopyright.",
        rich_help_panel=OF_OBJECT,
    ),
]
Description = Annotated[
    str | None, typer.Option(metavar="TEXT", help="What it is.", rich_help_panel=OF_OBJECT)
]


def checked_facts(
    number: str | None,
    maker: str | None,
    date: str | None,
    credit: str | None,
    licence: str | None,
    description: str | None,
) -> dict[str, str]:
    """Those that are given, by their keys in info.json, the licence as SPDX spells it; "" where a
    fact is to be taken out. Raises BadParameter for what cannot be."""
    texts = {"number": number, "maker": maker, "date": date, "credit": credit}
    texts |= {"licence": licence, "description": description}
    given = {key: text.strip() for key, text in texts.items() if text is not None}
    for key, text in given.items():
        lines = text.splitlines() if key == "description" else [text]
        if len(text) > LONGEST_FACT or not all(line.isprintable() for line in lines):
            what = "a text" if key == "description" else "one line"
            raise typer.BadParameter(f"--{key} takes {what} of up to {LONGEST_FACT} characters")
    if given.get("licence"):
        given["licence"] = _spdx(given["licence"])
    return given


def _spdx(text: str) -> str:
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression as error:
        raise typer.BadParameter(
            f"--licence takes an SPDX expression such as CC-BY-4.0, not {text!r}; others are "
            "LicenseRef-NAME"
        ) from error


def check_pixel_size(pixel_size: float | None) -> float | None:
    if pixel_size is not None and not 0 < pixel_size <= LARGEST_PIXEL:
        raise typer.BadParameter(f"millimetres are more than 0 and at most {LARGEST_PIXEL:.0e}")
    return pixel_size


PixelSize = Annotated[
    float | None,
    typer.Option(
        metavar="MM",
        callback=check_pixel_size,
        help="What a pixel is of the object, for scale bars and measuring.",
    ),
]


Normals = Annotated[
    bool | None,
    typer.Option(
        "--normals/--no-normals",
        help="Store the surface's normals with the image, as one more picture.",
        show_default="up to a million pixels",
    ),
]


class Renderer(StrEnum):
    auto = "auto"
    gpu = "gpu"
    llvmpipe = "llvmpipe"
    swiftshader = "swiftshader"


def check_more_than_nothing(**options: float | None) -> None:
    for name, value in options.items():
        if value == 0:
            raise typer.BadParameter(f"--{name} takes a number above 0")


def check_title(title: str | None) -> None:
    if title is not None and not (
        title.strip() and title.isprintable() and len(title) <= LONGEST_TITLE
    ):
        raise typer.BadParameter(f"--title takes one line of up to {LONGEST_TITLE} characters")


def check_size(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise typer.BadParameter(
            f"{width} x {height} pixels are more than the {most // 1_000_000} million that go"
        )


def parse_size(text: str, most: int) -> tuple[int, int]:
    """The width and height of `WIDTHxHEIGHT`, of up to `most` pixels."""
    width, height = parse_numbers(text, 2, "a size WIDTHxHEIGHT", "x")
    if width < 1 or height < 1:
        raise typer.BadParameter(f"the size {text} is not positive")
    check_size(width, height, most)
    return width, height


def parse_numbers(text: str, count: int, what: str, separator: str = ",") -> Any:
    try:
        numbers = tuple(int(part) for part in text.split(separator))
    except ValueError:
        numbers = ()
    if len(numbers) != count:
        raise typer.BadParameter(f"{what} takes {count} whole numbers, not {text!r}")
    return numbers
