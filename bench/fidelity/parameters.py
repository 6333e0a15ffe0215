"""After the paper's Figure 2: PSNR over decoder parameters, trained directly and distilled."""

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.common.figures import COLOURS, MARKERS, STYLE
from bench.fidelity.columns import COLUMNS, Column
from bench.fidelity.items import GROUPS
from bench.fidelity.published import QUALITY, parameter_count
from bench.fidelity.results import Results, known, mean_of

CURVES = {
    "NeuralRTI, direct": ("neural", "original"),
    "DisK, distilled": ("disk", "original"),
    "NeuralRTI-IT, direct": ("neural", "improved"),
    "DisK-IT, distilled": ("disk", "improved"),
}
HORIZONTAL = "#8a8378"

Points = Mapping[int, float]  # decoder parameters -> PSNR in dB


def draw_parameters(results: Results) -> Figure | None:
    """A panel for each group of items; published averages are hollow and dashed."""
    groups = [group for group in results.groups if any(measured(results, group).values())]
    if not groups:
        return None
    with matplotlib.rc_context(STYLE):
        columns = min(3, len(groups))
        rows = -(-len(groups) // columns)
        figure = Figure(figsize=(max(4.6, 3.4 * columns), 3.4 * rows + 0.4), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in grid[len(groups) :]:
            axes.set_axis_off()
        for axes, group in zip(grid, groups, strict=False):
            draw_group(axes, results, group)
        handles: dict[str, Any] = {}
        for axes in figure.axes:
            lines, names = axes.get_legend_handles_labels()
            handles |= dict(zip(names, lines, strict=True))
        figure.legend(
            handles.values(), handles.keys(), loc="outside lower center", ncols=2,
            frameon=False, fontsize=8.5,
        )  # fmt: skip
        return figure


def draw_group(axes: Axes, results: Results, group: str) -> None:
    published = published_points(group)
    for i, (name, points) in enumerate(measured(results, group).items()):
        colour, marker = COLOURS[i], MARKERS[i]
        if points:
            axes.plot(*curve(points), label=name, color=colour, marker=marker, linewidth=1.6)
        if published[name]:
            axes.plot(
                *curve(published[name]), color=colour, marker=marker, markerfacecolor="none",
                linewidth=0.9, linestyle=(0, (4, 3)), alpha=0.7,
                label="published averages" if i == 0 else None,
            )  # fmt: skip
    classical = mean_of(known(results.score(i, "hsh3", "psnr") for i in results.of_group(group)))
    if classical:
        axes.axhline(classical.value, color=HORIZONTAL, linewidth=0.8, linestyle=":", label="HSH 3")
    axes.set_title(GROUPS[group], fontsize=10, loc="left")
    axes.set_xlabel("decoder parameters")
    axes.set_ylabel("PSNR (dB)")
    axes.set_xlim(left=0)
    axes.margins(y=0.12)


def curve(points: Points) -> tuple[list[int], list[float]]:
    sizes = sorted(points)
    return sizes, [points[size] for size in sizes]


def measured(results: Results, group: str) -> dict[str, Points]:
    """Means over the items of a group, by curve."""
    items = results.of_group(group)

    def psnr(column: Column) -> float | None:
        mean = mean_of(known(results.score(item, column.key, "psnr") for item in items))
        return mean.value if mean else None

    return {name: points_of(name, psnr) for name in CURVES}


def published_points(group: str) -> dict[str, Points]:
    published = QUALITY.get(group, {})

    def psnr(column: Column) -> float | None:
        return published[column.title][0] if column.title in published else None

    return {name: points_of(name, psnr) for name in CURVES}


def points_of(name: str, psnr: Callable[[Column], float | None]) -> Points:
    points = {}
    for column in COLUMNS.values():
        if column.units and (column.model, column.encoder) == CURVES[name]:
            value = psnr(column)
            if value is not None:
                points[parameter_count(column.units)] = value
    return points
