"""Lengths of time as people and seeds write them."""

import pytest

from drafting.findings import DraftError
from drafting.lengths import length, period_parts, read_period, snapped


@pytest.mark.parametrize(
    ("text", "seconds"), [("8h", 28800), ("1d", 86400), ("15 min", 900), ("30s", 30), ("0.5h", 1800)]
)
def test_periods_in_words(text, seconds):
    assert read_period(text) == seconds


@pytest.mark.parametrize("text", ["8", "h", "-1h", "0h", "1 week", ""])
def test_other_words_are_no_periods(text):
    with pytest.raises(DraftError, match="expected a number and d, h, min or s"):
        read_period(text)


@pytest.mark.parametrize(
    ("seconds", "parts"), [(60, (1, "min")), (90, (90, "s")), (86400, (1, "d")), (28800, (8, "h")), (0.5, (0.5, "s"))]
)
def test_parts_of_a_period(seconds, parts):
    assert period_parts(seconds) == parts


def test_a_length_is_snapped_to_a_usual_one_that_is_near():
    assert [snapped(s) for s in (3590.0, 86500.0, 4000.0)] == [3600, 86400, 4000]
    assert length(5400) == "90 min"
