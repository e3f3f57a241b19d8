"""Figures of a grader's answers against the truth, worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.answers import Answer
from training.quality import evaluate
from training.quality.evaluate import _against_truth, area_under_curve, reliability


def test_a_true_content_at_the_end_of_its_interval_is_covered_and_all_of_a_lot_must_be(toy_quality_seed, monkeypatch):
    """The third lot's q lies below its interval, the fourth's r above it."""
    truth = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [2.0, 0.5, 2.0], [2.0, 2.0, 3.5]])
    answer = Answer(np.full(4, 2.0), np.full(4, 1.0), np.full(4, 3.0))
    asked = []
    monkeypatch.setattr(evaluate, "costs_of", lambda *what: asked.append(what) or {"false_release": 0.25, "cost": 3.0})
    model = SimpleNamespace(fixed_contents=lambda logs, coverage: {name: answer for name in "pqr" if coverage == 0.9})
    off = np.array([[0.1, 0.2, 0.3], [-0.1, 0.2, -0.3], [0.1, -0.2, 0.3], [-0.1, -0.2, 0.3]])
    judged = SimpleNamespace(logs=np.log(truth) + off, decided="decided")
    assert _against_truth(model, toy_quality_seed, judged, truth) == {
        "truth_rmse": pytest.approx(0.2),
        "truth_coverage_90": 0.5,
        "truth_false_release": 0.25,
        "truth_cost": 3.0,
    }
    assert asked[0][0] == "decided"
    assert asked[0][1].tolist() == [[1.0, 1.0, 1.0]] * 4


def test_the_area_under_the_curve_counts_pairs():
    """Lots with a defect at 0.9 and 0.5, without at 0.1, 0.5 and 0.7: three pairs and a half, and a half of one tie."""
    predicted = np.array([0.9, 0.5, 0.1, 0.5, 0.7, 0.3])
    seen = np.array([1.0, 1.0, 0.0, 0.0, 0.0, np.nan])
    assert area_under_curve(predicted, seen) == pytest.approx((3 + 1 + 0.5) / 6)
    assert area_under_curve(np.array([0.2, 0.8]), np.array([1.0, 0.0])) == 0.0


def test_fewer_lots_than_groups_stand_each_alone():
    share, predicted, seen = reliability(np.array([0.5, 0.25, 0.75]), np.array([1.0, np.nan, 0.0]))
    assert share.tolist() == [0.5, 0.5]
    assert (predicted.tolist(), seen.tolist()) == ([0.5, 0.75], [1.0, 0.0])
    assert len(reliability(np.linspace(0, 1, 31), np.ones(31))[0]) == 15
