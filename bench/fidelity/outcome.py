"""What a run leaves: CSV for scripts, the tables as Markdown, and one self-contained page."""

import html
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bench.common.figures import write_figure
from bench.common.journal import Record
from bench.fidelity.columns import ANCHORS, COLUMNS
from bench.fidelity.fits import FidelityJournal
from bench.fidelity.items import GROUPS, Item
from bench.fidelity.parameters import draw_parameters
from bench.fidelity.results import Results, elevation, known, mean_of, write_scores, write_summary
from bench.fidelity.tables import REALRTI, SYNTHRTI, Row, Table, all_tables, signed
from renderer.files.aside import write_aside
from renderer.files.page import render_page

SOURCES = {
    "Test set": "the photographs of its folder Test",
    "test.txt": "those that its test.txt names",
    "rule": "by rule: one from each fifth of the lights in order of elevation, none at the rim, "
    "looking to different sides (trainer.collection.mlic.held_out_by_rule)",
}


def write_results(out: Path, journal: FidelityJournal, items: Sequence[Item]) -> Path:
    """Writes scores.csv, summary.csv, figure2, tables.md and report.html, and returns its path."""
    readable = {(fit.item, fit.sha256) for fit, r in journal.latest().items() if not r["error"]}
    present = {(item.name, item.sha256) for item in items}
    records = {
        fit: record for fit, record in journal.latest().items() if (fit.item, fit.sha256) in present
    }
    measured = [item for item in items if (item.name, item.sha256) in readable]
    results = Results(measured, {fit: r for fit, r in records.items() if not r["error"]})
    facts: dict[str, Any] = {
        "answers": answers(results),
        "failures": [(fit.name, r["error"]) for fit, r in records.items() if r["error"]],
        "warnings": warnings(results),
        "tables": [*all_tables(results), held_out_table(results)],
        "settings": settings_table(journal, results),
        "command": command(journal.settings, results),
        "date": datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z"),
    }
    write_scores(out / "scores.csv", results)
    write_summary(out / "summary.csv", results)
    figure = draw_parameters(results)
    svg = Markup(write_figure(figure, out / "figure2")) if figure else None
    write_aside(out / "tables.md", markdown(facts, with_figure=figure is not None))
    page = render_page(Path(__file__).parent, **facts, figure=svg)
    path = out / "report.html"
    write_aside(path, page)
    return path


def answers(results: Results) -> list[str]:
    """How the models stand to the anchor B, in sentences; those meant for viewers first."""
    titles = {column.key: column.title for column in results.columns}
    sentences = []
    for key in [key for key in ("disk-it20", "disk20", "hyper8") if key in titles] or list(titles)[
        -1:
    ]:
        for name, groups in (
            ("SynthRTI", SYNTHRTI),
            ("RealRTI", REALRTI),
            ("NRF-RTI", ("nrf",)),
            ("other", ("other",)),
        ):
            items = [item for item in results.items if item.group in groups]
            differences = known(results.over_anchor(item, key) for item in items)
            psnr = mean_of(known(results.score(item, key, "psnr") for item in items))
            over = mean_of(differences)
            if psnr and over:
                where = f"{over.number} {name} items" if over.number > 1 else f"the {name} item"
                sentences.append(
                    f"{titles[key]} reaches {psnr.value:.2f} dB on {where}: "
                    f"{signed(over)} dB to B, the least {min(differences):+.2f}."
                )
    return sentences or ["Nothing has been measured yet."]


def warnings(results: Results) -> list[str]:
    """What a reader must know of the items and models before trusting the numbers."""
    found = []
    if results.columns and results.lpips_absent:
        found.append(results.lpips_absent)
    for item in results.items:
        facts = results.get(item, ANCHORS)
        found += [f"{item.name}: {warning}" for warning in (facts or {}).get("warnings", [])]
    for fit, record in results.records.items():
        if fit.column != ANCHORS:
            found += [f"{fit.name}: {warning}" for warning in record["warnings"]]
    makers = {tuple(record["made_by"].values()) for record in results.records.values()}
    if len(makers) > 1:
        found.append(
            "The results were made by several versions of the software or on several machines; "
            "made_by in journal.jsonl says which."
        )
    return found


def held_out_table(results: Results) -> Table:
    """Each item with the names and directions of its held-out lights, and who chose them."""
    rows = []
    for item in results.items:
        facts = results.get(item, ANCHORS)
        if facts is None:
            continue
        size = f"{facts['width']} x {facts['height']}"
        lights = "; ".join(
            f"{held['name']} ({', '.join(f'{value:.3f}' for value in held['light'])}; "
            f"{elevation(held['light']):.0f}°)"
            for held in facts["held_out"]
        )
        source = facts["held_out_by"]
        cells = [item.name, GROUPS[item.group], size, str(facts["lights"]), source, lights]
        rows.append(Row(cells))
    head = ["item", "group", "pixels", "training lights", "held out by", "held-out lights"]
    sources = {row.cells[4] for row in rows}
    notes = [f"{source}: {SOURCES[source]}." for source in SOURCES if source in sources]
    notes.append("In brackets: x to the right, y up, z to the viewer; elevation.")
    return Table("Items and their held-out lights", head, rows, notes)


def settings_table(journal: FidelityJournal, results: Results) -> Table:
    settings, machine = journal.settings, journal.environment
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    minutes, steps, pixels = settings["minutes"], settings["steps"], settings["pixels"]
    facts = {
        "Collections": settings["benchmark"],
        "Budget of a model": f"{minutes:g} minutes" if minutes else "the trainer's own",
        "Training steps": str(steps) if steps else "the trainer's own",
        "Seed": str(settings["seed"]),
        "Training pixels": "all" if pixels == 1 else f"{pixels:.2%}, {settings['sampling']}",
        "Images": "as stored: 8-bit planes, read back from images/",
        "Averages": "over photographs, then items; intervals of 95 % over items, by Student's t",
        "Time": f"{sum(r['wall_seconds'] for r in results.records.values()) / 60:.1f} minutes",
        "Processor": f"{machine['cpu']}, {machine['cores']} cores usable",
        "Accelerator": machine["device"] or "none",
        "System": machine["system"],
        "Software": f"{packages}, Python {machine['python']}, commit {machine['commit']}",
    }
    return Table("Settings and machine", ["", ""], [Row([k, v]) for k, v in facts.items()])


def command(settings: Record, results: Results) -> str:
    """The command that goes on with the run, or does it again."""
    parts = ["raking", "benchmark", settings["benchmark"], "-o", "OUT"]
    measured = {fit.column for fit in results.records} - {ANCHORS}
    if measured != set(COLUMNS):
        parts += ["--models", ",".join(key for key in COLUMNS if key in measured)]
    for key in ("minutes", "steps", "seed"):
        parts += [f"--{key}", f"{settings[key]:g}"] if settings[key] is not None else []
    if settings["pixels"] < 1:
        parts += ["--pixels", f"{settings['pixels']:g}", "--sampling", settings["sampling"]]
    if results.subsets:
        percents = dict.fromkeys(subset.split()[0] for subset in results.subsets)
        parts += ["--fractions", ",".join([*percents, "100"])]
    return shlex.join(parts)


def markdown(facts: Mapping[str, Any], with_figure: bool) -> str:
    """The page's content as Markdown."""
    lines = ["# Raking: fidelity", ""]
    lines += [f"- {plain(sentence)}" for sentence in facts["answers"]]
    for title, sentences in (
        ("Not measured", [f"{name}: {error}" for name, error in facts["failures"]]),
        ("Warnings", facts["warnings"]),
    ):
        if sentences:
            lines += ["", f"## {title}", "", *(f"- {plain(sentence)}" for sentence in sentences)]
    if with_figure:
        lines += ["", "## PSNR over decoder parameters", "", "![Figure 2](figure2.png)"]
    for table in [*facts["tables"], facts["settings"]]:
        lines += ["", f"## {plain(table.title)}", "", *markdown_table(table)]
        for note in table.notes:
            lines += ["", plain(note)]
    return "\n".join(lines) + "\n"


def markdown_table(table: Table) -> list[str]:
    rule = ["---", *["---:"] * (len(table.head) - 1)]
    rows = [table.head, rule, *(row.cells for row in table.rows)]
    rows[0] = [plain(cell) for cell in table.head]
    rows[2:] = [[plain(cell) for cell in row.cells] for row in table.rows]
    return [f"| {' | '.join(cells)} |" for cells in rows]


def plain(text: str) -> str:
    """Text as Markdown shows it as it is, in one line, whatever a folder is called."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    for mark in "\\`*_[]|":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped
