"""What can be wrong with any file: flipped bits, a lost end, bytes put in or taken out."""

from collections.abc import Callable
from typing import Any

import numpy as np

Random = np.random.Generator
Mutation = Callable[[Random, bytes], bytes]


def pick(random: Random, items: Any) -> Any:
    return items[int(random.integers(len(items)))]


def flip_bits(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(int(random.integers(1, 9))):
        changed[int(random.integers(len(data)))] ^= 1 << int(random.integers(8))
    return bytes(changed)


def flip_one_bit(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    changed[int(random.integers(len(data)))] ^= 1 << int(random.integers(8))
    return bytes(changed)


def overwrite(random: Random, data: bytes) -> bytes:
    start = int(random.integers(len(data)))
    junk = random.bytes(int(random.integers(1, 64)))
    return data[:start] + junk + data[start + len(junk) :]


def truncate(random: Random, data: bytes) -> bytes:
    return data[: int(random.integers(len(data)))]


def truncate_a_little(random: Random, data: bytes) -> bytes:
    return data[: -int(random.integers(1, min(len(data), 24)))]


def empty(random: Random, data: bytes) -> bytes:
    return b""


def zeros(random: Random, data: bytes) -> bytes:
    return bytes(len(data))


def splice(random: Random, data: bytes) -> bytes:
    start, end, at = sorted(int(random.integers(len(data))) for _ in range(3))
    return data[:at] + data[start:end] + data[at:]


def cut_out(random: Random, data: bytes) -> bytes:
    start, end = sorted(int(random.integers(len(data))) for _ in range(2))
    return data[:start] + data[end:]


def prepend(random: Random, data: bytes) -> bytes:
    return pick(random, [b"\n", b"\xef\xbb\xbf", random.bytes(8), b"<!doctype html>"]) + data


def append(random: Random, data: bytes) -> bytes:
    return data + pick(random, [b"\0", b"\n", random.bytes(50), data])


BYTES: list[Mutation] = [
    *(flip_bits, flip_bits, flip_one_bit, overwrite, truncate, truncate_a_little, empty, zeros),
    *(splice, cut_out, prepend, append),
]
