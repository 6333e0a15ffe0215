"""`raking info`: what an image, a collection or this machine is."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from raking.cli.facts import disk_use, held_out, readable_facts
from raking.cli.options import Json, LightsPath
from raking.cli.printing import beside, print_facts, print_json, print_next, warn
from renderer.files.aside import settle
from renderer.image.relightable import RelightableImage, read_image
from shaders.errors import RakingError


def info(
    path: Annotated[Path | None, typer.Argument(help="An image or an MLIC; else this machine.")] = (
        None
    ),
    lights: LightsPath = None,
    as_json: Json = False,
) -> None:
    """What an image or a collection is, or what this machine can do."""
    if path is not None and not path.exists():
        settle(path)
    following: list[object]
    if path is None:
        facts = machine_facts()
        shown = {key.capitalize(): fact for key, fact in facts.items()}
        following = ["sample", "collection"]
    elif (path / "info.json").exists() and lights is None:
        image = read_image(path)
        facts, shown = image_facts(image), readable_facts(image, path)
        following = ["view", path]
    else:
        facts = collection_facts(path, lights)
        shown, chosen = readable_collection(facts), ["--lights", lights] if lights else []
        following = ["train", path, *chosen, "-o", beside(path, "image")]
    if as_json:
        print_json(facts)
    else:
        print_facts(shown)
        print_next("raking", *following)


def machine_facts() -> dict[str, Any]:
    """The adapter and the browser, or the sentence that says why there is none."""
    from bench.common.browser import find_chromium
    from renderer.gpu.device import device_name, request_device

    def found(get: Any) -> str:
        try:
            return str(get())
        except RakingError as error:
            return f"none: {error}"

    return {
        "raking": version("raking"),
        "adapter": found(lambda: device_name(request_device())),
        "browser": found(find_chromium),
    }


def image_facts(image: RelightableImage) -> dict[str, Any]:
    decoder = image.decoder
    return {
        "model": image.label,
        "width": image.width,
        "height": image.height,
        **({"units": decoder.units} if decoder.units else {}),
        "parameters": decoder.parameters,
        "multiply_adds": decoder.multiply_adds,
        "latents": decoder.latents,
        "mask": image.mask is not None,
        "normals": image.normals is not None,
        "evidence": image.evidence is not None,
        **({"cameras": len(image.views)} if image.views is not None else {}),
        **({"relief_px": [image.relief.low, image.relief.high]} if image.relief else {}),
        **({"title": image.title} if image.title else {}),
        **({"facts": image.facts} if image.facts else {}),
        **({"pixel_size_mm": image.pixel_size_mm} if image.pixel_size_mm else {}),
        **image.provenance,
    }


def collection_facts(path: Path, lights: Path | None) -> dict[str, Any]:
    from trainer.collection.mlic import read_mlic

    collection = read_mlic(path, lights=lights)
    return {
        "collection": str(path),
        "width": collection.width,
        "height": collection.height,
        "photographs": len(collection.names),
        "bits": collection.train.stored.dtype.itemsize * 8,
        "mask": collection.mask is not None,
        "test_lights": collection.test.names,
        "warnings": collection.warnings,
    }


def readable_collection(facts: dict[str, Any]) -> dict[str, str]:
    """`collection_facts` for people, but for the warnings, which are printed as such."""
    for warning in facts["warnings"]:
        warn(warning)
    size = f"{facts['width']:,} x {facts['height']:,} pixels, {facts['bits']} bits"
    return {
        "Collection": facts["collection"],
        "Photographs": f"{facts['photographs']}, {size}",
        "Held out": held_out(facts["test_lights"]),
        "Mask": "yes" if facts["mask"] else "none",
        "On disk": disk_use(Path(facts["collection"])),
    }
