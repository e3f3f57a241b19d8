"""What the contract makes of lots: contents below a laboratory's limit, and defects."""

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from models.table.sources import TableError
from seeds.format.loader import parse


@pytest.fixture
def toy_quality_frame(toy_quality_frame):
    """Maker of a toy table of lots, in which one content of p in nine is below its limit of 0.5 ppm."""

    def make(**size):
        frame = toy_quality_frame(**size)
        frame.loc[::9, "p"] = -0.5
        return frame

    return make


def faults_of(frame, seed):
    with pytest.raises(TableError) as caught:
        check(frame, seed)
    return [str(fault) for fault in caught.value.faults]


def test_text_of_a_limit_and_a_negative_number_are_the_same_table(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lines=2, lots=20)
    written = frame.astype({name: object for name in "pqr"})
    for name in "pqr":
        written[name] = [f"<{-value}" if value < 0 else str(value) for value in frame[name]]
    table = check(written, toy_quality_seed).table
    pd.testing.assert_frame_equal(table, check(frame, toy_quality_seed).table)
    np.testing.assert_array_equal(np.sort(table["r"]), np.sort(frame["r"]))
    assert [str(dtype) for dtype in table.dtypes[2:]] == ["float64"] * 8


def test_a_checked_table_passes_again_unchanged(toy_quality_seed, toy_quality_frame):
    first = check(toy_quality_frame(lines=2, lots=20), toy_quality_seed)
    again = check(first.table, toy_quality_seed)
    pd.testing.assert_frame_equal(again.table, first.table)
    assert again.rejected.empty


def test_the_last_assay_of_a_content_below_the_limit_is_the_limit(toy_quality_seed, toy_quality_frame):
    table = check(toy_quality_frame(lines=3, lots=30), toy_quality_seed).table
    for _, line in table.groupby("line"):
        np.testing.assert_array_equal(line["p_last"].iloc[1:], line["p"].abs().iloc[:-1])
        assert np.isnan(line["p_last"].iloc[0])
    assert table["p_last"].min() == 0.5


@pytest.mark.parametrize(
    ("column", "value", "predictions"),
    [
        ("p", 0, "row 8, column p: got '0': expected a content above 0, or <0.5 where the laboratory found less"),
        ("p", 0.0, "row 8, column p: got 0: expected a content above 0, or <0.5"),
        ("p", "<0", "row 8, column p: got '<0': expected a content above 0"),
        ("p", "<", "row 8, column p: got '<': expected a content above 0"),
        ("p", "<-0.5", "row 8, column p: got '<-0.5': expected a content above 0"),
        ("p", "<0,5", "row 8, column p: got '<0,5': expected a decimal point"),
        ("p", "traces", "row 8, column p: got 'traces': expected a number, or an empty cell"),
        ("u", "<0.5", "row 8, column u: got '<0.5': expected a number, or an empty cell"),
        ("crack", "<1", "row 8, column crack: got '<1': expected a number, or an empty cell"),
        ("crack", 0.3, "row 8, column crack: got 0.3: expected 1 for a lot with the defect, 0 for one without"),
        ("crack", "2", "row 8, column crack: got '2': expected 1 for a lot with the defect, 0 for one without"),
    ],
)
def test_a_bad_cell_is_told(toy_quality_seed, toy_quality_frame, column, value, predictions):
    frame = toy_quality_frame(lines=2, lots=20)
    if not isinstance(value, float):
        frame = frame.astype({column: object})
    frame.loc[7, column] = value
    (fault,) = faults_of(frame, toy_quality_seed)
    assert fault.startswith(f"table, {predictions}")


def test_a_limit_is_out_of_range_by_its_size(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lines=2, lots=20)
    frame.loc[7, "p"], frame.loc[9, "p"] = -1001.0, -1000.0
    checked = check(frame, toy_quality_seed)
    listed = checked.rejected[["row", "column", "value", "reason"]]
    assert list(listed.itertuples(index=False, name=None)) == [(8, "p", -1001.0, "outside 0 to 1000 ppm")]
    assert (checked.table["p"] == -1000.0).sum() == 1


def test_a_tag_is_scaled_limits_and_all(toy_quality_seed, toy_quality_frame, tmp_path):
    plain = 'name = "p"\nrole = "target"'
    scaled = toy_quality_seed.text.replace(plain, f'{plain}\ntag = "P wt%"\nscale = 10000')
    frame = toy_quality_frame(lines=2, lots=20)
    percent = [f"<{-value / 1e4!r}" if value < 0 else repr(value / 1e4) for value in frame["p"].tolist()]
    foreign = frame.rename(columns={"p": "P wt%"}).assign(**{"P wt%": percent})
    expected = check(frame, toy_quality_seed).table
    result = check(foreign, parse(scaled, tmp_path / "toy_lots.toml")).table
    pd.testing.assert_frame_equal(result, expected, rtol=1e-12)


def test_a_slip_of_units_shows_in_the_sizes(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lines=4, lots=30)
    assert (frame["r"] < 0).mean() > 0.1
    (predictions,) = faults_of(frame.assign(r=frame["r"] * 1000), toy_quality_seed)
    assert "column r: got median" in predictions
    assert "the file's numbers are about 1000 times those of ppm" in predictions
    # Limits alone, all of them below zero, are no slip.
    assert len(check(frame.assign(r=-0.5), toy_quality_seed).table) == 120


def test_an_element_that_was_never_assayed_is_told_and_one_lot_without_assay_is_not(
    toy_quality_seed, toy_quality_frame
):
    frame = toy_quality_frame(lines=2, lots=20)
    frame.loc[3, ["p", "q", "r", "crack"]] = np.nan
    assert len(check(frame, toy_quality_seed).table) == 40
    for column in ("q", "crack"):
        (predictions,) = faults_of(frame.assign(**{column: np.nan}), toy_quality_seed)
        assert predictions == f"table, column {column}: got no value in any row: expected at least one label"
