"""The columns of the papers' tables, and the teachers that come with their students."""

import pytest

from bench.fidelity.columns import COLUMNS, choose_columns
from shaders.errors import RakingError


def keys(models: str | None) -> list[str]:
    return [column.key for column in choose_columns(models)]


def test_every_column_of_the_papers_is_there() -> None:
    assert " ".join(keys(None)) == (
        "ptm hsh2 hsh3 rbf "
        "neural50 neural40 neural20 neural10 disk40 disk20 disk10 "
        "neural-it50 neural-it40 neural-it20 neural-it10 disk-it40 disk-it20 disk-it10 "
        "hyper20 hyper8"
    )
    assert COLUMNS["disk-it20"].title == "DisK-IT(20)"
    assert (COLUMNS["hsh2"].model, COLUMNS["hsh2"].order) == ("hsh", 2)


def test_students_bring_their_teacher_and_come_after_it() -> None:
    assert keys("disk-it10, DISK20,ptm,disk10") == [
        *("ptm", "neural50", "disk20", "disk10", "neural-it50", "disk-it10")
    ]
    assert COLUMNS["neural50"].encoder == "original"
    assert COLUMNS["neural-it50"].encoder == "improved"


@pytest.mark.parametrize("models", ["ptm,dsik20", "", ","])
def test_unknown_or_no_names_are_refused(models: str) -> None:
    with pytest.raises(RakingError, match="choose among ptm, hsh2"):
        choose_columns(models)
