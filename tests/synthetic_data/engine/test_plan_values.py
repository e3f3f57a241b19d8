"""A run's clock, blocks, streams and set-points set by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import Setpoints, SimulationError, UnitBlock
from synthetic_data.engine.simulator import simulator_of


@pytest.fixture(scope="module")
def seed():
    return load("aluminium_reduction")


@pytest.fixture(scope="module")
def plan(seed):
    return plan_run(seed, units=50, years=1.0, rng_seed=7)


def test_clock(seed, plan):
    assert plan.period_days == 30.0
    assert plan.periods == 12  # whole periods of 30 days in 365.25 days
    assert plan.days == 365.25
    assert plan.start == dt.datetime.combine(seed.plant.start, dt.time())
    assert plan.period_start(3) - plan.start == dt.timedelta(days=90)
    assert plan_run(seed, units=1, years=1e-6).periods == 1
    # a longer run begins earlier and ends when the seed's own does
    longer = plan_run(seed, units=1, years=seed.plant.years + 2.0)
    typical = plan_run(seed, units=1)
    assert longer.period_start(longer.periods) == typical.period_start(typical.periods)
    assert longer.start < typical.start
    assert typical.start == plan.start


def test_options_fall_back_to_the_seed(seed):
    made = plan_run(seed)
    assert (made.units, made.years, made.rng_seed) == (seed.plant.units, seed.plant.years, seed.plant.rng_seed)
    assert made.setpoints == Setpoints((), {})
    assert plan_run(seed, units=1, years=0.1, rng_seed=0).rng_seed == 0


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"units": 0}, "units: got 0: expected 1 or more"),
        ({"years": 0.0}, "years: got 0.0: expected more than 0"),
        ({"years": -1.0}, "years: got -1.0: expected more than 0"),
        ({"years": float("nan")}, "years: got nan: expected more than 0"),
        ({"rng_seed": -1}, "rng_seed: got -1: expected 0 or more"),
    ],
)
def test_options_out_of_range_are_refused(seed, option, message):
    with pytest.raises(SimulationError, match=f"^{message}$"):
        plan_run(seed, **option)


def test_blocks_cover_the_units_once(plan):
    blocks = simulator_of(plan.seed).blocks(plan)
    assert [block.index for block in blocks] == list(range(len(blocks)))
    assert [unit for block in blocks for unit in range(block.first, block.first + block.count)] == list(range(50))
    assert len({block.count for block in blocks[:-1]}) <= 1


def test_streams_are_apart_and_the_same_each_time(plan):
    first, second = simulator_of(plan.seed).blocks(plan)[0], UnitBlock(1, 10, 10)
    numbers = [
        stream.random(4).tolist()
        for stream in (plan.plant_stream(), plan.block_stream(first), plan.block_stream(second))
    ]
    assert len({tuple(one) for one in numbers}) == 3
    assert plan.plant_stream().random(4).tolist() == numbers[0]
    expected = np.random.Generator(np.random.SFC64(np.random.SeedSequence(7, spawn_key=(1, 1)))).random(4)
    assert numbers[2] == expected.tolist()
    expected = np.random.Generator(np.random.SFC64(np.random.SeedSequence(7, spawn_key=(0, 0)))).random(4)
    assert numbers[0] == expected.tolist()


def frame(plan, rows, **columns):
    units, periods = zip(*rows, strict=True)
    return pd.DataFrame(
        {plan.seed.key.name: list(units), plan.seed.clock.name: [plan.period_start(k) for k in periods]} | columns
    )


def test_setpoints_by_hand_come_to_their_units_and_periods(seed, plan):
    rows = [("A-003", 2), ("A-012", 2), ("A-012", 5)]
    given = frame(plan, rows, voltage_setpoint=[4.01, 4.02, 4.03], metal_level_target=[21.0, 22.0, np.nan])
    setpoints = plan_run(seed, units=50, years=1.0, rng_seed=7, setpoints=given).setpoints
    assert setpoints.columns == ("voltage_setpoint", "metal_level_target")
    at = setpoints.at(2, UnitBlock(0, 0, 10))
    assert np.flatnonzero(np.isfinite(at["voltage_setpoint"])).tolist() == [2]
    assert (at["voltage_setpoint"][2], at["metal_level_target"][2]) == (4.01, 21.0)
    at = setpoints.at(2, UnitBlock(1, 10, 10))
    assert np.flatnonzero(np.isfinite(at["voltage_setpoint"])).tolist() == [1]
    assert at["voltage_setpoint"][1] == 4.02
    assert np.flatnonzero(np.isfinite(setpoints.at(2, UnitBlock(1, 3, 8))["voltage_setpoint"])).tolist() == []
    assert setpoints.at(5, UnitBlock(1, 11, 1))["voltage_setpoint"].tolist() == [4.03]
    assert np.isnan(setpoints.at(5, UnitBlock(1, 11, 1))["metal_level_target"]).all()
    assert np.isnan(setpoints.at(3, UnitBlock(0, 0, 10))["voltage_setpoint"]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.rename(columns={"voltage_setpoint": "volts"}), r"setpoints\.volts: expected one of line_current"),
        (lambda f: f.drop(columns=f.columns[0]), "set-points: column .* is missing"),
        (lambda f: f.replace("A-003", "A-099"), "got A-099: this run has no such value"),
        (lambda f: f.replace(f.iloc[0, 1], dt.datetime(1999, 1, 1)), "got 1999-01-01 00:00:00: this run has no such"),
        (lambda f: pd.concat([f, f]), "the same .* and .* stand in two rows"),
        (lambda f: f.assign(voltage_setpoint=[0.1, 4.0]), r"setpoints\.voltage_setpoint: got 0\.1: expected .* to "),
        (lambda f: f.assign(voltage_setpoint=[4.0, 99.0]), r"setpoints\.voltage_setpoint: got 99: expected .* to "),
    ],
)
def test_setpoints_that_do_not_fit_are_refused(seed, plan, change, message):
    given = frame(plan, [("A-003", 0), ("A-004", 1)], voltage_setpoint=[4.01, 4.02])
    with pytest.raises(SimulationError, match=message):
        plan_run(seed, units=50, years=1.0, setpoints=change(given))


def test_limits_themselves_may_be_set(seed, plan):
    low, high = seed.column("voltage_setpoint").limits
    given = frame(plan, [("A-003", 0), ("A-004", 1)], voltage_setpoint=[low, high])
    assert plan_run(seed, units=50, years=1.0, setpoints=given).setpoints.columns == ("voltage_setpoint",)


def test_a_process_without_units_takes_no_setpoints_by_unit(plan):
    columns = [column for column in plan.seed.columns if column.role != "key"]
    alone = plan.seed.model_copy(update={"columns": columns})
    for name in ("key", "_by_name"):
        vars(alone).pop(name, None)
    given = frame(plan, [("A-003", 0)], voltage_setpoint=[4.0])
    with pytest.raises(SimulationError, match="a process without units takes no set-points by unit"):
        plan_run(alone, units=2, setpoints=given)


def test_plans_are_values(plan):
    assert replace(plan, rng_seed=8) != plan
    assert simulator_of(plan.seed).unit_name(0) == "A-001"
