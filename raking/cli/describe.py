"""`raking describe`: what is known of the object, in an image that is there."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.options import (
    Credit,
    Date,
    Description,
    Json,
    Licence,
    Maker,
    Number,
    check_title,
    checked_facts,
)
from raking.cli.printing import print_facts, print_json, print_next
from renderer.files.aside import write_aside
from renderer.image.finished import stored_image
from renderer.image.relightable import read_info_text


def describe(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="An image that Raking wrote.")],
    title: Annotated[str | None, typer.Option(help="What viewers call the image.")] = None,
    number: Number = None,
    maker: Maker = None,
    date: Date = None,
    credit: Credit = None,
    licence: Licence = None,
    description: Description = None,
    as_json: Json = False,
) -> None:
    """Say what the object is, or with "" that it is not known; nothing else changes."""
    stored_image(image)
    check_title(title or None)
    facts = checked_facts(number, maker, date, credit, licence, description)
    keys = json.loads(read_info_text(image))
    block = keys["raking"]
    if title is not None:
        block["title"] = title or None
    block["facts"] = {**(block.get("facts") or {}), **facts}
    block["facts"] = {key: text for key, text in block["facts"].items() if text}
    if facts or title is not None:
        write_aside(image / "info.json", json.dumps(keys, indent=1, allow_nan=False))
    told: dict[str, Any] = {"title": block.get("title"), **block["facts"]}
    if as_json:
        print_json({"image": str(image), **told})
    else:
        known = {key.capitalize(): str(text) for key, text in told.items() if text}
        print_facts(known or {"Facts": "none; see raking describe --help"})
        print_next("raking", "view", image)
