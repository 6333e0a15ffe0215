"""What an image on disk is, in words and rounded numbers, for people to read."""

import os
from pathlib import Path
from typing import Any

from renderer.image.relightable import RelightableImage
from shaders.decoder import LIGHT
from trainer.running.plan import duration

SHOWN = 5  # of the names in a list
LONGEST = 120  # characters of a value that is not ours
LARGEST_NUMBER = 1e12

# Keys of a provenance that sentences of their own say, or that are for machines alone.
SAID = {"model", "order", "units", "lights", "collection", "collection_sha256", "test_lights"}
SAID |= {"photographs", "scores", "seconds", "steps", "software"}
READ = {"bits", "colour"}  # of the record of the photographs, what has words of its own
NAMES_OF_FACTS = {
    "number": "Object number",
    "maker": "Maker",
    "date": "Date",
    "credit": "Credit",
    "licence": "Licence",
    "description": "Description",
}
NAMES = {
    "encoder": "Encoder",
    "guided": "Guided between lights",
    "minutes": "Budget in minutes",
    "pixels": "Share of the pixels",
    "region": "Region",
    "region_scores": "Scores in and off it",
    "region_step": "Step of the region",
    "region_weight": "Weight of the region",
    "seed": "Seed",
    "teacher_share": "Share of the teacher",
    "validation_lights": "Validated on",
}


def readable_facts(image: RelightableImage, folder: Path) -> dict[str, str]:
    """The facts of an image that was read from `folder`, each under its name.

    The provenance may be anyone's: what is not of the expected type is left out or shown as it is.
    """
    told = image.provenance
    decoder = image.decoder
    parameters = f", {decoder.parameters:,} parameters" if decoder.parameters else ""
    facts = {
        "Title": image.title or "",
        **{NAMES_OF_FACTS[key]: _short(text) for key, text in image.facts.items()},
        "Model": f"{image.label}{parameters}, {decoder.latents} values a pixel",
        "Size": f"{image.width:,} x {image.height:,} pixels",
        "Pixel size": f"{image.pixel_size_mm:.4g} mm" if image.pixel_size_mm else "",
        "Mask": "none" if image.mask is None else f"{image.mask.mean():.0%} are of the object",
        "Cameras": _cameras(image),
        "Relief": _relief(image),
        "Normals": "stored with it" if image.normals is not None else "",
        "Evidence": "stored with it" if image.evidence is not None else "",
        "Trained on": _trained_on(told),
        "Read as": _read_as(told.get("photographs")),
        "Held out": held_out(told.get("test_lights")),
        "Quality": _quality(told.get("scores")),
        "Training": _training(told.get("seconds"), told.get("steps")),
        **{_name(key): show(value) for key, value in told.items() if key not in SAID},
        "Software": show(told.get("software")),
        "On disk": disk_use(folder),
    }
    return {name: value for name, value in facts.items() if value}


def held_out(test: object) -> str:
    """The photographs held out: a list of names, or the folder that holds them."""
    if isinstance(test, dict) and isinstance(test.get("test_set"), str):
        return f"all of {show(test['test_set'])}"
    if isinstance(test, list):
        return f"{len(test)}: {show(test)}" if test else "none"
    return ""


def disk_use(folder: Path) -> str:
    """The size of a folder with all that is in it."""
    files = [Path(where, name) for where, _, names in os.walk(folder) for name in names]
    sizes = [file.lstat().st_size for file in files]
    return f"{size_of(sum(sizes))} in {len(sizes):,} file{'s' if len(sizes) != 1 else ''}"


def size_of(count: float) -> str:
    """Bytes in decimal units: 980 bytes, 12.3 kB, 4.56 MB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.3g} TB"


def show(value: Any) -> str:
    """Any value that JSON has, rounded and short; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        more = f" and {len(value) - SHOWN} more" if len(value) > SHOWN else ""
        return ", ".join(_short(show(item)) for item in value[:SHOWN]) + more
    if isinstance(value, dict):
        return show(
            [f"{_short(key.replace('_', ' '))} {show(item)}" for key, item in value.items()]
        )
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _name(key: str) -> str:
    return NAMES.get(key) or _short(key.replace("_", " ").capitalize())


def _number(value: object) -> float | None:
    """A number that can be of something here; nothing for what else a stranger's file holds."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number and abs(value) < LARGEST_NUMBER else None  # type: ignore


def _relief(image: RelightableImage) -> str:
    if image.relief is None:
        return ""
    return f"{image.relief.low:.1f} to {image.relief.high:.1f} pixels above the plane"


def _cameras(image: RelightableImage) -> str:
    """Of an image of several."""
    if image.decoder.conditions == LIGHT:
        return ""
    return "several" if image.views is None else str(len(image.views))


def _trained_on(told: dict[str, Any]) -> str:
    count, collection = _number(told.get("lights")), told.get("collection")
    parts = [f"{count:,} photographs"] if count is not None else []
    return " of ".join([*parts, *([show(collection)] if isinstance(collection, str) else [])])


def _read_as(record: object) -> str:
    """What was made of the photographs' depth and colours (trainer/collection/reading.py)."""
    if not isinstance(record, dict):
        return ""
    bits = _number(record.get("bits"))
    others = [f"{key.replace('_', ' ')} {show(record[key])}" for key in record if key not in READ]
    depth = [f"{bits:g} bits"] if bits is not None else []
    return _short(", ".join(filter(None, [*depth, show(record.get("colour")), *others])))


def _quality(scores: object) -> str:
    if not isinstance(scores, dict):
        return ""
    psnr, ssim, delta_e = (_number(scores.get(key)) for key in ("psnr", "ssim", "delta_e"))
    parts = [
        f"PSNR {psnr:.2f} dB" if psnr is not None else "",
        f"SSIM {ssim:.3f}" if ssim is not None else "",
        f"Delta E {delta_e:.2f}" if delta_e is not None else "",
    ]
    return ", ".join(filter(None, parts)) + ", of those held out" if any(parts) else ""


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def _training(seconds: object, steps: object) -> str:
    time, count = _number(seconds), _number(steps)
    parts = [_time(time) if time is not None else "", f"{count:,} steps" if count else ""]
    return ", ".join(filter(None, parts))
