"""What all pots share, worked out again from the same random numbers."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import Setpoints, SimulationError
from synthetic_data.potline.line import Potline
from synthetic_data.potline.parameters import PotlineParameters
from tests.synthetic_data.stated import with_parameters


def periods(plan):
    """Periods of the line from its warm-up on (negative numbers) to the end of the run."""
    line = Potline(plan)
    return [line.advance() for _ in range(line.first, plan.periods)]


@pytest.fixture(scope="module")
def plan():
    """Two years with more curtailments than usual, so that some occur."""
    return plan_run(with_parameters(load("aluminium_reduction"), curtailment_rate=6.0), units=3, years=2.0, rng_seed=4)


@pytest.fixture(scope="module")
def days(plan):
    return periods(plan)


def test_every_period_again(plan, days):
    rng, slow, curtailed = plan.plant_stream(), np.zeros(5), 0
    typical = PotlineParameters.of(plan.seed)
    target, warm_up = typical.nominal_current, round(typical.warm_up_periods)
    assert [one.period for one in days] == list(range(-warm_up, plan.periods))
    for one in days:
        p = PotlineParameters.in_period(plan, one.period)
        expected = target + p.current_return * (p.nominal_current - target) + p.current_step * rng.standard_normal()
        target = np.clip(round(expected), p.nominal_current - p.current_band, p.nominal_current + p.current_band)
        assert one.current_target == target
        shocks, probabilities = rng.standard_normal((30, 2)), rng.random((30, 2))
        retained, fresh = np.exp(-1.0 / p.line_memory), (1.0 - np.exp(-2.0 / p.line_memory)) ** 0.5
        start = plan.period_start(one.period)

        def season(day, start=start, p=p):
            number = (start + dt.timedelta(days=day)).timetuple().tm_yday
            return p.ambient_mean + p.ambient_swing * np.cos(2.0 * np.pi * (number - p.warmest_day) / 365.25)

        kinds = [event for event in one.events if event.kind == "curtailment"]
        for day in range(30):
            slow[:2] = retained * slow[:2] + fresh * shocks[day]
            share, ambient = 1.0 + p.current_sd * slow[0], season(day) + p.weather_sd * slow[1]
            if probabilities[day, 0] < p.curtailment_rate / 365.25:
                low, high = p.curtailment_hours_low, p.curtailment_hours_high
                hours = low + (high - low) * probabilities[day, 1]
                share *= 1.0 - p.curtailment_depth * hours / 24.0
                onset = 30.0 * one.period + day
                assert (onset, onset, onset + hours / 24.0) in [(e.onset, e.detected, e.end) for e in kinds]
                curtailed += 1
            assert one.current_share[day] == pytest.approx(share, rel=1e-9)
            assert one.ambient[day] == pytest.approx(ambient, rel=1e-9)
        retained = np.exp(-1.0 / p.delivery_memory)
        slow[2:] = retained * slow[2:] + (1.0 - retained**2) ** 0.5 * rng.standard_normal(3)
        assert one.season == pytest.approx(season(15.0), rel=1e-9)
        assert one.alumina_fines == pytest.approx(p.alumina_fines + p.alumina_fines_sd * slow[2], rel=1e-9)
        assert one.alumina_loi == pytest.approx(p.alumina_loi + p.alumina_loi_sd * slow[3], rel=1e-9)
        assert one.anode_residue == pytest.approx(p.anode_residue + p.anode_residue_sd * slow[4], rel=1e-9)
    assert curtailed > 5


def manual_setpoints(plan, values):
    units = np.arange(len(values))
    column = np.array(values)[:, None]
    return replace(plan, setpoints=Setpoints(("line_current_target",), {1: (units, column)}))


def test_a_current_set_by_hand_is_one_for_the_line(plan, days):
    own = {one.period: one.current_target for one in days}
    given = {one.period: one.current_target for one in periods(manual_setpoints(plan, [397.0, np.nan, 397.0]))}
    assert given[1] == 397.0
    assert {period: given[period] for period in range(-3, 1)} == {period: own[period] for period in range(-3, 1)}
    none = {one.period: one.current_target for one in periods(manual_setpoints(plan, [np.nan, np.nan]))}
    assert none == own
    with pytest.raises(SimulationError, match="got 396 and 397 in one period: expected one value"):
        periods(manual_setpoints(plan, [397.0, 396.0]))


def test_other_setpoints_leave_the_current_alone(plan, days):
    frame = pd.DataFrame(
        {"unit": ["A-001"], "period_start": [plan.period_start(0)], "voltage_setpoint": [4.05]}
    ).rename(columns={"unit": plan.seed.key.name, "period_start": plan.seed.clock.name})
    given = plan_run(plan.seed, units=3, years=2.0, rng_seed=4, setpoints=frame)
    assert [one.current_target for one in periods(given)] == [one.current_target for one in days]
