"""How a ray passes over a relief: the table of cases that heights.test.js walks as well, worked out
by hand."""

import numpy as np
import pytest

from shaders.errors import RakingError
from shaders.heights import LARGEST_HEIGHT, MOST_HALVINGS, PART, Relief

from ..cases.table import Row, rows

FLAT = np.zeros((2, 2), np.uint8)


@pytest.mark.parametrize("row", rows("marches"), ids=lambda row: f"{row['view']} {row['high']}")
def test_march(row: Row) -> None:
    assert Relief(FLAT, row["low"], row["high"]).march(row["view"]) == row["march"]


@pytest.mark.parametrize(
    ("low", "high"),
    [(1, 1), (2, 1), (-LARGEST_HEIGHT - 1, 0), (0, LARGEST_HEIGHT + 1), (0, np.nan), (-np.inf, 0)],
)
def test_heights_that_cannot_be(low: float, high: float) -> None:
    with pytest.raises(RakingError, match="heights of its relief"):
        Relief(FLAT, low, high)


def test_no_sum_exceeds_whole_numbers_of_32_bits() -> None:
    """The largest relief from the lowest view, at the far corner of a large picture."""
    march = Relief(FLAT, -LARGEST_HEIGHT, LARGEST_HEIGHT).march((1, 0))
    right, _, way, _, halvings, *_ = march
    assert halvings == MOST_HALVINGS
    assert abs(way) << halvings < 2**31
    assert 16384 * PART + abs(right) + way < 2**31
    assert (way >> halvings) * PART < 2**31
