"""The shaders' texts, which lie beside this file."""

from functools import cache
from pathlib import Path


@cache
def shader_text(file: str) -> str:
    """The text of a shader, or of a template for one."""
    return (Path(__file__).parent / file).read_text("utf-8")
