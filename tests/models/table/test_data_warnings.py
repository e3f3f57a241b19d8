"""Cautions and lacks of checked tables, on tables of a few rows."""

import numpy as np
import pandas as pd
import pytest

from models.table.data_warnings import lacks, of_table, read_as_missing, unknown_texts, unused_columns
from models.table.formatting import named, shortened, visible


def table(units: dict[str, int], **columns) -> pd.DataFrame:
    """Days of some units, each with so many rows; all values differ."""
    n = sum(units.values())
    values = np.arange(n) / 100
    frame = pd.DataFrame(
        {
            "unit": np.repeat(list(units), list(units.values())),
            "period_start": np.concatenate(
                [pd.date_range("2024-01-01", periods=count, freq="30D") for count in units.values()]
            ),
            "previous_y": 90 + values,
            "x_set": 10 + values,
            "z": 4 + values,
            "tapped": 3000 + values,
            "y": 90 + values,
        }
    )
    return frame.assign(**columns)


def test_a_sound_table_gives_neither_cautions_nor_lacks(toy_seed):
    sound = table({"A-1": 20, "A-2": 20})
    assert of_table(sound, toy_seed) == []
    assert lacks(sound, toy_seed) == []
    assert lacks(sound[:0], toy_seed) == []
    assert of_table(sound[:0], toy_seed) == []


@pytest.mark.parametrize(
    ("other", "shown"),
    [
        ("a-1", "'a-1'"),
        ("A\u20111", "'A\\u20111'"),
        ("A\u22121", "'A\\u22121'"),
        ("A -1", "'A -1'"),
        ("A\u00a0-1", "'A\\u00a0-1'"),
        ("\uff21-1", "'\uff21-1' (U+FF21)"),
        ("A-1\u200b", "'A-1\\u200b'"),
        ("\u0410-1", "'\u0410-1' (U+0410)"),
        ("\u0391-1", "'\u0391-1' (U+0391)"),
    ],
)
def test_units_that_look_alike_are_named_with_their_rows(other, shown, toy_seed):
    message = of_table(table({"A-1": 20, other: 12, "A-2": 20}), toy_seed)
    names = sorted(["A-1", other])
    spelled = {"A-1": "'A-1' (20 rows)", other: f"{shown} (12 rows)"}
    assert message == [
        "units that differ in case, dash, space or look-alike letters alone stay different units: "
        + " and ".join(spelled[name] for name in names)
    ]


def test_a_sensor_with_one_value_in_more_than_half_of_the_rows_is_named(toy_seed):
    frame = table({"A": 40})
    frame.loc[frame.index % 5 < 3, "z"] = 4.25
    assert of_table(frame, toy_seed) == ["z is 4.25 in 24 of 40 rows: does the sensor stick?"]
    assert of_table(frame.assign(z=4.0), toy_seed) == ["z is 4 in all 40 rows: does the sensor stick?"]
    half = table({"A": 40})
    half.loc[half.index % 2 == 0, "z"] = 40.0
    assert of_table(half, toy_seed) == []
    assert of_table(table({"A": 40}, z=0.0), toy_seed) == ["z is 0 in all 40 rows: does the sensor stick?"]
    mostly_off = table({"A": 40})
    mostly_off.loc[:30, "z"] = 0.0
    assert of_table(mostly_off, toy_seed) == []
    assert of_table(table({"A": 19}, z=4.0), toy_seed) == []


def test_columns_that_are_not_in_the_seed_are_named_once(toy_seed):
    assert unused_columns(["op"], toy_seed) == ["1 column is not in the seed and was not used: op"]
    assert unused_columns(["op", "previous_y", "shift"], toy_seed) == [
        "2 columns are not in the seed and were not used: op, shift"
    ]
    assert unused_columns(["previous_y"], toy_seed) == []


def test_nothing_is_said_of_columns_without_such_texts():
    assert read_as_missing({"z": {}}) == []
    assert read_as_missing({}) == []


def test_empty_and_nearly_empty_columns_are_named(toy_seed):
    z = np.where(np.arange(40) < 10, 4.0 + np.arange(40) / 100, np.nan)
    assert lacks(table({"A": 40}, z=z, tapped=np.nan), toy_seed) == [
        "no value at all: tapped",
        "mostly missing: z (75%)",
    ]


def test_setpoints_that_nobody_moved_are_named(toy_seed):
    assert lacks(table({"A": 20}, x_set=10.0), toy_seed) == ["set-points with one value in all rows: x_set (10)"]
    assert lacks(table({"A": 19}, x_set=10.0), toy_seed) == []


def test_units_with_few_rows_are_named_where_others_have_more(toy_seed):
    assert lacks(table({"A": 20, "B": 20, "C": 4, "D": 1}), toy_seed) == [
        "2 of 4 units have fewer than 5 rows: D (1), C (4)"
    ]
    assert lacks(table({"A": 4, "B": 4, "C": 4}), toy_seed) == []


def test_the_longest_gap_in_time_is_named(toy_seed):
    frame = table({"A": 30})
    assert lacks(frame.drop(index=range(10, 13)), toy_seed) == [
        f"no row of any unit between {frame['period_start'][9]:%Y-%m-%d %H:%M} and "
        f"{frame['period_start'][13]:%Y-%m-%d %H:%M}"
    ]
    assert lacks(frame.drop(index=[10, 11]), toy_seed) == []
    (line,) = lacks(frame.drop(index=[2, 3, 4, *range(10, 15)]), toy_seed)
    assert line.endswith(", the longest of 2 gaps")
    assert f"between {frame['period_start'][9]:%Y-%m-%d}" in line


def test_labels_that_are_missing_or_stand_in_many_rows_are_counted(toy_seed):
    y = np.repeat(np.arange(10.0), 4) + 85
    y[:4] = np.nan
    assert lacks(table({"A": 40}, y=y), toy_seed) == [
        "no label in 4 of 40 rows",
        "y has 9 different values in 36 rows with a label",
    ]


def test_many_labels_that_are_alike_by_rounding_alone_are_enough(toy_seed):
    y = np.round(np.random.default_rng(1).normal(90.0, 1.5, 3000), 2)
    assert len(np.unique(y)) < 0.5 * len(y)
    assert lacks(table({"A": 3000}, y=y), toy_seed) == []


def test_classes_without_a_row_are_named(toy_sorting_seed, toy_sorting_frame):
    frame = toy_sorting_frame(lots=20, pieces=20)
    frame = frame[frame["metal"] != "c"]
    assert lacks(frame, toy_sorting_seed) == ["metal has no row of c"]


def test_contents_of_lots_are_rounded_and_say_nothing(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lines=2, lots=30).assign(p=[1.0, 2.0] * 30)
    assert [line for line in lacks(frame, toy_quality_seed) if "different" in line] == []


def test_words_of_lines():
    assert shortened("x" * 10, 10) == "x" * 10
    assert shortened("x" * 11, 10) == "x" * 7 + "..."
    assert named(["a", "b"]) == "a, b"
    assert named(list("abcdefg"), "; ") == "a; b; c; d; e; 2 more"
    assert named(["x" * 200]) == "x" * 117 + "..."
    assert visible("\u7535-1 \u2013") == "\u7535-1 \\u2013"


def test_codes_are_no_stuck_sensor_and_readings_are(toy_seed):
    rng = np.random.default_rng(0)
    stuck = np.where(np.arange(40) < 30, 4.0, rng.normal(4, 0.1, 40))
    codes = np.where(np.arange(40) < 30, 4.0, 5.0)
    assert [line for line in of_table(table({"A": 40}, z=codes), toy_seed) if "stick" in line] == []
    assert of_table(table({"A": 40}, z=stuck), toy_seed) == ["z is 4 in 30 of 40 rows: does the sensor stick?"]


def test_what_is_not_promised_without_time_or_units_is_said(toy_seed):
    rows = table({"A": 40}, y=np.arange(40.0))
    no_units = toy_seed.model_copy(update={"columns": [c for c in toy_seed.columns if c.role != "key"]})
    no_units.__dict__.pop("key", None)
    no_units.__dict__.pop("identity", None)
    assert lacks(rows, toy_seed) == []
    assert lacks(rows, no_units) == ["no units: figures promise nothing of another unit than this one"]
    no_time = toy_seed.model_copy(update={"columns": [c for c in toy_seed.columns if c.role != "time"]})
    for name in ("time", "identity"):
        no_time.__dict__.pop(name, None)
    assert lacks(rows, no_time) == ["no time: figures are of other units, and promise nothing of the days to come"]


def test_texts_that_the_seed_does_not_know_are_counted_the_most_frequent_first():
    message = "not in the seed, treated as missing"
    assert unknown_texts("ore", {}) == []
    assert unknown_texts("ore", {"x": 1}) == [f"ore: 1 cell holds a text {message}: 'x' 1"]
    assert unknown_texts("ore", {"x": 1, "y": 3}) == [f"ore: 4 cells hold texts {message}: 'y' 3, 'x' 1"]
