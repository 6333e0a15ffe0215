"""Medians, bootstrap intervals, and distrust of one's own numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.speed.scenarios import Case

RESAMPLES = 2000
CONFIDENCE = 0.95
UNSTABLE_SPREAD = 0.10  # relative; as pyperf warns
SHORT_SAMPLE_MS = 200.0  # a batch aims at 250 ms
FEW_SAMPLES = 3


@dataclass(frozen=True)
class Estimate:
    """A median over repeats with its bootstrap interval and relative spread."""

    value: float
    low: float
    high: float
    spread: float  # standard deviation of all samples over their mean


@dataclass(frozen=True)
class Summary:
    """One cell of the matrix over its repeats; a clock that was not read is None."""

    cell: Case
    repeats: int
    ms_per_frame: Estimate | None
    fps: Estimate | None
    decoded_pixels: float
    scale: float  # mean decoding scale per axis, 1 without adaptive resolution
    psnr: float | None = None  # dB of the coarser picture, None where it is not coarser
    warnings: list[str] = field(default_factory=list)


def summarise(records: Iterable[dict[str, Any]], seed: int = 0) -> dict[Case, Summary]:
    """Summaries of measured records (bench.speed.measure), by cell, in the order of appearance."""
    cells: dict[Case, list[dict[str, Any]]] = {}
    for record in records:
        cells.setdefault(Case(**record["case"]).cell, []).append(record)
    return {cell: summarise_cell(cell, found, seed) for cell, found in cells.items()}


def summarise_cell(cell: Case, records: Sequence[dict[str, Any]], seed: int) -> Summary:
    decodes = [record["decode"]["samples"] for record in records if record["decode"]]
    frames = [record["frames"] for record in records]
    ms = [[sample["ms"] / sample["frames"] for sample in samples] for samples in decodes]
    errors = [record["psnr"] for record in records if record["psnr"] is not None]
    fps = [[clock["frames"] / clock["seconds"]] for clock in frames]
    ms_estimate = estimate(ms, seed) if ms else None
    fps_estimate = estimate(fps, seed)
    warnings = [
        *spread_warnings("ms_per_frame", ms_estimate),
        *spread_warnings("fps", fps_estimate),
        *sample_warnings([sample for samples in decodes for sample in samples]),
    ]
    return Summary(
        cell,
        len(records),
        ms_estimate,
        fps_estimate,
        median(clock["decodedPixelsPerFrame"] for clock in frames),
        median(clock["scale"] for clock in frames),
        median(errors) if errors else None,
        warnings,
    )


def median(values: Iterable[float]) -> float:
    return float(np.median(list(values)))


def estimate(repeats: Sequence[Sequence[float]], seed: int) -> Estimate:
    """The median over repeats of each repeat's median, its bootstrap interval and the spread."""
    everything = np.concatenate([np.asarray(samples, float) for samples in repeats])
    low, high = bootstrap_interval(repeats, seed)
    spread = float(everything.std(ddof=1) / everything.mean()) if len(everything) > 1 else 0.0
    return Estimate(median(map(median, repeats)), low, high, spread)


def bootstrap_interval(repeats: Sequence[Sequence[float]], seed: int) -> tuple[float, float]:
    """Percentile interval of the median of medians: repeats are drawn anew, then their samples.

    Between browser processes times differ more than within one, so that both are resampled.
    """
    random = np.random.default_rng(seed)
    shape = (RESAMPLES, len(repeats))
    medians = np.stack([np.median(random.choice(r, (*shape, len(r))), axis=-1) for r in repeats])
    drawn = random.integers(len(repeats), size=shape)
    medians = np.take_along_axis(medians, drawn[None], axis=0)[0]  # [RESAMPLES, repeats]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(np.median(medians, axis=1), [tail, 1 - tail])
    return float(low), float(high)


def spread_warnings(clock: str, found: Estimate | None) -> list[str]:
    if found is None or found.spread <= UNSTABLE_SPREAD:
        return []
    return [f"{clock} is unstable: samples spread by {found.spread:.0%}"]


def sample_warnings(samples: Sequence[dict[str, float]]) -> list[str]:
    """A batch may be short only when a single frame alone is a batch."""
    warnings = []
    if any(sample["ms"] < SHORT_SAMPLE_MS for sample in samples):
        shortest = min(sample["ms"] for sample in samples)
        warnings.append(f"decode samples are short: {shortest:.0f} ms")
    if samples and len(samples) < FEW_SAMPLES:
        warnings.append(f"few decode samples: {len(samples)}")
    return warnings
