"""What commands print: lines, tables and JSON on standard output, warnings on standard error."""

import json
import shlex
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shaders.errors import escaped, printable

WIDEST_TABLE = 1000  # characters
errors = Console(stderr=True, highlight=False, markup=False, emoji=False)


def say(text: str) -> None:
    """Prints a line, in which names from files can do a terminal no harm."""
    print(escaped(text))


def warn(message: str) -> None:
    errors.print(f"raking: warning: {printable(message)}", style="yellow", soft_wrap=True)


def print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, indent=1))


def print_table(title: str, rows: list[dict[str, Any]]) -> None:
    looks: Any = {"box": box.SIMPLE_HEAD, "collapse_padding": True, "pad_edge": False}
    table = Table(**looks)
    for key in rows[0]:
        numeric = not isinstance(rows[0][key], str)
        table.add_column(key, justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        cells = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row.values())
        table.add_row(*(Text(escaped(cell)) for cell in cells))
    # A title of the table's own would be broken to its width.
    console = Console()
    console.print(Text(escaped(title), "italic"), soft_wrap=True)
    # Rather wider than the terminal than without its numbers.
    whole = console.measure(table, options=console.options.update(max_width=WIDEST_TABLE)).maximum
    Console(width=max(whole, console.width)).print(table)


def print_facts(facts: dict[str, str]) -> None:
    """Names and values in two columns."""
    width = max(map(len, facts))
    for name, value in facts.items():
        say(f"{name:{width}}  {value}")


def print_report(report: Path) -> None:
    """A report in HTML, and how to look at it."""
    say(f"Wrote {report}")
    print_next("python", "-m", "webbrowser", report.resolve().as_uri())


def print_next(*command: object) -> None:
    """The last line of a command: the one that is most useful now."""
    say(f"Next: {shlex.join(map(str, command))}")


def print_levels(levels: list[dict[str, Any]]) -> None:
    """How well the smaller levels of a pyramid show the image; nothing of a flat one."""
    if levels:
        rows = [
            {"level": f"{row['width']} x {row['height']}", "PSNR, dB": row["psnr"]}
            for row in levels
        ]
        print_table("smaller levels against the image shrunk", rows)


def tell_done(
    path: Path, what: str, facts: dict[str, Any], as_json: bool, following: list[object]
) -> None:
    """Of a command whose work is done already, and which one is next."""
    if as_json:
        print_json({**facts, "done": True})
    else:
        say(f"{path}: done before, {what}; nothing was written")
        print_next(*following)


def beside(path: Path, ending: str) -> Path:
    """A name of its own for what comes of `path`."""
    if path.name in ("", ".."):
        path = path.resolve()
    return path.with_name(f"{path.name}-{ending}")
