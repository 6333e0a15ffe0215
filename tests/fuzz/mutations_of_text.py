"""What can be wrong with a JSON file, a light file, a list of names or a pyramid's description."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .mutations_of_bytes import Mutation, Random, pick

# JSON: values, keys, depth and encodings

RAW = "\ue000"  # stands for text that no value of Python is written as
RAW_VALUES = [
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    "1" * 5000,
    '"\\ud800"',
    "[" * 100_000,
    "-0",
    "1E2",
]
VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        3,
        2**31,
        2**53 + 1,
        10**30,
        0.5,
        -3.5,
        1e-320,
        3e38,
        1e308,
        1e39,
    ),
    *("", "x", "plane_0.png", "../x", "\x1b[31mred", "a\nb", "\ufeff", "y" * 5000, "__proto__"),
    *([], {}, [[]], [0] * 1000, {"__proto__": 1}, {"a": {"b": {}}}),
]


def json_value(random: Random, data: bytes) -> bytes:
    """A value is another."""
    document = json.loads(data)
    holder, key = pick(random, list(places(document)))
    if random.integers(4):
        holder[key] = pick(random, VALUES)
        return json.dumps(document).encode()
    holder[key] = RAW
    return json.dumps(document).replace(json.dumps(RAW), pick(random, RAW_VALUES)).encode()


def json_number(random: Random, data: bytes) -> bytes:
    """A number is a little or much larger."""
    document = json.loads(data)
    numbers = [(h, k) for h, k in places(document) if isinstance(h[k], int | float)]
    holder, key = pick(random, numbers)
    holder[key] *= pick(random, [1.001, 1.1, -1, 2, 1000, 1e30])
    return json.dumps(document).encode()


def json_structure(random: Random, data: bytes) -> bytes:
    """Something is missing, there twice, or one level deeper."""
    document = json.loads(data)
    holder, key = pick(random, list(places(document)))
    how = int(random.integers(4))
    if how == 0:
        del holder[key]
    elif how == 1:
        holder[key] = [holder[key]]
    elif how == 2 and isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        other, there = pick(random, list(places(document)))
        holder[key], other[there] = other[there], holder[key]
    try:
        return json.dumps(document).encode()
    except ValueError:  # it holds itself now
        return json.dumps(pick(random, VALUES)).encode()


def json_key(random: Random, data: bytes) -> bytes:
    """A key is another, or is there twice."""
    document = json.loads(data)
    objects = [(h, k) for h, k in places(document) if isinstance(h, dict)]
    holder, key = pick(random, objects)
    if random.integers(2):
        holder[pick(random, ["x", "", "__proto__", key.upper(), key + " "])] = holder.pop(key)
        return json.dumps(document).encode()
    text = json.dumps(document)
    return text.replace(
        f'"{key}"', f'"{key}": {pick(random, ["0", "null", "[]"])}, "{key}"', 1
    ).encode()


def json_encoding(random: Random, data: bytes) -> bytes:
    text = data.decode()
    how = pick(random, ["utf-16", "utf-8-sig", "utf-32", "latin-1"])
    return (
        text.replace("raking", "räking").encode(how, "replace")
        if how == "latin-1"
        else text.encode(how)
    )


def json_layout(random: Random, data: bytes) -> bytes:
    """The same in another order and with other blanks."""
    document = json.loads(data)
    if isinstance(document, dict):
        keys = list(document)
        document = {keys[i]: document[keys[i]] for i in random.permutation(len(keys))}
    return json.dumps(document, indent=int(random.integers(5))).encode() + b"\n\n"


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) in a document; of long lists the first few."""
    items = document.items() if isinstance(document, dict) else enumerate(document[:6])
    for key, value in items:
        yield document, key
        if isinstance(value, dict | list) and value:
            yield from places(value)


JSONS: list[Mutation] = [
    *(json_value, json_value, json_value, json_number, json_structure, json_key, json_encoding),
    json_layout,
]


# Lines: light files and lists of names

WORDS = [
    *("nan", "inf", "1e400", "-1e300", "0", "-0.9", "0,5", "1" * 400, "x", "", "0x10", "½", "\0"),
    *("\x1b[2J", "\ud7ff", "photo_00.png", "../photo_00.png", "C:\\a\\photo_01.png", '"', ";", "#"),
    "n" * 100_000,
]


def line_word(random: Random, data: bytes) -> bytes:
    """A word of a line is another."""
    lines = data.split(b"\n")
    i = int(random.integers(len(lines)))
    words = lines[i].split(b" ")
    words[int(random.integers(len(words)))] = pick(random, WORDS).encode()
    lines[i] = b" ".join(words)
    return b"\n".join(lines)


def line_order(random: Random, data: bytes) -> bytes:
    """A line is missing, there twice or elsewhere."""
    lines = data.split(b"\n")
    line = lines.pop(int(random.integers(len(lines))))
    for _ in range(int(random.integers(3))):
        lines.insert(int(random.integers(len(lines) + 1)), line)
    return b"\n".join(lines)


def line_many(random: Random, data: bytes) -> bytes:
    return data + (data.split(b"\n")[-2] + b"\n") * int(pick(random, [3, 20_000]))


def line_encoding(random: Random, data: bytes) -> bytes:
    text = data.decode()
    if random.integers(2):
        text = text.replace("photo", "фото")
    encoding = pick(random, ["utf-16", "utf-16-le", "utf-8-sig", "cp1251", "utf-32", "shift_jis"])
    return text.encode(encoding, "replace")


def line_layout(random: Random, data: bytes) -> bytes:
    """The same with other blanks and line ends."""
    ends, gaps = pick(random, [b"\r\n", b" \n", b"\n\n"]), pick(random, [b" ", b"\t", b"   "])
    return re.sub(rb" +", gaps, data).replace(b"\n", ends)


LINES: list[Mutation] = [line_word, line_word, line_word, line_order, line_many, line_encoding]
LINES += [line_layout]


# Descriptions of pyramids


def dzi_attribute(random: Random, data: bytes) -> bytes:
    """An attribute is another."""
    values = [
        b"0",
        b"-1",
        b"1",
        b"64",
        b"99999999999",
        b"1e5",
        b"",
        b"png",
        b"../..",
        b"\xff",
        b"2",
    ]
    found = list(re.finditer(rb'="([^"]*)"', data))
    match = pick(random, found)
    return data[: match.start(1)] + pick(random, values) + data[match.end(1) :]


def dzi_entities(random: Random, data: bytes) -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]>'
    return data.replace(b"<Image", bomb + b"<Image").replace(b"</Image>", b"&d;</Image>")


DZIS: list[Mutation] = [dzi_attribute, dzi_attribute, dzi_attribute, dzi_entities]
