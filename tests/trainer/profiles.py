"""ICC profiles made from their numbers, as the specification lays them out."""

import struct

import numpy as np

# To XYZ under D50, as Lindbloom lists them.
SRGB = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
ADOBE_RGB = np.array(
    [
        [0.6097559, 0.2052401, 0.1492240],
        [0.3111242, 0.6256560, 0.0632197],
        [0.0194811, 0.0608902, 0.7448387],
    ]
)
ADOBE_GAMMA = 563 / 256


def srgb_to_linear(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(values: np.ndarray) -> np.ndarray:
    values = values.clip(0, 1)
    return np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)


def gamma_curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def sampled_srgb_curve(samples: int) -> bytes:
    levels = np.rint(srgb_to_linear(np.linspace(0, 1, samples)) * 65535).astype(int)
    return b"curv\0\0\0\0" + struct.pack(f">I{samples}H", samples, *levels)


def parametric_srgb_curve() -> bytes:
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0\0\3\0\0" + struct.pack(">5i", *[round(n * 65536) for n in numbers])


def rgb_profile(name: str, to_xyz: np.ndarray, curve: bytes) -> bytes:
    colorants = {f"{c}XYZ": _xyz(to_xyz[:, i]) for i, c in enumerate("rgb")}
    return _profile(name, b"RGB ", {**colorants, **{f"{c}TRC": curve for c in "rgb"}})


def grey_profile(name: str, curve: bytes) -> bytes:
    return _profile(name, b"GRAY", {"kTRC": curve})


def _profile(name: str, space: bytes, tags: dict[str, bytes]) -> bytes:
    ascii_name = name.encode() + b"\0"
    tags = {
        "desc": b"desc\0\0\0\0" + struct.pack(">I", len(ascii_name)) + ascii_name + b"\0" * 78,
        "cprt": b"text\0\0\0\0none\0",
        "wtpt": _xyz(np.array([0.9642, 1, 0.8249])),
        **tags,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        table += tag.encode() + struct.pack(">II", offset + len(body), len(data))
        body += data.ljust(-(-len(data) // 4) * 4, b"\0")
    head = struct.pack(
        ">I4sI4s4s4s", offset + len(body), b"test", 0x02400000, b"mntr", space, b"XYZ "
    )
    illuminant = struct.pack(">3i", 63190, 65536, 54061)
    return (head + bytes(12) + b"acsp" + bytes(28) + illuminant).ljust(128, b"\0") + table + body


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *[round(value * 65536) for value in values])
