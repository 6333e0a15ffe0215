"""The columns of the papers' tables: which model each is, and who teaches it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shaders.errors import RakingError
from trainer.training.settings import Encoder, Model

ANCHORS = "anchors"  # not a stored image: what the photographs themselves allow (anchors.py)


@dataclass(frozen=True)
class Column:
    """One model with its settings."""

    key: str  # as --models and the image's folder name it
    title: str  # as the papers name it
    model: Model
    order: int | None = None  # of hsh
    units: int | None = None  # of a neural decoder
    encoder: Encoder | None = None  # "original", or "improved": the IT columns
    teacher: str | None = None  # the key of the column that teaches it


def _neural() -> list[Column]:
    columns = []
    encoders: tuple[tuple[Encoder, str, str], ...]
    encoders = (("original", "", ""), ("improved", "-it", "-IT"))
    for encoder, mark, title in encoders:
        for units in (50, 40, 20, 10):
            name = f"NeuralRTI{title}({units})"
            columns.append(Column(f"neural{mark}{units}", name, "neural", None, units, encoder))
        teacher = f"neural{mark}50"
        for units in (40, 20, 10):
            name = f"DisK{title}({units})"
            columns.append(
                Column(f"disk{mark}{units}", name, "disk", None, units, encoder, teacher)
            )
    return columns


COLUMNS = {
    column.key: column
    for column in (
        Column("ptm", "PTM", "ptm"),
        Column("hsh2", "HSH 2", "hsh", order=2),
        Column("hsh3", "HSH 3", "hsh", order=3),
        Column("rbf", "PCA/RBF", "rbf"),
        *_neural(),
        *(
            Column(f"hyper{units}", f"Hyper({units})", "hyper", None, units, "original")
            for units in (20, 8)
        ),
    )
}


def choose_columns(models: str | Sequence[str] | None) -> list[Column]:
    """The columns of a list such as "hsh3,disk20", and their teachers, in the order of the tables.

    None is all of them. Raises RakingError for a name that is none.
    """
    if models is None:
        return list(COLUMNS.values())
    names = models.split(",") if isinstance(models, str) else models
    chosen = {name.strip().lower() for name in names} - {""}
    unknown = sorted(chosen - set(COLUMNS))
    if unknown or not chosen:
        raise RakingError(
            f"no model {unknown[0]!r}: choose among {', '.join(COLUMNS)}"
            if unknown
            else f"no model is named: choose among {', '.join(COLUMNS)}"
        )
    teachers = {COLUMNS[key].teacher for key in chosen}
    return [column for key, column in COLUMNS.items() if key in chosen | teachers]
