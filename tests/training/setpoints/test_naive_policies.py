"""Ways to choose set-points that only look right, on models that are made up."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.table.inputs import input_names
from training.regression import unit_history
from training.setpoints import naive_policies
from training.setpoints.naive_policies import (
    AllColumnsRegression,
    PriorColumnsRegression,
    after_moves,
    by_time,
    economic_value,
    last_rows,
    numbers,
)
from training.setpoints.observation import split_plan


class Always:
    """Predicts what a function says of its inputs."""

    def __init__(self, of):
        self.of = of

    def predict(self, X):
        return self.of(X)


def test_all_columns_know_what_a_voltage_costs(initialised):
    """Where nothing but the voltage follows and the efficiency stays, lower voltage saves energy."""
    model = Always(lambda X: np.full(len(X), 93.0))
    reach = initialised.reach
    choice = AllColumnsRegression(initialised.seed, reach, model).choose(
        initialised.hand.table(initialised.running), initialised.hand
    )
    assert reach.names[0] == "voltage_setpoint"
    assert (choice.moves[:, 0] <= 0).all()
    assert (choice.moves[:, 0] < 0).mean() > 0.5


def test_the_predicted_efficiency_is_optimised_over_the_setpoints(initialised):
    at = input_names(initialised.seed).index("excess_alf3_target")
    model = Always(lambda X: 80.0 + X[:, at])
    choice = AllColumnsRegression(initialised.seed, initialised.reach, model).choose(
        initialised.hand.table(initialised.running), initialised.hand
    )
    moved = choice.moves[:, 1] != 0
    assert moved.any()
    assert (choice.moves[moved, 1] > 0).all()


def test_a_setpoint_may_be_what_follows_itself(initialised, monkeypatch):
    """A pump has no reading of what it doses: the dose that was set is the one that counts, not the last one."""
    response = SimpleNamespace(SETPOINTS={k: k for k in initialised.reach.names})
    monkeypatch.setattr(naive_policies, "response_of", lambda process: response)
    planned = split_plan(initialised.hand.table(initialised.running), initialised.seed)[1]
    seen, at = [], input_names(initialised.seed).index("voltage_setpoint")

    def prediction_of(X):
        seen.append(X[:, at].copy())
        return np.full(len(X), 93.0)

    AllColumnsRegression(initialised.seed, initialised.reach, Always(prediction_of)).choose(
        initialised.hand.table(initialised.running), initialised.hand
    )
    np.testing.assert_allclose(seen[0][: len(planned)], planned["voltage_setpoint"])


def test_what_follows_a_setpoint_in_another_unit_stays_as_it_was(initialised, monkeypatch):
    """A ratio moves an acid content by some other number than its own."""
    follows = {setpoint: "bath_temperature" for setpoint in initialised.reach.names}
    monkeypatch.setattr(naive_policies, "response_of", lambda process: SimpleNamespace(SETPOINTS=follows))
    history, planned = split_plan(initialised.hand.table(initialised.running), initialised.seed)
    last = last_rows(history, planned, initialised.seed)["bath_temperature"].to_numpy()
    seen, at = [], input_names(initialised.seed).index("bath_temperature")

    def prediction_of(X):
        seen.append(X[:, at].copy())
        return np.full(len(X), 93.0)

    AllColumnsRegression(initialised.seed, initialised.reach, Always(prediction_of)).choose(
        initialised.hand.table(initialised.running), initialised.hand
    )
    np.testing.assert_array_equal(seen[0], np.tile(last, len(initialised.reach.grid)))


def test_rows_of_all_moves_start_with_the_plan(initialised):
    plan = np.arange(2.0 * len(initialised.reach.names)).reshape(2, -1)
    values = after_moves(initialised.reach, plan)
    for j, name in enumerate(initialised.reach.names):
        assert values[name].shape == (len(initialised.reach.grid), 2)
        np.testing.assert_array_equal(values[name][0], plan[:, j])
        np.testing.assert_allclose(values[name][-1] - plan[:, j], initialised.reach.grid[-1, j])


def test_the_history_of_a_pot_enters_as_known_when_the_period_starts(initialised, monkeypatch):
    """The deviation is that of labels before the planned period, for any set-point."""
    monkeypatch.setattr(unit_history, "LEAST_GAIN", -1.0)  # 12 periods are too few to lower an error
    monkeypatch.setattr(unit_history, "FEWEST_LABELS", 2)
    policy = AllColumnsRegression.learn_with_history(initialised.hand, initialised.seed, initialised.reach)
    assert policy.history is not None
    assert policy.history.names == ("unit_deviation_current_efficiency",)
    table = initialised.hand.table(initialised.running)
    history, planned = split_plan(table, initialised.seed)
    seen, at = [], input_names(policy.seed).index("unit_deviation_current_efficiency")

    def prediction_of(X):
        seen.append(X[:, at].copy())
        return np.full(len(X), 93.0)

    replace(policy, model=Always(prediction_of)).choose(table, initialised.hand)
    known = policy.history.learned(history).described(planned)["unit_deviation_current_efficiency"]
    assert known.std() > 0
    np.testing.assert_allclose(seen[0], np.tile(known, len(initialised.reach.grid)))


def test_before_and_setpoints_take_the_best_of_the_grid(initialised):
    model = Always(lambda X: 50.0 * X[:, -1])  # money rises with the last set-point
    assert initialised.seed.by_role("setpoint")[-1].name == initialised.reach.names[-1] == "metal_level_target"
    choice = PriorColumnsRegression(initialised.seed, initialised.reach, model).choose(
        initialised.hand.table(initialised.running), initialised.hand
    )
    assert (choice.moves[:, -1] >= 0).all()
    assert (choice.moves[:, -1] > 0).any()


def test_rows_are_learnt_oldest_first_and_labelled(initialised):
    rows = by_time(initialised.history, initialised.seed)
    assert rows["period_start"].is_monotonic_increasing
    assert rows["current_efficiency"].notna().all()
    value = economic_value(initialised.seed, numbers(rows, initialised.seed))
    assert np.nanmean(value) == pytest.approx(2100, rel=0.25)


def test_the_last_row_of_a_unit_is_that_of_the_period_before(initialised):
    history, planned = split_plan(initialised.hand.table(initialised.running), initialised.seed)
    last = last_rows(history, planned, initialised.seed)
    assert last["unit"].tolist() == planned["unit"].tolist()
    assert (planned["period_start"].iloc[0] - last["period_start"].dropna()).unique() == [pd.Timedelta(days=30)]
    gone = history[history["unit"] != "A-001"]
    assert last_rows(gone, planned, initialised.seed).set_index("unit").loc["A-001"].isna().all()


def test_both_learn_from_what_is_in_hand(initialised):
    for kind in (AllColumnsRegression, PriorColumnsRegression):
        choice = kind.learn(initialised.hand, initialised.seed, initialised.reach).choose(
            initialised.hand.table(initialised.running), initialised.hand
        )
        assert len(choice.units) == len(initialised.running.plan())
        assert np.isfinite(choice.gain).all()
