"""Figures of arms by values worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from training.setpoints.loop import PolicyRun
from training.setpoints.outcome import (
    MeanWithInterval,
    broken,
    covers,
    kind,
    outcome_of,
    over_plants,
    shares,
    statements_of,
)

STARTS = pd.to_datetime(["2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31"])


@pytest.fixture
def seed(potline):
    return potline.model_copy(update={"plant": None})


def ran(margins, seed, **given):
    """Two units over four periods, with margins of shape (2, 4)."""
    rows = pd.DataFrame(
        {
            "unit": np.repeat(["A", "B"], 4),
            "period_start": np.tile(STARTS, 2),
            "margin": np.ravel(margins),
            "product": 2000.0,
            "energy": 26000.0,
            "co2e": 18000.0,
            **{limit.name: limit.bound for limit in seed.constraints},
        }
    )
    empty = pd.DataFrame()
    return PolicyRun(rows, given.get("decisions", empty), given.get("stated", empty), given.get("effects", empty))


def test_mean_and_students_interval():
    """Values 1, 2, 3: mean 2, sd 1, and t of 95 % with 2 degrees is 2.920."""
    mean = MeanWithInterval.of(np.array([1.0, 2.0, np.nan, 3.0]))
    assert (mean.value, mean.low, mean.high) == pytest.approx(
        (2.0, 2 - 2.91999 / 3**0.5, 2 + 2.91999 / 3**0.5), rel=1e-5
    )
    assert np.isnan(MeanWithInterval.of(np.array([1.0])).low)
    assert np.isnan(MeanWithInterval.of(np.array([])).value)


def test_gain_over_the_operators(seed):
    operators = ran([[100.0] * 4, [200.0] * 4], seed)
    policy = ran([[101.0, 101.0, 105.0, 105.0], [198.0] * 4], seed)
    result = outcome_of(policy, operators, seed, 4)
    assert result["by_unit"] == {"A": 3.0, "B": -2.0}
    assert result["gain"] == 0.5
    assert result["late"] == (5 - 2) / 2
    assert result["per_tonne"] == pytest.approx(0.5 / 2.0)
    assert result["worse"] == 0.5
    assert list(result["by_period"].values()) == [-0.5, -0.5, 1.5, 1.5]
    # Two units: t of 95 % with 1 degree is 6.314, the spread 5 / sqrt(2).
    assert result["gain_high"] - result["gain"] == pytest.approx(6.31375 * 2.5, rel=1e-5)


def test_shares_have_the_ratio_as_mean_and_its_error_by_linearisation():
    """Sums 6 over 4 are 1.5; residuals 1 - 1.5 and 5 - 4.5, over the mean of 2."""
    result = shares(pd.Series([1.0, 5.0]), pd.Series([1.0, 3.0]))
    assert result == pytest.approx([1.5 - 0.25, 1.5 + 0.25])


def test_energy_and_emission_a_tonne_beside_the_operators(seed):
    """26 MWh of 2 t is 13,000 kWh/t; a unit that makes 2.1 t of them brings the line to 52 / 4.1."""
    operators, policy = ran([[0.0] * 4] * 2, seed), ran([[0.0] * 4] * 2, seed)
    policy.rows.loc[policy.rows["unit"] == "A", "product"] = 2100.0
    result = outcome_of(policy, operators, seed, 4)
    assert result["energy_per_tonne"] == pytest.approx(52000 / 4.1 - 13000)
    assert result["co2e_per_tonne"] == pytest.approx(36000 / 4.1 - 9000)
    # Energy less ratio times product: 26000 - 52000 / 4.1 * 2.1 for A, as much more for B, over a mean of 2.05 t.
    spread = abs(26000 - 52000 / 4.1 * 2.1) / 2.05
    assert result["energy_per_tonne_high"] - result["energy_per_tonne"] == pytest.approx(6.31375 * spread, rel=1e-5)


def test_the_second_year_is_counted_apart(seed):
    operators = ran([[100.0] * 4, [200.0] * 4], seed)
    policy = ran([[101.0, 103.0, 108.0, 110.0], [200.0, 200.0, 203.0, 203.0]], seed)
    for limit in seed.constraints:  # broken in the second year alone, which is not counted
        policy.rows.loc[policy.rows["period_start"] > STARTS[1], limit.name] = np.inf if limit.at_most else -np.inf
    decisions = pd.DataFrame({"period_start": STARTS, "voltage_setpoint": [0.05, 0.0, 0.05, 0.05], "refusal": ""})
    result = outcome_of(PolicyRun(policy.rows, decisions, policy.stated, policy.effects), operators, seed, 2)
    assert result["gain"] == 1.0
    assert result["late"] == 1.5
    assert result["gain_second_year"] == 6.0
    assert result["gain_second_year_high"] - 6.0 == pytest.approx(6.31375 * 3, rel=1e-5)
    assert result["moved"] == 0.5
    assert set(result["broken"].values()) == {0.0}
    assert list(result["by_period"].values()) == [0.5, 1.5, 5.5, 6.5]


def test_a_limit_is_broken_beyond_its_bound(seed):
    rows = pd.DataFrame({"bath_temperature": [970.0, 970.1, 960.0, 980.0], "voltage_noise": 10.0, "superheat": 5.9})
    assert broken(rows, seed) == {
        "bath_temperature above 970": 0.5,
        "voltage_noise above 30": 0.0,
        "superheat below 6": 1.0,
    }


def test_decisions_stated_gains_and_signs(seed):
    decisions = pd.DataFrame(
        {
            "unit": ["A", "B", "A", "B"],
            "period_start": np.repeat(STARTS[:2], 2),
            "voltage_setpoint": [0.05, 0.0, 0.0, 0.0],
            "metal_level_target": [1.0, 0.0, 0.0, -1.0],
            "refusal": ["", "relined", "", ""],
        }
    )
    stated = pd.DataFrame({"stated": [4.0, 6.0], "low": [1.0, 3.0], "high": [7.0, 9.0], "realised": [1.0, 2.0]})
    effects = pd.DataFrame(
        {
            "setpoint": ["v", "v", "v", "m"],
            "effect": [3.0, -3.0, 1.5, 0.5],
            "error": [0.1, 0.1, 0.1, 0.1],
            "cost": [0.2, 0.2, 0.2, 0.2],  # what exceeds 2 * (0.2 + 0.1) + 1 is clear
        }
    )
    none = [[0.0] * 4] * 2
    result = outcome_of(ran(none, seed, decisions=decisions, stated=stated, effects=effects), ran(none, seed), seed, 4)
    assert result["moved"] == 0.5
    assert result["mean_moves"] == {"voltage_setpoint": 0.0125, "metal_level_target": 0.0}
    assert result["refusals"] == {"relined": 0.25}
    assert (result["stated"], result["stated_low"], result["stated_high"], result["realised"]) == (5.0, 2.0, 8.0, 1.5)
    assert result["right_signs"] == {"v": 0.5}
    assert result["sign_rows"] == {"v": 2.0}
    assert covers(result) is False
    assert covers(result | {"realised": 2.5}) is True
    assert covers(result | {"stated_low": np.nan}) is None


def plant(gain, **given):
    typical = {
        **{"gain": gain, "gain_low": gain - 0.5, "gain_high": gain + 0.5, "per_tonne": gain / 3, "late": gain},
        **{"worse": 0.1, "moved": 0.5, "broken": {"t": 0.1}, "operators_broken": {"t": 0.2}, "refusals": {}},
        **{"stated": 3.0, "stated_low": 1.0, "stated_high": 5.0, "realised": 2.0},
        **{"mean_moves": {}, "right_signs": {}, "sign_rows": {}},
        **{"energy_per_tonne": -10.0 * gain, "co2e_per_tonne": -5.0 * gain, "gain_second_year": 2.0 * gain},
    }
    result = typical | given
    return result | {"stated_over_realised": result["stated"] / result["realised"]}


def test_figures_over_plants():
    first = plant(2.0, refusals={"r": 0.4}, right_signs={"v": 1.0}, sign_rows={"v": 1.0})
    second = plant(4.0, realised=9.0, right_signs={"v": 0.5}, sign_rows={"v": 3.0})
    plants = [
        {"arm": first, "o": plant(4.0), "p": plant(3.0)},
        {"arm": second, "o": plant(5.0), "p": plant(8.0)},
    ]
    result = over_plants(plants, ["o", "p"], "arm")
    assert result["gain"] == 3.0
    assert result["gain_high"] - 3.0 == pytest.approx(6.31375, rel=1e-5)  # sd sqrt(2), over sqrt(2) plants
    assert result["lowest"] == 2.0
    assert result["oracle_share"] == 3.0 / 6.0  # the better oracle of each plant: 4 and 8
    # Residuals of 2 / 4 and 4 / 8 are none: the arm has half of the oracle's gain on each plant.
    assert (result["oracle_share_low"], result["oracle_share_high"]) == pytest.approx((0.5, 0.5))
    assert result["energy_per_tonne"] == -30.0
    assert result["energy_per_tonne_high"] + 30.0 == pytest.approx(63.1375, rel=1e-5)
    assert result["gain_second_year"] == 6.0
    assert result["second_year_share"] == 0.5
    assert result["stated_over_realised"] == 6.0 / 11.0
    assert (result["lowest_over_realised"], result["highest_over_realised"]) == (3.0 / 9.0, 1.5)
    assert result["honest"] == 0.0
    assert result["covered"] == 0.5
    assert result["refusals"] == {"r": 0.2}
    assert result["right_signs"] == {"v": (1 + 1.5) / 4}
    assert result["sign_rows"] == {"v": 4.0}


def test_an_arm_that_states_nothing_is_covered_by_nothing():
    one = {"arm": plant(1.0, stated=np.nan, stated_low=np.nan, stated_high=np.nan), "o": plant(2.0)}
    result = over_plants([one], ["o"], "arm")
    assert np.isnan(result["covered"])
    assert np.isnan(result["stated"])
    assert result["gain"] == 1.0


def test_the_share_of_an_oracle_is_doubted_as_far_as_it_differs_between_plants():
    """1 of 2 and 3 of 2: a share of 1, residuals of -1 and 1 over a mean of 2, and t of 95 % with 1 degree is 6.314."""
    plants = [{"arm": plant(1.0), "o": plant(2.0)}, {"arm": plant(3.0), "o": plant(2.0)}]
    result = over_plants(plants, ["o"], "arm")
    assert result["oracle_share"] == 1.0
    assert result["oracle_share_high"] - 1.0 == pytest.approx(6.31375 * 0.5, rel=1e-5)


def test_an_oracle_without_a_second_year_is_passed_over_there():
    one = {"arm": plant(1.0), "o": plant(2.0), "greedy": plant(3.0, gain_second_year=np.nan)}
    result = over_plants([one], ["greedy", "o"], "arm")
    assert result["second_year_share"] == 2.0 / 4.0
    assert np.isnan(over_plants([one], ["o"], "greedy")["second_year_share"])


def test_statements_are_counted_over_plants_and_arms():
    plants = [
        {"a": plant(1.0), "b": plant(1.0, stated_low=np.nan)},
        {"a": plant(1.0, realised=2.5), "b": plant(1.0, realised=9.0)},
    ]
    # Stated 3.0 from 1.0 to 5.0: realised 2.0 and 2.5 lie within and 9.0 does not; 3.0 / 2.5 alone is below 1.4.
    assert statements_of(plants, ["a", "b"]) == {"count": 3.0, "covered": 2 / 3, "honest": 1 / 3}
    assert np.isnan(statements_of([{"b": plant(1.0, stated_low=np.nan)}], ["b"])["covered"])


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("doubt: the best move would bring 1.0 a day, give or take 3.1", "doubt"),
        ("history knows 0 periods without a gap", "history knows"),
        ("bath_temperature of 991 lies outside the training range", "bath_temperature"),
        ("excess_alf3 of 14.2 lies outside the training range", "excess_alf3"),
        ("under test", "under test"),
    ],
)
def test_reasons_are_counted_by_what_they_begin_with(reason, expected):
    assert kind(reason) == expected
