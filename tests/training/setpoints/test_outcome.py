"""Figures of arms by values worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from training.setpoints.loop import Ran
from training.setpoints.outcome import Mean, broken, covers, kind, outcome_of, over_plants

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
            **{limit.name: limit.bound for limit in seed.constraints},
        }
    )
    empty = pd.DataFrame()
    return Ran(rows, given.get("decisions", empty), given.get("stated", empty), given.get("effects", empty))


def test_mean_and_students_interval():
    """Values 1, 2, 3: mean 2, sd 1, and t of 95 % with 2 degrees is 2.920."""
    mean = Mean.of(np.array([1.0, 2.0, np.nan, 3.0]))
    assert (mean.value, mean.low, mean.high) == pytest.approx(
        (2.0, 2 - 2.91999 / 3**0.5, 2 + 2.91999 / 3**0.5), rel=1e-5
    )
    assert np.isnan(Mean.of(np.array([1.0])).low)
    assert np.isnan(Mean.of(np.array([])).value)


def test_gain_over_the_operators(seed):
    operators = ran([[100.0] * 4, [200.0] * 4], seed)
    arm = ran([[101.0, 101.0, 105.0, 105.0], [198.0] * 4], seed)
    found = outcome_of(arm, operators, seed)
    assert found["by_unit"] == {"A": 3.0, "B": -2.0}
    assert found["gain"] == 0.5
    assert found["late"] == (5 - 2) / 2
    assert found["per_tonne"] == pytest.approx(0.5 / 2.0)
    assert found["worse"] == 0.5
    assert list(found["by_period"].values()) == [-0.5, -0.5, 1.5, 1.5]
    # Two units: t of 95 % with 1 degree is 6.314, the spread 5 / sqrt(2).
    assert found["gain_high"] - found["gain"] == pytest.approx(6.31375 * 2.5, rel=1e-5)


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
            "voltage_setpoint": [0.05, 0.0, 0.0, 0.0],
            "metal_level_target": [1.0, 0.0, 0.0, -1.0],
            "refusal": ["", "relined", "", ""],
        }
    )
    stated = pd.DataFrame({"stated": [4.0, 6.0], "low": [1.0, 3.0], "high": [7.0, 9.0], "realised": [1.0, 2.0]})
    effects = pd.DataFrame(
        {
            "knob": ["v", "v", "v", "m"],
            "effect": [3.0, -3.0, 1.5, 0.5],
            "error": [0.1, 0.1, 0.1, 0.1],
            "cost": [0.2, 0.2, 0.2, 0.2],  # what exceeds 2 * (0.2 + 0.1) + 1 is clear
        }
    )
    none = [[0.0] * 4] * 2
    found = outcome_of(ran(none, seed, decisions=decisions, stated=stated, effects=effects), ran(none, seed), seed)
    assert found["moved"] == 0.5
    assert found["mean_moves"] == {"voltage_setpoint": 0.0125, "metal_level_target": 0.0}
    assert found["refusals"] == {"relined": 0.25}
    assert (found["stated"], found["stated_low"], found["stated_high"], found["realised"]) == (5.0, 2.0, 8.0, 1.5)
    assert found["right_signs"] == {"v": 0.5}
    assert found["sign_rows"] == {"v": 2.0}
    assert covers(found) is False
    assert covers(found | {"realised": 2.5}) is True
    assert covers(found | {"stated_low": np.nan}) is None


def plant(gain, **given):
    usual = {
        **{"gain": gain, "gain_low": gain - 0.5, "gain_high": gain + 0.5, "per_tonne": gain / 3, "late": gain},
        **{"worse": 0.1, "moved": 0.5, "broken": {"t": 0.1}, "operators_broken": {"t": 0.2}, "refusals": {}},
        **{"stated": 3.0, "stated_low": 1.0, "stated_high": 5.0, "realised": 2.0},
        **{"mean_moves": {}, "right_signs": {}, "sign_rows": {}},
    }
    return usual | given


def test_figures_over_plants():
    first = plant(2.0, refusals={"r": 0.4}, right_signs={"v": 1.0}, sign_rows={"v": 1.0})
    second = plant(4.0, realised=9.0, right_signs={"v": 0.5}, sign_rows={"v": 3.0})
    plants = [
        {"arm": first, "o": plant(4.0), "p": plant(3.0)},
        {"arm": second, "o": plant(5.0), "p": plant(8.0)},
    ]
    found = over_plants(plants, ["o", "p"], "arm")
    assert found["gain"] == 3.0
    assert found["gain_high"] - 3.0 == pytest.approx(6.31375, rel=1e-5)  # sd sqrt(2), over sqrt(2) plants
    assert found["lowest"] == 2.0
    assert found["oracle_share"] == 3.0 / 6.0  # the better oracle of each plant: 4 and 8
    assert found["covered"] == 0.5
    assert found["refusals"] == {"r": 0.2}
    assert found["right_signs"] == {"v": (1 + 1.5) / 4}
    assert found["sign_rows"] == {"v": 4.0}


def test_an_arm_that_states_nothing_is_covered_by_nothing():
    one = {"arm": plant(1.0, stated=np.nan, stated_low=np.nan, stated_high=np.nan), "o": plant(2.0)}
    found = over_plants([one], ["o"], "arm")
    assert np.isnan(found["covered"])
    assert np.isnan(found["stated"])
    assert found["gain"] == 1.0


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("doubt: the best move would bring 1.0 a day, give or take 3.1", "doubt"),
        ("history knows 0 periods without a gap", "history knows"),
        ("bath_temperature of 991 lies outside what the model learnt from", "bath_temperature"),
        ("excess_alf3 of 14.2 lies outside what the model learnt from", "excess_alf3"),
        ("under test", "under test"),
    ],
)
def test_reasons_are_counted_by_what_they_begin_with(reason, expected):
    assert kind(reason) == expected
