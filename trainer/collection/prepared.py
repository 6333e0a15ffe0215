"""What `raking prepare` did with the photographs of a collection, as its `prepared.json` tells."""

import json
from pathlib import Path
from typing import Any

RECORD = "prepared.json"
MOST_BYTES = 10_000_000
LONGEST = 2000  # characters of what an image remembers of it
KEYS = ("crop", "align", "even", "flat_field")


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
