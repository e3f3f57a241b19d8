import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.sorting.lots import PRODUCT_SHARE, LotState, LotStateError, Squares, limits, numbered, sd_limits
from seeds import Seed


def state(seed: Seed) -> LotState:
    """A lot with 1.5 kg in bin_a that hold 9 g of x, give or take 1 g."""
    empty = LotState.empty(seed)
    element_mass, variance = empty.element_mass.copy(), empty.variance.copy()
    element_mass[0, 0], variance[0, 0] = 0.009, 1e-6
    return LotState(np.array([1.5, 0.25, 0.125]), element_mass, variance)


def test_limits_are_mass_shares_where_a_bin_has_one(toy_sorting_seed: Seed) -> None:
    np.testing.assert_allclose(limits(toy_sorting_seed), [[0.009, np.nan], [np.nan] * 2, [np.nan] * 2])


def test_an_empty_lot_knows_nothing_but_limited_elements(toy_sorting_seed: Seed) -> None:
    empty = LotState.empty(toy_sorting_seed)
    np.testing.assert_array_equal(empty.mass, np.zeros(3))
    for held in (empty.element_mass, empty.variance):
        np.testing.assert_array_equal(held, [[0.0, np.nan], [np.nan] * 2, [np.nan] * 2])


def test_allowance_is_what_the_limit_leaves_over(toy_sorting_seed: Seed) -> None:
    seed = toy_sorting_seed
    start = PRODUCT_SHARE * 2  # of a lot of 2 kg
    np.testing.assert_allclose(state(seed).allowance(seed)[0, 0], 0.009 * (1.5 + start) - 0.009, rtol=1e-12)
    assert np.isnan(np.delete(state(seed).allowance(seed).ravel(), 0)).all()
    assert LotState.empty(seed).allowance(seed)[0, 0] == pytest.approx(0.009 * start, rel=1e-12)
    assert PRODUCT_SHARE == 0.02


def test_it_comes_back_from_json(toy_sorting_seed: Seed) -> None:
    stored = json.loads(json.dumps(state(toy_sorting_seed).to_dict(toy_sorting_seed), allow_nan=False))
    assert stored["bin_a"] == {"mass": 1.5, "elements": {"x": {"mass": 0.009, "variance": 1e-6}}}
    assert stored["rest"] == {"mass": 0.125, "elements": {}}
    back = LotState.from_dict(toy_sorting_seed, stored)
    for part in ("mass", "element_mass", "variance"):
        np.testing.assert_array_equal(getattr(back, part), getattr(state(toy_sorting_seed), part))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["bin_q"], {}, r"bin_q: expected one of bin_a, bin_bc, rest"),
        (["bin_a", "mass"], -1.0, r"bin_a\.mass: got -1\.0: expected a number >= 0"),
        (["bin_a", "mass"], True, r"bin_a\.mass: got True"),
        (["bin_a", "elements", "x", "mass"], "much", r"bin_a\.elements\.x\.mass: got 'much': expected a number"),
        (["bin_a", "elements", "x", "variance"], -1e-9, r"bin_a\.elements\.x\.variance: got -1e-09: .* >= 0"),
        (["bin_a", "elements", "x", "variance"], float("nan"), r"bin_a\.elements\.x\.variance: got nan"),
        (["bin_a", "elements", "z"], {}, r"bin_a\.elements\.z: expected one of x"),
        (["rest", "elements", "x"], {}, r"rest\.elements\.x: expected one of none"),
        (["bin_a", "elements"], None, r"bin_a\.elements: got None: expected x"),
    ],
)
def test_what_does_not_fit_is_told(toy_sorting_seed: Seed, path: list[str], value: Any, message: str) -> None:
    given = state(toy_sorting_seed).to_dict(toy_sorting_seed)
    part: Any = given
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    with pytest.raises(LotStateError, match=message):
        LotState.from_dict(toy_sorting_seed, given)


@pytest.mark.parametrize("path", [["rest"], ["bin_a", "mass"], ["bin_a", "elements", "x"]])
def test_what_is_missing_is_told(toy_sorting_seed: Seed, path: list[str]) -> None:
    given = state(toy_sorting_seed).to_dict(toy_sorting_seed)
    part: Any = given
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    with pytest.raises(LotStateError, match=r"\.".join(path) + ": missing"):
        LotState.from_dict(toy_sorting_seed, given)


def test_lots_are_numbered_as_they_first_occur() -> None:
    names, first, numbers = numbered(["b", "a", "b", "c", "a"])
    assert names == ["b", "a", "c"]
    assert first.tolist() == [0, 1, 3]
    assert numbers.tolist() == [0, 1, 0, 2, 1]
    assert numbered([])[0] == []


def test_an_estimate_may_be_a_little_below_nothing(toy_sorting_seed: Seed) -> None:
    given = state(toy_sorting_seed).to_dict(toy_sorting_seed)
    given["bin_a"]["elements"]["x"]["mass"] = -0.001
    given["bin_a"]["mass"] = given["bin_a"]["elements"]["x"]["variance"] = 0
    back = LotState.from_dict(toy_sorting_seed, given)
    assert (back.mass[0], back.element_mass[0, 0], back.variance[0, 0]) == (0.0, -0.001, 0.0)


# ---- limits of standard deviations


def scattered(seed: Seed) -> LotState:
    """As `state`, whose x has squares of 6e-6 kg, give or take 1e-6 kg."""
    mass, variance = np.full((3, 2), np.nan), np.full((3, 2), np.nan)
    mass[0, 0], variance[0, 0] = 6e-6, 1e-12
    return replace(state(seed), squares=Squares(mass, variance, 0.5 * variance))


def test_limits_of_standard_deviations_are_mass_shares(toy_sorting_seed: Seed, toy_spread_seed: Seed) -> None:
    np.testing.assert_allclose(sd_limits(toy_spread_seed), [[0.003, np.nan], [np.nan] * 2, [np.nan] * 2])
    assert np.isnan(sd_limits(toy_sorting_seed)).all()
    assert LotState.empty(toy_sorting_seed).squares is None


def test_a_state_with_squares_comes_back_from_json(toy_spread_seed: Seed) -> None:
    sent = json.loads(json.dumps(scattered(toy_spread_seed).to_dict(toy_spread_seed), allow_nan=False))
    x = {"mass": 0.009, "variance": 1e-6, "squares": 6e-6, "squares_variance": 1e-12, "own_variance": 5e-13}
    assert sent["bin_a"] == {"mass": 1.5, "elements": {"x": x}}
    assert sent["rest"] == {"mass": 0.125, "elements": {}}
    back = LotState.from_dict(toy_spread_seed, sent).squares
    assert back is not None
    np.testing.assert_array_equal(back.mass, [[6e-6, np.nan], [np.nan] * 2, [np.nan] * 2])
    np.testing.assert_array_equal(back.variance, [[1e-12, np.nan], [np.nan] * 2, [np.nan] * 2])
    np.testing.assert_array_equal(back.own_variance, [[5e-13, np.nan], [np.nan] * 2, [np.nan] * 2])


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("squares", None, r"bin_a\.elements\.x\.squares: missing"),
        ("squares", "few", r"bin_a\.elements\.x\.squares: got 'few': expected a number"),
        ("squares_variance", -1e-9, r"bin_a\.elements\.x\.squares_variance: got -1e-09: .* >= 0"),
        ("sd", 0.1, r"bin_a\.elements\.x\.sd: expected one of mass, variance, squares, squares_variance, own_variance"),
    ],
)
def test_squares_that_do_not_fit_are_refused(toy_spread_seed: Seed, part: str, value: Any, message: str) -> None:
    given = scattered(toy_spread_seed).to_dict(toy_spread_seed)
    given["bin_a"]["elements"]["x"][part] = value
    if value is None:
        del given["bin_a"]["elements"]["x"][part]
    with pytest.raises(LotStateError, match=message):
        LotState.from_dict(toy_spread_seed, given)


def test_a_lot_without_such_limits_takes_no_squares(toy_sorting_seed: Seed, toy_spread_seed: Seed) -> None:
    with pytest.raises(LotStateError, match=r"bin_a\.elements\.x\.squares: expected one of mass, variance"):
        LotState.from_dict(toy_sorting_seed, scattered(toy_spread_seed).to_dict(toy_spread_seed))


def test_the_standard_deviation_is_that_of_the_squares_over_the_mass(toy_spread_seed: Seed) -> None:
    """6e-6 kg over 1.5 kg are (0.2 wt%)²."""
    sds = scattered(toy_spread_seed).sds(toy_spread_seed)
    assert sds[0, 0] == pytest.approx(0.2, rel=1e-12)
    assert np.isnan(np.delete(sds.ravel(), 0)).all()
    assert np.isnan(LotState.empty(toy_spread_seed).sds(toy_spread_seed)).all()


def test_rounding_below_nothing_is_no_spread(toy_spread_seed: Seed) -> None:
    given = scattered(toy_spread_seed).to_dict(toy_spread_seed)
    given["bin_a"]["elements"]["x"]["squares"] = -1e-20
    assert LotState.from_dict(toy_spread_seed, given).sds(toy_spread_seed)[0, 0] == 0.0
