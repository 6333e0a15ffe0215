"""What a decoder costs and how good its pictures are: quality over cost."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from bench.common.figures import COLOURS, MARKERS, STYLE
from bench.common.journal import Record
from bench.speed.scenarios import Case
from bench.speed.statistics import Summary


def cost_rows(
    images: Sequence[Record], names: Mapping[str, str], summaries: Mapping[Case, Summary]
) -> list[dict[str, Any]]:
    """A row for each image whose decoding was timed at the smallest size: `decoder`,
    `multiply_adds` of a pixel, `ms` and `fps` of frames, and `quality`, the PSNR in dB of held-out
    photographs or None. `names` are the decoders' by image.
    """
    rows = []
    size = min(((case.width, case.height) for case in summaries), key=math.prod, default=(0, 0))
    for image in images:
        summary = summaries.get(Case(image["name"], *size, repeat=0))
        if summary and summary.ms_per_frame and summary.fps:
            rows.append(
                {
                    "decoder": names[image["name"]],
                    "multiply_adds": image["multiply_adds"],
                    "ms": summary.ms_per_frame,
                    "fps": summary.fps,
                    "quality": image["quality"],
                }
            )
    return rows


def draw_cost(rows: Sequence[Mapping[str, Any]]) -> Figure | None:
    """PSNR of held-out photographs over the time of a frame; None for fewer than two."""
    known = [row for row in rows if row["quality"] is not None]
    if len(known) < 2:
        return None
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 3.8), layout="constrained")
        axes = figure.subplots()
        for i, row in enumerate(known):
            colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
            axes.plot(row["ms"].value, row["quality"], color=colour, marker=marker, linestyle="")
            axes.annotate(
                row["decoder"], (row["ms"].value, row["quality"]), xytext=(7, 0),
                textcoords="offset points", va="center", fontsize=9, color=colour,
            )  # fmt: skip
        axes.set_xscale("log")
        axes.margins(x=0.25, y=0.2)
        axes.set_xlabel("milliseconds to decode a frame")
        axes.set_ylabel("PSNR on held-out photographs (dB)")
        return figure
