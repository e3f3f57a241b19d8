"""Advice: within bounds and limits, worth its doubt, and refused where the evidence is thin."""

import numpy as np
import pytest

from models.setpoints import plans
from models.setpoints.errors import SetpointError
from models.setpoints.frontier import pareto
from models.setpoints.move_evaluation import DOUBTS
from models.setpoints.recommender import recommend, what_if
from system.cancellation import looking


@pytest.fixture(scope="module")
def advised(taught, line):
    return recommend(taught, line.planned)


def _moved(advised):
    return [one for one in advised if any(one.moves.values())]


def test_every_plan_row_gets_advice(advised, line):
    plan = line.planned[line.planned["cell_voltage"].isna() & line.planned["line_current"].isna()]
    newest = plan[plan[line.seed.clock.name] == plan[line.seed.clock.name].max()]
    assert sorted(one.unit for one in advised) == sorted(newest[line.seed.key.name])
    assert {one.start for one in advised} == {newest[line.seed.clock.name].max()}


def test_moves_stay_within_a_step_the_bounds_and_what_history_knows(advised, taught, line):
    assert _moved(advised)
    for one in _moved(advised):
        for setpoint, size in one.moves.items():
            low, high = line.seed.column(setpoint).bounds
            assert abs(size) <= line.seed.column(setpoint).step + 1e-12
            if size:
                assert low <= one.plan[setpoint] + size <= high
                inner = taught.ranges[setpoint]
                assert inner[0] <= one.plan[setpoint] + size <= inner[1] or abs(
                    one.plan[setpoint] + size - np.mean(inner)
                ) < abs(one.plan[setpoint] - np.mean(inner))


def test_a_gain_exceeds_its_doubt(advised):
    for one in _moved(advised):
        doubt = (one.gain.high - one.gain.low) / (2 * 1.645)
        assert one.gain.value > DOUBTS * doubt
        assert one.cause
        assert one.refusal is None


def test_no_move_makes_a_limit_likelier_to_break_than_allowed_or_planned(advised, taught, line):
    still = {one.unit: one for one in what_if(taught, line.planned, dict.fromkeys(taught.response.SETPOINTS, 0.0))}
    for one in _moved(advised):
        for limit, before in zip(one.limits, still[one.unit].limits, strict=True):
            assert limit.chance <= max(limit.allowed, before.chance) + 1e-6


def test_what_stands_still_gains_and_changes_nothing(taught, line):
    for one in what_if(taught, line.planned, dict.fromkeys(taught.response.SETPOINTS, 0.0)):
        for change in (one.gain, *one.effects.values()):
            assert (change.value, change.low, change.high) == (0.0, 0.0, 0.0)


def test_every_effect_of_a_move_has_its_doubt(advised):
    for one in _moved(advised):
        for name, effect in one.effects.items():
            assert effect.low < effect.value < effect.high, name


def test_more_voltage_warms_the_bath_and_calms_the_pad_for_sure(taught, line):
    known = [one for one in what_if(taught, line.planned, {"voltage_setpoint": 0.02}) if one.refusal is None]
    assert known
    for one in known:
        assert one.effects["cell_voltage"].low > 0
        assert one.effects["voltage_noise"].high < 0
        assert one.effects["superheat"].low > 0


def test_the_rows_that_support_a_move_are_rows_of_history(advised, line):
    keys = set(zip(line.history[line.seed.key.name], line.history[line.seed.clock.name], strict=True))
    for one in _moved(advised):
        assert one.supporting_rows > 0
        assert one.nearest
        assert set(one.nearest) <= keys


def test_a_unit_that_history_hardly_knows_is_refused(taught, line):
    seed, unit = line.seed, line.history[line.seed.key.name].iloc[0]
    starts = np.sort(line.planned[seed.clock.name].unique())
    young = line.planned[(line.planned[seed.key.name] != unit) | (line.planned[seed.clock.name] >= starts[-2])]
    result = {one.unit: one for one in recommend(taught, young)}[unit]
    assert result.refusal.startswith("history knows 1 period without a gap")
    assert not any(result.moves.values())


def test_readings_that_are_too_old_are_refused(taught, line):
    seed, unit = line.seed, line.history[line.seed.key.name].iloc[0]
    starts = np.sort(line.history[seed.clock.name].unique())
    old = line.planned.copy()
    old.loc[(old[seed.key.name] == unit) & (old[seed.clock.name] >= starts[-2]), "cell_voltage"] = np.nan
    result = {one.unit: one for one in recommend(taught, old)}[unit]
    assert result.refusal == "cell_voltage was not read in the last 2 periods: expected a reading that is no older"


def test_a_plan_without_a_set_point_is_refused(taught, line):
    newest = line.planned[line.seed.clock.name] == line.planned[line.seed.clock.name].max()
    unplanned = line.planned.copy()
    unplanned.loc[newest, "voltage_setpoint"] = np.nan
    refusals = {one.refusal for one in recommend(taught, unplanned)}
    assert "voltage_setpoint is missing in the plan: expected its set-point for the period" in refusals
    assert None not in refusals


@pytest.mark.parametrize("column", ["line_current", "bath_temperature"])
def test_an_unknown_state_of_a_unit_is_doubted_more_or_refused(taught, line, advised, column):
    """Moves rest on readings of the unit; without one of them the gain is less certain."""
    key = line.seed.key.name
    unit = next(one.unit for one in advised if one.refusal is None and any(one.moves.values()))
    rows = line.planned.copy()
    rows.loc[rows[key] == unit, column] = np.nan
    before, after = ({one.unit: one for one in result}[unit] for result in (advised, recommend(taught, rows)))
    if after.refusal is None:
        assert after.gain.high - after.gain.low > 1.2 * (before.gain.high - before.gain.low)
    else:
        assert after.refusal.startswith("doubt")
        assert not any(after.moves.values())


def test_another_plant_is_refused_in_words(taught, line):
    other = line.planned.assign(cell_voltage=line.planned["cell_voltage"] + 0.15)
    for one in recommend(taught, other):
        assert "not the plant of the training rows" in one.refusal
        assert not any(one.moves.values())


def test_a_table_without_a_plan_is_refused(taught, line):
    with pytest.raises(SetpointError, match="no plan row"):
        recommend(taught, line.history)


def test_dear_power_asks_for_less_voltage(taught, line):
    def volts(price):
        return np.mean(
            [one.moves["voltage_setpoint"] for one in recommend(taught, line.planned, {"power_price": price})]
        )

    assert volts(0.20) < volts(0.055) < volts(0.0) + 1e-9


def test_chosen_moves_beyond_bounds_and_unknown_names_are_errors(taught, line):
    unit = line.history[line.seed.key.name].iloc[0]
    with pytest.raises(SetpointError, match=r"moves.voltage_setpoint: got 9, .* expected 3.85 to 4.25, its bounds"):
        what_if(taught, line.planned, {"voltage_setpoint": 9.0})
    with pytest.raises(SetpointError, match=r"moves.X-1: got a unit without a plan row"):
        what_if(taught, line.planned, {"X-1": {"voltage_setpoint": 0.01}})
    with pytest.raises(SetpointError, match=rf"moves.{unit}.line_current_target: got no set-point"):
        what_if(taught, line.planned, {unit: {"line_current_target": 1.0}})


def test_a_line_current_is_not_moved_for_one_pot(advised):
    assert all(set(one.moves) == {"voltage_setpoint", "excess_alf3_target", "metal_level_target"} for one in advised)


def test_a_current_that_is_moved_for_all_warms_every_pot_and_is_doubted_more_than_nothing(taught, line):
    result = [one for one in what_if(taught, line.planned, {"line_current_target": 2.5}) if one.refusal is None]
    assert result
    for one in result:
        assert one.moves["line_current_target"] == 2.5
        for name in ("cell_voltage", "bath_temperature"):
            assert 0.0 < one.effects[name].low < one.effects[name].high
        assert one.gain.low < one.gain.value < one.gain.high


def test_a_current_beyond_its_bounds_is_an_error(taught, line):
    with pytest.raises(SetpointError, match=r"moves.line_current_target: got 30, .* expected 388 to 412, its bounds"):
        what_if(taught, line.planned, {"line_current_target": 30.0})


def test_one_unit_alone_gets_the_advice_that_it_gets_among_all(taught, line, advised):
    unit = advised[7].unit
    alone = line.planned[line.planned[line.seed.key.name] == unit]
    (result,) = recommend(taught, alone)
    assert (result.unit, result.moves, result.refusal) == (unit, advised[7].moves, advised[7].refusal)
    assert result.gain.value == pytest.approx(advised[7].gain.value)
    assert result.gain.high == pytest.approx(advised[7].gain.high)


@pytest.fixture
def few_at_once(monkeypatch, taught):
    """Seven units at once; gives how many units each reckoning of outcomes was of."""
    sizes = []
    reckon = type(taught).outcomes

    def watched(self, state, moves, theta, shared=None):
        after = reckon(self, state, moves, theta, shared)
        sizes.append(max(values.shape[-1] for values in after.values()))
        return after

    monkeypatch.setattr(plans, "UNITS_AT_ONCE", 7)
    monkeypatch.setattr(type(taught), "outcomes", watched)
    return sizes


def test_many_units_are_weighed_some_at_a_time_and_get_the_same_advice(taught, line, advised, few_at_once):
    result = recommend(taught, line.planned)
    assert max(few_at_once[1:]) == 7  # the first is of the newest rows of history
    assert [(one.unit, one.moves, one.refusal) for one in result] == [
        (one.unit, one.moves, one.refusal) for one in advised
    ]
    gains = [[one.gain.value for one in subset] for subset in (result, advised)]
    np.testing.assert_allclose(*gains, rtol=1e-9)
    moves = {one.unit: one.moves for one in advised}
    whole = what_if(taught, line.planned, moves)
    assert [one.moves for one in whole] == [one.moves for one in advised]
    np.testing.assert_allclose([one.gain.value for one in whole], gains[1], rtol=1e-9)


def test_a_look_ends_the_advice_on_many_units_between_two_of_their_parts(taught, line, few_at_once):
    class Enough(Exception):
        pass

    def look():
        if len(few_at_once) == 3:
            raise Enough

    for work in (recommend, pareto):
        few_at_once.clear()
        with pytest.raises(Enough), looking(look):
            work(taught, line.planned)
        assert len(few_at_once) == 3
