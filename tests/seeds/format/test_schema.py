"""Columns as typed values: what is a number has a range of two ends."""

import math

import pytest


@pytest.mark.parametrize(
    ("gone", "limits", "text"),
    [
        (("low",), (-math.inf, 8.0), "at most 8 V"),
        (("high",), (0.0, math.inf), "at least 0 V"),
        (("low", "high"), (-math.inf, math.inf), ""),
        ((), (0.0, 8.0), "0 to 8 V"),
    ],
)
def test_an_end_of_a_range_that_nobody_knows_is_infinite(toy_seed, gone, limits, text):
    column = toy_seed.column("z").model_copy(update=dict.fromkeys(gone))
    assert (column.limits, column.range_text) == (limits, text)


def test_what_is_usual_is_nan_where_nobody_knows_it(toy_seed):
    assert toy_seed.column("z").typical_value == 4
    assert math.isnan(toy_seed.column("z").model_copy(update={"typical": None}).typical_value)


def test_a_key_is_no_number_and_has_no_range(toy_seed):
    assert toy_seed.column("z").limits == (0.0, 8.0)
    assert not toy_seed.key.is_number
    with pytest.raises(TypeError, match="column unit is no number"):
        _ = toy_seed.key.limits
