"""Fills in the shader templates, with as little of Jinja's language as `template.js` knows."""

from functools import cache
from typing import Any

import jinja2


def render(template: str, **values: Any) -> str:
    """A template's text, filled in. An unknown name is an error."""
    return _compiled(template).render(values).removesuffix("\n")


@cache
def _compiled(template: str) -> jinja2.Template:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    return environment.from_string(template)
