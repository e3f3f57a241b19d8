"""Times as text: a whole column decides, and where two orders or several formats fit it nothing is guessed."""

import numpy as np
import pandas as pd
import pytest

from drafting.dates import read_times
from drafting.findings import DraftError
from models.table.reading import read_table
from models.table.sources import TableError


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
    result = read_times(texts(*cells), "date")
    assert result.formats == formats
    assert result.values.iloc[0] == pd.Timestamp(first)
    assert result.values.notna().all()


def test_one_day_after_the_twelfth_decides_for_the_whole_column():
    days = [f"{day:02d}/05/2026" for day in range(1, 13)]
    assert read_times(texts(*days), "date").order == "both"
    assert read_times(texts(*days), "date").values.isna().all()
    result = read_times(texts(*days, "13/05/2026"), "date")
    assert result.order == "day"
    assert result.values.iloc[1] == pd.Timestamp("2026-05-02")


@pytest.mark.parametrize(("order", "first"), [("day", "2026-02-01"), ("month", "2026-01-02")])
def test_a_person_may_say_what_comes_first(order, first):
    result = read_times(texts("01/02/2026", "03/04/2026"), "date", order)
    assert (result.order, result.values.iloc[0]) == (order, pd.Timestamp(first))


def test_an_order_that_the_column_contradicts_is_refused():
    with pytest.raises(DraftError, match=r"column date: got '13/01/2026', which has the day first"):
        read_times(texts("13/01/2026", "14/01/2026"), "date", "month")


def test_two_orders_in_one_column_are_refused():
    with pytest.raises(DraftError, match="'13/01/2026' and '01/14/2026'"):
        read_times(texts("13/01/2026", "01/14/2026"), "date")


def test_a_given_format_must_read_the_column():
    result = read_times(texts("2026 week 1 day 1", "2026 week 1 day 2"), "date", given=["%Y week %W day %w"])
    assert result.values.iloc[1] == pd.Timestamp("2026-01-06")
    with pytest.raises(
        DraftError, match=r"got 'yesterday': expected a time in the format '%d\.%m\.%Y' of --time-format"
    ):
        read_times(texts("01.02.2026", "yesterday"), "date", given=["%d.%m.%Y"])


def test_cells_that_are_no_time_are_named():
    result = read_times(texts(*(f"{day:02d}.05.2026" for day in range(1, 29)), *["29.05.2026"] * 40, "total"), "date")
    assert result.unread == ("total",)


@pytest.mark.parametrize("cells", [["wet", "dry"], ["L-10-12", "L-10-13"], ["1.5", "2.5"], ["may be", "marching"]])
def test_other_texts_are_no_times(cells):
    assert read_times(texts(*cells), "ore") is None


def test_zones_are_seen():
    assert read_times(texts("2026-01-02T06:00Z", "2026-01-02T07:00Z"), "date").zoned


@pytest.mark.parametrize(
    "cells",
    [
        ("2018-01-02", "13/01/2018"),
        ("13.01.2018", "2018/01/14"),
        ("13.01.2018 06:00", "14/01/2018 06:00"),
        ("13/01/2018", "13/01/18"),
        ("2-Jan-2018", "13/01/2018"),
        ("2018-01-02", *[f"2018-02-{day:02d}" for day in range(1, 29)] * 3, "13/01/2018"),
    ],
)
def test_several_formats_in_a_column_are_no_times_but_a_question(cells):
    result = read_times(texts(*cells), "date", row=np.arange(2, 2 + len(cells)))
    assert result.order == "mixed"
    assert result.values.isna().all()
    assert f"row 2 holds {cells[0]!r}" in result.question
    assert f"row {len(cells) + 1} holds {cells[-1]!r}" in result.question
    assert "--time 'date' --time-format" in result.question


@pytest.mark.parametrize("cells", [("25.11.2026", "25.11.2026 06:00"), ("2026-01-02T06:00", "2026-01-02 06:00:30")])
def test_a_clock_more_or_less_is_no_other_format(cells):
    assert read_times(texts(*cells), "date").values.notna().all()


def test_several_formats_may_be_stated():
    result = read_times(texts("2018-01-02", "13/01/2018"), "date", given=["%Y-%d-%m", "%d/%m/%Y"])
    assert result.values.tolist() == [pd.Timestamp("2018-02-01"), pd.Timestamp("2018-01-13")]
    with pytest.raises(DraftError, match=r"got '01/02/2018': expected formats of --time-format that read it alike"):
        read_times(texts("01/02/2018", "02/03/2018"), "date", given=["%d/%m/%Y", "%m/%d/%Y"])


def spreadsheet_of(times):
    """Day-first dates as a spreadsheet in another country writes them: days up to 12 are taken for months."""
    is_taken = times.dt.day <= 12
    return times.dt.strftime("%Y-%d-%m %H:%M").where(is_taken, times.dt.strftime("%d/%m/%Y %H:%M"))


def test_a_file_that_a_spreadsheet_has_rewritten_is_asked_for_and_read_as_stated(energy, draft_of):
    """The order of rows shows which reading is meant; with it no weekday is contradicted."""
    table = energy()
    given = ("%Y-%d-%m %H:%M", "%d/%m/%Y %H:%M")
    with pytest.raises(DraftError) as error:
        draft_of(table.assign(date=spreadsheet_of(table["date"])), "Usage_kWh")
    assert "row 2 holds '2018-01-01 00:00', row 1154 holds '13/01/2018 00:00'" in str(error.value)
    assert f"--time-format '{given[0]}' --time-format '{given[1]}' (by these the rows follow each" in str(error.value)
    drafted = draft_of(table.assign(date=spreadsheet_of(table["date"])), "Usage_kWh", time="date", time_format=given)
    assert drafted.checked.table["date"].tolist() == table["date"].tolist()
    assert drafted.seed.table.time_format == list(given)
    assert not [one for one in drafted.suspicions if one.kind == "dates"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_formats_that_the_rows_contradict_are_refused(energy, draft_of, tmp_path, kind):
    """Stated as year, month, day, or exchanged in a file that holds dates of its own."""
    table = energy(days=60)
    turned = pd.to_datetime(spreadsheet_of(table["date"]), format="mixed", dayfirst=False)
    for day in range(13, 32):  # what no month can be stays text, or was read rightly
        rows = table["date"].dt.day == day
        turned[rows] = table["date"][rows]
    path = tmp_path / f"plant.{kind}"
    options = {}
    if kind == "csv":
        table.assign(date=spreadsheet_of(table["date"])).to_csv(path, index=False)
        options = {"time": "date", "time_format": ("%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M")}
    elif kind == "xlsx":
        table.assign(date=turned).to_excel(path, index=False)
    else:
        table.assign(date=turned).to_parquet(path)
    with pytest.raises(DraftError, match="column date: day and month are exchanged: Day_of_week contradicts"):
        draft_of(path, "Usage_kWh", **options)


def test_date_cells_among_texts_of_a_workbook_are_asked_for(energy, draft_of, tmp_path):
    table = energy(days=40)
    turned = spreadsheet_of(table["date"]).astype(object)
    is_taken = table["date"].dt.day <= 12
    turned[is_taken] = pd.to_datetime(turned[is_taken], format="%Y-%m-%d %H:%M")
    table.assign(date=turned).to_excel(tmp_path / "plant.xlsx", index=False)
    with pytest.raises(DraftError, match=r"row 2 holds '2018-01-01', row 1154 holds '13/01/2018 00:00'"):
        draft_of(tmp_path / "plant.xlsx", "Usage_kWh")
    given = ("%d/%m/%Y %H:%M",)  # which leaves date cells as they are
    with pytest.raises(DraftError, match=r"column date: day and month are exchanged.*import the column as text"):
        draft_of(tmp_path / "plant.xlsx", "Usage_kWh", time="date", time_format=given)


def test_right_date_cells_among_texts_of_a_workbook_are_read_with_their_format(energy, draft_of, tmp_path):
    table = energy(days=40)
    mixed = table["date"].astype(object).where(table["date"].dt.day > 5, table["date"].dt.strftime("%d/%m/%Y %H:%M"))
    table.assign(date=mixed).to_excel(tmp_path / "plant.xlsx", index=False)
    drafted = draft_of(tmp_path / "plant.xlsx", "Usage_kWh", time="date", time_format=("%d/%m/%Y %H:%M",))
    assert drafted.checked.table["date"].tolist() == table["date"].tolist()


def test_the_wrong_order_stated_is_refused_where_the_weekdays_show_it(energy, draft_of):
    table = energy(days=360)[::96].reset_index(drop=True)
    table = table[table["date"].dt.day <= 12].sample(frac=1, random_state=0, ignore_index=True)
    text = table.assign(date=table["date"].dt.strftime("%d/%m/%Y"))
    with pytest.raises(DraftError, match="does the day come first or the month"):
        draft_of(text, "Usage_kWh")
    with pytest.raises(DraftError, match=r"day and month are exchanged: Day_of_week .* give --day-first"):
        draft_of(text, "Usage_kWh", order="month")
    assert len(draft_of(text, "Usage_kWh", order="day").checked.table) == len(table)


def test_a_weekday_that_no_exchange_explains_is_named(energy, draft_of, suspected):
    table = energy(days=40)
    table["Day_of_week"] = (table["date"] + pd.Timedelta(days=1)).dt.day_name()
    drafted = draft_of(table, "Usage_kWh")
    (one,) = [one for one in drafted.suspicions if one.kind == "dates"]
    assert one.evidence.startswith(
        "Day_of_week contradicts 3840 of 3840 dates (100.0%), such as 'Tuesday' on 2018-01-01"
    )
    assert any(line.startswith("dates: Day_of_week contradicts") for line in drafted.checked.cautions)


@pytest.mark.parametrize("labelled", [True, False])
def test_the_reader_refuses_exchanged_dates_of_a_later_file(energy, draft_of, tmp_path, labelled):
    """To train and to predict: a seed that is right does not make a file right."""
    table = energy(days=60)
    seed = draft_of(table, "Usage_kWh").seed
    day, month = table["date"].dt.day, table["date"].dt.month
    parts = {"year": table["date"].dt.year, "month": day.where(day <= 12, month), "day": month.where(day <= 12, day)}
    clock = table["date"] - table["date"].dt.normalize()
    later = table.assign(date=pd.to_datetime(pd.DataFrame(parts)) + clock)
    later.to_csv(tmp_path / "later.csv", index=False)
    with pytest.raises(TableError, match=r"row \d+, column date: got dates with day and month exchanged: Day_of_week"):
        read_table(tmp_path / "later.csv", seed, labelled=labelled)


def test_dates_of_no_known_format_are_named(energy, draft_of, suspected):
    table = energy(days=60)[::96].reset_index(drop=True)
    with pytest.raises(DraftError, match=r"are exchanged: Day_of_week .* --time 'date' --time-format '%Y-%d-%m"):
        draft_of(table.assign(date=table["date"].dt.strftime("%Y-%d-%m")), "Usage_kWh")
    drafted = draft_of(table.assign(date=table["date"].dt.strftime("%Y/%d/%m")), "Usage_kWh")
    (one,) = [one for one in drafted.suspicions if one.kind == "dates"]
    assert (one.where, one.evidence) == (
        "date",
        "looks like dates, such as '2018/01/01', in no format that is known",
    )
