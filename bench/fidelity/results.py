"""The records of a run as the tables take them, and the same as CSV for scripts."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.common.journal import Record
from bench.fidelity.columns import ANCHORS, COLUMNS, Column
from bench.fidelity.fits import Fit
from bench.fidelity.items import GROUPS, Item
from renderer.files.aside import write_aside
from trainer.quality.scores import PICTURE_METRICS, half_width

METRICS = tuple(PICTURE_METRICS)
SMOOTHNESS = ("smoothness", "straying", "smoothness_ratio", "straying_ratio")
PER_IMAGE = (
    *("group", "item", "model", "subset", "image"),
    *("light_x", "light_y", "light_z", "elevation"),
    *METRICS,
)
PER_MODEL = (
    *("group", "item", "model", "subset", "items"),
    *METRICS,
    *("psnr_interval", *SMOOTHNESS, "b", "psnr_over_b"),
    *("psnr_float", "parameters", "multiply_adds", "seconds", "seconds_with_teacher"),
)


@dataclass(frozen=True)
class Mean:
    """A mean over items with the half width of its interval, where there are two or more."""

    value: float
    half_width: float | None
    number: int


def mean_of(values: Iterable[float]) -> Mean | None:
    """The mean and its interval by Student's t; None of nothing."""
    found = list(values)
    return Mean(float(np.mean(found)), half_width(found), len(found)) if found else None


@dataclass(frozen=True)
class Results:
    """What was measured of the present items, by item, column and subset of the pixels."""

    items: Sequence[Item]
    records: Mapping[Fit, Record]  # without an error

    def get(self, item: Item, column: str, subset: str = "") -> Record | None:
        return self.records.get(Fit(item.name, item.sha256, column, subset))

    @property
    def columns(self) -> list[Column]:
        """Those with a result, in the order of the tables."""
        found = {fit.column for fit in self.records if not fit.subset}
        return [column for key, column in COLUMNS.items() if key in found]

    @property
    def subsets(self) -> list[str]:
        """Those of Table 10 with a result, by rising share of the pixels."""
        found = {fit.subset for fit in self.records if fit.subset}
        return sorted(found, key=lambda subset: (float(subset.split()[0]), subset))

    def of_group(self, group: str) -> list[Item]:
        return [item for item in self.items if item.group == group]

    @property
    def groups(self) -> list[str]:
        return [group for group in GROUPS if self.of_group(group)]

    def score(self, item: Item, column: str, key: str, subset: str = "") -> float | None:
        """A mean score of one item; None where it was not measured."""
        record = self.get(item, column, subset)
        return _number(record["scores"].get(key)) if record else None

    @property
    def lpips_absent(self) -> str | None:
        """Why LPIPS was measured nowhere, in a sentence; None where it was."""
        scores = [record["scores"] for record in self.records.values() if "scores" in record]
        if any(found.get("lpips") is not None for found in scores):
            return None
        sentences = [found["lpips_absent"] for found in scores if "lpips_absent" in found]
        return sentences[0] if sentences else "LPIPS was not measured"

    def anchor(self, item: Item) -> Record | None:
        record = self.get(item, ANCHORS)
        return record["anchors"] if record else None

    def fact(self, item: Item, column: str, key: str, subset: str = "") -> float | None:
        record = self.get(item, column, subset)
        return _number(record[key]) if record else None

    def over_anchor(self, item: Item, column: str, subset: str = "") -> float | None:
        """PSNR above B, in dB."""
        psnr, anchor = self.score(item, column, "psnr", subset), self.anchor(item)
        return psnr - anchor["b"] if psnr is not None and anchor else None

    def gain(self, item: Item, column: str, over: str) -> float | None:
        """PSNR of one column above that of another, in dB."""
        own, other = self.score(item, column, "psnr"), self.score(item, over, "psnr")
        return own - other if own is not None and other is not None else None

    def quantisation_cost(self, item: Item, column: str) -> float | None:
        """dB by which the image as stored falls behind its float latents, where that is known."""
        psnr, floating = self.score(item, column, "psnr"), self.fact(item, column, "psnr_float")
        return floating - psnr if psnr is not None and floating is not None else None

    def seconds(self, item: Item, column: str, subset: str = "") -> float | None:
        """Of training the model alone."""
        return self.fact(item, column, "seconds", subset)

    def seconds_with_teacher(self, item: Item, column: str, subset: str = "") -> float | None:
        own, teacher = self.seconds(item, column, subset), COLUMNS[column].teacher
        if own is None or teacher is None:
            return own
        before = self.seconds(item, teacher, subset)
        return own + before if before is not None else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def elevation(light: Sequence[float]) -> float:
    """Degrees above the picture's plane."""
    return float(np.degrees(np.arcsin(np.clip(light[2], -1, 1))))


def write_scores(path: Path, results: Results) -> None:
    """scores.csv: a row with PER_IMAGE for each held-out photograph under each model or anchor."""
    rows = []
    for item, fit, record in _in_order(results):
        if fit.column == ANCHORS:
            found = record["anchors"]["per_image"]
            names = [f"{name} (float)" for name in found]
            per_model = dict(zip(names, found.values(), strict=True))
        else:
            per_model = {fit.column: record["scores"]["per_image"]}
        for model, entries in per_model.items():
            rows += [_image_row(item, model, fit.subset, entry) for entry in entries]
    _write_csv(path, PER_IMAGE, rows)


def _in_order(results: Results) -> Iterator[tuple[Item, Fit, Record]]:
    """By item, then anchors, then columns, those on all asked-for pixels first."""
    for item in results.items:
        for subset in ["", *results.subsets]:
            for column in (ANCHORS, *COLUMNS):
                record = results.get(item, column, subset)
                if record:
                    yield item, Fit(item.name, item.sha256, column, subset), record


def _image_row(item: Item, model: str, subset: str, entry: Record) -> Record:
    x, y, z = entry["light"]
    return {
        "group": GROUPS[item.group],
        "item": item.name,
        "model": model,
        "subset": subset,
        "image": entry["name"],
        "light_x": round(x, 6),
        "light_y": round(y, 6),
        "light_z": round(z, 6),
        "elevation": round(elevation(entry["light"]), 2),
        **{key: _rounded(entry.get(key)) for key in METRICS},
    }


def write_summary(path: Path, results: Results) -> None:
    """summary.csv: a row with PER_MODEL for each item and model, then for each group and model.

    In a group's row `item` is empty, `items` the number averaged over, and `psnr_interval` the
    half width of the mean's interval of 95 %. `seconds` are those of the model's own training.
    """
    rows = [
        {"group": GROUPS[item.group], "item": item.name, "items": 1, **_model_row(results, item, f)}
        for item, f, _ in _in_order(results)
        if f.column != ANCHORS
    ]
    _write_csv(path, PER_MODEL, rows + _group_rows(rows))


def _model_row(results: Results, item: Item, fit: Fit) -> Record:
    column, subset = fit.column, fit.subset
    anchor = results.anchor(item)
    values = {
        **{key: results.score(item, column, key, subset) for key in (*METRICS, *SMOOTHNESS)},
        "b": anchor["b"] if anchor else None,
        "psnr_over_b": results.over_anchor(item, column, subset),
        "psnr_float": results.fact(item, column, "psnr_float", subset),
        "parameters": results.fact(item, column, "parameters", subset),
        "multiply_adds": results.fact(item, column, "multiply_adds", subset),
        "seconds": results.seconds(item, column, subset),
        "seconds_with_teacher": results.seconds_with_teacher(item, column, subset),
    }
    rounded = {key: _rounded(value) for key, value in values.items()}
    return {"model": column, "subset": subset, **rounded}


def _group_rows(rows: Sequence[Record]) -> list[Record]:
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for row in rows:
        groups.setdefault((row["group"], row["subset"], row["model"]), []).append(row)
    means = []
    for (group, subset, model), members in groups.items():
        row = {"group": group, "item": "", "model": model, "subset": subset, "items": len(members)}
        for key in PER_MODEL[5:]:
            mean = mean_of(m[key] for m in members if isinstance(m.get(key), int | float))
            if mean and mean.number == len(members):
                row[key] = _rounded(mean.value)
                if key == "psnr":
                    row["psnr_interval"] = _rounded(mean.half_width)
        means.append(row)
    return means


def _rounded(value: Any) -> float | str:
    return round(float(value), 5) if isinstance(value, int | float) else ""


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Record]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_aside(path, text.getvalue())
