"""Medians, intervals and warnings against values worked out by hand."""

import pytest

from bench.speed.scenarios import Case
from bench.speed.statistics import bootstrap_interval, estimate, summarise

CASE = {"image": "a", "width": 1000, "height": 1000}


def record(repeat=1, ms=(10.0,), batch=30, fps=20.0, scale=1.0, **setting):
    return {
        "case": {**CASE, **setting, "repeat": repeat},
        "decode": {"samples": [{"frames": batch, "ms": batch * value} for value in ms]},
        "frames": {
            "frames": fps * 2,
            "seconds": 2.0,
            "decodedPixelsPerFrame": 1e6 * scale**2,
            "scale": scale,
        },
        "psnr": None,
    }


def test_estimate_is_the_median_of_the_repeats_medians():
    found = estimate([[1.0, 2.0, 9.0], [4.0, 4.0, 4.0], [3.0, 5.0]], seed=0)
    assert found.value == 4.0  # of 2, 4 and 4
    assert found.low <= found.value <= found.high


def test_interval_of_two_single_samples_spans_both():
    # Drawing two of {10, 20} anew gives the medians 10, 15, 20 with chances 1/4, 1/2, 1/4.
    assert bootstrap_interval([[10.0], [20.0]], seed=1) == (10.0, 20.0)


def test_interval_of_equal_samples_is_a_point():
    assert bootstrap_interval([[7.0] * 4, [7.0] * 3], seed=1) == (7.0, 7.0)


def test_interval_resamples_within_one_repeat():
    # The median of three draws from {1, 2, 3} is 1 with chance 7/27, and 3 likewise.
    assert bootstrap_interval([[1.0, 2.0, 3.0]], seed=2) == (1.0, 3.0)


def test_interval_is_repeatable():
    samples = [[1.0, 1.5, 2.0, 2.2], [1.1, 1.7, 1.9]]
    assert bootstrap_interval(samples, 3) == bootstrap_interval(samples, 3)


def test_spread_is_standard_deviation_over_mean():
    assert estimate([[9.0, 11.0]], seed=0).spread == pytest.approx(2**0.5 / 10)


def test_summary_joins_repeats_and_keeps_cells_apart():
    records = [
        record(1, ms=(10, 10, 10)),
        record(2, ms=(14, 14, 14), fps=24),
        record(1, ms=(50, 50, 50), shader="looped"),
    ]
    found = summarise(records)
    baked = found[Case(**CASE, repeat=0)]
    assert baked.repeats == 2
    assert baked.ms_per_frame.value == 12.0
    assert baked.fps.value == 22.0
    assert found[Case(**CASE, shader="looped", repeat=0)].ms_per_frame.value == 50.0


def test_adaptive_cells_have_no_decode_time_but_their_scale():
    adaptive = {**record(scale=0.5, adaptive=True), "decode": None}
    (summary,) = summarise([adaptive]).values()
    assert summary.ms_per_frame is None
    assert summary.scale == 0.5
    assert summary.decoded_pixels == 250_000


def test_steady_long_samples_give_no_warning():
    (summary,) = summarise([record(1, ms=(10, 10.1, 9.9)), record(2, ms=(10, 10.2, 10))]).values()
    assert summary.warnings == []


@pytest.mark.parametrize(
    ("records", "word"),
    [
        ([record(ms=(10, 14, 10))], "ms_per_frame is unstable"),
        ([record(1, fps=20), record(2, fps=30)], "fps is unstable"),
        ([record(ms=(10, 10, 10), batch=5)], "short: 50 ms"),
        ([record(ms=(300,), batch=1)], "few decode samples: 1"),
    ],
)
def test_what_is_doubtful_is_said(records, word):
    (summary,) = summarise(records).values()
    assert any(word in warning for warning in summary.warnings)
