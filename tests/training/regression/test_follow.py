"""What a model would have answered while outcomes came in: by what was known then, and by nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import COVERAGE, rows_of
from models.online.reference_runs import OutcomeRun
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.table.contract import check
from seeds.format.schema import LabelDelay
from training.core.dataset import dataset_of
from training.core.evaluate import coverage
from training.core.splits import split
from training.regression.follow import caught_up, follow, followed_on, without_outcomes


class Law:
    """Knows the toy plant's law, and nothing of what has changed since."""

    def predict(self, X):
        assert len(X), "models refuse a table without rows"
        return 90 + 0.5 * (X[:, 0] - 10) - 2 * (X[:, 1] - 4)


def followed(seed, frame, delay=None):
    """Data, split, a model that knows the law, and what follows the table: state, what is usual, answers."""
    if delay is not None:
        target = seed.targets["y"].model_copy(update={"delay": delay})
        seed = seed.model_copy(update={"targets": {"y": target}})
    data = dataset_of(check(frame, seed), seed)
    parts = split(data)
    rows = np.concatenate(parts.calibrate)
    block = np.repeat(np.arange(3), [len(one) for one in parts.calibrate])
    names = [column.name for column in seed.inputs]
    X = data.X[:, [names.index("x_set"), names.index("z")]]
    data = replace(data, X=X)
    predictions = Law().predict(X[rows])
    model = conformalised(seed, "law", Law(), X[parts.learnt], data.y[rows], predictions, {}, block)
    return data, parts, model, *follow(model, data, parts, rows, predictions, block)


def shifted(frame, by, share=0.6):
    """The plant after a change that moves the target, from this share of the periods on."""
    starts = np.sort(frame["period_start"].unique())
    return frame.assign(y=frame["y"] + by * (frame["period_start"] >= starts[int(share * len(starts))]))


def test_test_rows_and_held_out_units_in_their_periods_are_answered(toy_seed, toy_frame):
    data, parts, _, _, _, answer = followed(toy_seed, toy_frame())
    requested = np.zeros(len(data.y), dtype=bool)
    requested[np.concatenate([parts.test, parts.holdout])] = True
    for part in answer:
        np.testing.assert_array_equal(np.isfinite(part), requested)


def test_no_outcome_is_used_before_it_is_known(toy_seed, toy_frame):
    """Outcomes of the last two periods before a test row, and of its own, move no answer to it."""
    frame = shifted(toy_frame(), 0.0)
    data, parts, _, _, _, before = followed(toy_seed, frame)
    starts = np.sort(np.unique(data.periods[parts.test]))
    for moment in starts:
        late = frame["period_start"] >= moment - pd.Timedelta("30D")
        changed = frame.assign(y=frame["y"].where(~late, 75.0))
        _, _, _, _, _, after = followed(toy_seed, changed)
        rows = np.flatnonzero((data.periods <= moment) & np.isfinite(before.value))
        # the fixed intervals are calibrated on labels before the test periods alone
        np.testing.assert_array_equal(after.value[rows], before.value[rows])
        if moment - pd.Timedelta("30D") >= parts.test_from:
            np.testing.assert_array_equal(after.high[rows], before.high[rows])
    known = frame["period_start"] == starts[-1] - pd.Timedelta("60D")
    _, _, _, _, _, moved = followed(toy_seed, frame.assign(y=frame["y"].where(~known, 75.0)))
    newest = np.flatnonzero(data.periods == starts[-1])
    assert not np.isclose(moved.value[newest], before.value[newest]).any()


def test_outcomes_of_held_out_units_never_come_in(toy_seed, toy_frame):
    frame = toy_frame()
    _, parts, _, state, _, before = followed(toy_seed, frame)
    changed = frame.assign(y=frame["y"].where(~frame["unit"].isin(parts.units), 75.0))
    _, _, _, after_state, _, after = followed(toy_seed, changed)
    assert after_state.state() == state.state()
    np.testing.assert_array_equal(after.value, before.value)


def test_a_shift_of_the_plant_is_followed_where_fixed_intervals_are_lost(toy_seed, toy_frame):
    data, parts, model, state, _, answer = followed(toy_seed, shifted(toy_frame(), 6.0, 0.7))
    label, rows = data.y[parts.test], parts.test
    fixed = rows_of(model.fixed(data.X, COVERAGE), rows)
    adaptive = rows_of(answer, rows)
    assert np.mean(fixed.value - label) == pytest.approx(-6.0, abs=0.5)
    assert np.mean(adaptive.value - label) == pytest.approx(0.0, abs=0.5)
    assert 0.85 <= coverage(label, adaptive) <= 1.0
    assert state.centre == pytest.approx(6.0, abs=0.5)


def test_a_plant_that_stays_is_covered_as_before(toy_seed, toy_frame):
    data, parts, model, _, _, answer = followed(toy_seed, toy_frame(units=40))
    label = data.y[parts.test]
    adaptive, fixed = rows_of(answer, parts.test), rows_of(model.fixed(data.X, COVERAGE), parts.test)
    tolerance = 3 * np.sqrt(0.09 / len(label))
    assert abs(coverage(label, adaptive) - 0.9) < tolerance + np.sqrt(0.09 / 250)
    assert np.sqrt(np.mean((adaptive.value - label) ** 2)) < 1.03 * np.sqrt(np.mean((fixed.value - label) ** 2))


def test_the_state_at_the_end_knows_the_newest_outcomes_of_all(toy_seed, toy_frame):
    data, parts, _, state, _, _ = followed(toy_seed, toy_frame())
    newest = parts.test[data.periods[parts.test] == parts.last]
    count, total = state.recent[-1]
    assert count == len(newest)
    assert total == pytest.approx(np.sum(data.y[newest] - Law().predict(data.X[newest])))


def test_until_outcomes_have_come_in_an_interval_is_the_fixed_one(toy_seed, toy_frame):
    """With a delay of years nothing is known in the test periods."""
    delay = LabelDelay(value=4000.0, unit="d", source="law")
    data, parts, model, state, _, answer = followed(toy_seed, toy_frame(), delay)
    fixed = model.fixed(data.X, COVERAGE)
    np.testing.assert_allclose(answer.high[parts.test], fixed.high[parts.test])
    assert len(state.level.scores) == min(250, len(parts.test) + sum(map(len, parts.calibrate)))


def test_without_outcomes_the_state_of_before_the_test_rows_stays(toy_seed, toy_frame):
    """The plant moves in the calibrate rows: centre and wider interval are of then, whatever the test rows bring."""
    frame = shifted(toy_frame(units=40), 3.0, share=0.7)
    data, parts, model, _, _, _ = followed(toy_seed, frame)
    rows = np.concatenate(parts.calibrate)
    block = np.repeat(np.arange(3), [len(one) for one in parts.calibrate])
    predictions = Law().predict(data.X[rows])
    result = without_outcomes(model, data, parts, rows, predictions, block)
    requested = np.concatenate([parts.test, parts.holdout])
    off = result.value[requested] - model.predict(data.X[requested])
    np.testing.assert_allclose(off, off[0], atol=1e-9)
    assert 1.0 < off[0] < 3.5
    half = result.value[requested] - result.low[requested]
    least = model.conformal.half_width(COVERAGE) * model.spread(model.predict(data.X[requested]))
    assert (half >= least - 1e-9).all()
    changed = replace(data, y=np.where(np.isin(np.arange(len(data.y)), requested), 60.0, data.y))
    again = without_outcomes(model, changed, parts, rows, predictions, block)
    np.testing.assert_array_equal(again.low, result.low)


def test_runs_of_outcomes_on_the_way_say_what_is_usual(toy_seed, toy_frame):
    """Of 24 units and more each period is a run: one whose labels all lie 6 off is odd, one of the way is not."""
    data, parts, _, _, typical, _ = followed(toy_seed, toy_frame(units=50))
    assert typical is not None
    rows = parts.test[data.periods[parts.test] == parts.last]
    errors, y = data.y[rows] - Law().predict(data.X[rows]), data.y[rows]
    assert typical.bounds[0].rows == len(rows)
    assert typical.odd(OutcomeRun(errors, y, np.ones(len(rows)), np.empty(0))) == ()
    assert "the level is off" in typical.odd(OutcomeRun(errors + 6, y + 6, np.ones(len(rows)), np.empty(0)))[0]


def trained(seed, frame, periods):
    """A model that was trained on the first periods, its table of all, and the rows that came later."""
    starts = np.sort(frame["period_start"].unique())
    known = frame[frame["period_start"] < starts[periods]]
    _, parts, model, adaptive, _, _ = followed(seed, known)
    data = dataset_of(check(frame, seed), seed)
    info = {"data_end": str(starts[periods - 1]), "held_out_units": parts.units}
    return replace(model, adaptive=adaptive, info=info), data, np.flatnonzero(data.periods >= starts[periods])


@pytest.fixture
def by_law(monkeypatch):
    """Inputs as the law wants them."""
    names = ("x_set", "z")
    monkeypatch.setattr(RegressionModel, "inputs", lambda self, table: table[list(names)].to_numpy(dtype=np.float64))


def test_a_model_goes_on_from_what_it_knew_by_outcomes_that_come_in(by_law, toy_seed, toy_frame):
    """The plant shifts by 6 after the training: the model's answers come after it, two periods late, and not before."""
    frame = toy_frame(units=40)
    starts = np.sort(frame["period_start"].unique())
    cut = len(starts) * 2 // 3
    frame = frame.assign(y=frame["y"] + 6.0 * (frame["period_start"] >= starts[cut]))
    model, data, rows = trained(toy_seed, frame, cut)
    answer = followed_on(model, data, rows)
    error = {start: np.mean((answer.value - data.y[rows])[data.periods[rows] == start]) for start in starts[cut:]}
    assert np.isnan(error[starts[cut]])  # the outcomes of the last period that was learnt had not come in
    assert error[starts[cut + 1]] == pytest.approx(-6.0, abs=0.5)
    assert abs(error[starts[-1]]) < 1.0


def test_no_outcome_moves_an_answer_before_it_is_known(by_law, toy_seed, toy_frame):
    frame = toy_frame(units=40)
    starts = np.sort(frame["period_start"].unique())
    cut = len(starts) * 2 // 3
    model, data, rows = trained(toy_seed, frame, cut)
    before = followed_on(model, data, rows)
    for moment in starts[cut + 1 :]:
        late = frame["period_start"] >= moment - pd.Timedelta("30D")
        changed = replace(data, y=np.where(data.periods >= moment - pd.Timedelta("30D"), 75.0, data.y))
        assert late.any()
        after = followed_on(model, changed, rows)
        subset = data.periods[rows] <= moment
        np.testing.assert_array_equal(after.value[subset], before.value[subset])


def test_outcomes_of_units_that_were_held_out_move_nothing_later(by_law, toy_seed, toy_frame):
    frame = toy_frame(units=40)
    cut = len(frame["period_start"].unique()) * 2 // 3
    model, data, rows = trained(toy_seed, frame, cut)
    held_out = np.isin(data.units.astype(str), model.info["held_out_units"])
    changed = replace(data, y=np.where(held_out, 75.0, data.y))
    np.testing.assert_array_equal(followed_on(model, changed, rows).value, followed_on(model, data, rows).value)


def test_rows_that_training_knew_and_models_that_follow_nothing_have_no_such_answer(by_law, toy_seed, toy_frame):
    frame = toy_frame(units=40)
    cut = len(frame["period_start"].unique()) * 2 // 3
    model, data, rows = trained(toy_seed, frame, cut)
    assert np.isnan(
        followed_on(model, data, np.arange(len(data.y))).value[np.setdiff1d(np.arange(len(data.y)), rows)]
    ).all()
    older = np.flatnonzero(data.periods == data.periods.min())
    assert np.isnan(followed_on(model, data, older).value).all()
    assert followed_on(replace(model, adaptive=None), data, rows) is None
    assert followed_on(replace(model, info={}), data, rows) is None


def test_a_model_catches_up_with_all_later_outcomes_as_if_it_had_followed_them(by_law, toy_seed, toy_frame):
    frame = toy_frame(units=40)
    starts = np.sort(frame["period_start"].unique())
    cut = len(starts) * 2 // 3
    model, data, rows = trained(toy_seed, shifted(frame, 6.0, share=0.7), cut)
    newer, count = caught_up(model, data)
    assert count == len(rows)
    assert newer.estimator is model.estimator
    assert newer.conformal is model.conformal
    assert newer.info["data_end"] == pd.Timestamp(starts[-1]).isoformat()
    assert abs(model.adaptive.centre) < 1.0 < newer.adaptive.centre
    early = np.flatnonzero(data.periods <= starts[cut + 1])
    part = replace(data, table=data.table.iloc[early].reset_index(drop=True), y=data.y[early], X=data.X[early])
    in_two_steps, _ = caught_up(caught_up(model, part)[0], data)
    np.testing.assert_allclose(in_two_steps.adaptive.level.missed, newer.adaptive.level.missed, atol=0.02)
    assert len(in_two_steps.adaptive.level.scores) == len(newer.adaptive.level.scores)


def test_models_catch_up_with_nothing_where_nothing_came_or_they_follow_nothing(by_law, toy_seed, toy_frame):
    frame = toy_frame(units=40)
    model, data, _ = trained(toy_seed, frame, len(frame["period_start"].unique()) * 2 // 3)
    newer, _ = caught_up(model, data)
    assert caught_up(newer, data) is None
    assert caught_up(replace(model, adaptive=None), data) is None
    assert caught_up(replace(model, info={}), data) is None
