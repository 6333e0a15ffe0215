"""What JSON may hold to be used: finite numbers and whole characters, not nested deep."""

import json
import math
import re
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from renderer.image.limits import DEEPEST
from shaders.decoder import check

SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(text: str) -> Any:
    """What a text of JSON says. Raises ValueError where it is none, and RakingError where it says
    what other programs cannot take, in keys that are ignored as well: they are written again."""
    found = json.loads(text, parse_constant=_refuse_constant, parse_int=_parse_int)
    check(_problems(found))
    return found


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python's reader takes although JSON has them not."""
    raise ValueError(f"it holds {name}")


def _parse_int(digits: str) -> int | float:
    """Python refuses to read thousands of digits."""
    return int(digits) if len(digits) < 400 else math.inf


def _problems(value: Any, depth: int = 0) -> Iterator[str]:
    if depth > DEEPEST:
        yield f"it is nested deeper than {DEEPEST} levels"
        return
    if isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
        yield "a number in it is too large"
    if isinstance(value, str) and SURROGATE.search(value):
        yield "a text in it holds half a character"
    if isinstance(value, dict | list):
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _problems(part, depth + 1)
