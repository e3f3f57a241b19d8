"""Too few rows to judge on: what was turned away before is said with it."""

from types import SimpleNamespace

import pytest

from models.table.contract import check
from training.core.comparison import ComparisonError
from training.core.dataset import dataset_of
from training.retraining.judge_rows import judge_rows


def test_rows_that_were_turned_away_are_named_where_the_others_are_too_few(toy_seed, toy_frame):
    frame = toy_frame(units=10, periods=4)
    frame.loc[frame.index[:3], "z"] = 9.5
    new = check(frame, toy_seed)
    model = SimpleNamespace(info={"training_cutoff": "2030-01-01"})
    with pytest.raises(ComparisonError) as raised:
        judge_rows(dataset_of(new, toy_seed), new, model, SimpleNamespace(number=7))
    text = str(raised.value)
    assert text.startswith("0 rows to judge on: version 7 was trained on")
    assert "; 3 of the new rows were rejected or excluded before:\n  - z: outside " in text


def test_where_no_row_was_turned_away_nothing_is_added(toy_seed, toy_frame):
    new = check(toy_frame(units=10, periods=4), toy_seed)
    model = SimpleNamespace(info={"training_cutoff": "2030-01-01"})
    with pytest.raises(ComparisonError) as raised:
        judge_rows(dataset_of(new, toy_seed), new, model, SimpleNamespace(number=7))
    assert "rejected or excluded" not in str(raised.value)
