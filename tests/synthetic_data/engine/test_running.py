"""A running plant: the bytes of a replay, nothing known of what is to come, forks that go alone, set-points checked."""

from __future__ import annotations

import itertools
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from seeds import load, names
from synthetic_data import begin, replay
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.simulator import simulator_of

SEEDS = {name: load(name) for name in names()}
STEPPED = {name: seed for name, seed in SEEDS.items() if seed.plant is not None and seed.by_role("setpoint")}
FEW = {  # periods that are enough, or that are needed to go over the end of pots' lives
    "aluminium_reduction": {"units": 12, "years": 0.6},
    "copper_cathode": {"units": 4, "years": 0.7},
    "copper_electrorefining": {"units": 4, "years": 0.7},
    "zinc_electrowinning": {"units": 4, "years": 0.15},
}
PERIODS = 130  # of the others


def size(seed):
    """Options of a small plant that runs over the end of a stretch of periods."""
    return FEW.get(seed.process.name, {"units": 2, "years": PERIODS * (seed.period / timedelta(days=365.25))})


SIZES = {name: size(seed) for name, seed in STEPPED.items()}
LINE_WIDE = "line_current_target"  # one value for all units


@pytest.fixture(params=STEPPED)
def name(request):
    return request.param


def keys(seed):
    return [seed.key.name, seed.clock.name]


def joined(seed, frames):
    return pd.concat(frames).sort_values(keys(seed), ignore_index=True)


def moved(seed, plan, rng):
    """The operators' set-points, half of them moved within bounds, the others left to the operators."""
    setpoints = plan.copy()
    for column in seed.by_role("setpoint"):
        low, high = column.bounds
        values = np.clip(setpoints[column.name] + 0.1 * (high - low) * rng.standard_normal(len(setpoints)), low, high)
        setpoints[column.name] = np.where(rng.random(len(setpoints)) < 0.5, values, np.nan)
    return setpoints.drop(columns=LINE_WIDE, errors="ignore")


def labels_of(seed):
    return [column.name for column in seed.by_role("target", "late")]


def other_futures_of_the_first(seed, size, count=3):
    running = begin(seed, **size)
    for period in range(count):
        yield running, [running.fork(future) for future in (None, period, period + 100)]
        running.step()


def test_every_plant_is_run_over_the_end_of_a_stretch(name):
    plan = plan_run(STEPPED[name], **SIZES[name])
    simulator = simulator_of(plan.seed).begin(plan, simulator_of(plan.seed).blocks(plan)[0])
    while simulator.first <= 0:
        simulator.advance()
    assert simulator.first < plan.periods


@pytest.mark.parametrize("manual", [False, pytest.param(True, marks=pytest.mark.long("steps each plant twice"))])
def test_a_loop_of_steps_is_a_replay(name, manual):
    seed, rng = STEPPED[name], np.random.default_rng(1)
    running, steps, given = begin(seed, rng_seed=5, **SIZES[name]), [], []
    for _ in range(plan_run(seed, **SIZES[name]).periods):
        if manual:
            given.append(moved(seed, running.plan(), rng))
        steps.append(running.step(given[-1] if manual else None))
    plant = replay(seed, rng_seed=5, setpoints=pd.concat(given) if manual else None, **SIZES[name])
    assert plant.table[seed.clock.name].nunique() == len(steps)
    assert_frame_equal(joined(seed, [step.truth for step in steps]), plant.truth)
    rows = pd.concat([step.table for step in steps] + [step.came_in for step in steps])
    rows = rows.drop_duplicates(keys(seed), keep="last").sort_values(keys(seed), ignore_index=True)
    waiting = [*labels_of(seed), *(column.name for column in seed.by_role("late"))]
    assert_frame_equal(rows.drop(columns=waiting), plant.table.drop(columns=waiting))
    early = rows[seed.clock.name] <= rows[seed.clock.name].unique()[-6]  # the newest labels have not come in
    assert_frame_equal(rows[early], plant.table[early])
    with pytest.raises(ValueError, match=r"years ended after .* periods: begin a longer one"):
        running.step()


def test_what_is_known_is_before_columns_alone(name):
    seed = STEPPED[name]
    running = begin(seed, **SIZES[name])
    for _ in range(3):
        known, plan = running.known(), running.plan()
        before = [column.name for column in seed.by_role("before") if not column.is_made]
        assert list(known.columns) == [*keys(seed), *before]
        assert list(plan.columns) == [*keys(seed), *(column.name for column in seed.by_role("setpoint"))]
        row = running.step().table
        both = row[keys(seed)].merge(known.merge(plan, on=keys(seed)), on=keys(seed))
        assert len(both) == len(row)
        assert_frame_equal(both, row[both.columns])


def test_no_future_shows_in_what_is_known(name):
    seed = STEPPED[name]
    hidden = [column.name for column in seed.by_role("during")]
    for running, (same, *others) in other_futures_of_the_first(seed, SIZES[name]):
        known, plan = running.known(), running.plan()
        expected = running.fork().step()
        assert_frame_equal(same.step().truth, expected.truth)
        for other in others:
            assert_frame_equal(other.known(), known)
            assert_frame_equal(other.plan(), plan)
            result = other.step()
            rows = expected.table.merge(result.table, on=keys(seed), suffixes=("", " other"))
            differ = {column for column in hidden if not rows[column].equals(rows[f"{column} other"])}
            assert len(differ) > 0.8 * len(hidden), set(hidden) - differ
            target = seed.target.name
            truth = expected.truth.merge(result.truth, on=keys(seed), suffixes=("", " other"))
            assert (truth[target] != truth[f"{target} other"]).all()


def test_setpoints_of_the_period_move_its_truth_but_not_what_is_known(name):
    seed = STEPPED[name]
    running, rng = begin(seed, **SIZES[name]), np.random.default_rng(2)
    running.step()
    known = running.known()
    other = running.fork()
    assert not other.step(moved(seed, other.plan(), rng)).truth.equals(running.fork().step().truth)
    assert_frame_equal(running.known(), known)


def test_a_unit_that_dies_in_the_period_is_known_when_it_starts():
    seed = SEEDS["aluminium_reduction"]
    running, missing = begin(seed, units=60, years=2.0), 0
    while running.period < 20:
        known = running.known()
        others = running.fork(1).known()
        assert_frame_equal(known, others)
        missing += len(set(known["unit"]) - set(running.step().table["unit"]))
    assert missing > 0


def test_forks_share_nothing_and_the_same_future_is_the_same(name):
    seed, rng = STEPPED[name], np.random.default_rng(3)
    running, alone = begin(seed, **SIZES[name]), begin(seed, **SIZES[name])
    for plant in (running, alone):
        plant.step()
    first, second, third = running.fork(7), running.fork(7), running.fork(8)
    setpoints = moved(seed, first.plan(), rng)
    first.step(setpoints)
    third.step(setpoints)
    after = second.step(setpoints)
    again = running.fork(7).step(setpoints)
    assert_frame_equal(after.truth, again.truth)
    assert_frame_equal(after.table, again.table)
    assert_frame_equal(first.step().truth, second.step().truth)  # and goes on so
    assert not first.step().truth.equals(third.step().truth)
    for _ in range(2):
        assert_frame_equal(running.step().truth, alone.step().truth)


def test_a_fork_of_a_future_keeps_its_past(name):
    seed = STEPPED[name]
    running = begin(seed, **SIZES[name]).fork(4)
    running.step()
    other = running.fork(5)
    assert_frame_equal(other.known(), running.known())
    assert not other.step().truth.equals(running.step().truth)


def test_labels_come_in_when_the_seed_says():
    seed = SEEDS["aluminium_reduction"]  # its last label is that of two periods ago
    running, plant = begin(seed, units=6, years=0.5), replay(seed, units=6, years=0.5)
    late = labels_of(seed)
    steps = [running.step() for _ in range(3)]
    assert all(step.table[late].isna().all(axis=None) for step in steps)
    assert steps[0].came_in.empty
    for before, step in itertools.pairwise(steps):
        start = before.table["period_start"].iloc[0]
        expected = plant.table[plant.table["period_start"] == start].reset_index(drop=True)
        assert_frame_equal(step.came_in, expected)


def test_an_assay_that_the_next_crop_knows_is_in_hand_at_once():
    seed = SEEDS["copper_cathode"]
    step = begin(seed, **SIZES["copper_cathode"]).step()
    lent_columns = [column.lent_by for column in seed.by_role("before") if column.previous is not None]
    assert step.table[lent_columns].notna().any().all()


def test_setpoints_that_do_not_fit_are_refused_and_nothing_moves():
    seed = SEEDS["aluminium_reduction"]
    running = begin(seed, units=6, years=0.5)
    running.step()
    plan = running.plan()
    for setpoints, message in (
        (
            plan.assign(voltage_setpoint=4.55),
            r"^setpoints\.voltage_setpoint: got 4\.55: expected .* to .*, its bounds$",
        ),
        (plan.assign(unit="A-099"), r"^setpoints\.unit: got A-099: this run has no such value$"),
        (plan.assign(bath_temperature=960.0), r"^setpoints\.bath_temperature: expected one of line_current_target"),
        (
            plan.assign(period_start=plan["period_start"] + seed.period),
            r"^setpoints\.period_start: got .*: expected .*, the period to come$",
        ),
        (
            plan.assign(line_current_target=plan["line_current_target"] - np.arange(len(plan))),
            r"^setpoints\.line_current_target: got .* in one period: expected one value$",
        ),
    ):
        with pytest.raises(ValueError, match=message) as refused:
            running.step(setpoints)
        assert "\n" not in str(refused.value)
    assert running.period == 1
    assert_frame_equal(running.plan(), plan)
    assert_frame_equal(running.step(plan).truth, replay(seed, units=6, years=0.5).truth.pipe(of_period, 1))


def of_period(frame, period):
    start = sorted(frame["period_start"].unique())[period]
    return frame[frame["period_start"] == start].reset_index(drop=True)


def test_what_operators_would_set_is_taken_even_beyond_the_bounds():
    seed = SEEDS["aluminium_ingot"]
    columns = [
        column.model_copy(update={"bounds": (719.0, 721.0)}) if column.name == "melt_temperature" else column
        for column in seed.columns
    ]
    narrow = seed.model_copy(update={"columns": tuple(columns)})
    running = begin(narrow, **SIZES["aluminium_ingot"])
    plan = running.plan()
    assert not plan["melt_temperature"].between(719.0, 721.0).all()
    expected = running.fork().step()
    assert_frame_equal(running.step(plan).truth, expected.truth)


def test_a_future_below_zero_is_refused():
    running = begin(SEEDS["copper_cathode"], **SIZES["copper_cathode"])
    with pytest.raises(ValueError, match="future: got -1: expected 0 or more"):
        running.fork(-1)


@pytest.mark.parametrize("name", [name for name, seed in SEEDS.items() if seed.plant and name not in STEPPED])
def test_a_plant_without_setpoints_is_refused_with_what_runs_it(name):
    with pytest.raises(
        ValueError, match=rf"^{name}: its plant has no set-points.*simulate, replay and outcome run this one$"
    ):
        begin(SEEDS[name], units=2, years=0.1)


def test_a_future_leaves_its_past_alone_over_the_end_of_a_stretch():
    seed = SEEDS["aluminium_ingot"]  # steps 112 periods at once
    running = begin(seed, **SIZES["aluminium_ingot"])
    while running.period < 108:
        running.step()
    one, again = running.fork(3), running.fork(3)
    for _ in range(6):
        other = one.fork(11)
        assert_frame_equal(other.known(), one.known())
        assert_frame_equal(other.plan(), one.plan())
        step = one.step()
        assert_frame_equal(step.truth, again.step().truth)
        assert not step.truth.equals(running.step().truth)
