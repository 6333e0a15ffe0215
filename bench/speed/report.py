"""The report: what was measured, in words, figures and tables, as one self-contained page."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bench.common.figures import write_figure
from bench.common.journal import Journal, Record
from bench.speed.cost import cost_rows, draw_cost
from bench.speed.native import native_table
from bench.speed.rates import Curve, draw_panels, draw_rates
from bench.speed.scenarios import Case
from bench.speed.statistics import Estimate, Summary, summarise
from renderer.files.aside import write_aside
from renderer.files.page import render_page

MARKS = {20.0: "20 fps, the paper's target", 30.0: "30 fps"}

# DisK-NeuralRTI (STAG 2024), Table 9: frames per second on a 2019 laptop (Intel Iris Plus 645),
# whole image decoded for each frame, no tiling, no adaptive resolution.
PUBLISHED_MACHINE = "2019 laptop, Intel Iris Plus 645 (published)"
PUBLISHED = {10.5: (29.68, 1.60), 10.9: (28.09, 1.42), 14.1: (22.16, 1.10)}
PUBLISHED_DECODERS = ("DisK(20)", "NeuralRTI(50)")

TOGGLES = ((False, False), (True, False), (False, True), (True, True))  # tiling, adaptive
TOGGLE_NAMES = {
    (False, False): "both off",
    (True, False): "tiling",
    (False, True): "adaptive",
    (True, True): "tiling and adaptive",
}
VIEW_NAMES = {
    "whole": "Whole image, the canvas as large as the crop",
    "window": "Window of 1920 x 1080 on the crop",
}


@dataclass(frozen=True)
class Results:
    """Summaries by cell, and the names of the measured decoders by image."""

    summaries: Mapping[Case, Summary]
    decoders: Mapping[str, str]

    def get(self, image: str, size: tuple[int, int], **setting: Any) -> Summary | None:
        return self.summaries.get(Case(image, *size, **setting, repeat=0))

    @property
    def sizes(self) -> list[tuple[int, int]]:
        sizes = {(cell.width, cell.height) for cell in self.summaries}
        return sorted(sizes, key=lambda size: size[0] * size[1])


def write_report(
    out: Path, journal: Journal, cases: Sequence[Case], records: Sequence[Record]
) -> Path:
    """Writes figure9, figure_window, figure_cost (.svg, .png) and report.html; returns its path."""
    measured = [record for record in records if not record["error"]]
    settings = journal.settings
    results = Results(summarise(measured, settings["seed"]), decoder_names(settings["images"]))
    cost = cost_rows(settings["images"], results.decoders, results.summaries)
    page = render_page(
        Path(__file__).parent,
        settings=settings,
        machine=journal.environment,
        date=datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z"),
        answers=answers(results, settings["renderer"]),
        native=native_table(out / "native.csv"),
        decoders=results.decoders,
        warnings=run_warnings(journal, cases, records),
        unstable=unstable(results),
        failures=[(Case(**r["case"]).name, r["error"]) for r in records if r["error"]],
        figure9=figure9(results, out),
        figure_window=figure_window(results, out),
        rates=rate_table(results),
        published_machine=PUBLISHED_MACHINE,
        decode=decode_table(results),
        cost=cost,
        figure_cost=inline(figure, out / "figure_cost") if (figure := draw_cost(cost)) else None,
        looped=looped_table(results),
        toggles=toggle_tables(results),
        number=number,
        interval=interval,
        command=command(settings),
        urls=case_urls(measured),
        conditions=conditions(measured),
        counts=(len(measured), len(cases)),
    )
    path = out / "report.html"
    write_aside(path, page)
    return path


def decoder_names(images: Sequence[Record]) -> dict[str, str]:
    """By image: the decoder's name, with the image's own where two decoders share theirs."""
    names = [image["decoder"] for image in images]
    return {
        image["name"]: image["decoder"]
        if names.count(image["decoder"]) == 1
        else f"{image['decoder']} {image['name']}"
        for image in images
    }


def answers(results: Results, renderer: str) -> list[str]:
    """The findings in sentences, the most important first."""
    found = []
    for size in reversed(results.sizes):
        times = {
            name: summary.ms_per_frame.value
            for image, name in results.decoders.items()
            if (summary := results.get(image, size)) and summary.ms_per_frame
        }
        if times:
            found.append(decode_sentence(size, times))
            break
    found += looped_sentences(results)
    found += tiling_sentences(results)
    return found or [f"Nothing could be measured on {renderer}."]


def decode_sentence(size: tuple[int, int], times: Mapping[str, float]) -> str:
    fastest = min(times, key=lambda name: times[name])
    sentence = f"{fastest} decodes {mpx(size):g} Mpx in {number(times[fastest])} ms"
    slower = [
        f"{times[name] / times[fastest]:.1f} times as fast as {name} ({number(times[name])} ms)"
        for name in sorted(times, key=lambda name: times[name])
        if name != fastest
    ]
    return f"{sentence}: {', '.join(slower)}." if slower else f"{sentence}."


def looped_sentences(results: Results) -> list[str]:
    """At the smallest size, for all decoders."""
    rows = looped_table(results)
    ratios = [f"{r['ratio']} times for {r['decoder']}" for r in rows if r["mpx"] == rows[0]["mpx"]]
    if not ratios:
        return []
    return [
        f"At {rows[0]['mpx']} Mpx, decoding with baked weights is faster than with looped ones, "
        f"the published viewer's form: {', '.join(ratios)}."
    ]


def tiling_sentences(results: Results) -> list[str]:
    sentences = []
    for image, name in results.decoders.items():
        for size in reversed(results.sizes):
            off = results.get(image, size, view="window")
            on = results.get(image, size, view="window", tiling=True)
            if off and on and off.fps and on.fps:
                sentences.append(
                    f"In a window of 1920 x 1080 on {mpx(size):g} Mpx, tiling takes {name} from "
                    f"{number(off.fps.value)} to {number(on.fps.value)} frames per second."
                )
                break
    return sentences


def run_warnings(journal: Journal, cases: Sequence[Case], records: Sequence[Record]) -> list[str]:
    """What a reader must know before trusting the numbers."""
    warnings = []
    measured = [record for record in records if not record["error"]]
    left_out = len(cases) - len(records)
    if left_out:
        warnings.append(
            f"{left_out} of {len(cases)} measurements were left out because the time for one run "
            "was over. The same command measures them."
        )
    for image in journal.settings["images"]:
        if any(is_repeated(record["case"], image) for record in measured):
            warnings.append(
                f"{image['name']} has {image['width']} x {image['height']} pixels: "
                "larger crops repeat it side by side."
            )
    if not all(record["isolated"] for record in measured):
        warnings.append("The page was not cross-origin isolated: its clocks are coarse.")
    if journal.environment["frame_interval_ms"]["uncapped"] > 10:
        warnings.append(
            "The browser kept its frame-rate limit although it was told not to: "
            "frame rates above the display's are not seen."
        )
    cores = journal.environment["cores"]
    busy = [r for r in measured[:1] if r["load"][0] is not None and r["load"][0] > cores / 2]
    if busy:
        warnings.append(
            f"The machine was busy with other work when the run began (load {busy[0]['load'][0]} "
            f"on {cores} cores)."
        )
    return warnings


def is_repeated(case: Record, image: Record) -> bool:
    """Whether a case shows more of an image than there is."""
    larger = case["width"] > image["width"] or case["height"] > image["height"]
    return case["image"] == image["name"] and larger


def unstable(results: Results) -> list[tuple[str, str]]:
    """Cells whose numbers are to be distrusted, and why."""
    return [
        (cell_name(results, cell), "; ".join(summary.warnings))
        for cell, summary in results.summaries.items()
        if summary.warnings
    ]


def cell_name(results: Results, cell: Case) -> str:
    toggles = TOGGLE_NAMES[cell.tiling, cell.adaptive]
    name = results.decoders[cell.image]
    return f"{name}, {mpx((cell.width, cell.height)):g} Mpx, {cell.view}, {toggles}, {cell.shader}"


def figure9(results: Results, out: Path) -> Markup | None:
    curves = [
        Curve(name, rates(results, image, "whole", (False, False)))
        for image, name in results.decoders.items()
    ]
    curves = [curve for curve in curves if curve.points]
    return inline(draw_rates(curves, MARKS), out / "figure9") if curves else None


def figure_window(results: Results, out: Path) -> Markup | None:
    panels = {}
    for image, name in results.decoders.items():
        curves = [Curve(TOGGLE_NAMES[t], rates(results, image, "window", t)) for t in TOGGLES]
        if any(curve.points for curve in curves):
            panels[name] = [curve for curve in curves if curve.points]
    return inline(draw_panels(panels, MARKS), out / "figure_window") if panels else None


def inline(figure: Any, path: Path) -> Markup:
    return Markup(write_figure(figure, path))


def rates(
    results: Results, image: str, view: str, toggles: tuple[bool, bool]
) -> dict[float, Estimate]:
    """Frames per second by Mpx, of the baked shader."""
    tiling, adaptive = toggles
    return {
        mpx(size): summary.fps
        for size in results.sizes
        if (summary := results.get(image, size, view=view, tiling=tiling, adaptive=adaptive))
        and summary.fps
    }


def rate_table(results: Results) -> dict[str, Any]:
    """After the paper's Table 9: rows of this machine, then the published ones."""
    by_image = {image: rates(results, image, "whole", (False, False)) for image in results.decoders}
    sizes = sorted({size for found in by_image.values() for size in found})
    rows = [
        (f"{size:g}", [interval(found.get(size)) for found in by_image.values()]) for size in sizes
    ]
    decoders = list(results.decoders.values())
    order = [name for name in decoders if name in PUBLISHED_DECODERS]
    order += [name for name in PUBLISHED_DECODERS if name not in order]
    published = []
    for size, values in PUBLISHED.items():
        by_name = dict(zip(PUBLISHED_DECODERS, values, strict=True))
        published.append((f"{size:g}", [f"{by_name[name]:.2f}" for name in order]))
    return {
        "decoders": decoders,
        "rows": rows,
        "published_decoders": order,
        "published": published,
    }


def decode_table(results: Results) -> list[dict[str, str]]:
    """Decoding alone, whole image, both toggles off."""
    rows = []
    for size in results.sizes:
        for image, name in results.decoders.items():
            summary = results.get(image, size)
            if summary and summary.ms_per_frame:
                ms = summary.ms_per_frame
                rows.append(
                    {
                        "mpx": f"{mpx(size):g}",
                        "decoder": name,
                        "ms": interval(ms),
                        "rate": number(mpx(size) / ms.value * 1000),
                        "spread": f"{ms.spread:.1%}",
                    }
                )
    return rows


def looped_table(results: Results) -> list[dict[str, str]]:
    """Baked against looped weights, decoding alone, both toggles off."""
    rows = []
    for size in results.sizes:
        for image, name in results.decoders.items():
            baked = results.get(image, size)
            looped = results.get(image, size, shader="looped")
            if baked and looped and baked.ms_per_frame and looped.ms_per_frame:
                ratio = looped.ms_per_frame.value / baked.ms_per_frame.value
                rows.append(
                    {
                        "mpx": f"{mpx(size):g}",
                        "decoder": name,
                        "baked": interval(baked.ms_per_frame),
                        "looped": interval(looped.ms_per_frame),
                        "ratio": f"{ratio:.1f}",
                    }
                )
    return rows


def toggle_tables(results: Results) -> list[dict[str, Any]]:
    """What tiling and adaptive resolution do, in each view where more than one was measured."""
    tables = []
    for view, title in VIEW_NAMES.items():
        rows = []
        for size in results.sizes:
            for image, name in results.decoders.items():
                cells = [
                    results.get(image, size, view=view, tiling=tiling, adaptive=adaptive)
                    for tiling, adaptive in TOGGLES
                ]
                if sum(cell is not None for cell in cells) > 1:
                    row = [toggle_values(cell) for cell in cells]
                    rows.append({"mpx": f"{mpx(size):g}", "decoder": name, "cells": row})
        if rows:
            tables.append({"title": title, "rows": rows})
    return tables


def toggle_values(summary: Summary | None) -> dict[str, str] | None:
    if summary is None or summary.fps is None:
        return None
    return {
        "fps": number(summary.fps.value),
        "decoded": f"{summary.decoded_pixels / 1e6:.2f}",
        "scale": f"{summary.scale:.2f}",
        "psnr": f", {summary.psnr:.1f} dB" if summary.psnr else "",
    }


def command(settings: Record) -> str:
    """The command that measures the same."""
    parts = ["raking", "bench", *(image["path"] for image in settings["images"])]
    parts += ["--quick"] if settings["quick"] else []
    parts += ["--repeats", str(settings["repeats"]), "--seconds", f"{settings['seconds']:g}"]
    parts += ["--target-fps", f"{settings['target_fps']:g}", "--seed", str(settings["seed"])]
    parts += ["--renderer", settings["renderer_kind"], "-o", "OUT"]
    return shlex.join(parts)


def case_urls(records: Sequence[Record]) -> list[tuple[str, str]]:
    """By cell, what to add to the address that `raking view` opens."""
    urls = {}
    for record in records:
        query = "".join(f"&{key}={value}" for key, value in record["url"].items())
        urls[Case(**record["case"]).name.rpartition(" #")[0]] = query
    return sorted(urls.items())


def conditions(records: Sequence[Record]) -> dict[str, str]:
    """Load and time of the run, from its records."""
    loads = [load for record in records for load in record["load"] if load is not None]
    seconds = sum(record["wall_seconds"] for record in records)
    return {
        "load": f"{min(loads):.2f} to {max(loads):.2f}" if loads else "unknown",
        "duration": f"{seconds / 60:.1f} minutes",
    }


def mpx(size: tuple[int, int]) -> float:
    return size[0] * size[1] / 1e6


def number(value: float) -> str:
    """Three significant digits, whole from 100 on."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def interval(found: Estimate | None) -> str:
    """A median and its interval."""
    if found is None:
        return "-"
    value, low, high = map(number, (found.value, found.low, found.high))
    return value if low == high else f"{value} ({low} to {high})"
