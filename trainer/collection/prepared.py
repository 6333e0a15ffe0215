"""What `raking prepare` did with the photographs of a collection, as its `prepared.json` tells."""

import json
from pathlib import Path
from typing import Any

RECORD = "prepared.json"
MOST_BYTES = 10_000_000
LARGEST_PIXEL_MM = 1e9
LONGEST = 2000  # characters of what an image remembers of it
KEYS = ("crop", "align", "even", "flat_field", "pixel_mm")


def stored_preparation(folder: Path) -> dict[str, Any]:
    """All that the record in a folder says; nothing where there is none."""
    try:
        if (folder / RECORD).stat().st_size > MOST_BYTES:
            return {}
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def what_was_prepared(folder: Path) -> dict[str, Any]:
    """`{"prepared": ...}` for the image that is trained on a folder; nothing where it was not."""
    done = stored_preparation(folder).get("prepared")
    if not isinstance(done, dict):
        return {}
    known = {key: done[key] for key in KEYS if key in done}
    return {"prepared": known} if known and len(json.dumps(known)) < LONGEST else {}


def prepared_pixel_mm(reading: dict[str, Any]) -> float | None:
    """What a pixel of a collection is in millimetres, as `raking calibrate` or `prepare` was told;
    `reading` is what the collection says of how it was read."""
    told = reading.get("prepared", {}).get("pixel_mm")
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return float(told) if is_number and 0 < told < LARGEST_PIXEL_MM else None
