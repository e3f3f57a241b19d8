"""Advice for a whole line: the shared current with the moves that go with it, a limit of power, and why not."""

import numpy as np
import pytest

from models.setpoints.errors import SetpointError
from models.setpoints.line.option import reach
from models.setpoints.line.recommender import recommend_line
from models.setpoints.move_evaluation import DOUBTS
from models.setpoints.recommender import recommend, what_if

CURRENT = "line_current_target"


@pytest.fixture(scope="module")
def planned(line):
    """The plans at a current in the middle of history."""
    newest = line.planned[line.seed.clock.name] == line.planned[line.seed.clock.name].max()
    return line.planned.assign(**{CURRENT: line.planned[CURRENT].where(~newest, 400.0)})


@pytest.fixture(scope="module")
def advised(taught, planned):
    return recommend_line(taught, planned)


@pytest.fixture(scope="module")
def limited(taught, planned, advised):
    """With a limit that what is best cannot keep."""
    _, free = advised
    return recommend_line(taught, planned, power_limit=0.5 * (free.before + free.after))[1]


def test_each_unit_by_itself_gets_the_advice_that_it_gets_without_a_line(advised, taught, line, planned):
    assert advised[0] == recommend(taught, planned)


def test_the_current_stays_within_a_step_its_bounds_and_what_history_knows(advised, taught, line, planned):
    low, high = reach(taught, CURRENT)
    assert advised[1].move != 0.0
    assert abs(advised[1].move) <= line.seed.column(CURRENT).step
    assert low <= advised[1].plan + advised[1].move <= high


def test_what_is_recommended_is_surer_to_pay_than_the_current_as_planned(advised):
    def sure(gain):
        return gain.value - DOUBTS * (gain.high - gain.low) / (2 * 1.645)

    assert sure(advised[1].gain) > sure(advised[1].gain_without_shared_move) >= 0.0


def test_with_the_current_as_planned_each_unit_has_the_moves_of_its_own_advice(advised):
    own, result = advised
    assert result.gain_without_shared_move.value == pytest.approx(sum(one.gain.value for one in own), rel=1e-12)


def test_the_gain_of_the_line_is_that_of_its_moves(advised, taught, line, planned):
    """What-if with the same moves of each unit, and the current, gives the same sum, others at the mean."""
    _, result = advised
    one = next(iter(result.moves))
    alone = {unit.unit: unit for unit in what_if(taught, planned, {CURRENT: result.move} | result.moves[one])}
    still = {unit.unit: unit for unit in what_if(taught, planned, {CURRENT: result.move})}
    unmoved = [unit for unit in still.values() if unit.refusal is None and unit.unit not in result.moves]
    total = sum(unit.gain.value for unit in unmoved)
    by_moves = {}
    for unit, moves in result.moves.items():
        key = tuple(sorted(moves.items()))
        if key not in by_moves:
            evaluated = what_if(taught, planned, {CURRENT: result.move} | moves)
            by_moves[key] = {each.unit: each.gain.value for each in evaluated}
        total += by_moves[key][unit]
    known = [unit.gain.value for unit in still.values() if unit.refusal is None]
    assert len(known) == result.known
    total += (result.units - result.known) * float(np.mean(known))
    assert result.gain.value == pytest.approx(total, rel=1e-9)
    assert alone[one].gain.value == pytest.approx(by_moves[tuple(sorted(result.moves[one].items()))][one])


def test_more_current_takes_more_power(advised):
    _, result = advised
    assert (result.after - result.before) * result.move > 0.0
    # 60 pots of 400 kA and 4.0 to 4.15 V
    assert 94.0 < result.before < 102.0


def test_a_limit_of_power_is_kept_named_and_worth_money(advised, limited):
    assert limited.after <= limited.limit + 1e-6
    assert limited.after < advised[1].after
    assert limited.binding_constraints.startswith("power_limit: at ")
    assert limited.worth > 0.0
    assert limited.gain.value < advised[1].gain.value


def test_a_further_megawatt_is_worth_what_it_brings(advised, limited, taught, planned):
    """From the limit to where it binds no longer, the mean worth of a megawatt is no more than the first one's."""

    def sure(result):
        return result.gain.value - DOUBTS * (result.gain.high - result.gain.low) / (2 * 1.645)

    _, free = advised
    mean = (sure(free) - sure(limited)) / (free.after - limited.after)
    assert 0.4 * mean < limited.worth < 2.5 * mean
    _, loose = recommend_line(taught, planned, power_limit=free.after + 1.0)
    assert (loose.move, loose.moves, loose.worth, loose.binding_constraints) == (
        free.move,
        free.moves,
        0.0,
        free.binding_constraints,
    )


def test_a_limit_that_nothing_within_reach_can_keep_is_an_error_that_says_by_how_much(taught, planned, advised):
    with pytest.raises(SetpointError, match=r"^power_limit: got 50: expected at least \d+\.\d+ MW, which the line"):
        recommend_line(taught, planned, power_limit=50.0)
    for limit in (0.0, -3.0, float("nan")):
        with pytest.raises(SetpointError, match=r"^power_limit: got .*: expected a number above 0 MW"):
            recommend_line(taught, planned, power_limit=limit)


@pytest.mark.long("advises a line many times")
def test_no_limit_of_the_seed_is_broken_more_often_over_the_line_than_allowed_or_planned(
    advised, taught, line, planned
):
    _, result = advised
    still = [one for one in what_if(taught, planned, {"voltage_setpoint": 0.0}) if one.refusal is None]
    moved = {}
    for moves in result.moves.values():
        if tuple(moves.values()) not in moved:
            evaluated = what_if(taught, planned, {CURRENT: result.move} | moves)
            moved[tuple(moves.values())] = {one.unit: one for one in evaluated}
    unmoved = {one.unit: one for one in what_if(taught, planned, {CURRENT: result.move})}
    then = [
        moved[tuple(result.moves[one.unit].values())][one.unit] if one.unit in result.moves else unmoved[one.unit]
        for one in still
    ]
    for k, limit in enumerate(line.seed.constraints):
        before = sum(one.limits[k].chance for one in still)
        after = [one.limits[k].chance for one in then]
        assert sum(after) <= max(before, limit.chance * len(still)) + 1e-6
        for one, planned in zip(then, still, strict=True):
            if one.unit not in result.infeasible_units:
                assert one.limits[k].chance <= max(limit.chance, planned.limits[k].chance) + 1e-6


def test_a_current_that_history_does_not_know_is_refused_for_it(taught, line):
    """The line's own plan is of 405 kA, above what it was run at: more would pay, and nobody knows it."""
    _, result = recommend_line(taught, line.planned)
    assert result.move == 0.0
    assert result.refusal.startswith("support: 410 kA is beyond ")


def test_a_part_of_a_line_gets_no_current(taught, line, planned):
    units = line.history[line.seed.key.name].unique()
    newest = planned[line.seed.clock.name] == planned[line.seed.clock.name].max()
    part = planned[~newest | planned[line.seed.key.name].isin(units[:40])]
    own, result = recommend_line(taught, part)
    assert (result.move, result.gain, result.moves) == (0.0, None, {})
    assert result.refusal.startswith(f"line: plan and situation are known of {result.known} of the ")
    assert "expected 90% or more" in result.refusal
    assert own


def test_plans_of_several_currents_are_refused_in_words(taught, planned):
    other = planned.copy()
    other.loc[other.index[-1], CURRENT] += 2.0
    refusal = recommend_line(taught, other)[1].refusal
    assert refusal.startswith(f"line: {CURRENT} is planned at ")
    assert refusal.endswith("expected one value for all units")


def test_another_plant_is_refused_with_its_reason(taught, planned):
    other = planned.assign(cell_voltage=planned["cell_voltage"] + 0.15)
    assert "not the plant of the training rows" in recommend_line(taught, other)[1].refusal
