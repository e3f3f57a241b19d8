"""Lots by value: shares, allowances, the example, and the ranges that are taken."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from models.sorting.lots import LotState, Squares
from operations.predictions.pieces import lots
from seeds import Seed

NAN = math.nan


def held(mass: float, x: float, variance: float) -> LotState:
    """Lot that holds a mass in the bin that limits x, of which x kg are x, and 0.25 and 3 kg in the other bins."""
    known = np.full((3, 2), NAN)
    known[0, 0] = x
    var = np.full((3, 2), NAN)
    var[0, 0] = variance
    return LotState(np.array([mass, 0.25, 3.0]), known, var)


def test_a_lot_is_told_bin_by_bin(toy_sorting_seed: Seed) -> None:
    bins = lots.lot_answer(held(0.5, 0.002, 1e-6), toy_sorting_seed)["bins"]
    # 0.002 kg of 0.5 kg are 0.4 wt%.
    assert bins["bin_a"]["elements"]["x"].pop("share") == {"value": pytest.approx(0.4, rel=1e-12), "unit": "wt%"}
    assert bins == {
        "bin_a": {
            "mass": {"value": 0.5, "unit": "kg"},
            "elements": {
                "x": {
                    "mass": {"value": 0.002, "unit": "kg"},
                    "variance": {"value": 1e-6, "unit": "kg²"},
                    "limit": {"value": 0.9, "unit": "wt%"},
                    "remaining_mass": {
                        "value": pytest.approx(0.009 * (0.5 + 0.02 * 2) - 0.002, rel=1e-12),
                        "unit": "kg",
                    },
                }
            },
        },
        "bin_bc": {"mass": {"value": 0.25, "unit": "kg"}, "elements": {}},
        "rest": {"mass": {"value": 3.0, "unit": "kg"}, "elements": {}},
    }


def test_an_empty_bin_has_an_allowance_and_no_share(toy_sorting_seed: Seed) -> None:
    x = lots.lot_answer(held(0.0, 0.0, 0.0), toy_sorting_seed)["bins"]["bin_a"]["elements"]["x"]
    assert x["share"] is None
    assert x["remaining_mass"]["unit"] == "kg"


def test_the_allowance_is_the_lots_own(toy_sorting_seed: Seed) -> None:
    state = held(0.5, 0.002, 1e-6)
    x = lots.lot_answer(state, toy_sorting_seed)["bins"]["bin_a"]["elements"]["x"]
    assert x["remaining_mass"]["value"] == state.allowance(toy_sorting_seed)[0, 0]


def test_the_example_holds_a_quarter_of_a_lot_and_half_of_its_limits(toy_sorting_seed: Seed) -> None:
    # A quarter of 2 kg; half of 0.9 % of it is 0.00225 kg, with a standard deviation of a twentieth of that.
    x = {"mass": {"value": 0.00225, "unit": "kg"}, "variance": {"value": 1.27e-8, "unit": "kg²"}}
    mass = {"value": 0.5, "unit": "kg"}
    assert lots.example(toy_sorting_seed) == {
        "bins": {
            "bin_a": {"mass": mass, "elements": {"x": x}},
            "bin_bc": {"mass": mass, "elements": {}},
            "rest": {"mass": mass, "elements": {}},
        }
    }


@pytest.mark.parametrize(
    ("part", "lowest", "highest"),
    [
        (None, 0.0, 1e9),
        ("mass", -1e9, 1e9),
        ("variance", 0.0, 1e18),
        ("share", None, None),
        ("remaining_mass", None, None),
    ],
)
def test_masses_and_variances_lie_in_their_ranges(
    part: str | None, lowest: float | None, highest: float | None, toy_sorting_seed: Seed
) -> None:
    kind: TypeAdapter[Any] = TypeAdapter(lots.lot(toy_sorting_seed))
    unit = {None: "kg", "mass": "kg", "variance": "kg²", "share": "wt%", "remaining_mass": "kg"}[part]

    def taken(value: float) -> bool:
        lot = lots.example(toy_sorting_seed)
        into = lot["bins"]["bin_a"] if part is None else lot["bins"]["bin_a"]["elements"]["x"]
        into["mass" if part is None else part] = {"value": value, "unit": unit}
        try:
            kind.validate_python(lot)
        except ValidationError:
            return False
        return True

    for end, beyond in ((lowest, -1), (highest, 1)):
        if end is None:
            assert taken(beyond * 1e30)
        else:
            assert taken(end)
            assert not taken(end + beyond * max(1e-9, abs(end) * 1e-6))


def test_what_is_for_the_reader_may_be_left_out_and_nothing_else(toy_sorting_seed: Seed) -> None:
    kind: TypeAdapter[Any] = TypeAdapter(lots.lot(toy_sorting_seed))
    lot = lots.example(toy_sorting_seed)
    x = kind.validate_python(lot)["bins"]["bin_a"]["elements"]["x"]
    assert (x["share"], x["limit"], x["remaining_mass"]) == (None, None, None)
    for part in ("mass", "variance"):
        short = lots.example(toy_sorting_seed)
        del short["bins"]["bin_a"]["elements"]["x"][part]
        with pytest.raises(ValidationError, match="Field required"):
            kind.validate_python(short)


def test_the_limit_stands_in_the_description(toy_sorting_seed: Seed) -> None:
    definitions = TypeAdapter(lots.lot(toy_sorting_seed)).json_schema()["$defs"]
    assert definitions["ToyScrapBinABinElements"]["properties"]["x"]["description"] == "at most 0.9 wt% in a lot"


# ---- limits of standard deviations


def scattered(mass: float, squares: float, variance: float) -> LotState:
    """Lot that holds a mass of 0.4 % x in the bin that limits its spread."""
    known, var = np.full((3, 2), NAN), np.full((3, 2), NAN)
    known[0, 0], var[0, 0] = squares, variance
    return replace(held(mass, 0.004 * mass, 1e-6), squares=Squares(known, var, 0.5 * var))


def test_a_lot_says_how_its_pieces_scatter_and_how_they_may(toy_spread_seed: Seed) -> None:
    """2e-6 kg over 0.5 kg are (0.2 wt%)²."""
    x = lots.lot_answer(scattered(0.5, 2e-6, 1e-13), toy_spread_seed)["bins"]["bin_a"]["elements"]["x"]
    assert x["sd"] == {"value": pytest.approx(0.2, rel=1e-12), "unit": "wt%"}
    assert x["sd_limit"] == {"value": 0.3, "unit": "wt%"}
    assert x["limit"] == {"value": 0.9, "unit": "wt%"}
    assert x["squares"] == {"value": 2e-6, "unit": "kg"}
    assert x["squares_variance"] == {"value": 1e-13, "unit": "kg²"}
    assert x["own_variance"] == {"value": 5e-14, "unit": "kg²"}
    assert lots.lot_answer(scattered(0.0, 0.0, 0.0), toy_spread_seed)["bins"]["bin_a"]["elements"]["x"]["sd"] is None


def test_squares_survive_the_way_out_and_back_to_the_last_bit(toy_spread_seed: Seed) -> None:
    kind: TypeAdapter[Any] = TypeAdapter(lots.lot(toy_spread_seed))
    state = scattered(0.7, 1 / 3 * 1e-6, 1 / 7 * 1e-12)
    sent = kind.validate_python(lots.lot_answer(state, toy_spread_seed))
    back = lots.states({lots.LOTS: {"L-1": sent}}, toy_spread_seed)["L-1"]
    assert state.squares is not None
    assert back.squares is not None
    np.testing.assert_array_equal(back.squares.mass, state.squares.mass)
    np.testing.assert_array_equal(back.squares.variance, state.squares.variance)
    np.testing.assert_array_equal(back.squares.own_variance, state.squares.own_variance)


def test_where_only_the_spread_is_limited_the_mean_has_no_limit(toy_spread_seed: Seed) -> None:
    bins = [one.model_copy(update={"limits": {}}) for one in toy_spread_seed.bins]
    alone = toy_spread_seed.model_copy(update={"bins": bins, "limit_shares": [[NAN] * 2] * 3})
    kind: TypeAdapter[Any] = TypeAdapter(lots.lot(alone))
    x = lots.lot_answer(scattered(0.5, 2e-6, 1e-13), alone)["bins"]["bin_a"]["elements"]["x"]
    assert (x["limit"], x["remaining_mass"]) == (None, None)
    assert x["share"]["value"] == pytest.approx(0.4, rel=1e-12)
    kind.validate_python(lots.example(alone))


def test_the_example_scatters_half_as_much_as_it_may(toy_spread_seed: Seed) -> None:
    example = lots.example(toy_spread_seed)
    TypeAdapter(lots.lot(toy_spread_seed)).validate_python(example)
    state = lots.states({lots.LOTS: {"L-1": example}}, toy_spread_seed)["L-1"]
    x = lots.lot_answer(state, toy_spread_seed)["bins"]["bin_a"]["elements"]["x"]
    assert x["sd"]["value"] == pytest.approx(0.15, rel=3e-3)  # three digits of its square are written
    assert x["share"]["value"] < x["limit"]["value"]


def test_squares_must_be_sent_where_the_spread_is_limited_and_nowhere_else(
    toy_sorting_seed: Seed, toy_spread_seed: Seed
) -> None:
    with_squares: TypeAdapter[Any] = TypeAdapter(lots.lot(toy_spread_seed))
    without: TypeAdapter[Any] = TypeAdapter(lots.lot(toy_sorting_seed))
    with pytest.raises(ValidationError, match="Field required"):
        with_squares.validate_python(lots.example(toy_sorting_seed))
    with pytest.raises(ValidationError, match="Extra inputs"):
        without.validate_python(lots.example(toy_spread_seed))


def test_both_limits_stand_in_the_description(toy_spread_seed: Seed) -> None:
    definitions = TypeAdapter(lots.lot(toy_spread_seed)).json_schema()["$defs"]
    x = definitions["ToyScrapBinABinElements"]["properties"]["x"]
    assert x["description"] == "at most 0.9 wt% in a lot, standard deviation of pieces at most 0.3 wt%"
    assert "ToyScrapXHeldAndScattered" in definitions
