"""A set-point model is learnt only where history has something to teach."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.processes.lookup import response_of
from models.setpoints import learning
from models.setpoints.errors import SetpointError
from models.setpoints.learning import learn
from seeds import load
from seeds.format.loader import parse
from synthetic_data import begin
from tests.suite.easy_potline import easy


def test_part_of_a_move_is_still_there_at_the_end_of_its_outcome(taught):
    assert all(0.3 < share <= 1.0 for shares in taught.hold.values() for share in shares)


@pytest.mark.long("simulates 60 pots and learns from them twice")
def test_a_test_that_ends_is_no_move_that_crews_take_back(all_reasons):
    seed = easy(load("aluminium_reduction"))  # tests last one period
    running = begin(seed, units=60, years=3, rng_seed=5)
    steps = [running.step() for _ in range(30)]
    keys = [seed.key.name, seed.clock.name]
    rows = pd.concat([part for step in steps for part in (step.came_in, step.table) if len(part)])
    rows = rows.drop_duplicates(keys, keep="last").sort_values(keys).reset_index(drop=True)
    tests = pd.concat([step.tests for step in steps], ignore_index=True)
    assert (tests["voltage_setpoint"] != 0.0).mean() == pytest.approx(0.08, abs=0.03)
    unsaid, message = learn(rows, seed, evidence=False), learn(rows, seed, tests=tests, evidence=False)
    moved = running.plan()
    setpoint = "voltage_setpoint"
    moved[setpoint] += 0.02
    retained = []
    for given in (None, moved[[*keys, setpoint]]):
        copy = running.fork()
        retained.append(np.mean([copy.step(given if k == 0 else None).table[setpoint].mean() for k in range(3)]))
    truth = (retained[1] - retained[0]) / 0.02
    (_, upwards), (_, taken_back) = message.hold[setpoint], unsaid.hold[setpoint]
    assert abs(upwards - truth) < 0.1
    assert abs(taken_back - truth) > 0.15


def test_history_makes_surer_of_what_it_shows(taught, line):
    before = learn(line.history, line.seed, evidence=False)
    spread = [np.sqrt(np.diag(one.posterior.covariance)) for one in (before, taught)]
    pairs = list(before.posterior.offsets)
    followed = [
        len(taught.posterior.constants) + pairs.index(pair) for pair in (("excess_alf3", "excess_alf3_target"),)
    ]
    assert (spread[1][followed] < 0.7 * spread[0][followed]).all()
    assert before.posterior.mean.any() == np.False_


@pytest.mark.long("learns from whole plants")
def test_operators_are_believed_to_know_the_setpoints_that_they_have_tuned_and_no_others(line, monkeypatch):
    calls = []

    def first(prior, effects, moves, outcomes, units, beliefs):
        calls.append(beliefs(prior.mean)[0])
        return prior

    monkeypatch.setattr(learning, "posterior", first)
    response = response_of(line.seed)
    tuned = response.TUNED
    for of in (tuned, tuned[1:]):
        monkeypatch.setattr(type(response), "TUNED", of)
        learn(line.history, line.seed)
    assert len(calls[0]) == len(tuned)
    np.testing.assert_array_equal(calls[1], calls[0][1:])


def test_an_effect_that_physics_is_sure_of_is_off_by_no_offset(line, monkeypatch):
    response, sure = response_of(line.seed), ("cell_voltage", "metal_level_target")
    monkeypatch.setattr(type(response), "SURE", frozenset({sure}))
    offsets = learn(line.history, line.seed, evidence=False).posterior.offsets
    assert sure not in offsets
    assert ("cell_voltage", "excess_alf3_target") in offsets


def test_setpoints_that_never_moved_teach_nothing(line):
    still = line.history.copy()
    for column in ("voltage_setpoint", "excess_alf3_target", "metal_level_target"):
        still[column] = still.groupby(line.seed.key.name)[column].transform("first")
    with pytest.raises(SetpointError, match="history never moved it"):
        learn(still, line.seed)


def test_a_shuffled_history_teaches_nothing(line):
    rng = np.random.default_rng(1)
    shuffled = line.history.copy()
    predictions = [one.name for one in line.seed.columns if one.role in ("during", "late", "target")]
    shuffled[predictions] = shuffled[predictions].to_numpy()[rng.permutation(len(shuffled))]
    with pytest.raises(SetpointError, match="does not follow it in this history"):
        learn(shuffled, line.seed)


@pytest.mark.long("learns from whole plants")
def test_one_setpoint_that_never_moved_is_left_alone(line):
    still = line.history.copy()
    still["metal_level_target"] = still.groupby(line.seed.key.name)["metal_level_target"].transform("first")
    model = learn(still, line.seed)
    assert set(model.blocked) == {"metal_level_target"}
    assert model.setpoints == ("voltage_setpoint", "excess_alf3_target")


def test_a_short_history_is_refused_with_what_it_lacks(line):
    few = line.history[
        line.history[line.seed.clock.name] < line.history[line.seed.clock.name].min() + pd.Timedelta(days=150)
    ]
    with pytest.raises(SetpointError, match="expected at least 500 rows"):
        learn(few, line.seed)


def test_a_setpoint_without_the_cost_of_a_move_is_refused(line):
    text = line.seed.text.replace('move_cost = { value = 50, unit = "$/V"', 'move_cost_ = { value = 50, unit = "$/V"')
    lines = [one for one in text.splitlines() if not one.startswith("move_cost_")]
    seed = parse("\n".join(lines), Path("aluminium_reduction.toml"))
    with pytest.raises(SetpointError, match="voltage_setpoint: move_cost missing"):
        learn(line.history, seed)


def test_a_process_without_physics_of_its_setpoints_is_refused(toy_seed, toy_frame):
    with pytest.raises(SetpointError, match="no physics of set-points"):
        learn(toy_frame(), toy_seed)


@pytest.mark.long("learns from whole plants")
def test_steps_that_were_drawn_at_random_sharpen_the_response(line, taught):
    """Where all moves are said to be drawn, the model takes all of each for chance and is surer of what they do."""
    tests = line.history[[line.seed.key.name, line.seed.clock.name, *taught.response.SETPOINTS]]
    drawn = learn(line.history, line.seed, tests=tests)
    pair = ("excess_alf3", "excess_alf3_target")
    at = len(taught.posterior.constants) + list(taught.posterior.offsets).index(pair)
    assert drawn.posterior.covariance[at, at] < taught.posterior.covariance[at, at]
