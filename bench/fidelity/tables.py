"""The tables, shaped as the papers' are: items down, models across, published averages below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.fidelity.anchors import ANCHORS as ANCHOR_NAMES
from bench.fidelity.columns import COLUMNS, Column
from bench.fidelity.items import GROUPS, Item
from bench.fidelity.published import PERCEPTUAL, QUALITY, SUBSETS, SURFACE_NAMES, SURFACES
from bench.fidelity.results import Mean, Results, elevation, known, mean_of

ABSENT = "-"
# The test lights of SynthRTI stand at 20, 40, 60 and 80 degrees: one ring in each.
ELEVATIONS = ((0, 30), (30, 50), (50, 70), (70, 90))
SYNTHRTI = ("single", "multi")
REALRTI = ("realrti", "realrtihr")


@dataclass(frozen=True)
class Row:
    """Cells of text; `kind` is "", "mean" or "published"."""

    cells: list[str]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    head: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)


def all_tables(results: Results) -> list[Table]:
    """Those for which there is anything to show."""
    families = {
        "classical models and the original encoder": [
            column for column in results.columns if column.encoder != "improved"
        ],
        "the improved teacher (IT)": [c for c in results.columns if c.encoder == "improved"],
    }
    tables = [
        quality_table(results, group, name, columns)
        for name, columns in families.items()
        for group in results.groups
        if columns
    ]
    tables += [perceptual_table(results, group) for group in results.groups if results.columns]
    tables += [surface_table(results), anchor_table(results), distillation_table(results)]
    tables += [cost_table(results), elevation_table(results)]
    tables += [subset_table(results, group) for group in results.groups]
    return [table for table in tables if table.rows]


def quality_table(results: Results, group: str, family: str, columns: Sequence[Column]) -> Table:
    """PSNR / SSIM of each item, their means with intervals, and the published averages."""
    items = results.of_group(group)
    rows = score_rows(results, items, columns, {"psnr": "{:.2f}", "ssim": "{:.3f}"})
    published = QUALITY.get(group, {})
    rows += published_row({t: "{:.2f}/{:.2f}".format(*v) for t, v in published.items()}, columns)
    head = ["item", *(column.title for column in columns)]
    return Table(f"{GROUPS[group]}, PSNR / SSIM, {family}", head, rows)


def perceptual_table(results: Results, group: str) -> Table:
    """LPIPS / Delta E of each item, and FLIP, which the papers lack; LPIPS only if measured."""
    items, columns, published = results.of_group(group), results.columns, PERCEPTUAL.get(group, {})
    forms = {"lpips": "{:.3f}", "delta_e": "{:.2f}"}
    title = "LPIPS / Delta E (CIEDE2000)"
    if results.lpips_absent:
        del forms["lpips"]
        title = "Delta E (CIEDE2000)"
    rows = score_rows(results, items, columns, forms)
    texts = {t: f"{lpips:.3f}/{delta_e:.2f}" for t, (lpips, delta_e) in published.items()}
    rows += published_row(texts, columns, "published LPIPS / Delta E")
    flip = score_rows(results, items, columns, {"flip": "{:.3f}"})
    rows += [Row([f"FLIP, {row.cells[0]}", *row.cells[1:]], "mean") for row in flip if row.kind]
    head = ["item", *(column.title for column in columns)]
    return Table(f"{GROUPS[group]}, {title}", head, rows)


def score_rows(
    results: Results, items: Sequence[Item], columns: Sequence[Column], forms: Mapping[str, str]
) -> list[Row]:
    """A row of scores for each item, then their means and the half widths of their intervals.

    `forms` says which scores stand in a cell, and how they are written: {"psnr": "{:.2f}"}.
    Nothing where no score is known.
    """
    rows = []
    for item in items:
        scores = [[results.score(item, c.key, key) for key in forms] for c in columns]
        rows.append(Row([item.name, *(joined(values, forms) for values in scores)]))
    means, widths = [], []
    for column in columns:
        found = [mean_of(known(results.score(i, column.key, key) for i in items)) for key in forms]
        number = max((mean.number for mean in found if mean), default=0)
        part = f" ({number} of {len(items)})" if 0 < number < len(items) else ""
        means.append(joined([mean.value if mean else None for mean in found], forms) + part)
        widths.append(joined([mean.half_width if mean else None for mean in found], forms))
    if all(mean == ABSENT for mean in means):
        return []
    rows.append(Row(["mean" if len(items) == 1 else f"mean of {len(items)}", *means], "mean"))
    if any(width != ABSENT for width in widths):
        rows.append(Row(["± (95 %)", *widths], "mean"))
    return rows


def joined(values: Sequence[float | None], forms: Mapping[str, str]) -> str:
    """Values by their forms with a slash between; a dash for what is unknown."""
    if all(value is None for value in values):
        return ABSENT
    pairs = zip(values, forms.values(), strict=True)
    return "/".join(ABSENT if value is None else form.format(value) for value, form in pairs)


def published_row(
    texts: Mapping[str, str], columns: Sequence[Column], name: str = "published average"
) -> list[Row]:
    """A row of published texts by the columns' titles; none where no column has one."""
    cells = [texts.get(column.title, ABSENT) for column in columns]
    return [Row([name, *cells], "published")] if any(c != ABSENT for c in cells) else []


def surface_table(results: Results) -> Table:
    """SynthRTI's objects, each the mean over its materials, PSNR with the published beside."""
    rows = []
    for (group, surface), published in SURFACES.items():
        items = [item for item in results.of_group(group) if item.surface == surface]
        if not items:
            continue
        means = [
            mean_of(known(results.score(item, column.key, "psnr") for item in items))
            for column in results.columns
        ]
        name = f"{GROUPS[group]}, {SURFACE_NAMES[surface]} (Object{surface})"
        rows.append(Row([name, *(f"{m.value:.2f}" if m else ABSENT for m in means)]))
        cells = [
            f"{published[c.title]:.2f}" if c.title in published else ABSENT for c in results.columns
        ]
        rows.append(Row(["published", *cells], "published"))
    head = ["surface", *(column.title for column in results.columns)]
    return Table("SynthRTI by surface, PSNR", head, rows if results.columns else [])


def anchor_table(results: Results) -> Table:
    """B of each item, the best that its photographs give in float, and the models against it."""
    columns = [c for c in results.columns if c.units == 20] or results.columns
    rows = []
    for groups in (SYNTHRTI, REALRTI, ("nrf",), ("other",)):
        items = [i for i in results.items if i.group in groups and results.anchor(i)]
        rows += [Row(anchor_cells(results, item, columns)) for item in items]
        if len(items) > 1:
            name = {"single": "SynthRTI", "realrti": "RealRTI", "nrf": "NRF-RTI"}.get(
                groups[0], "others"
            )
            rows.append(Row(anchor_means(results, f"mean of {name}", items, columns), "mean"))
    head = ["item", *ANCHOR_NAMES, "B", *(column.title for column in columns)]
    notes = [
        "PTM and HSH by plain least squares and thin-plate interpolation in (x, y) of all training "
        "photographs, with smoothing 0 and 0.01, in float; B is the best of a row. The models are "
        "as stored, with their difference to B in brackets."
    ]
    return Table("Against the anchors, PSNR", head, rows, notes)


def anchor_cells(results: Results, item: Item, columns: Sequence[Column]) -> list[str]:
    anchor = results.anchor(item)
    assert anchor is not None
    cells = [f"{anchor['psnr'][n]:.2f}" if n in anchor["psnr"] else ABSENT for n in ANCHOR_NAMES]
    cells.append(f"{anchor['b']:.2f}")
    for column in columns:
        psnr, over = (
            results.score(item, column.key, "psnr"),
            results.over_anchor(item, column.key),
        )
        cells.append(ABSENT if psnr is None or over is None else f"{psnr:.2f} ({over:+.2f})")
    return [item.name, *cells]


def anchor_means(
    results: Results, name: str, items: Sequence[Item], columns: Sequence[Column]
) -> list[str]:
    anchors = [anchor for item in items if (anchor := results.anchor(item))]
    cells = []
    for key in ANCHOR_NAMES:
        mean = mean_of(a["psnr"][key] for a in anchors if key in a["psnr"])
        cells.append(f"{mean.value:.2f}" if mean and mean.number == len(items) else ABSENT)
    mean = mean_of(anchor["b"] for anchor in anchors)
    cells.append(f"{mean.value:.2f}" if mean else ABSENT)
    for column in columns:
        psnr = mean_of(known(results.score(item, column.key, "psnr") for item in items))
        over = mean_of(known(results.over_anchor(item, column.key) for item in items))
        cells.append(f"{psnr.value:.2f} ({signed(over)})" if psnr and over else ABSENT)
    return [name, *cells]


def signed(mean: Mean) -> str:
    """+1.20 ± 0.30"""
    width = "" if mean.half_width is None else f" ± {mean.half_width:.2f}"
    return f"{mean.value:+.2f}{width}"


def distillation_table(results: Results) -> Table:
    """Each DisK against the NeuralRTI of its units: what distillation gains, and in what time."""
    present = {column.key for column in results.columns}
    rows = []
    for column in results.columns:
        direct = column.key.replace("disk", "neural")
        if column.model != "disk" or direct not in present:
            continue
        items = [i for i in results.items if results.gain(i, column.key, direct) is not None]
        gains = known(results.gain(item, column.key, direct) for item in items)
        gain = mean_of(gains)
        if gain is None:
            continue
        times = [
            [results.seconds(item, direct) for item in items],
            [results.seconds(item, column.key) for item in items],
            [results.seconds_with_teacher(item, column.key) for item in items],
        ]
        rows.append(
            Row(
                [
                    f"{column.title} over {COLUMNS[direct].title}",
                    signed(gain),
                    f"{sum(value > 0 for value in gains)} of {len(items)}",
                    *(mean_text(values, "{:.1f}") for values in times),
                ]
            )
        )
    head = ["", "PSNR gained, dB", "items", "direct, s", "student, s", "with teacher, s"]
    notes = [
        "Means over all items with their intervals of 95 %; in how many items the student is "
        "ahead; seconds of the direct training, of the student's own, and of teacher and student."
    ]
    return Table("What distillation gains", head, rows, notes)


def mean_text(values: Sequence[float | None], form: str) -> str:
    mean = mean_of(known(values))
    return form.format(mean.value) if mean else ABSENT


def cost_table(results: Results) -> Table:
    """What a model costs besides error: time, 8 bits, and how restlessly its light moves."""
    rows = []
    for column in results.columns:
        costs = known(results.quantisation_cost(item, column.key) for item in results.items)
        unsteadiness, straying = (
            known(results.score(item, column.key, key) for item in results.items)
            for key in ("smoothness_ratio", "straying_ratio")
        )
        own = [results.seconds(item, column.key) for item in results.items]
        total = [results.seconds_with_teacher(item, column.key) for item in results.items]
        parameters, multiply_adds = (
            known(results.fact(i, column.key, key) for i in results.items)
            for key in ("parameters", "multiply_adds")
        )
        rows.append(
            Row(
                [
                    column.title,
                    f"{parameters[0]:.0f}" if parameters else ABSENT,
                    f"{multiply_adds[0]:.0f}" if multiply_adds else ABSENT,
                    mean_and_most(costs, "{:+.3f}"),
                    mean_and_most(unsteadiness, "{:.2f}"),
                    mean_and_most(straying, "{:.2f}"),
                    mean_text(own, "{:.1f}"),
                    mean_text(total, "{:.1f}"),
                ]
            )
        )
    head = ["model", "parameters", "multiply-adds", "8 bits cost, dB", "unsteadiness", "straying"]
    head += ["s", "with teacher, s"]
    notes = [
        "Over all items, mean and, in brackets, the most. 8 bits: float latents less latents as "
        "stored. Unsteadiness and straying of the moving light between the photographs "
        "(trainer.quality.smoothness), each as a multiple of that of HSH 3 in float. Seconds: of "
        "training and storing, mean."
    ]
    return Table("Costs: storage, smoothness, time", head, rows, notes)


def mean_and_most(values: Sequence[float], form: str) -> str:
    mean = mean_of(values)
    return f"{form.format(mean.value)} ({form.format(max(values))})" if mean else ABSENT


def elevation_table(results: Results) -> Table:
    """Mean PSNR of the held-out photographs by the height of their light, over all items."""
    rows = []
    counted = []
    for column in results.columns:
        entries = [
            entry
            for item in results.items
            if (record := results.get(item, column.key))
            for entry in record["scores"]["per_image"]
        ]
        by_height = [
            [e["psnr"] for e in entries if within(elevation(e["light"]), low, high)]
            for low, high in ELEVATIONS
        ]
        counted.append([len(found) for found in by_height])
        rows.append(Row([column.title, *(mean_text(found, "{:.2f}") for found in by_height)]))
    head = ["model", *(f"{low} to {high}°" for low, high in ELEVATIONS)]
    notes = []
    if counted:
        most = [str(max(numbers)) for numbers in zip(*counted, strict=True)]
        notes.append(f"Held-out photographs in each: {', '.join(most)}.")
    return Table("By elevation of the light, PSNR", head, rows, notes)


def within(height: float, low: int, high: int) -> bool:
    return low <= height < high or height >= high == 90


def subset_table(results: Results, group: str) -> Table:
    """After Table 10: quality and minutes by share and choice of the training pixels."""
    items = results.of_group(group)
    columns = [
        column
        for column in COLUMNS.values()
        if any(results.get(item, column.key, s) for item in items for s in results.subsets)
    ]
    rows = []
    for subset in [*results.subsets, ""] if columns else []:
        cells = []
        for column in columns:
            psnr = mean_text(
                [results.score(i, column.key, "psnr", subset) for i in items], "{:.2f}"
            )
            seconds = mean_of(
                known(results.seconds_with_teacher(i, column.key, subset) for i in items)
            )
            minutes = f" ({seconds.value / 60:.1f} min)" if seconds else ""
            cells.append(psnr + minutes)
        if any(cell != ABSENT for cell in cells):
            percent, _, sampling = subset.partition(" ")
            rows.append(Row([f"{percent or '100'} %", sampling or "all", *cells]))
    rows += published_subsets(columns) if rows else []
    head = ["pixels", "sampling", *(column.title for column in columns)]
    notes = [
        f"Means over {len(items)} items, minutes with the teacher's. Published: one image of 10 "
        "Mpx under 47 lights, on an RTX 2080 Ti."
    ]
    return Table(f"{GROUPS[group]}, training on a part of the pixels, PSNR", head, rows, notes)


def published_subsets(columns: Sequence[Column]) -> list[Row]:
    """The papers' teacher and student under the first such columns."""
    teacher = next((column for column in columns if column.units == 50), None)
    student = next((column for column in columns if column.model == "disk"), None)
    rows = []
    for percent, (of_teacher, of_student, minutes) in SUBSETS.items():
        texts = {teacher: f"{of_teacher:.2f}", student: f"{of_student:.2f} ({minutes} min)"}
        cells = [texts.get(column, ABSENT) for column in columns]
        rows.append(Row([f"{percent:g} %", "published", *cells], "published"))
    return rows
