"""The rule that lets a new model of a number take over: intervals that are broken, and the truth as a figure beside."""

import numpy as np
import pandas as pd
import pytest

from models.answers import Answer
from training.regression.judge import judge


def plant():
    """Labels, units and periods of 40 units over 5 periods."""
    label = np.random.default_rng(0).normal(90, 2, 200)
    unit = np.repeat(np.array([f"A-{i:03d}" for i in range(40)], dtype=object), 5)
    return label, unit, pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=5, freq="30D"), 40))


def beside(label, error, covered):
    """Answers that lie so far above the label, with intervals that reach down to as many of the labels as are said."""
    half = np.where(np.arange(len(label)) < covered, error + 0.1, error - 0.1)
    return Answer(label + error, label + error - half, label + error + half)


@pytest.mark.parametrize(
    ("old", "new", "promoted", "percent"), [(200, 170, True, 85), (200, 169, False, 84), (169, 169, True, 84)]
)
def test_intervals_are_broken_below_85_percent_unless_the_champions_are_too(old, new, promoted, percent):
    label, unit, period = plant()
    found = judge(label, beside(label, 0.75, old), beside(label, 0.5, new), unit, period, "%")
    assert found.promoted == promoted
    assert found.challenger["coverage_90"] == pytest.approx(new / 200)
    broken = f"better, but its intervals are broken: {percent}% coverage where 90% is promised"
    assert (found.why == broken) != promoted


def test_metrics_against_the_truth_are_those_of_the_rows_that_have_one():
    label, unit, period = plant()
    truth = np.where(np.arange(200) % 2 == 0, label + 0.2, np.nan)
    found = judge(label, beside(label, 0.75, 200), beside(label, 0.5, 200), unit, period, "%", truth)
    assert found.challenger["truth_rmse"] == pytest.approx(0.3)
    nobody = judge(label, beside(label, 0.75, 200), beside(label, 0.5, 200), unit, period, "%", np.full(200, np.nan))
    assert "truth_rmse" not in nobody.challenger
