"""Laws of every simulated plant whose lots are graded; a new seed with grades and a [plant] is tested by being there.

Which way its set-points work stands in tests/levers/<process>.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from seeds import load_all
from synthetic_data import SimulatedRun, replay
from tests.synthetic_data.graded import YEAR, GradedPlant

LEVERS = Path(__file__).parents[1] / "levers"
GRADED = [name for name, seed in load_all().items() if seed.quality is not None and seed.plant is not None]
MOVED = {
    f"{process} {lever['setpoint']} {lever['by']:+g}": (process, lever)
    for process in GRADED
    for lever in tomllib.loads((LEVERS / f"{process}.toml").read_text(encoding="utf-8"))["levers"]
}
LEAST_MOVE = 0.001  # relative, of the mean of what a lever moves


@pytest.fixture(scope="module", params=GRADED)
def works(request: pytest.FixtureRequest, graded: Callable[[str], GradedPlant]) -> GradedPlant:
    return graded(request.param)


def measured(works: GradedPlant) -> list[str]:
    """Inputs, and what is known late, that the plant's own file has."""
    return [column.name for column in works.seed.by_role("before", "during", "late") if not column.is_made]


# ---------------------------------------------------------------- table and truth


def test_table_has_the_seeds_columns_and_every_period_of_every_unit(works: GradedPlant) -> None:
    seed, table = works.seed, works.whole.table
    assert set(table.columns) == {column.name for column in seed.columns if not column.is_made}
    assert_frame_equal(table[works.keys], works.whole.truth[works.keys])
    unit, time = works.keys
    periods = int(seed.plant.years * YEAR / works.period)
    starts = pd.date_range(pd.Timestamp(seed.plant.start), periods=periods, freq=works.period)
    assert table[unit].nunique() == seed.plant.units
    for _, own in table.groupby(unit)[time]:
        assert np.array_equal(own.to_numpy(), starts.to_numpy())


def test_every_value_is_within_its_range(works: GradedPlant) -> None:
    for column in works.seed.columns:
        if column.is_number and not column.is_made:
            values = works.whole.table[column.name].dropna()
            assert (values.abs() if column.censored else values).between(*column.limits).all(), column.name


def test_only_contents_are_below_limits_and_these_are_the_laboratorys(works: GradedPlant) -> None:
    limits = {name: one.value for name, one in works.seed.plant.parameters.items() if "limit" in name}
    for column in works.seed.columns:
        if not column.censored or column.is_made:
            continue
        values = works.whole.table[column.name]
        below = set(-values[values < 0])
        own = {limits[f"limit_{column.name}"]} if column.role == "target" else set(limits.values())
        assert below <= own, column.name
        assert len(below) <= 1, column.name
        assert all(values[values > 0].min() > limit * (1.0 - 1e-9) for limit in below), column.name
    assert (works.whole.table[works.elements] < 0).any(axis=None)


def test_much_is_hardly_ever_reported_below_the_limit_and_little_seldom_as_a_number(works: GradedPlant) -> None:
    """Where nothing is, an analysis scatters by a third of its limit: 2 of it are 3 of these off, 0.4 of it 1.5."""
    for element in works.elements:
        reported, real, limit = works.whole.table[element], works.whole.truth[element], works.value(f"limit_{element}")
        for wrong, share in ((reported[real > 2.0 * limit] < 0, 0.01), (reported[real < 0.4 * limit] > 0, 0.1)):
            assert wrong.sum() <= max(1.0, share * len(wrong)), element  # one of a few is chance


def test_truth_is_finite_and_contents_are_positive(works: GradedPlant) -> None:
    truth = works.whole.truth
    assert np.isfinite(truth.drop(columns=works.keys).to_numpy()).all()
    assert (truth[works.elements] > 0).all(axis=None)


def test_defects_are_found_as_often_as_their_chances_say_and_none_is_certain(works: GradedPlant) -> None:
    for defect in works.seed.defects:
        result, probability = works.whole.table[defect], works.whole.truth[defect]
        assert set(result) == {0.0, 1.0}, defect
        assert probability.between(1e-7, 1.0 - 1e-7).all(), defect
        for likely in (probability > 0.1, probability <= 0.1):
            scatter = np.sqrt((probability * (1.0 - probability))[likely].sum())
            assert abs((result - probability)[likely].sum()) <= 3.5 * scatter, defect


def test_no_truth_reaches_the_table(works: GradedPlant) -> None:
    table, truth = works.whole.table, works.whole.truth
    assert {*works.elements, *works.seed.defects} <= set(truth)
    for name in set(table) & set(truth) - set(works.keys):
        assert not np.isclose(table[name], truth[name], rtol=1e-12, atol=0.0).any(), name


def test_readings_are_missing_as_often_as_the_seed_says_and_setpoints_and_labels_never(works: GradedPlant) -> None:
    table, share = works.whole.table, works.value("missing_share")
    assert not table[[column.name for column in works.seed.by_role("setpoint", "target")]].isna().any(axis=None)
    missing = table[measured(works)].isna().mean()
    assert ((missing == 0.0) | missing.between(0.66 * share, 1.34 * share)).all(), missing
    assert missing[missing > 0.0].mean() == pytest.approx(share, rel=0.05)


# ---------------------------------------------------------------- how a run is cut, and its random numbers


def test_units_of_the_plant_know_nothing_of_those_beyond(works: GradedPlant) -> None:
    own, unit = works.seed.plant.units, works.keys[0]
    years = min(0.3, 130 * (works.period / YEAR))  # more than a stretch
    alone, among = (replay(works.seed, units=units, years=years) for units in (own, own + 5))
    for one, many in ((alone.table, among.table), (alone.truth, among.truth)):
        assert_frame_equal(one, many[many[unit].isin(one[unit])].reset_index(drop=True))


def test_other_random_numbers_make_another_plant(works: GradedPlant) -> None:
    other = replay(works.seed, units=works.units, years=works.years, rng_seed=7)
    for element in works.elements:
        assert np.isclose(works.history.truth[element], other.truth[element]).mean() < 0.05, element


# ---------------------------------------------------------------- replays


def test_a_history_set_by_hand_is_the_history(works: GradedPlant) -> None:
    again = works.moved()
    assert_frame_equal(again.table, works.history.table)
    assert_frame_equal(again.truth, works.history.truth)


def test_setpoints_of_a_unit_move_that_unit_alone_and_nothing_before(works: GradedPlant) -> None:
    (unit, time), history = works.keys, works.history
    units, starts = history.table[unit].unique(), np.sort(history.table[time].unique())
    touched = (history.table[unit] == units[2]) & (history.table[time] >= starts[len(starts) // 2])
    setpoints = {}
    for column in works.seed.by_role("setpoint"):
        low, high = column.settable
        setpoints[column.name] = high if history.table.loc[touched, column.name].mean() < 0.5 * (low + high) else low
    other = works.replayed(history.table.loc[touched, works.keys].assign(**setpoints))
    assert_frame_equal(other.table[~touched], history.table[~touched])
    assert_frame_equal(other.truth[~touched], history.truth[~touched])
    for name, value in setpoints.items():
        assert other.table.loc[touched, name].to_numpy() == pytest.approx(value, rel=1e-12), name
    own = (other.truth[touched] != history.truth[touched]).mean()
    assert (own[works.elements] > 0.9).any(), own


# ---------------------------------------------------------------- levers


def test_every_setpoint_has_a_lever(works: GradedPlant) -> None:
    stated = {lever["setpoint"] for process, lever in MOVED.values() if process == works.seed.process.name}
    assert stated == {column.name for column in works.seed.by_role("setpoint")}


@pytest.mark.parametrize(("process", "lever"), MOVED.values(), ids=MOVED)
def test_levers_work_the_right_way(graded: Callable[[str], GradedPlant], process: str, lever: dict[str, Any]) -> None:
    works, ways = graded(process), lever["plant"]
    before, after = works.history, works.moved(**{lever["setpoint"]: lever["by"]})

    def of(run: SimulatedRun, name: str) -> pd.Series:
        return (run.truth if name in run.truth else run.table)[name]

    assert set(ways) & {"falls", "rises"}
    for name in ways.get("falls", ()):
        assert of(after, name).mean() < (1.0 - LEAST_MOVE) * of(before, name).mean(), name
    for name in ways.get("rises", ()):
        assert of(after, name).mean() > (1.0 + LEAST_MOVE) * of(before, name).mean(), name
    for name in ways.get("same", ()):
        assert_series_equal(of(after, name), of(before, name))


def test_set_point_tests_run_on_some_units_and_know_nothing_of_the_lots_before(works: GradedPlant) -> None:
    unit, truth = works.whole.truth[works.keys[0]], works.whole.truth
    setpoints = [column.name for column in works.seed.by_role("setpoint") if f"{column.name}_test" in truth]
    stated = {name.removeprefix("test_") for name in works.seed.plant.parameters if name.startswith("test_")}
    assert set(setpoints) == stated - {"share"}
    lot, last = truth.groupby(unit).cumcount(), np.log(truth[works.elements]).groupby(unit).shift()
    share, units = works.value("test_share"), works.seed.plant.units
    for setpoint in setpoints:
        steps = truth[f"{setpoint}_test"]
        testing = (steps != 0).groupby(unit).transform("any")
        assert 0 < unit[testing].nunique() <= units * share + 3.5 * np.sqrt(units * share * (1.0 - share))
        assert steps[steps != 0].abs().unique().tolist() == [works.value(f"test_{setpoint}")]
        held = np.gcd.reduce(lot[steps != steps.groupby(unit).shift()])  # a step lasts so many lots, or several times
        drawn = testing & (lot % held == 0) & (lot > 0)
        ways = np.sign(steps[drawn & (steps != 0)])
        assert abs(ways.sum()) < 4.0 * np.sqrt(len(ways)), setpoint
        own = last[drawn] - last[drawn].groupby(unit[drawn]).transform("mean")  # units that test are not alike
        assert own.corrwith(steps[drawn]).abs().max() < 4.0 / np.sqrt(drawn.sum()), setpoint


# ---------------------------------------------------------------- regimes and events


def test_regimes_begin_on_their_dates_and_change_nothing_before(works: GradedPlant) -> None:
    plant, starts = works.seed.plant, works.whole.table[works.keys[1]]
    regime_events = works.whole.events[works.whole.events["kind"].str.startswith("regime ")].set_index("kind")["onset"]
    assert set(regime_events.index) == {f"regime {regime.name}" for regime in plant.regimes}
    for regime in plant.regimes:
        date = pd.Timestamp(regime.start)
        assert regime_events[f"regime {regime.name}"] in (date, starts[starts >= date].min())
    first = starts < pd.Timestamp(min(regime.start for regime in plant.regimes))
    for with_them, without in ((works.whole.table, works.plain.table), (works.whole.truth, works.plain.truth)):
        assert_frame_equal(with_them[first], without[first])
        assert not with_them[~first].equals(without[~first])


def test_events_begin_before_they_are_detected_and_end(works: GradedPlant) -> None:
    events, table = works.whole.events, works.whole.table
    assert (events["onset"] <= events["detected"]).all()
    assert (events["detected"] <= events["end"]).all()
    assert events["onset"].between(table[works.keys[1]].min(), table[works.keys[1]].max() + works.period).all()
    assert set(events["unit"].dropna()) <= set(table[works.keys[0]])
    assert events.loc[events["kind"].str.startswith("regime "), "unit"].isna().all()
