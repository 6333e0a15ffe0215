"""Modules in JavaScript have the constants of the Python modules beside them."""

import importlib
import json
from pathlib import Path
from typing import Any

from shaders.model import LinearModel

from .node import run_node

ROOT = Path(__file__).parents[1]


def test_constants_are_the_same_in_both_languages() -> None:
    files = [
        f for room in ("shaders", "renderer/image") for f in sorted((ROOT / room).glob("*.js"))
    ]
    twins = [file for file in files if file.with_suffix(".py").exists()]
    names = [file.relative_to(ROOT).as_posix() for file in twins]
    found = json.loads(run_node(ROOT / "tests" / "constants.js", *names))
    assert {"renderer/image/limits.js", "shaders/hsh.js", "shaders/linear.js"} <= set(found)
    for name, constants in found.items():
        module = importlib.import_module(name.removesuffix(".js").replace("/", "."))
        assert constants == {key: plain(getattr(module, key)) for key in constants}, name
        if name.endswith("limits.js"):
            assert {key for key in vars(module) if key.isupper()} == set(constants)


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, LinearModel):
        sizes = {str(count): size._asdict() for count, size in value.sizes.items()}
        return {"name": value.name, "sizes": sizes, "lowest": value.lowest}
    if isinstance(value, dict) and all(isinstance(each, LinearModel) for each in value.values()):
        return list(value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
