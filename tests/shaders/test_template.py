"""Filled-in templates: the table that template.test.js walks as well."""

import jinja2
import pytest

from shaders.template import render

from ..cases.table import Row, rows


@pytest.mark.parametrize("row", [row for row in rows("templates") if "text" in row])
def test_filled_in(row: Row) -> None:
    assert render(row["template"], **row["values"]) == row["text"]


@pytest.mark.parametrize("row", [row for row in rows("templates") if "text" not in row])
def test_unknown_names_are_errors(row: Row) -> None:
    with pytest.raises(jinja2.UndefinedError):
        render(row["template"], **row["values"])
