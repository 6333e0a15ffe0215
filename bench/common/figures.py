"""Figures for reports, drawn by matplotlib: one style, written as SVG and PNG."""

import io
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from renderer.files.aside import write_aside

STYLE: Any = {
    "svg.fonttype": "path",
    "svg.hashsalt": "raking",
    "font.family": "serif",
    "font.size": 10,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#554f47",
    "axes.labelcolor": "#33302b",
    "xtick.color": "#554f47",
    "ytick.color": "#554f47",
}
COLOURS = ("#9c3d1f", "#1f5673", "#6b7a2a", "#7a4a78", "#b58a1b", "#444444")
MARKERS = "osD^vP"


def write_figure(figure: Figure, path: Path) -> str:
    """Writes `path`.svg and `path`.png and returns the SVG element for an HTML page."""
    with matplotlib.rc_context(STYLE):
        pictures = {}
        for kind in ("svg", "png"):
            buffer = io.BytesIO()
            paper = "none" if kind == "svg" else "white"
            metadata = {"Date": None} if kind == "svg" else {}
            figure.savefig(buffer, format=kind, dpi=160, facecolor=paper, metadata=metadata)
            pictures[kind] = buffer.getvalue()
            write_aside(path.with_suffix(f".{kind}"), pictures[kind])
    svg = pictures["svg"].decode()
    return svg[svg.index("<svg") :]
