"""The tables of cases that both languages' tests walk: what an info.json says or why it is refused,
and what a decoder's shader is and is given. `table.js` is their reader in JavaScript."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    found: list[Row] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def info_text(row: Row) -> str:
    """The info.json of a row: a file of `infos/` with some of its text replaced, or its own."""
    if "text" in row:
        return str(row["text"])
    text = (FOLDER / "infos" / f"{row['of']}.json").read_text("utf-8")
    for before, after in row.get("replace", []):
        assert text.count(before) == 1, f"{before} is not once in {row['of']}.json"
        text = text.replace(before, after)
    return text


def is_read(row: Row) -> bool:
    return "read" in row


def reading(row: Row) -> Row:
    """What a row's info.json says: as its file's own row has it, but for what is replaced."""
    whole = next(other for other in rows("infos") if other.get("of") == row["of"])
    return {**whole["read"], **row["read"]}


def label(row: Row) -> str:
    """For the names of tests."""
    (_, after), *_ = row.get("replace", [("", "")])
    return f"{row.get('of', row.get('text'))} {after}".strip()[:60]
