"""What a warning says of a unit, why it may say nothing, and its files."""

import json

import numpy as np
import pandas as pd
import pytest

from models.warnings.events import known_after
from models.warnings.learning import learn
from models.warnings.model import WarningError, WarningModel, lead_time
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
