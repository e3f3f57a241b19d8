"""Outcomes in the order in which they come in."""

import numpy as np
import pandas as pd
import pytest

from models.uncertainty.outcome_stream import in_order, known_from
from seeds.format.schema import LabelDelay


def day(*days: float | None) -> np.ndarray:
    hours = [np.timedelta64("NaT", "h") if one is None else np.timedelta64(int(24 * one), "h") for one in days]
    return np.datetime64("2024-01-01") + np.array(hours)


def seen(start, known):
    return [([batch.tolist() for batch in batches], rows.tolist()) for batches, rows in in_order(start, known)]


def test_rows_are_answered_by_what_is_known_at_their_start():
    """Two rows a day, known a day and a half after their start, one of the second day never."""
    start = day(0, 0, 1, 1, 2, 2)
    known = day(1.5, 1.5, 2.5, None, 3.5, 3.5)
    assert seen(start, known) == [([], [0, 1]), ([], [2, 3]), ([[0, 1]], [4, 5]), ([[2], [4, 5]], [])]


def test_an_outcome_that_is_known_at_the_very_start_counts():
    assert seen(day(0, 1), day(1, 2)) == [([], [0]), ([[0]], [1]), ([[1]], [])]


def test_the_order_of_the_rows_does_not_matter():
    assert seen(day(2, 0, 1), day(2.5, 5, 1.5)) == [([], [1]), ([], [2]), ([[2]], [0]), ([[0], [1]], [])]


def test_no_outcome_is_known_before_its_row_is_answered():
    with pytest.raises(ValueError, match="known after their row was answered"):
        next(in_order(day(0, 1), day(1, 1)))


def test_nothing_ever_known_leaves_all_answers_alone():
    assert seen(day(0, 1), day(None, None)) == [([], [0]), ([], [1]), ([], [])]


def test_an_outcome_is_known_the_seeds_delay_after_the_end_of_its_period(toy_seed):
    periods = pd.DatetimeIndex(["2024-01-01", "2024-03-01"])
    assert known_from(periods, toy_seed).tolist() == (periods + pd.Timedelta("60D")).to_numpy().tolist()
    delay = LabelDelay(value=6.0, unit="h", source="law")
    hours = toy_seed.model_copy(update={"targets": {"y": toy_seed.targets["y"].model_copy(update={"delay": delay})}})
    assert known_from(periods, hours).tolist() == (periods + pd.Timedelta("30D6h")).to_numpy().tolist()
