"""What was right before must not be lost: the challenger on older rows that neither has learnt."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from training.core.comparison import ComparisonError, ComparisonResult
from training.multi_target.verdict import Verdicts
from training.retraining.older_rows import no_loss, older_rows

EQUAL = ComparisonResult(False, "", 80, 4, 20, 20, "a", "b", 0.0, -0.25, 0.95, {}, {}, 0.25, None)
WORSE = replace(EQUAL, gain=-0.5, gain_low=-0.75, gain_high=-0.25)


def test_older_rows_are_of_units_that_both_hold_out_and_of_periods_that_the_champion_has_not_learnt():
    days = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"] * 3)
    data = SimpleNamespace(periods=days, units=np.repeat(np.array(["a", "b", "c"], dtype=object), 4))
    champion = SimpleNamespace(info={"training_cutoff": "2024-01-02", "held_out_units": ["a", "b"]})
    result = older_rows(data, champion, pd.Timestamp("2024-01-04"), ("b", "c"))
    assert result.tolist() == [5, 6]


@pytest.mark.parametrize(("verdict", "passed"), [(EQUAL, True), (WORSE, False)])
def test_a_loss_beyond_chance_is_refused_with_its_figures(verdict, passed):
    result = no_loss(lambda: verdict, None)
    assert result.passed is passed
    assert result.line.startswith("older rows outside the training rows of both: the loss falls by ")
    assert result.line.endswith("on 80 rows of 20 units; expected no significant loss against the champion")


def test_one_of_several_targets_that_loses_is_enough():
    result = no_loss(lambda: Verdicts(False, "", {"u": EQUAL, "v": WORSE}), None)
    assert not result.passed
    assert "u: the loss" in result.measured
    assert "v: the loss" in result.measured


def test_an_accepted_shift_lets_the_past_go_and_says_so():
    result = no_loss(lambda: WORSE, "another ore")
    assert result.passed
    assert result.measured.endswith("; the shift was accepted: another ore")


def test_too_few_older_rows_are_said_to_be_too_few():
    def few():
        raise ComparisonError("12 rows in 1 independent blocks")

    result = no_loss(few, None)
    assert result.passed
    assert result.measured == "not compared on: 12 rows in 1 independent blocks"
