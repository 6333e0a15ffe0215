"""Classical images as Relight writes them, and what they must look like: neither the files nor the
pictures come from this software."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

KINDS = {"ptm": ("rgb", 18), "lrgb": ("lrgb", 9), "hsh": ("rgb", 27)}  # colour space, coefficients


def write_foreign(
    path: Path, kind: str, ending: str = "jpg", size: tuple[int, int] = (96, 80)
) -> Path:
    """A bump under any light: coefficients that vary smoothly, as photographs give them."""
    colorspace, count = KINDS[kind]
    width, height = size
    random = np.random.default_rng(count)
    y, x = np.mgrid[:height, :width] / 25.0
    waves = [np.sin(a * x + b * y + c) for a, b, c in random.uniform(0.3, 2, (count, 3))]
    levels = (np.stack(waves) * 100 + 128).astype(np.uint8).reshape(-1, 3, height, width)
    scale = random.uniform(0.3, 0.7, count)
    bias = random.uniform(0.3, 0.7, count)
    scale[:4], bias[:4] = 1.2345, -0.0567  # what no light changes
    info = {
        "width": width,
        "height": height,
        "format": ending,
        "type": "hsh" if kind == "hsh" else "ptm",
        "colorspace": colorspace,
        "lights": [0.6, 0.0, 0.8, 0.0, -0.6, 0.8],
        "pixelSizeInMM": 0.02,
        "nplanes": count,
        "quality": 95,
        "materials": [{"scale": scale.tolist(), "bias": bias.tolist()}],
    }
    path.mkdir(parents=True)
    (path / "info.json").write_text(json.dumps(info))
    for i, plane in enumerate(levels):
        picture = Image.fromarray(np.ascontiguousarray(plane.transpose(1, 2, 0)))
        picture.save(path / f"plane_{i}.{ending}", quality=95, subsampling=0)
    return path


def foreign_picture(path: Path, light: tuple[float, float], every: int = 1) -> np.ndarray:
    """What the image at `path` shows under a light (x, y), [H, W, 3] float64, by the definitions of
    PTM and HSH and the files' own keys; one pixel and row of `every`."""
    info = json.loads((path / "info.json").read_text())
    (material,) = info["materials"]
    planes = [read_plane(path, i, info)[::every, ::every] for i in range(info["nplanes"] // 3)]
    stored = np.concatenate(planes, axis=-1) / 255
    coefficients = (stored - material["bias"]) * material["scale"]  # [H, W, K]
    terms = (ptm_terms if info["type"] == "ptm" else hsh_terms)(*light)
    if info["colorspace"] == "lrgb":
        return coefficients[..., :3] * (coefficients[..., 3:] @ terms)[..., None]
    return np.stack([coefficients[..., c::3] @ terms for c in range(3)], axis=-1)


def read_plane(path: Path, index: int, info: dict) -> np.ndarray:
    """[H, W, 3] uint8, flat or put together from the largest tiles of a pyramid without overlap."""
    for ending in ("png", "jpg"):
        if (path / f"plane_{index}.{ending}").exists():
            return np.asarray(Image.open(path / f"plane_{index}.{ending}").convert("RGB"))
    levels = np.empty((info["height"], info["width"], 3), np.uint8)
    largest = max((path / f"plane_{index}_files").iterdir(), key=lambda level: int(level.name))
    for file in largest.iterdir():
        column, row = (256 * int(number) for number in file.stem.split("_"))
        with Image.open(file) as tile:
            levels[row : row + tile.height, column : column + tile.width] = tile.convert("RGB")
    return levels


def ptm_terms(x: float, y: float) -> np.ndarray:
    return np.array([1, x, y, x * x, x * y, y * y])


def hsh_terms(x: float, y: float) -> np.ndarray:
    """Order 2, from the elevation and azimuth as Gautron et al. write them, held at 0.15 radians
    above the horizon as in OpenLIME."""
    theta, phi = np.arccos(np.sqrt(max(0.0, 1 - x * x - y * y))), np.arctan2(y, x)
    theta = min(theta, np.pi / 2 - 0.15)
    c = np.cos(theta)
    q = np.sqrt(max(0.0, c - c * c))
    return np.array(
        [
            1 / np.sqrt(2 * np.pi),
            np.sqrt(6 / np.pi) * np.cos(phi) * q,
            np.sqrt(3 / (2 * np.pi)) * (2 * c - 1),
            np.sqrt(6 / np.pi) * np.sin(phi) * q,
            np.sqrt(30 / np.pi) * np.cos(2 * phi) * (c * c - c),
            np.sqrt(30 / np.pi) * np.cos(phi) * (2 * c - 1) * q,
            np.sqrt(5 / (2 * np.pi)) * (1 - 6 * c + 6 * c * c),
            np.sqrt(30 / np.pi) * np.sin(phi) * (2 * c - 1) * q,
            np.sqrt(30 / np.pi) * np.sin(2 * phi) * (c * c - c),
        ]
    )
