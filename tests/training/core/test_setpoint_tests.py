"""What a plant tells of its set-point tests reaches the set-point model, or is refused with its place."""

from dataclasses import replace

import pandas as pd
import pytest

from models.table.contract import check
from models.table.sources import TableError
from training.core.dataset import dataset_of
from training.core.setpoint_tests import joined_tests, read_tests, with_tests
from training.regression import setpoints

ROWS = pd.DataFrame(
    {
        "unit": ["A-001", "A-001", "A-002"],
        "period_start": pd.to_datetime(["2024-01-01", "2024-01-31", "2024-01-31"]),
        "voltage_setpoint": [0.02, 0.02, -0.02],
    }
)


def written(tmp_path, text):
    file = tmp_path / "tests.csv"
    file.write_text(text, encoding="utf-8")
    return file


def refused(file, seed):
    with pytest.raises(TableError) as caught:
        read_tests(file, seed)
    return str(caught.value)


def test_csv_and_parquet_say_the_same(potline, tmp_path):
    ROWS.to_csv(tmp_path / "tests.csv", index=False)
    ROWS.to_parquet(tmp_path / "tests.parquet", index=False)
    first, second = (read_tests(tmp_path / name, potline) for name in ("tests.csv", "tests.parquet"))
    pd.testing.assert_frame_equal(first, second)
    assert first["voltage_setpoint"].tolist() == [0.02, 0.02, -0.02]


def test_an_empty_cell_says_that_nothing_was_tested(potline, tmp_path):
    text = "unit,period_start,voltage_setpoint,metal_level_target\nA-001,2024-01-01,,1\n"
    result = read_tests(written(tmp_path, text), potline)
    assert result["voltage_setpoint"].isna().all()
    assert result["metal_level_target"].tolist() == [1.0]


def test_each_fault_names_its_place(potline, tmp_path):
    rows = ("A-001,2024-01-01,up", "A-001,soon,0.02", "A-002,2024-01-01,1", "A-002,2024-01-01,1")
    text = "\n".join(["unit,period_start,voltage_setpoint", *rows])
    message = refused(written(tmp_path, text), potline)
    assert "row 2, column voltage_setpoint: got 'up': expected a number" in message
    assert "row 3, column period_start: got 'soon': expected a time" in message
    assert "row 5, column period_start: got '2024-01-01': expected one row a unit and period" in message


@pytest.mark.parametrize("heading", ["unit,period_start,cell_voltage", "period_start,voltage_setpoint"])
def test_a_file_without_unit_or_setpoint_is_refused(potline, tmp_path, heading):
    message = refused(written(tmp_path, f"{heading}\n{','.join('1' for _ in heading.split(','))}\n"), potline)
    assert "expected unit, period_start and a set-point: line_current_target, voltage_setpoint" in message


def test_a_file_that_is_not_there_is_refused(potline, tmp_path):
    assert "cannot be read" in refused(tmp_path / "none.csv", potline)


def test_new_rows_win_where_history_has_them_too(potline):
    new = ROWS.iloc[[1]].assign(voltage_setpoint=0.0)
    result = joined_tests(ROWS, new, potline)
    assert sorted(result["voltage_setpoint"]) == [-0.02, 0.0, 0.02]
    pd.testing.assert_frame_equal(joined_tests(ROWS, None, potline), ROWS)
    assert joined_tests(None, None, potline) is None


def test_tests_of_no_row_of_the_table_are_said_or_refused(toy_seed, toy_frame):
    data = dataset_of(check(toy_frame(), toy_seed), toy_seed, None)
    own = data.checked[["unit", "period_start"]].head(3).assign(x_set=0.1)
    strange = own.assign(unit="Z-9")
    assert with_tests(data, None, "tests.csv") is data
    assert with_tests(data, own, "tests.csv").cautions == data.cautions
    result = with_tests(data, pd.concat([own, strange.head(1)]), "tests.csv")
    assert result.cautions[-1] == "1 of 4 set-point tests are of units and periods that the table does not hold"
    with pytest.raises(TableError, match=r"tests\.csv: got 3 tests, none of which is of a row of the table"):
        with_tests(data, strange, "tests.csv")


def test_the_set_point_model_is_told(toy_seed, toy_frame, monkeypatch):
    calls = {}
    monkeypatch.setattr(setpoints, "response_of", lambda process: object())
    monkeypatch.setattr(setpoints, "learn", lambda table, seed, tests, advised: calls.update(tests=tests) or "learnt")
    data = replace(dataset_of(check(toy_frame(), toy_seed), toy_seed, None), tests=ROWS)
    assert setpoints.UnitSetpointFit().fit(data, None) == "learnt"
    assert calls["tests"] is ROWS
