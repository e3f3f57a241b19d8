"""Proposed tests: in pairs, drawn, within limits, and worth their cost."""

import numpy as np
import pytest

from models.setpoints.errors import SetpointError
from models.setpoints.experiments import experiments
from models.setpoints.learning import learn
from models.setpoints.situations import AHEAD


@pytest.fixture(scope="module")
def young(line):
    """What a year of history taught: too little to leave nothing to test."""
    starts = np.sort(line.history[line.seed.clock.name].unique())
    return learn(line.history[line.history[line.seed.clock.name] >= starts[-14]], line.seed)


@pytest.fixture(scope="module")
def planned(young, line):
    return experiments(young, line.planned, share=0.2)


def test_partners_move_the_same_setpoints_the_other_way(planned):
    tests = {one.unit: one for one in planned.tests}
    assert tests
    for one in planned.tests:
        partner = tests[one.partner]
        assert partner.partner == one.unit
        assert {setpoint: -size for setpoint, size in one.moves.items()} == dict(partner.moves)
        assert one.periods == AHEAD


def test_no_more_units_are_tested_than_asked(planned, line):
    assert len(planned.tests) <= 0.2 * line.history[line.seed.key.name].nunique()


def test_signs_are_drawn_by_the_random_seed(young, line, planned):
    again = experiments(young, line.planned, share=0.2)
    other = experiments(young, line.planned, share=0.2, rng_seed=1)
    assert again == planned
    assert other != planned


def test_a_test_is_worth_more_than_it_costs_and_leaves_less_doubt(planned):
    for value in planned.setpoints.values():
        assert value.value > value.cost >= 0.0
        assert 0.0 < value.gain_sd_after < value.gain_sd


def test_more_units_tested_leave_less_doubt(young, line, planned):
    many = experiments(young, line.planned, share=0.8)
    for setpoint in set(many.setpoints) & set(planned.setpoints):
        if many.setpoints[setpoint].size == planned.setpoints[setpoint].size:
            assert many.setpoints[setpoint].gain_sd_after < planned.setpoints[setpoint].gain_sd_after


def test_set_points_of_tests_keep_bounds(planned, line):
    plan = line.planned[line.planned[line.seed.clock.name] == line.planned[line.seed.clock.name].max()]
    plan = plan.set_index(line.seed.key.name)
    for one in planned.tests:
        for setpoint, size in one.moves.items():
            low, high = line.seed.column(setpoint).bounds
            assert low <= plan.loc[one.unit, setpoint] + size <= high


def test_dear_metal_that_stands_makes_no_test_worth_more_than_it_costs(young, line):
    """Where every move loses much, what a test teaches turns no unit's move."""
    dear = experiments(young, line.planned, share=0.2, prices={"interest": 500.0})
    assert "metal_level_target" not in dear.setpoints


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5, float("nan")])
def test_a_share_that_is_none_is_an_error(taught, line, share):
    with pytest.raises(SetpointError, match="expected above 0 and at most 1"):
        experiments(taught, line.planned, share=share)


def test_too_few_units_for_a_pair_are_not_tested(taught, line):
    unit = line.history[line.seed.key.name].iloc[0]
    alone = experiments(taught, line.planned[line.planned[line.seed.key.name] == unit], share=0.08)
    assert (alone.tests, dict(alone.setpoints)) == ((), {})
    assert np.isfinite(taught.noise)
