"""The scores of many pictures: means, their intervals, and how they depend on the elevation."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import stdtrit

from renderer.files.aside import writing_aside
from shaders.errors import RakingError
from trainer.quality import metrics as of
from trainer.quality.heatmaps import check_heat_maps, write_heat_map

# Of two pictures and a mask to a number; LPIPS may give None.
PICTURE_METRICS: dict[str, Callable[..., float | None]] = {
    "psnr": of.psnr,
    "ssim": of.ssim,
    "delta_e": of.delta_e,
    "flip": of.flip,
    "lpips": of.lpips,
}
ALL = (*PICTURE_METRICS, "smoothness")
FAST = ("psnr", "ssim", "delta_e")  # a quarter of the time of all

CONFIDENCE = 0.95
ELEVATION_STEP = 10  # degrees: lights are grouped by their elevation, rounded to it

# Told how many of how many pictures are compared.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Pair:
    """A photograph and the picture that should be like it, [H, W, 3] float32, 0..1."""

    name: str
    light: np.ndarray | None  # [3], where it is known
    truth: np.ndarray
    picture: np.ndarray
    view: np.ndarray | None = None  # [3], where the camera moved


def score(
    pairs: Iterable[Pair],
    number: int,
    mask: np.ndarray | None,
    metrics: Sequence[str] = tuple(PICTURE_METRICS),
    heat_maps: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Compares pairs, `number` of them, one after the other.

    Returns the mean of each of the metrics `psnr` (dB), `ssim`, `delta_e`, `flip` and `lpips`
    that is asked for; `intervals`, for each the 95 % interval of that mean over lights, by
    Student's t, None for a single one; `per_image`, a list of `name`, `light` (x, y, z), where
    the camera moved `view`, and the metrics; `per_elevation`, a list of `elevation` (degrees, to
    the nearest 10), `lights` (their number), the means and `intervals`. Where LPIPS cannot be
    measured it is None, and `lpips_absent` says why.
    """
    keys = [key for key in PICTURE_METRICS if key in metrics]
    if unknown := set(metrics) - set(ALL):
        raise RakingError(f"no metric {min(unknown)!r}: choose of {', '.join(ALL)}")
    if mask is not None and not mask.any():
        raise RakingError("the mask is black throughout, so there is no object to compare on")
    if heat_maps:
        check_heat_maps(heat_maps)
    per_image = []
    absent = None
    with writing_aside(heat_maps, check_heat_maps) if heat_maps else nullcontext() as folder:
        if folder:
            folder.mkdir()
        for pair in pairs:
            if "lpips" in keys:
                absent = of.lpips_absent(pair.truth.shape)
            found = {key: PICTURE_METRICS[key](pair.truth, pair.picture, mask) for key in keys}
            known = {"name": pair.name, "light": _listed(pair.light)}
            if pair.view is not None:
                known["view"] = _listed(pair.view)
            per_image.append({**known, **found})
            if folder:
                write_heat_map(folder, pair.name, pair.truth, pair.picture, mask)
            if progress:
                progress(len(per_image), number)
    scores = {**_summary(per_image, keys), "per_image": per_image}
    scores["per_elevation"] = [
        {"elevation": elevation, "lights": len(rows), **_summary(rows, keys)}
        for elevation, rows in _by_elevation(per_image)
    ]
    return scores | ({"lpips_absent": absent} if absent else {})


def _listed(direction: np.ndarray | None) -> list[float] | None:
    return None if direction is None else [float(value) for value in direction]


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of a mean, by Student's t; None for fewer than two values."""
    reach = half_width(values)
    return (
        None if reach is None else (float(np.mean(values)) - reach, float(np.mean(values)) + reach)
    )


def half_width(values: Sequence[float]) -> float | None:
    """That of `mean_interval`."""
    if len(values) < 2:
        return None
    deviation = float(np.std(values, ddof=1)) / np.sqrt(len(values))
    return float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2)) * deviation


def _summary(rows: Sequence[dict[str, Any]], keys: Sequence[str]) -> dict[str, Any]:
    """The means over rows of scores, and their `intervals`."""
    columns = {key: [row[key] for row in rows] for key in keys}
    known = {key: None not in values for key, values in columns.items()}
    return {
        **{key: float(np.mean(columns[key])) if known[key] else None for key in keys},
        "intervals": {key: mean_interval(columns[key]) if known[key] else None for key in keys},
    }


def _by_elevation(
    per_image: Sequence[dict[str, Any]],
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The rows whose light is known, grouped by its elevation to the nearest 10 degrees."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in per_image:
        if row["light"] is not None:
            degrees = np.rad2deg(np.arcsin(np.clip(row["light"][2], -1, 1)))
            elevation = ELEVATION_STEP * int(np.floor(degrees / ELEVATION_STEP + 0.5))
            groups.setdefault(elevation, []).append(row)
    yield from sorted(groups.items())
