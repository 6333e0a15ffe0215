"""A run's folder: the journal in it tells that the files beside it are ours to write anew."""

import json
from collections.abc import Sequence
from pathlib import Path

from renderer.files.aside import clear_up
from renderer.files.ours import check_file, check_output
from shaders.errors import RakingError

JOURNAL = "journal.jsonl"
BEGINNING = b'{"settings": '  # of a journal; a killed run may have left less


def make_folder(out: Path, names: Sequence[str], read: Sequence[Path]) -> None:
    """The folder of a run that writes a journal and files called `names`, and reads `read`.

    What killed runs left in it is cleared up. Raises RakingError where it cannot be, where it
    holds or lies in what is read, and where such a file is there that no run of ours wrote.
    """
    check_output(out, read)
    journal = out / JOURNAL
    check_file(journal, is_journal)
    begun = journal.exists()
    for name in names:
        check_file(out / name, lambda file: begun)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RakingError(
            f"{out} cannot be made a folder ({error.strerror}): choose another with -o."
        ) from error
    clear_up(out)


def is_journal(file: Path) -> bool:
    """Whether a file is a journal of ours, or the beginning of one."""
    with file.open("rb") as content:
        first = content.read(len(BEGINNING))
    return BEGINNING.startswith(first)


def has_keys(file: Path, keys: set[str]) -> bool:
    """Whether a file is JSON with these keys, as the results of a run of ours have them."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and keys <= found.keys()
