"""Each target has its own labelled rows, and all are judged from the same period on."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from models.table.sources import TableError
from seeds.format.loader import parse
from training.core.dataset import dataset_of, read
from training.core.splits import SplitError, split
from training.multi_target.views import views


def seen(frame, seed):
    data = dataset_of(check(frame, seed), seed)
    parts = split(data)
    return data, parts, views(data, parts)


def test_one_target_is_seen_as_it_is(toy_seed, toy_frame):
    data, parts, (only,) = seen(toy_frame(), toy_seed)
    assert only == (data, parts)
    assert data.each == [data]


def test_where_all_rows_have_all_labels_all_splits_are_the_same(melts_seed, melts_frame):
    _, parts, result = seen(melts_frame(iron_share=1.0), melts_seed)
    for _, own in result:
        assert (own.train_from, own.calibrate_from, own.test_from, own.units) == (
            parts.train_from,
            parts.calibrate_from,
            parts.test_from,
            parts.units,
        )
        for name in ("train", "test", "holdout", "holdout_all"):
            np.testing.assert_array_equal(getattr(own, name), getattr(parts, name))


def test_a_target_has_its_own_rows_and_inputs(melts_seed, melts_frame):
    frame = melts_frame()
    data, parts, ((loss, _), (iron, own)) = seen(frame, melts_seed)
    labelled = int(frame["iron"].notna().sum())
    assert (len(loss.table), len(iron.table), iron.unlabelled_rows) == (len(frame), labelled, len(frame) - labelled)
    assert np.isfinite(iron.y).all()
    np.testing.assert_array_equal(iron.X, data.X[data.table["iron"].notna()])
    np.testing.assert_array_equal(iron.y, data.table["iron"].dropna())
    assert own.test_from == parts.test_from
    assert iron.periods[own.learnt].max() < parts.test_from <= iron.periods[own.test].min()
    assert (iron.digest, iron.checked is data.checked) == (data.digest, True)


def test_rows_without_any_label_alone_are_left_out(melts_seed, melts_frame):
    frame = melts_frame()
    frame.loc[::3, "loss"] = np.nan
    data, _, ((loss, _), _) = seen(frame, melts_seed)
    assert len(data.table) == int(frame[["loss", "iron"]].notna().any(axis=1).sum())
    assert len(loss.table) == int(frame["loss"].notna().sum())


def test_without_time_each_target_splits_its_own_rows(melts_seed, melts_frame):
    """Days that stand for rows count the labelled ones: those of one target are no other's."""
    text = re.sub(r'\[\[columns\]\]\nname = "(unit|day|previous_\w+)"\n(.+\n)+\n?', "", melts_seed.text)
    text = re.sub(r"(unit_key|period) = .*\n", "", text)
    seed = parse(text, Path("toy_melts.toml"))
    frame = melts_frame().drop(columns=["unit", "day"])
    _, _, ((loss, whole), (iron, own)) = seen(frame, seed)
    for data, parts in ((loss, whole), (iron, own)):
        assert len(parts.test) == round(0.15 * len(data.table))
        assert len(parts.learnt) + len(parts.test) == len(data.table)


def test_truth_goes_with_its_target(melts_seed, melts_frame):
    frame = melts_frame()
    truth = frame[["unit", "day"]].assign(loss=1.0, iron=np.arange(len(frame), dtype=np.float64))
    checked = check(frame, melts_seed)
    data = dataset_of(checked, melts_seed, truth)
    iron = data.of("iron")
    rows = frame.reset_index().merge(iron.table[["unit", "day"]], on=["unit", "day"])
    assert set(iron.truth) == set(rows["index"].astype(float))
    assert len(iron.truth) == len(iron.table)


def test_too_few_labels_name_their_target(melts_seed, melts_frame):
    frame = melts_frame()
    few = frame.assign(iron=frame["iron"].where(frame["unit"] < "F-03"))
    with pytest.raises(SplitError, match=r"^iron: too few rows: \d+ labelled rows to train"):
        seen(few, melts_seed)
    old = frame.assign(iron=frame["iron"].where(frame["day"] < pd.Timestamp("2024-01-30")))
    with pytest.raises(
        SplitError, match=r"^iron: the newest of \d+ labels is of 2024-01-29 00:00, and .* are to judge on$"
    ):
        seen(old, melts_seed)


def test_labels_that_are_all_alike_name_their_target(melts_seed, melts_frame, tmp_path):
    frame = melts_frame()
    frame.assign(iron=frame["iron"].where(frame["iron"].isna(), 20.0)).to_csv(tmp_path / "plant.csv", index=False)
    with pytest.raises(TableError, match=r"column iron: got 20 in all \d+ rows with a label") as raised:
        read(tmp_path / "plant.csv", melts_seed)
    assert "loss" not in str(raised.value)
