"""What a run of the fidelity benchmark has finished: a journal by item and column."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench.common.journal import Journal, Record
from bench.common.outputs import JOURNAL
from bench.fidelity.columns import ANCHORS, COLUMNS
from renderer.files.aside import real_path, scratch_folder
from renderer.image.relightable import check_writable
from shaders.errors import RakingError


@dataclass(frozen=True)
class Fit:
    """One model of one item, or an item's anchors: what is measured at a time."""

    item: str
    sha256: str  # of the item's files, so that other files are another case
    column: str  # a key of COLUMNS, or ANCHORS
    subset: str = ""  # of Table 10, such as "6.25 informed"; else the pixels that the run asks for

    @property
    def name(self) -> str:
        column = "" if self.column == ANCHORS else self.column
        return " ".join(part for part in (self.item, column, self.subset) if part)

    @property
    def neural(self) -> bool:
        return self.column != ANCHORS and COLUMNS[self.column].units is not None

    @property
    def teacher(self) -> "Fit | None":
        teacher = COLUMNS[self.column].teacher
        return replace(self, column=teacher) if teacher else None

    def folder(self, out: Path) -> Path:
        """Where the relightable image is kept."""
        suffix = f"@{self.subset.replace(' ', '-')}" if self.subset else ""
        return out / "images" / self.item / f"{self.column}{suffix}"

    def checkpoint(self, out: Path) -> Path:
        folder = self.folder(out)
        return folder.with_name(f".{folder.name}.checkpoint")

    def kept(self, out: Path) -> bool:
        """Whether its image is there; anchors have none."""
        return self.column == ANCHORS or (self.folder(out) / "info.json").exists()


class FidelityJournal(Journal[Fit]):
    """Records by Fit. With `fresh` the images of the earlier run go too, and nothing else."""

    def __init__(self, out: Path, settings: Record, environment: Record, fresh: bool) -> None:
        self.out = out
        if fresh:
            remove_images(out)
        super().__init__(out / JOURNAL, Fit, settings, environment, fresh)

    def finished(self) -> dict[Fit, Record]:
        """The fits that need not be done again: without an error, their images still there."""
        return {
            fit: record
            for fit, record in self.latest().items()
            if not record["error"] and fit.kept(self.out)
        }


def remove_images(out: Path) -> None:
    """Removes the images that the journal in `out` tells of, and the folders that are empty then.

    Folders that hold anything else are left.
    """
    images = out / "images"
    for folder in recorded_folders(out):
        if real_path(images) not in real_path(folder).parents or not folder.is_dir():
            continue
        with suppress(RakingError):
            check_writable(folder)
            with scratch_folder(folder.parent, folder.name) as scratch:
                folder.rename(scratch / folder.name)  # at once, whatever kills us
        with suppress(OSError):
            for parent in [p for p in folder.parents if images == p or images in p.parents]:
                parent.rmdir()


def recorded_folders(out: Path) -> Iterator[Path]:
    """Where the images lie that a journal tells of, as far as it can be read."""
    try:
        lines = (out / JOURNAL).read_text("utf-8", "replace").splitlines()[1:]
    except OSError:
        return
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield Fit(**json.loads(line)["case"]).folder(out)
