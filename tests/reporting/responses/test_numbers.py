"""Digits of numbers: as many as they are worth, with the full value beside them."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.responses.numbers import number, rounded

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "doubt", "text"),
    [
        (0.1 + 0.2, None, "0.3"),
        (0.0, None, "0"),
        (-0.0, 0.5, "0.00"),
        (7, None, "7"),
        (1234567, None, "1,234,567"),
        (1234567.8, None, "1,234,568"),
        (0.98526123, None, "0.98526"),
        (3.2e-9, None, "3.2e-09"),
        (1e300, None, "1e+300"),
        (93.2417, 1.94, "93.2"),
        (93.2417, 0.194, "93.24"),
        (93.2417, 19.4, "93"),
        (93.2, 0.012, "93.200"),
        (2.6e-6, 1.9, "0.0"),
        (5.0, 0.0, "5"),
        (5.0, math.inf, "5"),
    ],
)
def test_a_number_has_the_digits_that_it_is_worth(value: float, doubt: float | None, text: str) -> None:
    assert rounded(value, doubt) == text


@given(st.floats(-1e300, 1e300))
def test_without_a_doubt_five_digits_are_right(value: float) -> None:
    assert float(rounded(value).replace(",", "")) == pytest.approx(value, rel=5.1e-5, abs=1e-320)


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e9))
def test_with_a_doubt_no_more_than_a_twentieth_of_it_is_lost(value: float, doubt: float) -> None:
    lost = abs(float(rounded(value, doubt).replace(",", "")) - value)
    assert lost <= max(0.0501 * doubt, 5.1e-7 * abs(value), 5.1e-5 * abs(value) * (max(abs(value), doubt) < 1e-5))


@given(FINITE)
def test_the_full_value_stands_beside_it(value: float) -> None:
    match = re.fullmatch(r'<data value="([^"]+)">[^<]+</data>', number(value))
    assert match is not None
    assert float(match[1]) == value
