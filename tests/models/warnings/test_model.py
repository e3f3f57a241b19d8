"""What a warning says of a unit, why it may say nothing, and its files."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.setpoints.situations import UnitPeriodGrid
from models.warnings.events import counted, known_after
from models.warnings.features import known
from models.warnings.learning import learn
from models.warnings.model import NONE_KNOWN, WarningError, WarningModel, lead_time
from physics.special import expit
from tests.models.warnings.conftest import event
from tests.models.warnings.test_learning import HIGH, blocks_of


@pytest.fixture(scope="module")
def warning_model(seed_with, remembering):
    seed = seed_with(HIGH)
    table = remembering(seed, units=24)
    return learn(table, seed, blocks_of(table, seed)), table


def test_the_newest_row_of_each_unit_is_warned_of_and_its_readings_are_not_looked_at(warning_model):
    model, table = warning_model
    plan = table.copy()
    newest = plan[model.seed.clock.name] == plan[model.seed.clock.name].max()
    plan.loc[newest, ["z", "y", "tapped"]] = np.nan
    message, again = model.warn(table), model.warn(plan)
    assert [one.unit for one in message] == sorted(table[model.seed.key.name].unique())
    assert {one.start for one in message} == {table[model.seed.clock.name].max()}
    assert [one.events[0].probability for one in again] == [one.events[0].probability for one in message]


def test_an_alarm_is_raised_where_it_costs_less_than_it_saves(warning_model):
    model, table = warning_model
    message = [one.events[0] for one in model.warn(table)]
    assert [one.alarm for one in message] == [one.probability * 100 > 20 for one in message]
    assert 0 < sum(one.alarm for one in message) < len(message)


def test_causes_sum_to_what_sets_units_apart(warning_model):
    model, table = warning_model
    message = [one.events[0] for one in model.warn(table)]
    logit = np.log([one.probability / (1 - one.probability) for one in message])
    remaining = logit - [sum(one.causes.values()) for one in message]
    np.testing.assert_allclose(remaining, remaining[0], rtol=1e-6)
    likely = max(message, key=lambda one: one.probability)
    assert likely.cause == "z"  # without physics a cause is a column


def test_a_unit_with_a_short_history_is_refused(warning_model):
    model, table = warning_model
    time = table[model.seed.clock.name]
    message = model.warn(table[time >= np.sort(time.unique())[-3]])
    assert {one.events[0].refusal for one in message} == {
        "got 2 periods without a gap before this one: expected 3 or more"
    }
    assert not any(one.events[0].alarm or np.isfinite(one.events[0].probability) for one in message)


def test_without_a_usual_nothing_is_said(seed_with, remembering, toy_seed):
    seed = seed_with(event("above_usual = 0.4"))
    table = remembering(seed, units=24)
    model = learn(table, seed, blocks_of(table, seed))
    time = table[seed.clock.name]
    message = model.warn(table[time >= np.sort(time.unique())[-5]])
    assert all("no typical value" in one.events[0].refusal for one in message)


def test_a_stored_model_says_the_same(warning_model):
    model, table = warning_model
    again = WarningModel.from_state(json.loads(json.dumps(model.state())), model.seed)
    assert again.warn(table) == model.warn(table)


def test_other_columns_than_were_learnt_are_refused(warning_model):
    model, table = warning_model
    other = WarningModel(model.seed, model.names[:-1], model.events, model.refused)
    with pytest.raises(WarningError, match="train again"):
        other.warn(table)


def test_the_lead_ends_when_the_data_show_the_event(seed_with):
    seed = seed_with(event("at_least = 6"), event("at_least = 6\nhorizon = 3", name="ahead"))
    one, ahead = seed.warnings
    hours = pd.Timedelta(known_after(one, seed)) / pd.Timedelta("1h")
    assert lead_time(one, seed) == hours
    assert lead_time(ahead, seed) == hours + 2 * pd.Timedelta(seed.period) / pd.Timedelta("1h")


def test_a_unit_without_any_input_gets_no_probability(warning_model):
    model, table = warning_model
    newest = table[table[model.seed.clock.name] > np.sort(table[model.seed.clock.name].unique())[30]].copy()
    key = model.seed.key.name
    unit = newest[key].min()
    numbers = [column.name for column in model.seed.columns if column.is_number]
    newest.loc[newest[key] == unit, numbers] = np.nan
    blank, *others = model.warn(newest)
    (one,) = blank.events
    assert blank.unit == unit
    assert np.isnan(one.probability)
    assert (one.alarm, one.causes, one.refusal) == (False, {}, NONE_KNOWN)
    assert all(other.events[0].refusal is None and 0 < other.events[0].probability < 1 for other in others)


def test_a_missing_input_is_calibrated_in_stored_models_as_in_new_ones(warning_model):
    model, table = warning_model
    less = table.assign(x_set=np.nan)
    restored = WarningModel.from_state(json.loads(json.dumps(model.state())), model.seed)
    probabilities = [[one.events[0].probability for one in each.warn(less)] for each in (model, restored)]
    assert probabilities[0] == pytest.approx(probabilities[1], rel=1e-12)


def test_probabilities_without_a_column_are_those_of_its_pattern(seed_with, remembering):
    """Each of z and y says nearly what the other says; without both nothing is known but the share of events."""
    seed = seed_with(HIGH)
    table = remembering(seed, units=40)
    one = learn(table, seed, blocks_of(table, seed)).events["high_z"]
    fresh = remembering(seed, units=60, rng_seed=50)
    y = counted(one.event, UnitPeriodGrid.of(fresh, seed), seed)

    def predicted(lacking, event_model):
        grid = UnitPeriodGrid.of(fresh.assign(**dict.fromkeys(lacking, np.nan)), seed)
        at = known(grid, seed)
        use = (at.age >= 10) & np.isfinite(y[grid.there])
        return expit(event_model.log_odds(at))[use], y[grid.there][use]

    whole, _ = predicted([], one)
    for lacking in (["z"], ["y"], ["z", "x_set"]):
        (p, came), (without, _) = predicted(lacking, one), predicted(lacking, replace(one, missing=None))
        assert abs(p.mean() - whole.mean()) < 0.5 * abs(without.mean() - whole.mean()), lacking
        assert np.mean((p - came) ** 2) < np.mean((without - came) ** 2) - 0.1 * np.var(came), lacking
    p, _ = predicted(["z", "y"], one)
    assert p.mean() == pytest.approx(one.missing.rate, rel=0.15)
