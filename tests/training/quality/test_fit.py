"""A grader's part in fitting, by value, with estimators and models that say what they are to say."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import Answer
from models.uncertainty.guarantees import GuaranteeError
from training.core.splits import SplitError
from training.quality import fit
from training.quality.fit import Graded, QualityLearner, lots_of

LEARNER = QualityLearner()


@dataclass(frozen=True)
class Made:
    """A model of nothing but its threshold, its spread and what it has followed."""

    threshold: float
    scatter: object = field(default_factory=lambda: SimpleNamespace(spread="its spread"), compare=False)
    level: object = None
    usual: object = None
    followed: object = None
    unfollowed: object = None
    setpoints: object = None

    def corrected(self, X, predicted):
        return predicted


def data_of(seed, contents, **more):
    """Lots of these contents of p, q and r, one a day, none of them cracked."""
    contents = np.asarray(contents, dtype=float)
    defects = np.zeros((len(contents), 1))
    given = {
        "seed": seed,
        "contents": contents,
        "defects": defects,
        "labels": np.hstack([contents, defects]),
        "X": np.arange(2.0 * len(contents)).reshape(-1, 2),
        "periods": pd.date_range("2024-01-01", periods=len(contents), freq="D"),
        "true_contents": None,
    }
    return SimpleNamespace(**given | more)


def test_shares_of_the_curve_and_effort_on_the_importance_are_those_of_the_documents():
    assert (LEARNER.importance_rows, LEARNER.importance_repeats, LEARNER.curve_shares) == (400, 1, (0.25, 0.5))


def parts_of(train, *calibrate):
    return SimpleNamespace(train=train, calibrate=calibrate, learnt=np.concatenate([train, *calibrate]))


def test_149_calibration_lots_with_all_grades_known_are_enough(toy_quality_seed):
    train, calibrate = np.arange(10), np.arange(10, 160)
    data, parts = data_of(toy_quality_seed, np.ones((160, 3))), parts_of(train, calibrate[:100], calibrate[100:])
    assert LEARNER.check_split(data, parts) is None
    # where p is below the limit and q unknown, nobody knows whether the lot is prime: one grade of three suffices
    data.contents[calibrate[5], 1] = np.nan
    assert LEARNER.check_split(data, parts) is None
    data.contents[calibrate[6], 1] = np.nan
    with pytest.raises(GuaranteeError, match=r"^148 lots to calibrate, expected 149 or more: "):
        LEARNER.check_split(data, parts)
    data.contents[calibrate[6], 1] = 1.0
    data.contents[train[3], 1] = np.nan  # one that does not calibrate
    assert LEARNER.check_split(data, parts) is None


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (slice(0, 10), "r: no label in the oldest 10 lots to learn from, 2024-01-01 to 2024-01-10"),
        # a quarter of 300 learnt days is the newest 75
        (slice(225, 300), "r: no label in the newest 75 lots to learn from, 2024-08-13 to 2024-10-26"),
        (slice(226, 300), None),
        (slice(0, 9), None),
        (slice(224, 299), None),
    ],
)
def test_each_part_that_is_learnt_has_a_label_of_each_target(toy_quality_seed, where, words):
    data = data_of(toy_quality_seed, np.ones((300, 3)))
    data.labels[where, 2] = np.nan
    parts = parts_of(np.arange(10), np.arange(10, 300))
    if words is None:
        assert LEARNER.check_split(data, parts) is None
    else:
        with pytest.raises(SplitError) as raised:
            LEARNER.check_split(data, parts)
        assert str(raised.value) == f"{words}; expected at least one"


def test_every_target_without_a_label_is_named(toy_quality_seed):
    data = data_of(toy_quality_seed, np.ones((300, 3)))
    data.labels[:10, [0, 3]] = np.nan
    with pytest.raises(SplitError, match=r"^p, crack: no label in the oldest 10 lots"):
        LEARNER.check_split(data, parts_of(np.arange(10), np.arange(10, 300)))


def test_of_a_single_period_the_newest_part_is_all_of_it(toy_quality_seed):
    data = data_of(toy_quality_seed, np.ones((300, 3)), periods=pd.DatetimeIndex(["2024-01-01"] * 300))
    data.labels[1:, 2] = np.nan
    assert LEARNER.check_split(data, parts_of(np.arange(10), np.arange(10, 300))) is None


def test_two_periods_have_a_newest_one(toy_quality_seed):
    """A quarter of two periods is rounded to none, so the newer of them is the newest part."""
    days = pd.DatetimeIndex(["2024-01-01"] * 150 + ["2024-01-02"] * 150)
    data = data_of(toy_quality_seed, np.ones((300, 3)), periods=days)
    data.labels[150:, 2] = np.nan
    with pytest.raises(SplitError, match=r"^r: no label in the newest 150 lots to learn from, 2024-01-02 to"):
        LEARNER.check_split(data, parts_of(np.arange(10), np.arange(10, 300)))


def test_lots_know_their_grades(toy_quality_seed):
    lots = lots_of(data_of(toy_quality_seed, [[1.0, 1.0, 1.0], [7.0, 1.0, 1.0], [21.0, 1.0, 1.0]]))
    assert lots.kept.tolist() == [[1.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]


@pytest.mark.parametrize(("threshold", "retained"), [(0.25, 0.25), (np.nan, 0.0), (np.inf, 0.0)])
def test_a_model_is_calibrated_on_its_rows_and_a_missing_threshold_counts_as_none(
    toy_quality_seed, monkeypatch, threshold, retained
):
    given = []
    model, calls = Made(threshold), []
    monkeypatch.setattr(fit, "follow", lambda *arguments: calls.append(arguments) or ("level", "usual", "half"))
    monkeypatch.setattr(fit, "without_assays", lambda *arguments: calls.append(arguments) or "wider")
    monkeypatch.setattr(fit, "grader", lambda *arguments: given.append(arguments) or model)
    monkeypatch.setattr(fit, "lot_loss", lambda message, lots, spread: (message, lots.reported.tolist(), spread))
    data, rows = data_of(toy_quality_seed, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]), np.array([2, 1])
    parts = SimpleNamespace(learnt=np.array([0, 2]))
    message = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    result, metrics = LEARNER.calibrated("line", "estimator", data, parts, rows, message, {"from": "here"})
    assert vars(result) == vars(replace(model, level="level", usual="usual", followed="half", unfollowed="wider"))
    assert len(calls) == 2
    for made, *_, followed, logs in calls:
        assert (made, followed is rows, logs.tolist()) == (model, True, message[:, :3].tolist())
    reported = [[7.0, 8.0, 9.0], [4.0, 5.0, 6.0]]
    assert metrics == {"calibrate_lot_loss": (message, reported, "its spread"), "threshold": retained}
    ((seed, name, estimator, X, contents, defects, predictions, info, X_calibrate, imputes),) = given
    assert (X_calibrate.tolist(), imputes) == (data.X[rows].tolist(), True)
    assert (seed, name, estimator, info) == (data.seed, "line", "estimator", {"from": "here"})
    assert predictions is message
    assert (X.tolist(), contents.tolist(), defects.tolist()) == ([[0.0, 1.0], [4.0, 5.0]], reported, [[0.0], [0.0]])


def test_a_table_without_time_follows_nothing(monkeypatch):
    monkeypatch.setattr(fit, "grader", lambda *arguments: Made(0.25))
    monkeypatch.setattr(fit, "lot_loss", lambda message, lots, spread: 1.0)
    data = data_of(SimpleNamespace(time=None), np.ones((3, 3)))
    monkeypatch.setattr(fit, "lots_of", lambda data: {1: SimpleNamespace(reported=None, defects=None)})
    parts = SimpleNamespace(learnt=np.array([0, 2]))
    assert LEARNER.calibrated("line", "estimator", data, parts, 1, "said", {})[0] == Made(0.25)


class Sums:
    """An estimator that says four times the sum of the inputs, whatever the output."""

    def predict(self, X):
        return np.repeat(X.sum(axis=1, keepdims=True), 4, axis=1)


def test_answers_are_spread_over_the_table_with_nothing_where_a_model_has_learnt(toy_quality_seed):
    data = data_of(toy_quality_seed, np.ones((4, 3)))
    parts = SimpleNamespace(test=np.array([3]), holdout_all=np.array([1]))
    result = LEARNER.answers(SimpleNamespace(raw=Sums().predict), data, parts)
    assert result.raw.shape == (4, 4)
    assert np.array_equal(result.raw[:, 0], [np.nan, 5.0, np.nan, 13.0], equal_nan=True)
    assert LEARNER.predictions_of(result) is result.raw
    assert LEARNER.predict(Sums(), np.array([[1, 2]])).dtype == np.float64


class Assessed:
    """Assessment of lots whose only input is their number."""

    def __init__(self, X):
        self.X, self.logs = X, X[:, 0]

    def __getitem__(self, places):
        return self.X[places, 0]


def test_lots_are_assessed_and_have_intervals_once_whoever_asks(monkeypatch):
    assessed, bounded = [], []

    def contents(model, X, logs, coverage, is_fixed):
        bounded.append((X.tolist(), logs.tolist(), coverage, is_fixed))
        return {"cu": Answer(logs, logs - 1.0, logs + 1.0)}

    monkeypatch.setattr(fit, "assessed_by_pattern", lambda model, X, raw: assessed.append(X.tolist()) or Assessed(X))
    monkeypatch.setattr(fit, "contents_by_pattern", contents)
    X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]])
    graded = Graded(X, None, np.array([3, 0, 2, 3]), X)
    assert graded.judged(np.array([2, 3])).tolist() == [2.0, 3.0]
    assert graded.judged(np.array([0])).tolist() == [0.0]
    for rows in ([3, 0], [2], []):
        value, low, high = graded.intervals(np.array(rows, dtype=int))["cu"]
        assert value.tolist() == rows
        np.testing.assert_array_equal([low, high], [value - 1.0, value + 1.0])
    assert assessed == [[[0.0], [2.0], [3.0]]]
    assert bounded == [([[0.0], [2.0], [3.0]], [0.0, 2.0, 3.0], 0.9, True)]


def test_the_error_of_an_estimator_takes_contents_first_and_then_defects(toy_quality_seed, monkeypatch):
    monkeypatch.setattr(fit, "lot_loss", lambda message, lots, spread: (message[0, 0], lots, spread))
    model = SimpleNamespace(scatter=SimpleNamespace(spread="its spread"), filled=lambda X: X)
    loss = LEARNER.error(model, data_of(toy_quality_seed, np.ones((4, 3))), None)
    message, lots, spread = loss(Sums(), np.array([[1.0, 2.0]]), np.array([[1.0, 2.0, 3.0, 4.0]]))
    assert (message, spread) == (3.0, "its spread")
    assert (lots.reported.tolist(), lots.defects.tolist()) == ([[1.0, 2.0, 3.0]], [[4.0]])


def test_rows_are_evaluated_with_their_baseline_and_truth(toy_quality_seed, monkeypatch):
    given = []
    monkeypatch.setattr(fit, "measured", lambda *arguments: given.append(arguments) or {"cost": 1.0})
    monkeypatch.setattr(fit, "of_followed", lambda model, rows, raw, lots: {"adaptive": (rows.tolist(), raw.tolist())})
    monkeypatch.setattr(fit, "skill", lambda raw, baseline, lots: (raw.tolist(), baseline.tolist(), len(lots.kept)))
    data, rows = data_of(toy_quality_seed, np.ones((4, 3))), np.array([3, 0])
    assessed = SimpleNamespace(logs="logs")
    graded = SimpleNamespace(
        raw=np.arange(4.0), judged=lambda rows: assessed, intervals=lambda rows: f"intervals of {rows.tolist()}"
    )
    result = LEARNER.evaluated("model", graded, data, rows, np.arange(10.0, 14.0))
    assert result == {"cost": 1.0, "skill": ([3.0, 0.0], [13.0, 10.0], 2), "adaptive": ([3, 0], [3.0, 0.0])}
    data.true_contents = np.arange(4.0)
    LEARNER.evaluated("model", graded, data, rows, np.arange(10.0, 14.0))
    assert [name[5:] for name in given] == 2 * [(assessed, "intervals of [3, 0]")]
    assert [name[4] if name[4] is None else name[4].tolist() for name in given] == [None, [3.0, 0.0]]
