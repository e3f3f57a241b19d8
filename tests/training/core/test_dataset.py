"""A checked table as a job uses it, row by row for tables of a few rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from models.table.sampling import BYTES_OF_CELL, TableBudget
from models.table.sources import TableError
from training.core.dataset import dataset_of, labelled, period_of, read, row_key
from training.core.splits import split


@pytest.fixture
def cells():
    """Two cells over three periods; one label is missing, one value is impossible."""
    days = pd.to_datetime(["2024-01-01", "2024-01-31", "2024-03-01"])
    return pd.DataFrame(
        {
            "unit": ["A", "A", "A", "B", "B", "B"],
            "period_start": [*days, *days],
            "x_set": [9.0, 10.0, 11.0, 12.0, 13.0, 14.0],
            "z": [4.0, 4.1, 4.2, 4.3, 4.4, 9.5],
            "tapped": 3000.0,
            "y": [90.0, np.nan, 92.0, 93.0, 94.0, 95.0],
        }
    )


@pytest.fixture
def pieces():
    """Three pieces of two lots; the laboratory saw the metal of two."""
    return pd.DataFrame(
        {
            "lot": ["L-1", "L-1", "L-2"],
            "passed_at": pd.to_datetime(["2024-01-01 00:00:01", "2024-01-01 00:00:02", "2024-01-02 00:00:00"]),
            **{name: [0.1, 0.2, 0.3] for name in ("s1", "s2", "s3")},
            "mass": [10.0, 20.0, 30.0],
            "metal": ["a", "c", None],
            "x": [0.5, np.nan, 2.0],
            "z": [1.0, 1.1, 1.2],
        }
    )


@pytest.fixture
def lots():
    """Four lots of a line: one without a content but with a defect's answer, one without any label."""
    return pd.DataFrame(
        {
            "line": "T",
            "cast_at": pd.date_range("2024-01-01", periods=4, freq="D"),
            "u": 0.0,
            "v": 1.0,
            "setpoint": 50.0,
            "p": [1.0, np.nan, np.nan, np.nan],
            "q": [2.0, -0.5, np.nan, np.nan],
            "r": [3.0, np.nan, np.nan, np.nan],
            "crack": [1.0, 0.0, 1.0, np.nan],
        }
    )


def test_rows_without_a_label_are_counted_and_left_out(cells, toy_seed):
    data = dataset_of(check(cells, toy_seed), toy_seed)
    assert data.y.tolist() == [90.0, 92.0, 93.0, 94.0]
    assert data.labels is data.labels
    assert data.labels.tolist() == [90.0, 92.0, 93.0, 94.0]
    assert data.table.index.tolist() == [0, 1, 2, 3]
    assert (len(data.checked), data.unlabelled_rows, data.rejected_rows) == (5, 1, 1)
    assert data.ignored == ()
    assert data.X[:, 1:].tolist() == [[9.0, 4.0], [11.0, 4.2], [12.0, 4.3], [13.0, 4.4]]
    assert data.units.tolist() == ["A", "A", "B", "B"]
    assert data.periods.equals(pd.DatetimeIndex(data.table["period_start"]))
    assert (data.truth, data.truth_frame, data.true_contents) == (None, None, None)


def test_facts_are_of_the_labelled_rows(cells, toy_seed):
    data = dataset_of(check(cells, toy_seed), toy_seed)
    assert data.facts == {
        "rows": 4,
        "units": 2,
        "periods": 3,
        "first_period": "2024-01-01",
        "last_period": "2024-03-01",
        "rejected_rows": 1,
        "unlabelled_rows": 1,
        "data_digest": data.digest,
    }
    other = dataset_of(check(cells.assign(tapped=2999.0), toy_seed), toy_seed)
    assert other.digest != data.digest


def test_the_truth_stands_beside_its_rows_and_is_unknown_elsewhere(cells, toy_seed):
    truth = cells[["unit", "period_start"]].assign(y=[80.0, 81.0, 82.0, 83.0, 84.0, 85.0])
    data = dataset_of(check(cells, toy_seed), toy_seed, truth.drop(index=3).sample(frac=1, random_state=1))
    assert data.truth.tolist()[:2] == [80.0, 82.0]
    assert np.isnan(data.truth[2])
    assert data.truth[3] == 84.0
    assert data.truth_frame["unit"].tolist() == ["A", "A", "B", "B"]


def test_rejected_values_are_named_without_the_folders_of_the_machine(cells, toy_seed, tmp_path):
    cells.to_csv(tmp_path / "plant.csv", index=False)
    data = read(tmp_path / "plant.csv", toy_seed)
    assert data.rejected_by_name[["file", "row", "column", "value"]].to_numpy().tolist() == [["plant.csv", 7, "z", 9.5]]
    assert data.y.tolist() == [90.0, 92.0, 93.0, 94.0]


def test_classes_are_numbered_in_the_seeds_order_and_pieces_stand_in_their_lots_period(pieces, toy_sorting_seed):
    truth = pieces[["lot", "passed_at", "x", "z"]].assign(metal=["b", "other", "a"])
    data = dataset_of(check(pieces, toy_sorting_seed), toy_sorting_seed, truth)
    assert data.y.tolist() == [0.0, 2.0]
    assert data.truth.tolist() == [1.0, 3.0]
    assert data.labels.tolist() == [0.0, 2.0]
    assert data.periods.tolist() == [pd.Timestamp("2024-01-01 00:00:01")] * 2
    assert data.facts["periods"] == 1
    assert np.array_equal(data.contents, [[0.5, 1.0], [np.nan, 1.1]], equal_nan=True)
    assert data.defects.shape == (2, 0)


def test_a_truth_without_a_class_is_unknown(pieces, toy_sorting_seed):
    truth = pieces[["lot", "passed_at", "x", "z"]].assign(metal=[None, "a", "a"])
    data = dataset_of(check(pieces, toy_sorting_seed), toy_sorting_seed, truth)
    assert np.array_equal(data.truth, [np.nan, 0.0], equal_nan=True)


def test_any_content_makes_a_lot_one_to_learn_from_and_a_defect_alone_does_not(lots, toy_quality_seed):
    checked = check(lots, toy_quality_seed)
    assert labelled(checked.table, toy_quality_seed).tolist() == [True, True, False, False]
    truth = lots[["line", "cast_at"]].assign(p=1.5, q=2.5, r=3.5)
    data = dataset_of(checked, toy_quality_seed, truth)
    assert np.array_equal(data.contents, [[1.0, 2.0, 3.0], [np.nan, -0.5, np.nan]], equal_nan=True)
    assert data.defects.tolist() == [[1.0], [0.0]]
    assert np.array_equal(data.labels, [[1.0, 2.0, 3.0, 1.0], [np.nan, -0.5, np.nan, 0.0]], equal_nan=True)
    assert data.true_contents.tolist() == [[1.5, 2.5, 3.5]] * 2
    assert data.true_contents is data.true_contents
    assert data.unlabelled_rows == 2


def test_rows_are_told_apart_by_unit_and_time(toy_seed, cells):
    assert row_key(toy_seed) == ["unit", "period_start"]
    assert period_of(cells, toy_seed).equals(pd.DatetimeIndex(cells["period_start"]))


def test_a_table_without_units_is_one_named_as_its_process(toy_seed, cells):
    data = dataset_of(check(cells, toy_seed), toy_seed)
    alone = toy_seed.model_copy(
        update={"columns": tuple(column for column in toy_seed.columns if column.role != "key")}
    )
    alone.__dict__.pop("key", None)
    alone.__dict__.pop("identity", None)
    assert alone.key is None
    assert row_key(alone) == ["period_start"]
    assert replace(data, seed=alone).units.tolist() == ["toy_cells"] * 4


def test_a_target_of_one_value_is_refused(toy_frame, toy_seed, tmp_path):
    path = tmp_path / "t.csv"
    toy_frame(units=2, periods=5).assign(y=90.0).to_csv(path, index=False)
    with pytest.raises(TableError) as caught:
        read(path, toy_seed)
    expected = "at least two different labels: no model can be fitted on one"
    assert str(caught.value) == f"{path}, column y: got 90 in all 10 rows with a label: expected {expected}"


def test_a_class_alone_is_refused_and_one_defect_beside_contents_is_not(
    toy_sorting_frame, toy_sorting_seed, toy_quality_frame, toy_quality_seed, tmp_path
):
    path = tmp_path / "t.csv"
    toy_sorting_frame(lots=2, pieces=5).assign(metal="a").to_csv(path, index=False)
    with pytest.raises(TableError, match="column metal: got 'a' in all 10 rows with a label"):
        read(path, toy_sorting_seed)
    toy_quality_frame(lines=2, lots=20).assign(crack=0.0).to_csv(path, index=False)
    assert len(read(path, toy_quality_seed).table) == 40


def test_cautions_and_lacks_come_with_the_data(cells, toy_seed, tmp_path):
    path = tmp_path / "t.csv"
    cells.assign(op="x").to_csv(path, index=False)
    data = read(path, toy_seed)
    assert data.cautions == ("1 column is not in the seed and was not used: op",)
    assert data.lacks == ("no label in 1 of 5 rows",)


def test_a_row_of_a_class_alone_stands_in_its_own_period(toy_class_frame, toy_class_seed):
    data = dataset_of(check(toy_class_frame(units=2, periods=5), toy_class_seed), toy_class_seed)
    assert data.periods.equals(pd.DatetimeIndex(data.table["day"]))
    assert set(data.y) <= {0.0, 1.0, 2.0}
    assert [toy_class_seed.classes[int(code)] for code in data.y] == data.table["ore"].tolist()


def test_of_a_table_beyond_the_budget_a_sample_is_a_data_set_that_can_be_split(toy_seed, toy_frame, tmp_path):
    """Of 180 units with 24 periods a third fits, each with all of its periods."""
    path = tmp_path / "table.parquet"
    toy_frame(units=180).to_parquet(path, index=False)
    budget = TableBudget(60 * 24 * len(toy_seed.columns) * BYTES_OF_CELL, tmp_path)
    small, data = read(path, toy_seed, budget), read(path, toy_seed)
    assert data.sample is None
    assert "sample_of_rows" not in data.facts
    assert (small.facts["sample_of_rows"], small.facts["sample"]) == (180 * 24, "60 of 180 units")
    assert small.cautions[0].startswith("a sample of 1440 of 4320 rows (60 of 180 units)")
    assert read(path, toy_seed, budget).digest == small.digest != data.digest
    parts, whole = split(small), split(data)
    for name in ("train_from", "calibrate_from", "test_from", "last"):
        assert getattr(parts, name) == getattr(whole, name)
    assert len(parts.units) == 12
    assert set(small.units[parts.holdout]) == set(parts.units)
    assert not set(small.units[parts.learnt]) & set(parts.units)
