"""The figures of frame rates over image sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from bench.common.figures import COLOURS, MARKERS, STYLE
from bench.speed.statistics import Estimate

TICKS = [m * 10.0**e for e in range(-3, 5) for m in (1, 2, 5)]


@dataclass(frozen=True)
class Curve:
    """Frame rates of one decoder or setting, by millions of pixels."""

    name: str
    points: Mapping[float, Estimate]  # Mpx -> frames per second


def draw_rates(curves: Sequence[Curve], marks: Mapping[float, str], title: str = "") -> Figure:
    """After the paper's Figure 9: frames per second over image size, lines at `marks` fps."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.2), layout="constrained")
        axes = figure.subplots()
        draw_curves(axes, curves, marks, title)
        axes.legend(frameon=False, fontsize=8.5)
        return figure


def draw_panels(panels: Mapping[str, Sequence[Curve]], marks: Mapping[float, str]) -> Figure:
    """One set of curves per decoder, side by side on one scale."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)
        for axes, (title, curves) in zip(grid[0], panels.items(), strict=True):
            draw_curves(axes, curves, marks, title)
        for axes in grid[0][1:]:
            axes.set_ylabel("")
        lines, names = grid[0][0].get_legend_handles_labels()
        figure.legend(
            lines, names, loc="outside lower center", ncols=len(names), frameon=False, fontsize=8.5
        )
        return figure


def draw_curves(
    axes: Axes, curves: Sequence[Curve], marks: Mapping[float, str], title: str
) -> None:
    for i, curve in enumerate(curves):
        sizes = sorted(curve.points)
        found = [curve.points[size] for size in sizes]
        values = [estimate.value for estimate in found]
        errors = [
            [max(0.0, e.value - e.low) for e in found],
            [max(0.0, e.high - e.value) for e in found],
        ]
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        axes.errorbar(
            sizes, values, errors, label=curve.name, color=colour, marker=marker,
            markersize=5, linewidth=1.6, capsize=3,
        )  # fmt: skip
    for rate, text in marks.items():
        axes.axhline(rate, color="#8a8378", linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            text, (1, rate), xycoords=("axes fraction", "data"), xytext=(0, -2),
            textcoords="offset points", ha="right", va="top", fontsize=8, color="#6b655b",
        )  # fmt: skip
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(FixedLocator(TICKS))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_xticks(sorted({size for curve in curves for size in curve.points}))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.margins(x=0.06, y=0.12)
    axes.set_xlabel("image size (Mpx)")
    axes.set_ylabel("frames per second")
    axes.set_title(title, fontsize=10, loc="left")
