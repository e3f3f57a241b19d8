"""Prices: what is missing or impossible is named."""

import pytest

from physics.prices import checked


def test_only_what_is_needed_is_taken():
    assert checked({"power": 0.05, "metal": 2.0, "carbon": 0.0}, ["metal", "carbon"]) == {"metal": 2.0, "carbon": 0.0}


def test_what_is_missing_or_impossible_is_named():
    with pytest.raises(ValueError, match=r"^economics.metal: missing: expected a number$"):
        checked({"power": 0.05}, ["power", "metal"])
    with pytest.raises(ValueError, match=r"^economics.power: got -1: expected a number of 0 or more$"):
        checked({"power": -1.0}, ["power"])
    with pytest.raises(ValueError, match=r"^economics.power: got nan: expected a number of 0 or more$"):
        checked({"power": float("nan")}, ["power"])
    with pytest.raises(ValueError, match=r"^economics.power: got 0: expected a number above 0$"):
        checked({"power": 0.0}, ["power"], ("power",))
