"""Report pages: a template beside the code that fills it, with every value escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATE = "report.html.jinja"


def render_page(folder: Path, **values: Any) -> str:
    """The page of the template in a folder; a value that it names and does not get is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(**values)
