"""Quantities in the digits that their intervals justify."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.interfaces.answers import Answer
from operations.forms.digits import ends_in_digits, in_digits

ROUNDED = {"digits": "interval"}
sizes = st.floats(1e-9, 1e9)


def rounded(value: float, low: float, high: float) -> tuple[float, ...]:
    ends = ends_in_digits(np.array([[[value], [low], [high]]]), ROUNDED)
    return tuple(ends[0, :, 0].tolist())


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((93.70637, 91.91642, 95.49631), (93.71, 91.92, 95.5)),
        ((12792.7, 12552.9, 13041.9), (12793.0, 12553.0, 13042.0)),
        ((8.70512, 8.57511, 8.83999), (8.705, 8.575, 8.84)),
        ((0.04, 0.01, 9.0), (0.04, 0.01, 9.0)),  # a hundredth of the width would leave nothing of the value
        ((0.3712345, 0.0, 0.7424691), (0.371, 0.0, 0.742)),
        ((1234567.8, 1134567.8, 1334567.8), (1234568.0, 1134568.0, 1334568.0)),  # no coarser than the unit place
        ((5.0, 5.0, 5.0), (5.0, 5.0, 5.0)),
        ((0.123456, -math.inf, math.inf), (0.123456, -math.inf, math.inf)),
    ],
)
def test_the_decimal_place_follows_the_width(ends: Any, expected: Any) -> None:
    assert rounded(*ends) == expected


def test_what_is_not_determined_stays_so() -> None:
    assert all(map(math.isnan, rounded(math.nan, math.nan, math.nan)))


@given(value=st.floats(-1e6, 1e6), below=sizes, above=sizes)
def test_rounding_moves_a_number_by_less_than_half_of_a_hundredth_of_the_width(
    value: float, below: float, above: float
) -> None:
    low, high = value - below, value + above
    result = rounded(value, low, high)
    allowed = max(0.005 * (high - low), 0.5 if high - low >= 100 else 0.0) * (1 + 1e-9)
    for one, before in zip(result, (value, low, high), strict=True):
        assert abs(one - before) <= allowed
    assert result[1] <= result[0] <= result[2]


@given(value=st.floats(-1e3, 1e3), below=st.floats(1e-3, 1e3), above=st.floats(1e-3, 1e3))
def test_the_digits_are_few(value: float, below: float, above: float) -> None:
    """The last decimal place is at least a thousandth of the shorter side's double."""
    places = max(len(f"{one!r}".partition(".")[2].rstrip("0")) for one in rounded(value, value - below, value + above))
    side = 2 * min(value - (value - below), (value + above) - value)
    assert places == 0 or 10.0**-places >= side / 1000 * (1 - 1e-9)


@pytest.mark.parametrize("request_of_all", [{}, {"digits": "all"}])
def test_all_digits_are_returned_on_request(request_of_all: dict[str, str]) -> None:
    answers = {"q": Answer(*(np.array([end]) for end in (1.23456789, 0.2, 2.3)))}
    assert in_digits(answers, request_of_all) is answers
    assert in_digits(answers, ROUNDED)["q"].value.tolist() == [1.23]
    assert in_digits({}, ROUNDED) == {}
