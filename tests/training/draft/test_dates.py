"""Times as text: a whole column decides, and where two orders fit it nothing is guessed."""

import pandas as pd
import pytest

from training.draft.dates import read_times
from training.draft.suspicions import DraftError


def texts(*cells):
    return pd.Series(cells, dtype="str")


@pytest.mark.parametrize(
    ("cells", "formats", "first"),
    [
        (["2026-01-02", "2026-01-03"], (), "2026-01-02"),
        (["2026-01-02T06:00", "2026-01-02 07:00"], (), "2026-01-02 06:00"),
        (["02.01.2026", "13.01.2026"], ("%d.%m.%Y",), "2026-01-02"),
        (["02/01/2026 06:00", "13/01/2026 07:00"], ("%d/%m/%Y %H:%M",), "2026-01-02 06:00"),
        (["01/02/2026 6:00 PM", "01/13/2026 7:00 AM"], ("%m/%d/%Y %I:%M %p",), "2026-01-02 18:00"),
        (["1/2/26", "1/13/26"], ("%m/%d/%y",), "2026-01-02"),
        (["20260102", "20260103"], ("%Y%m%d",), "2026-01-02"),
        (["2026/01/02 03:04:05", "2026/01/03 03:04:05"], ("%Y/%m/%d %H:%M:%S",), "2026-01-02 03:04:05"),
        (["2-Jan-26", "13-Feb-26"], ("%d-%b-%y",), "2026-01-02"),
        (["2026年1月2日", "2026年1月3日"], ("%Y年%m月%d日",), "2026-01-02"),
        (["25.11.2026", "25.11.2026 06:00"], ("%d.%m.%Y", "%d.%m.%Y %H:%M"), "2026-11-25"),
    ],
)
def test_formats(cells, formats, first):
    found = read_times(texts(*cells), "date")
    assert found.formats == formats
    assert found.values.iloc[0] == pd.Timestamp(first)
    assert found.values.notna().all()


def test_one_day_after_the_twelfth_decides_for_the_whole_column():
    days = [f"{day:02d}/05/2026" for day in range(1, 13)]
    assert read_times(texts(*days), "date").order == "both"
    assert read_times(texts(*days), "date").values.isna().all()
    found = read_times(texts(*days, "13/05/2026"), "date")
    assert found.order == "day"
    assert found.values.iloc[1] == pd.Timestamp("2026-05-02")


@pytest.mark.parametrize(("order", "first"), [("day", "2026-02-01"), ("month", "2026-01-02")])
def test_a_person_may_say_what_comes_first(order, first):
    found = read_times(texts("01/02/2026", "03/04/2026"), "date", order)
    assert (found.order, found.values.iloc[0]) == (order, pd.Timestamp(first))


def test_an_order_that_the_column_contradicts_is_refused():
    with pytest.raises(DraftError, match=r"column date: got '13/01/2026', which has the day first"):
        read_times(texts("13/01/2026", "14/01/2026"), "date", "month")


def test_two_orders_in_one_column_are_refused():
    with pytest.raises(DraftError, match="'13/01/2026' and '01/14/2026'"):
        read_times(texts("13/01/2026", "01/14/2026"), "date")


def test_a_given_format_must_read_the_column():
    found = read_times(texts("2026 week 1 day 1", "2026 week 1 day 2"), "date", given="%Y week %W day %w")
    assert found.values.iloc[1] == pd.Timestamp("2026-01-06")
    with pytest.raises(
        DraftError, match=r"got 'yesterday': expected a time in the format '%d\.%m\.%Y' of --time-format"
    ):
        read_times(texts("01.02.2026", "yesterday"), "date", given="%d.%m.%Y")


def test_cells_that_are_no_time_are_named():
    found = read_times(texts(*(f"{day:02d}.05.2026" for day in range(1, 29)), *["29.05.2026"] * 40, "total"), "date")
    assert found.unread == ("total",)


@pytest.mark.parametrize("cells", [["wet", "dry"], ["L-10-12", "L-10-13"], ["1.5", "2.5"], ["may be", "marching"]])
def test_other_texts_are_no_times(cells):
    assert read_times(texts(*cells), "ore") is None


def test_zones_are_seen():
    assert read_times(texts("2026-01-02T06:00Z", "2026-01-02T07:00Z"), "date").zoned
