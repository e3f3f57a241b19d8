"""The seed of a real plant's table, without that table: rows are drawn around the typical values, under its tags."""

import numpy as np
import pandas as pd
import pytest

from models.table.reading import read_table
from models.table.sources import TableError
from seeds import load

DAYS = 200


@pytest.fixture
def seed():
    return load("zinc_leach_filter")


@pytest.fixture
def historian(seed):
    """A made-up export of the plant's historian: its tags, days in a row, one unit."""
    rng = np.random.default_rng(7)
    start = pd.date_range("2018-01-01", periods=DAYS).strftime("%Y-%m-%d")
    frame = pd.DataFrame({seed.clock.tag: start})
    for column in seed.columns:
        if column.is_number and column.previous is None:
            low, high = column.limits
            drawn = rng.normal(column.typical.mean, column.typical.sd, DAYS)
            frame[column.tag] = drawn.clip(low + 1e-3 * (high - low), high)
    return frame


def read(frame, seed, folder):
    frame.to_csv(folder / "export.csv", index=False)
    return read_table(folder / "export.csv", seed)


def test_every_column_is_found_by_its_tag(seed, historian, tmp_path):
    checked = read(historian, seed, tmp_path)
    assert len(checked.table) == DAYS
    assert checked.rejected.empty
    assert checked.ignored == ()
    assert list(checked.table.columns) == [column.name for column in seed.columns]
    np.testing.assert_array_equal(checked.table["cake_zinc"], historian["lb_fz_filtros033silw_zn"])


def test_it_is_a_plants_own_table_without_simulator_key_or_setpoint(seed):
    assert seed.plant is None
    assert seed.key is None
    assert not seed.by_role("setpoint")
    assert len(seed.inputs) == 21
    assert seed.period == pd.Timedelta(days=1)


@pytest.mark.parametrize("reading", [3.18641875e26, -4.06684957e19], ids=["overflow", "underflow"])
def test_an_impossible_ph_takes_its_day_out(seed, historian, tmp_path, reading):
    historian.loc[70, "fz_ait_002_h"] = reading
    checked = read(historian, seed, tmp_path)
    (row,) = checked.rejected.itertuples()
    assert (row.row, row.unit, row.column, row.value) == (72, "", "tank_469_ph", reading)
    assert row.reason == "outside 0 to 14 pH (in the file: fz_ait_002_h)"
    assert str(row.period_start.date()) == historian.loc[70, "date"]
    assert row.period_start not in set(checked.table["period_start"])


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("lx_l2t03", 159.3),
        ("lx_l2t10", 159.1),
        ("lx_li_claro_s026a", 16.3),
        ("lx_b022_h", 499.4),
        ("fz_pit_012_h", -110.0),
        ("lb_fz_filtros033silw_zn", 70.0),
    ],
    ids=[
        "open tank above boiling",
        "another",
        "deeper than a thickener",
        "more acid than fed",
        "below vacuum",
        "above ZnS",
    ],
)
def test_what_cannot_be_is_rejected(seed, historian, tmp_path, tag, value):
    historian.loc[5, tag] = value
    assert read(historian, seed, tmp_path).rejected["row"].tolist() == [7]


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("fz_fit_006", 0.0),
        ("fz_fit_030", -0.012),
        ("lx_fit_085", -5.4),
        ("lx_l3t05", -0.93),
        ("fz_pit_012_h", -0.02),
        ("lx_b_35_fet", 1155.5),
        ("fz_tit_413", 79.0),
    ],
)
def test_a_stopped_instruments_offset_and_an_upset_are_possible(seed, historian, tmp_path, tag, value):
    historian.loc[5, tag] = value
    assert read(historian, seed, tmp_path).rejected.empty


def test_the_assay_of_the_day_before_is_made_by_the_reader(seed, historian, tmp_path):
    historian.loc[20, "lb_fz_filtros033silw_zn"] = np.nan
    historian.loc[30, "fz_ait_002_h"] = 1e27
    table = read(historian.drop(index=40), seed, tmp_path).table.set_index("period_start")
    expected = table["cake_zinc"].shift(1, freq="D").reindex(table.index)
    np.testing.assert_array_equal(table["previous_cake_zinc"], expected)
    day = pd.Timestamp("2018-01-01")
    assert table["previous_cake_zinc"].isna().sum() == 4
    for missing in (0, 21, 31, 41):
        assert np.isnan(table.loc[day + pd.Timedelta(days=missing), "previous_cake_zinc"])


def test_grams_for_milligrams_are_told(seed, historian, tmp_path):
    historian["lx_b043_fet"] /= 1000
    with pytest.raises(
        TableError, match=r"column lx_b043_fet: got median 2\.\d+: expected 2520 mg/L .* about 0\.001 times"
    ):
        read(historian, seed, tmp_path)
