"""What predicted classes show at the gate, with answers made by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from training.classification.evaluate import Classified
from training.classification.gate import evidence
from training.core.gate import gate


def plant(covered=90, given=0.8, prior=0.5):
    """100 faces over 2 days; the newer is evaluated, the twenty last faces were held out of learning."""
    classes = np.random.default_rng(0).integers(0, 2, 200)
    new, held_out = np.arange(200) % 2 == 1, np.arange(200) >= 160
    rows = np.arange(200)
    p, inside = np.full((200, 2), 1 - given), np.zeros((200, 2), dtype=bool)
    p[rows, classes] = given
    inside[rows, 1 - classes] = True
    inside[rows, classes] = np.cumsum(new) <= covered
    data = SimpleNamespace(
        y=classes.astype(float),
        units=np.repeat(np.array([f"F-{i:03d}" for i in range(100)], dtype=object), 2),
        periods=pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=2, freq="D").to_numpy(), 100)),
    )
    parts = SimpleNamespace(
        learnt=np.flatnonzero(~new & ~held_out),
        test=np.flatnonzero(new & ~held_out),
        holdout=np.flatnonzero(new & held_out),
    )
    bar = SimpleNamespace(name="majority", predictions=np.full((200, 2), prior))
    return SimpleNamespace(name="linear", answers=Classified(p, inside)), bar, data, parts


def test_losses_and_coverage_are_those_of_the_newest_periods_of_all_units():
    result = evidence(*plant())
    assert result.own == pytest.approx(np.full(100, -np.log(0.8)))
    assert result.baseline == pytest.approx(np.full(100, np.log(2)))
    assert (result.loss, result.beside, result.labels) == ("the mean log loss", "majority", 80)
    assert result.rows.block.max() == 99
    (promise,) = result.promises
    assert (promise.passed, promise.measured) == (True, "the right class is in 90.0% of the sets of 100 rows")


def test_a_better_classifier_with_honest_sets_passes():
    result = gate(evidence(*plant()), False, None)
    assert result.passed
    assert f"falls by more than {np.log(2) + np.log(0.8):.4g}; expected more than 0" in result.lines[3]


@pytest.mark.parametrize(("covered", "passed"), [(100, True), (85, True), (84, True), (83, False), (60, False)])
def test_sets_that_hold_the_class_too_seldom_are_refused_and_never_those_that_hold_it_more_often(covered, passed):
    result = gate(evidence(*plant(covered)), False, None)
    assert result.passed == passed
    if not passed:
        (reason,) = result.reasons
        assert reason == (
            f"coverage of the 90% sets: the right class is in {covered}.0% of the sets of 100 rows; expected 85% or "
            "more, or no fewer than chance explains"
        )


def test_a_classifier_that_is_worse_than_the_shares_is_refused():
    (reason,) = gate(evidence(*plant(given=0.4)), False, None).reasons
    assert reason.startswith("gain over majority: with 95% confidence the mean log loss falls by more than -0.2231")
