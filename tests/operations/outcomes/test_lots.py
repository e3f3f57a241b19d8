"""Assays that come in move the level of a grader's joint intervals."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from models.online.plant_transfer import PlantTransfer
from models.online.received import LAPSE, Interval
from models.online.reference_runs import Bounds, ReferenceRuns
from models.quality.transfer import LotTransfer
from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.error_dispersion import ErrorDispersion
from operations.forms.rows import matrix
from operations.outcomes.lots import LotStates
from records.outcomes import Arrived

LOT = {"line": "T-01", "cast_at": "2026-11-01", "u": 0.0, "v": 0.0, "setpoint": 50.0, "p_last": 2.0}
STATES = LotStates()
BATCH = Arrived(30, 0, (), 1, accepted=False)
ROWS = [LOT | {"u": i / 10, "v": -i / 20} for i in range(30)]


@pytest.fixture
def model(save_toy_grader, tmp_path):
    return replace(save_toy_grader(tmp_path / "one"), level=IntervalLevel.new().taken(np.linspace(0.1, 2.0, 60)))


def predicted(model):
    return np.exp(model.estimator.predict(matrix(ROWS, model.seed))[:, :3])


def known(contents):
    return [dict(zip("pqr", row, strict=True)) for row in contents.tolist()]


def test_lots_off_by_more_than_any_before_make_intervals_wider_and_right_ones_do_not(model):
    wide = STATES.followed(
        model, STATES.taken(model, STATES.begin(model), ROWS, known(predicted(model) * 1e3), [0] * 30, BATCH), 0
    )
    same = STATES.followed(
        model, STATES.taken(model, STATES.begin(model), ROWS, known(predicted(model)), [0] * 30, BATCH), 0
    )
    assert wide.level.half_width(0.9) > model.level.half_width(0.9) > same.level.half_width(0.9)


def test_a_lot_counts_by_its_largest_error_in_spreads(model):
    contents = predicted(model)
    spread = model.scatter.spread
    contents[:, 1] *= np.exp(2.0 * spread[1])
    contents[:, 2] *= np.exp(-0.5 * spread[2])
    state = STATES.taken(model, STATES.begin(model), ROWS, known(contents), [0] * 30, BATCH)
    np.testing.assert_allclose(IntervalLevel.from_state(state["level"]).scores[-30:], 2.0, rtol=1e-9)


def test_lots_without_an_assay_count_nothing(model):
    state = STATES.begin(model)
    assert STATES.taken(model, state, ROWS, [{}] * 30, [0] * 30, BATCH) == state


def test_a_model_of_fixed_intervals_follows_nothing(model):
    fixed = replace(model, level=None)
    assert fixed.interval == Interval("fixed", 0)
    assert STATES.begin(fixed) == {}
    assert STATES.followed(fixed, {}, 0) is fixed


@pytest.fixture
def careful(model):
    """A model that knows what assays were like: runs of 30 whose farthest contents are a spread off."""
    reach = np.array([0.5, 0.5, 9.0, 9.0, 0.1, 0.1])
    return replace(model, usual=ReferenceRuns((Bounds(np.zeros(6), reach, 30.0),)))


def test_odd_assays_wait_until_a_person_accepts_them(careful):
    """All contents of all lots are four spreads too large, and so would every interval be."""
    anomalous = known(predicted(careful) * np.exp(4.0 * careful.scatter.spread))
    before = STATES.begin(careful)
    after = STATES.taken(careful, before, ROWS, anomalous, [0] * 30, BATCH)
    assert STATES.followed(careful, after, 0).level.state() == careful.level.state()
    ((name, (waits,)),) = STATES.waiting(after).items()
    assert (name, waits.batch, waits.outcomes, STATES.outcomes_waiting(after)) == ("contents", 1, 30, 30)
    assert f"the mean is off by +{np.log(4.0):.3g}" in waits.why
    accepted = STATES.taken(careful, before, ROWS, anomalous, [0] * 30, replace(BATCH, accepted=True))
    assert STATES.followed(careful, accepted, 0).level.half_width(0.9) > careful.level.half_width(0.9)
    assert STATES.outcomes_waiting(accepted) == 0


def test_received_assays_are_counted_and_lapse(model):
    """Two times 30 lots are enough, and no longer once none came in for four times as long as one is waited for."""
    state = STATES.begin(model)
    assert STATES.followed(model, state, 0).interval == Interval("wider", 0)
    for number, kind in ((1, "wider"), (2, "adaptive")):
        batch = replace(BATCH, last_outcome=number, at=number * 1_000_000)
        state = STATES.taken(model, state, ROWS, known(predicted(model)), [0] * 30, batch)
        assert STATES.followed(model, state, batch.at).interval == Interval(kind, 30 * number)
    end = 2_000_000 + LAPSE * (model.seed.period + model.seed.delay) // dt.timedelta(microseconds=1)
    assert STATES.followed(model, state, end).interval == Interval("adaptive", 60)
    assert STATES.followed(model, state, end + 1).interval == Interval("wider", 60)
    assert (STATES.current(model, state, end), STATES.current(model, state, end + 1)) == ((True,), (False,))


def test_assays_that_wait_are_not_counted(careful):
    anomalous = known(predicted(careful) * np.exp(4.0 * careful.scatter.spread))
    after = STATES.taken(careful, STATES.begin(careful), ROWS, anomalous, [0] * 30, replace(BATCH, at=9))
    assert (STATES.followed(careful, after, 9).interval, after["at"]) == (Interval("wider", 0), 0)


def test_what_older_code_has_taken_up_is_not_counted(model):
    assert STATES.is_counted(STATES.begin(model))
    assert STATES.is_counted({})
    assert not STATES.is_counted({"level": model.level.state()})


@pytest.fixture
def transferred(model):
    """The model on another plant, by plants whose errors are as its own; its threshold releases clean lots."""
    dispersion = ErrorDispersion(*(np.full(3, one) for one in (0.09, 0.0, 0.01, 0.09)))
    scores = np.sort(np.random.default_rng(1).chisquare(2, (4, 20, 100)), axis=2)
    plants = PlantTransfer(dispersion, np.array([[1.5] * 3, [1.2] * 3, [1.1] * 3, [1.0] * 3]), scores)
    own = replace(model, level=IntervalLevel.new())
    return own.transferred(LotTransfer(plants, 0.2))


CLEAN = [LOT | {"line": f"T-{i % 3:02d}", "u": -3.0, "v": 0.0} for i in range(50)]


def after(model, contents, batches, rows=CLEAN):
    state = STATES.begin(model)
    for number in range(batches):
        batch = replace(BATCH, last_outcome=number + 1, at=number + 1)
        state = json.loads(json.dumps(STATES.taken(model, state, rows, contents, [0] * len(rows), batch)))
    return STATES.followed(model, state, batches), state


def test_assays_of_another_plant_move_the_offset_and_at_first_no_width(transferred):
    """The error is the same in all lots: the offset is drawn to it, and what is left of it becomes a score."""
    error = np.array([0.0, 0.0, 0.5])
    contents = known(np.exp(transferred.raw(matrix(CLEAN, transferred.seed))[:, :3] + error))
    first, _ = after(transferred, contents, 1)
    offset = first.raw(matrix(CLEAN, first.seed))[:, 2] - transferred.raw(matrix(CLEAN, first.seed))[:, 2]
    assert 0.4 < offset[0] < 0.5
    assert (len(first.level.scores), first.interval) == (0, Interval("transferred", 50))
    second, _ = after(transferred, contents, 2)
    assert (len(second.level.scores), second.interval) == (50, Interval("adaptive", 100))
    assert second.level.scores.max() < 0.5 / transferred.scatter.spread[2]
    np.testing.assert_allclose(first.scatter.spread * 1.5 / 1.1, transferred.scatter.spread)


def test_units_of_another_plant_have_offsets_of_their_own(transferred):
    X = matrix(CLEAN, transferred.seed)
    error = np.zeros((50, 3))
    error[:, 2] = [0.6 if row["line"] == "T-01" else 0.0 for row in CLEAN]
    model, _ = after(transferred, known(np.exp(transferred.raw(X)[:, :3] + error)), 4)
    units = ["T-00", "T-01", "T-77"]
    logs = np.empty(3)
    for part, lots in model.parts(X[:3], units):
        logs[lots] = part.raw(X[lots])[:, 2]
    assert logs[0] < logs[2] < logs[1]  # an unknown unit has the offset of the plant


def test_the_guarantee_is_withdrawn_until_assays_of_the_plant_show_it(transferred):
    contents = known(np.exp(transferred.raw(matrix(CLEAN, transferred.seed))[:, :3]))
    rules = transferred.seed.quality_rules
    needed = transferred.transfer.test.next_test(rules.alpha.value, rules.confidence.value)
    before, _ = after(transferred, contents, needed // 50)
    assert np.isnan(before.threshold)
    assert before.transfer.test.lots == needed // 50 * 50
    shown, _ = after(transferred, contents, needed // 50 + 1)
    assert (shown.threshold, shown.transfer.test.lots) == (0.2, needed)
    assert shown.assess(matrix(CLEAN[:1], shown.seed)).decided.actions(shown.costs).tolist() == [0]


def test_broken_lots_do_not_show_the_guarantee(transferred):
    """All lots that would be released break their grade, which only their assay says."""
    good = np.exp(transferred.raw(matrix(CLEAN, transferred.seed))[:, :3])
    bad = good.copy()
    bad[::10, 0] = 50.0
    model, _ = after(transferred, known(bad), 8)
    assert np.isnan(model.threshold)
    assert model.transfer.test.broken > 0
