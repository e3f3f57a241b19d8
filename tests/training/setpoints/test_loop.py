"""Arms run on the same plant with the same random numbers, and a plan that is left alone brings nothing."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from tests.training.setpoints.conftest import PERIODS, silent
from training.setpoints.choice import Choice
from training.setpoints.loop import run
from training.setpoints.observation import split_plan
from training.setpoints.outcome import outcome_of
from training.setpoints.policies import ARMS, OPERATORS, NamedPolicy

pytestmark = pytest.mark.usefixtures("few_futures")


@dataclass
class Moving:
    """Moves all units alike, and keeps what it saw."""

    seed: object
    move: np.ndarray
    seen: list

    def choose(self, table, hand):
        self.seen.append(table)
        units = split_plan(table, self.seed)[1]["unit"].to_numpy(object)
        return Choice.without_interval(units, np.tile(self.move, (len(units), 1)), np.full(len(units), 1.0))


def moving(move, seen):
    return NamedPolicy("moving", "moves all alike", lambda hand, seed, reach: Moving(seed, np.array(move), seen))


@pytest.fixture(scope="module")
def operators(initialised):
    return run(initialised, OPERATORS, PERIODS, silent)


def test_the_operators_gain_nothing_over_themselves(initialised, operators):
    again = run(initialised, OPERATORS, PERIODS, silent)
    pd.testing.assert_frame_equal(again.rows, operators.rows)
    result = outcome_of(again, operators, initialised.seed, PERIODS)
    assert result["gain"] == result["late"] == result["worse"] == result["moved"] == 0.0
    assert set(result["by_unit"].values()) == {0.0}


def test_a_policy_that_leaves_the_plan_gains_nothing(initialised, operators):
    ran = run(initialised, moving([0.0, 0.0, 0.0], []), PERIODS, silent)
    pd.testing.assert_frame_equal(ran.rows, operators.rows)
    assert outcome_of(ran, operators, initialised.seed, PERIODS)["gain"] == 0.0
    assert ran.stated.empty


def test_arms_meet_the_same_random_numbers(initialised, operators):
    """A move that costs and does nothing else, in truth, would be alike: the rest stays the same."""
    ran = run(initialised, moving([0.05, 0.0, 0.0], []), 1, silent)
    first = operators.rows[operators.rows["period_start"] == operators.rows["period_start"].min()]
    assert ran.rows["unit"].tolist() == first["unit"].tolist()
    gain = ran.rows["margin"].to_numpy() - first["margin"].to_numpy()
    spread = np.std(first["margin"])
    assert 0 < np.std(gain) < 0.5 * spread  # chance that differed would add its whole spread


def test_the_cost_of_a_move_is_in_the_margin(initialised, operators):
    ran = run(initialised, moving([0.05, 0.0, 0.0], []), 1, silent)
    first = operators.rows[operators.rows["period_start"] == operators.rows["period_start"].min()]
    cost = ran.rows["move_cost"].to_numpy() - first["move_cost"].to_numpy()
    # 50 $/V over 30 days; less where the plan lowers the voltage itself.
    assert cost.max() == pytest.approx(0.05 * 50 / 30)
    assert (np.abs(cost) <= 0.05 * 50 / 30 + 1e-12).all()


@pytest.mark.long("steps a plant twice")
def test_a_policy_sees_no_truth_and_nothing_of_what_is_to_come(initialised):
    """Beside every table that a policy was shown: the seed's columns, the newest rows empty of what is measured."""
    seen = []
    ran = run(initialised, moving([0.05, 0.0, 0.0], seen), PERIODS, silent)
    assert len(seen) == PERIODS
    names = {column.name for column in initialised.seed.columns}
    measured = [column.name for column in initialised.seed.by_role("during", "late", "target")]
    labels = [column.name for column in initialised.seed.by_role("late", "target")]
    for table in seen:
        assert set(table.columns) == names
        history, planned = split_plan(table, initialised.seed)
        assert planned[measured].isna().all(axis=None)
        last = history["period_start"] == history["period_start"].max()
        assert history.loc[last, labels].isna().all(axis=None)
    # Truth of the periods is nowhere among what was shown, even where a column has the same name.
    shown = seen[-1].merge(ran.rows, on=["unit", "period_start"], suffixes=("", "_true"))
    for name in ("bath_temperature", "voltage_noise"):
        assert (shown[name] != shown[f"{name}_true"]).all()


def test_what_an_arm_decides_does_not_depend_on_the_other_arms_or_the_future(initialised):
    seen = []
    policy = moving([0.0, 0.5, 0.0], seen)
    one = run(initialised, policy, 1, silent)
    two = run(initialised, policy, 1, silent)
    pd.testing.assert_frame_equal(one.rows, two.rows)
    pd.testing.assert_frame_equal(seen[0], seen[1])


@pytest.mark.long("steps a plant")
def test_what_was_decided_and_stated_is_kept(initialised):
    ran = run(initialised, moving([0.05, 0.0, 0.0], []), PERIODS, silent)
    assert (ran.decisions["voltage_setpoint"] == 0.05).all()
    assert ran.decisions["period_start"].nunique() == PERIODS
    assert ran.stated["period_start"].nunique() == 3
    assert (ran.stated["stated"] == 1.0).all()
    assert set(ran.effects["setpoint"]) == {"voltage_setpoint"}
    assert ran.effects["cost"].to_numpy() == pytest.approx(0.05 * 50 / 90)


def test_who_knows_the_truth_gains(initialised, operators):
    policy = next(policy for policy in ARMS if policy.name == "oracle_greedy")
    result = outcome_of(run(initialised, policy, 1, silent), operators, initialised.seed, 1)
    assert result["gain"] > 0
    assert result["moved"] > 0.5


@pytest.mark.long("steps a plant for two years")
def test_an_arm_that_goes_on_is_the_same_in_its_first_year(initialised, operators):
    """Two years of two periods: what is stated is compared with what comes in the first, and gains are its own."""
    policy = moving([0.05, 0.0, 0.0], [])
    ran, short = run(initialised, policy, 2, silent, second=2), run(initialised, policy, 2, silent)
    starts = ran.rows["period_start"].unique()
    assert len(starts) == 4
    pd.testing.assert_frame_equal(ran.rows[ran.rows["period_start"] <= starts[1]], short.rows)
    pd.testing.assert_frame_equal(ran.stated, short.stated)
    result, first = (outcome_of(one, operators, initialised.seed, 2) for one in (ran, short))
    for name in ("gain", "late", "energy_per_tonne", "broken", "moved", "stated"):
        assert result[name] == first[name]
    assert np.isfinite(result["gain_second_year"])
    assert np.isnan(first["gain_second_year"])


@pytest.mark.long("steps a plant")
@pytest.mark.parametrize("name", ["ours", "again", "tested"])
def test_recommendations_leave_the_plan_where_history_is_too_short_to_learn(initialised, operators, name):
    """24 pots over 12 periods are less than a model learns from: it says so, and nothing moves."""
    policy = next(policy for policy in ARMS if policy.name == name)
    ran = run(initialised, policy, PERIODS, silent)
    pd.testing.assert_frame_equal(ran.rows, operators.rows)
    assert ran.decisions["refusal"].str.fullmatch(r"model not fitted: got 2\d\d rows of 24 units.*").all()
    assert outcome_of(ran, operators, initialised.seed, PERIODS)["refusals"] == {"model not fitted": 1.0}
