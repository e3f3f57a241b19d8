"""Prices of the day as a request brings them."""

import pytest

from operations.predictions.pieces import predictions


@pytest.mark.parametrize(
    ("prices", "given"),
    [
        ({}, {}),
        ({"bin_a": None, "rest": {"a": None, "b": None}}, {}),
        ({"bin_a": {"a": 0.0, "b": None}, "rest": None}, {"bin_a": {"a": 0.0}}),
        ({"bin_a": {"a": 1.0}, "rest": {"b": -2.0, "c": None}}, {"bin_a": {"a": 1.0}, "rest": {"b": -2.0}}),
    ],
)
def test_prices_that_are_left_out_are_none(prices, given) -> None:
    assert predictions.given_prices(prices) == given
