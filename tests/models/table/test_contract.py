"""What the contract lets in, takes out and refuses."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.table.contract import check
from models.table.sources import LISTED, Source, TableError
from seeds import load, names
from seeds.format.loader import parse

FIXTURES = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TODAY = dt.date(2026, 1, 1)


def faults_of(frame, seed, **more):
    with pytest.raises(TableError) as caught:
        check(frame, seed, today=TODAY, **more)
    return [str(fault) for fault in caught.value.faults]


def text(frame):
    """The frame as a CSV reader gives it: all cells text."""
    return frame.astype("str").where(frame.notna(), "")


def put(frame, row, column, value):
    cells = frame.astype({column: object})
    cells.loc[row, column] = value
    return cells


def test_a_good_table_gets_the_seeds_form(toy_seed, toy_frame):
    frame = toy_frame().sample(frac=1, random_state=3)
    checked = check(frame.assign(operator="Li", shift=3), toy_seed, today=TODAY)
    table = checked.table
    assert list(table.columns) == [column.name for column in toy_seed.columns]
    assert table.index.equals(pd.RangeIndex(len(frame)))
    assert [str(dtype) for dtype in table.dtypes] == ["str", "datetime64[us]"] + ["float64"] * 5
    assert table[["unit", "period_start"]].equals(table[["unit", "period_start"]].sort_values(["unit", "period_start"]))
    assert checked.ignored == ("operator", "shift")
    assert checked.rejected_rows == 0
    assert list(checked.rejected) == ["file", "row", "unit", "period_start", "column", "value", "reason"]


def test_text_and_numbers_are_the_same_table(toy_seed, toy_frame):
    frame = toy_frame()
    frame.loc[5, "z"] = np.nan
    assert check(text(frame), toy_seed).table.equals(check(frame, toy_seed).table)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("z", "3,55", r"row 8, column z: got '3,55': expected a decimal point"),
        ("z", "1.234,5", r"row 8, column z: got '1.234,5': expected a decimal point and no thousands separator"),
        ("z", "4 V", r"row 8, column z: got '4 V': expected a number, or an empty cell"),
        ("z", "bad", r"row 8, column z: got 'bad': expected a number"),
        ("z", "1e", r"row 8, column z: got '1e': expected a number"),
        ("z", "0x10", r"row 8, column z: got '0x10': expected a number"),
        ("z", True, r"row 8, column z: got 'True': expected a number"),
        ("z", "inf", r"row 8, column z: got 'inf': expected a finite number"),
        ("z", "-Infinity", r"row 8, column z: got '-Infinity': expected a finite number"),
        ("y", np.inf, r"row 8, column y: got inf: expected a finite number"),
        ("tapped", "x", r"row 8, column tapped: got 'x': expected a number"),
        ("unit", "", r"row 8, column unit: got nothing: expected a value: each row needs its unit"),
        ("period_start", None, r"row 8, column period_start: got nothing: expected a value"),
        ("period_start", "03/04/2022", r"row 8, column period_start: got '03/04/2022': expected a date as 2026-11-01"),
        ("period_start", "2022-02-30", r"row 8, column period_start: got '2022-02-30': expected a date"),
        ("period_start", "20220230", r"row 8, column period_start: got '20220230': expected a date"),
        ("period_start", 44562, r"row 8, column period_start: got '44562': expected a date"),
        ("period_start", "2022-02-03T06:00Z", r"got '2022-02-03T06:00Z': expected the plant's local time without a"),
        ("period_start", "2022-02-03 06:00+08:00", r"expected the plant's local time without a time zone"),
        (
            "period_start",
            "2026-01-02",
            r"row 8, column period_start: .*2026-01-02.*: expected a period that has started",
        ),
        ("period_start", "2022-01-01", r"row 8, column unit, period_start: got A-000 2022-01-01 .* again.*in row 1 of"),
    ],
)
def test_a_bad_cell_is_told_with_place_value_and_expectation(toy_seed, toy_frame, column, value, message):
    frame = put(toy_frame(), 7, column, value)
    with pytest.raises(TableError, match=message) as caught:
        check(frame, toy_seed, Source.one("plant.csv", len(frame)), today=TODAY)
    assert len(caught.value.faults) == 1
    assert str(caught.value).startswith("plant.csv, row 8")


def test_today_is_the_last_day_that_a_period_may_start(toy_seed, toy_frame):
    frame = put(toy_frame(), 7, "period_start", "2026-01-01 23:00")
    assert check(frame, toy_seed, today=TODAY).table["period_start"].max() == pd.Timestamp("2026-01-01 23:00")


@pytest.mark.parametrize("column", ["unit", "period_start", "x_set", "z", "y"])
def test_a_missing_column_is_a_fault(toy_seed, toy_frame, column):
    (predictions,) = faults_of(toy_frame().drop(columns=column), toy_seed)
    assert predictions.startswith(f"table, column {column}: got no such column among 5")
    assert predictions.endswith(f"expected a column '{column}'")


def test_late_columns_may_be_absent_and_previous_ones_are_never_read(toy_seed, toy_frame):
    frame = toy_frame()
    checked = check(frame.drop(columns="tapped").assign(previous_y=77.0), toy_seed)
    assert checked.table["tapped"].isna().all()
    assert checked.ignored == ("previous_y",)
    assert checked.table["previous_y"].equals(check(frame, toy_seed).table["previous_y"])


@pytest.mark.parametrize(
    ("spoil", "predictions"),
    [
        (lambda f: f.iloc[:0], "table: got no rows: expected at least one row"),
        (lambda f: f.assign(y=np.nan), "table, column y: got no value in any row: expected at least one label"),
        (
            lambda f: f.assign(z=[9.0] * 97 + [4.0] * 383),
            "table: got 97 of 480 rows out of physical range",
        ),
        (lambda f: f.assign(x_set=f["x_set"] * 1000), "column x_set: got median 9985.27: expected 10 kA or so"),
        (
            lambda f: f.assign(x_set=f["x_set"] / 1000),
            "a slip of units? the file's numbers are about 0.001 times",
        ),
        (lambda f: f.assign(x_set=f["x_set"] * 1e6), "the file's numbers are about 1e+06 times those of kA"),
        (lambda f: f.assign(x_set=f["x_set"] + 273), "another unit or another quantity?"),
        (
            lambda f: f.assign(unit=np.arange(len(f)) + 0.5),
            "column unit: got 0.5: expected a name as text",
        ),
    ],
    ids=["no rows", "no label", "many rejected", "kilo", "milli", "mega", "offset", "fractions as names"],
)
def test_a_table_that_is_wrong_as_a_whole(toy_seed, toy_frame, spoil, predictions):
    assert predictions in "\n".join(faults_of(spoil(toy_frame()), toy_seed))


def test_a_share_of_rejected_rows_at_the_bound_is_let_through(toy_seed, toy_frame):
    frame = toy_frame().assign(z=[9.0] * 96 + [4.0] * 384)
    assert check(frame, toy_seed).rejected_rows == 96


def test_a_stopped_instrument_is_no_slip(toy_seed, toy_frame):
    assert len(check(toy_frame().assign(z=0.0), toy_seed).table) == 480


def test_all_faults_are_told_at_once(toy_seed, toy_frame):
    frame = put(put(put(toy_frame(), 3, "z", "3,5"), 4, "z", "bad"), 5, "y", "inf")
    frame = frame.assign(x_set=frame["x_set"] * 1000).drop(columns="unit")
    predictions = "\n".join(faults_of(frame, toy_seed))
    for part in ("row 4, column z", "row 5, column z", "row 6, column y", "column x_set: got median", "column unit"):
        assert part in predictions


def test_many_faults_of_a_kind_are_counted(toy_seed, toy_frame):
    frame = toy_frame().assign(z="4,0")
    predictions = faults_of(frame, toy_seed)
    assert len(predictions) == LISTED + 1
    assert predictions[-1].startswith(
        f"table, column z: got {480 - LISTED} more cells like the last: expected a decimal point"
    )
    frame = pd.concat([toy_frame()] * 2)
    assert faults_of(frame, toy_seed)[-1].startswith(f"table, column unit, period_start: got {480 - LISTED} more rows")


def test_a_row_out_of_range_is_rejected_whole_and_listed(toy_seed, toy_frame):
    frame = toy_frame()
    frame.loc[30, "z"] = 3e26
    frame.loc[30, "y"] = 101.0
    frame.loc[40, "tapped"] = -0.1
    checked = check(frame, toy_seed, Source.one("plant.csv", len(frame), first=2))
    assert checked.rejected_rows == 2
    assert len(checked.table) == len(frame) - 2
    expected = [
        ("plant.csv", 32, "A-001", "z", 3e26, "outside 0 to 8 V"),
        ("plant.csv", 32, "A-001", "y", 101.0, "outside 50 to 100 %"),
        ("plant.csv", 42, "A-001", "tapped", -0.1, "outside 0 to 6000 kg/d"),
    ]
    listed = checked.rejected.drop(columns="period_start")
    assert list(listed.itertuples(index=False, name=None)) == expected
    assert checked.rejected["period_start"].iloc[0] == frame["period_start"].iloc[30]


def test_bounds_and_missing_values_are_inside(toy_seed, toy_frame):
    frame = toy_frame()
    frame.loc[0, ["x_set", "z", "y"]] = [0.0, 8.0, np.nan]
    checked = check(frame, toy_seed)
    assert checked.rejected.empty
    assert np.isnan(checked.table.loc[0, "y"])


def test_faults_of_reading_are_told_with_those_of_the_table(toy_seed, toy_frame):
    with pytest.raises(TableError) as first:
        check(toy_frame().iloc[:0], toy_seed)
    predictions = faults_of(toy_frame().assign(z="x"), toy_seed, known=first.value.faults)
    assert predictions[0] == "table: got no rows: expected at least one row"
    assert len(predictions) == 1 + LISTED + 1


@pytest.fixture
def amperes(toy_seed, tmp_path):
    """The toy process with a foreign name and unit for one column, as seed."""
    plain = 'name = "x_set"\nrole = "setpoint"'
    path = tmp_path / "amperes" / "toy_cells.toml"
    return parse(toy_seed.text.replace(plain, f'{plain}\ntag = "TE-01"\nscale = 0.001'), path)


def test_a_tag_is_scaled_and_an_own_name_is_not(amperes, toy_seed, toy_frame):
    frame = toy_frame()
    foreign = frame.rename(columns={"x_set": "TE-01"}).assign(**{"TE-01": frame["x_set"] * 1000})
    expected = check(frame, toy_seed).table
    pd.testing.assert_frame_equal(check(foreign, amperes).table, expected, rtol=1e-15)
    assert check(frame, amperes).table.equals(expected)
    both = faults_of(foreign.assign(x_set=1.0), amperes)
    assert both == ["table, column x_set: got columns 'TE-01' and 'x_set': expected one column 'TE-01' (or 'x_set')"]


def test_a_rejected_value_names_the_tag_of_the_file(amperes, toy_frame):
    frame = toy_frame().rename(columns={"x_set": "TE-01"})
    frame["TE-01"] *= 1000
    frame.loc[9, "TE-01"] = 20001.0
    (row,) = check(frame, amperes).rejected.itertuples()
    assert (row.column, row.reason) == ("x_set", "outside 0 to 20 kA (in the file: TE-01)")
    assert row.value == pytest.approx(20.001, rel=1e-12)


def test_a_process_without_a_key_is_one_unit(toy_seed, toy_frame, tmp_path):
    key = '[[columns]]\nname = "unit"\nrole = "key"\ndescription = "cell"\n'
    plain = toy_seed.text.replace('unit_key = "unit"\n', "").replace(key, "")
    seed = parse(plain, tmp_path / "toy_cells.toml")
    frame = toy_frame(units=1).drop(columns="unit")
    frame.loc[3, "z"] = 99.0
    checked = check(frame, seed)
    assert "unit" not in checked.table
    assert checked.rejected["unit"].tolist() == [""]
    assert faults_of(pd.concat([frame, frame.tail(1)]), seed)[0].startswith("table, row 25, column period_start: got")


def test_units_named_by_whole_numbers_keep_their_leading_zeros(toy_seed, toy_frame):
    frame = toy_frame(units=2)
    number = (frame["unit"] == "A-001").astype(int)
    assert set(check(frame.assign(unit=number), toy_seed).table["unit"]) == {"0", "1"}
    assert set(check(frame.assign(unit="00" + number.astype(str)), toy_seed).table["unit"]) == {"000", "001"}


@FIXTURES
@given(data=st.data())
def test_order_of_rows_and_columns_does_not_matter_and_nothing_is_changed(toy_seed, toy_frame, data):
    frame = spotted(toy_frame(units=3, periods=8), data)
    rows = data.draw(st.permutations(range(len(frame))))
    columns = data.draw(st.permutations(list(frame.columns)))
    retained = frame.copy(deep=True)
    first, second = check(frame, toy_seed), check(frame.iloc[rows][columns], toy_seed)
    assert first.table.equals(second.table)
    assert sorted(first.rejected["reason"]) == sorted(second.rejected["reason"])
    assert frame.equals(retained)
    first.table.loc[:, "z"] = -1.0
    assert frame.equals(retained)


@FIXTURES
@given(data=st.data())
def test_a_checked_table_passes_again_unchanged(amperes, toy_frame, data):
    first = check(spotted(toy_frame(units=3, periods=8), data), amperes)
    second = check(first.table, amperes)
    assert second.table.equals(first.table)
    assert second.rejected.empty


def spotted(frame, data):
    """The frame with rows left out, cells missing and a value out of range here and there."""
    rows = data.draw(st.sets(st.integers(0, len(frame) - 1), min_size=12))
    frame = frame.iloc[sorted(rows)].reset_index(drop=True)
    for column in ("x_set", "z", "y"):
        missing = data.draw(st.sets(st.integers(1, len(frame) - 1), max_size=5))
        frame.loc[sorted(missing), column] = np.nan
    for row in data.draw(st.sets(st.integers(1, len(frame) - 1), max_size=2)):
        frame.loc[row, "z"] = 80.0
    return frame


@FIXTURES
@given(data=st.data())
def test_previous_value_is_that_of_the_period_before_or_none(toy_seed, toy_frame, data):
    frame = spotted(toy_frame(units=3, periods=8), data)
    table = check(frame, toy_seed).table
    measured = {(row.unit, row.period_start): row.y for row in table.itertuples()}
    expected = [
        measured.get((row.unit, row.period_start - pd.Timedelta(days=30)), np.nan) for row in table.itertuples()
    ]
    np.testing.assert_array_equal(table["previous_y"], expected)


def test_every_seed_of_the_folder_reads_its_own_typical_table():
    for name in names():
        seed = load(name)
        typical = {c.tag or c.name: c.typical.mean / c.scale for c in seed.columns if c.is_number}
        typical |= {c.tag or c.name: c.classes[0] for c in seed.columns if c.classes}
        typical |= {seed.column(name).tag or name: 0.0 for name in seed.defects}
        frame = pd.DataFrame(typical, index=range(12))
        if seed.time is not None:
            start = pd.date_range("2022-01-01", periods=12, freq=seed.period)
            frame[seed.time.tag or seed.time.name] = start
        if seed.key is not None:
            frame[seed.key.tag or seed.key.name] = "A"
        assert check(frame, seed).rejected.empty


def test_a_class_that_the_seed_does_not_know_is_told_with_its_row(toy_sorting_seed, toy_sorting_frame):
    frame = toy_sorting_frame(lots=3)
    frame.loc[4, "metal"] = "d"
    with pytest.raises(TableError) as caught:
        check(frame, toy_sorting_seed)
    assert str(caught.value) == "table, row 5, column metal: got 'd': expected one of a, b, c, other, or an empty cell"


def test_element_contents_may_be_unknown_but_not_the_class(toy_sorting_seed, toy_sorting_frame):
    frame = toy_sorting_frame(lots=3).assign(x=np.nan, z=np.nan)
    checked = check(frame, toy_sorting_seed)
    assert checked.table["x"].isna().all()
    with pytest.raises(TableError, match="metal: got no value in any row: expected at least one label"):
        check(frame.assign(metal=""), toy_sorting_seed)
    again = check(checked.table, toy_sorting_seed)
    pd.testing.assert_frame_equal(again.table, checked.table)
