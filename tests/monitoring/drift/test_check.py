"""What is seen of a made-up plant, unchanged and after changes that are known."""

import json
from dataclasses import replace

import numpy as np
import pytest

from monitoring.drift.check import watch
from monitoring.drift.results import MonitoringResult
from monitoring.drift.time_steps import DriftError

from .conftest import later, without


def test_nothing_is_said_of_a_plant_that_did_not_change(live, history):
    seen = watch(live(), history)
    assert not seen.drifted
    assert (seen.reasons, seen.next_steps) == ((), ("nothing",))
    assert (seen.rows, seen.known, seen.version) == (40 * 18, 40 * 18, 3)
    # Figures over time are of the same rows as those of the version.
    (whole,) = seen.by_version
    assert sum(one.rows for one in seen.over_time) == whole.rows == seen.rows
    assert np.average([one.error for one in seen.over_time], weights=[one.rows for one in seen.over_time]) == (
        pytest.approx(whole.error)
    )
    assert whole.promised == pytest.approx(0.9)
    assert 0.8 < whole.coverage < 1.0
    assert seen.came == pytest.approx(1.0, abs=0.1)


def test_outcomes_that_fall_are_seen_as_a_lean_of_the_errors_and_dated(live, history):
    rows = live(lambda frame: frame.__setitem__("y", frame["y"] - 1.5 * later(frame, 8)))
    seen = watch(rows, history)
    start = str(np.sort(rows.table["period_start"].unique())[8])[:10]
    bias = next(one for one in seen.drifted_errors if one.kind == "bias")
    assert bias.low > 1 > bias.high
    assert bias.size < 0
    assert bias.begun == start
    assert any(f"started about {start}" in reason for reason in seen.reasons)
    assert seen.next_steps[0] == "retrain with what is known: nonferrous retrain toy_cells --from-records"
    assert not [one for one in seen.drifted_inputs if one.column == "x_set"]


def test_errors_that_grow_without_a_lean_are_seen_as_larger(live, history):
    rng = np.random.default_rng(3)
    rows = live(lambda frame: frame.__setitem__("y", frame["y"] + rng.normal(0, 1.5, len(frame)) * later(frame, 4)))
    size = next(one for one in watch(rows, history).drifted_errors if one.kind == "size")
    # The noise of the law is 0.5 and that of the units 0.3: with 1.5 more errors are 1.6 / 0.58 as large.
    assert size.size == pytest.approx(np.hypot(1.5, np.hypot(0.5, 0.3)) / np.hypot(0.5, 0.3), rel=0.15)


def test_an_input_that_moves_is_seen_with_its_distance(live, history):
    def change(frame):
        frame["x_set"] += 2.0 * later(frame, 6)
        frame["y"] += 0.5 * 2.0 * later(frame, 6)  # as the law has it

    rows = live(change)
    seen = watch(rows, history)
    one = next(one for one in seen.drifted_inputs if one.column == "x_set" and not one.by_others)
    # Moved by two standard deviations, a column lies two of them from where it was.
    assert one.effect == pytest.approx(2.0, abs=0.15)
    assert one.since == str(np.sort(rows.table["period_start"].unique())[6])[:10]
    assert sum(one.before) == pytest.approx(1.0)
    assert sum(one.now) == pytest.approx(1.0)
    assert not seen.drifted_errors
    assert any(step.startswith("find out what changed in x_set") for step in seen.next_steps)


def test_a_drift_that_went_away_is_no_longer_said(live, history):
    def change(frame):
        frame["x_set"] += 2.0 * (later(frame, 4) & ~later(frame, 9))

    assert not watch(live(change), history).drifted_inputs


def test_a_sensor_that_sticks_or_is_silent_is_named_with_its_unit(live, history):
    def change(frame):
        stuck, silent = frame["unit"] == "A-011", frame["unit"] == "A-012"
        frame.loc[stuck & later(frame, 10), "z"] = 4.0
        frame.loc[silent & later(frame, 12), "z"] = np.nan

    seen = watch(live(change), history)
    assert {(one.column, one.what, one.units, one.rows) for one in seen.sensors} == {
        ("z", "stuck", ("A-011",), 7),
        ("z", "missing", ("A-012",), 6),
    }
    assert not seen.drifted
    assert seen.next_steps[0].startswith("look at the instruments of z")


def test_values_that_history_never_had_are_counted(live, history):
    seen = watch(live(lambda frame: frame.__setitem__("z", frame["z"] + 4.0 * later(frame, 15))), history)
    outside = next(one for one in seen.sensors if one.what.startswith("outside"))
    assert (outside.column, outside.share) == ("z", 1.0)
    assert outside.rows == 3 * 40


def test_before_outcomes_come_errors_far_from_history_are_not_expected_to_be_smaller(live, history):
    rows = live()
    seen = watch(without(rows, later(rows.table, 15)), history)
    assert (seen.known, seen.last_labelled_period) == (
        40 * 15,
        str(np.sort(rows.table["period_start"].unique())[14])[:10],
    )
    assert seen.expected_error == pytest.approx(1.0, abs=0.1)


def test_without_outcomes_inputs_are_watched_and_outcomes_are_asked_for(live, history):
    rows = live()
    seen = watch(without(rows, later(rows.table, 0)), history)
    assert (seen.known, seen.charts, seen.over_time, seen.last_labelled_period) == (0, (), (), None)
    assert seen.inputs
    assert seen.next_steps == ("send outcomes (POST /v1/toy_cells/outcomes): without them no error is known",)


def test_windows_are_counted_from_the_end_of_the_champions_table_to_the_newest_outcome(live, history):
    rows, clock = live(), history.clock
    for periods in (0, 15):
        seen = watch(without(rows, later(rows.table, periods)), history)
        assert seen.new_windows == pytest.approx(periods / clock.window)
    assert seen.window_days == clock.window * clock.days
    assert seen.history_windows == pytest.approx(history.table["period_start"].nunique() / clock.window)


def test_versions_are_dated_and_measured_by_themselves(live, history):
    rows = live()
    seen = watch(replace(rows, version=np.where(later(rows.table, 9), 4, 3)), history)
    starts = np.sort(rows.table["period_start"].unique())
    assert seen.versions == ((str(starts[0])[:10], "version 3"), (str(starts[9])[:10], "version 4"))
    assert [(one.of, one.rows) for one in seen.by_version] == [("version 3", 360), ("version 4", 360)]
    (own,) = (one for one in seen.by_version if one.of == f"version {seen.version}")
    exported = {name: value for name, value in seen.figures.items() if name.endswith("/y")}
    assert exported == {
        "observed_error/y": own.error,
        "observed_coverage/y": own.coverage,
        "guaranteed_coverage/y": own.promised,
    }


def test_the_worst_unit_stands_first(live, history):
    def change(frame):
        frame.loc[frame["unit"] == "A-020", "y"] += 4.0

    worst = watch(live(change), history).by_unit[0]
    assert (worst.of, worst.rows) == ("A-020", 18)
    assert worst.bias == pytest.approx(4.0, abs=0.8)


def test_what_is_seen_passes_through_json_unchanged(live, history):
    seen = watch(live(lambda frame: frame.__setitem__("x_set", frame["x_set"] + 2.0)), history)
    assert MonitoringResult.from_json(json.loads(json.dumps(seen.to_json(), allow_nan=False))) == seen


def test_nothing_answered_is_an_error(live, history):
    rows = live()
    with pytest.raises(DriftError, match="nothing was answered"):
        watch(rows[np.zeros(len(rows), dtype=bool)], history)
