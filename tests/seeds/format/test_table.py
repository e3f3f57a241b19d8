"""What a seed may say of a plant's files, and of columns that they hold in other ways than as one number a row."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from seeds import Seed, SeedError
from seeds.format.loader import parse

Z = 'name = "z"\nrole = "during"'
TARGETS = "[targets.y]"
SHADOW = 'shadow = { value = 60, unit = "d", source = "law" }'
COLUMN = '[[columns]]\nname = "c"\nrole = "before"\ndescription = "m"\nsource = "assumed: made"\n'


@pytest.fixture
def changed(toy_seed: Seed, tmp_path: Path) -> Callable[..., Seed]:
    """Toy seed with lines of [table], and a column more."""

    def made(table: str = "", column: str = "") -> Seed:
        text = toy_seed.text.replace("[references]", f"[table]\n{table}\n\n[references]", 1)
        more = f"{COLUMN}{column}\n\n" if column else ""
        return parse(text.replace(TARGETS, more + TARGETS, 1), tmp_path / "toy_cells.toml")

    return made


def faults(changed: Callable[..., Seed], **how: str) -> str:
    with pytest.raises(SeedError) as caught:
        changed(**how)
    return "\n".join(caught.value.faults)


def test_a_seed_without_table_means_plain_files(toy_seed: Seed) -> None:
    form = toy_seed.table
    assert (form.encoding, form.separator, form.decimal, form.thousands, form.header) == ("utf-8", ",", ".", None, 1)
    assert (form.sheet, form.sheets, form.files, form.every, form.zone) == (None,) * 5
    assert (form.skip, form.time_format, form.missing) == ([], [], [])


def test_all_that_a_table_may_say(changed) -> None:
    form = changed(
        'separator = ";"\ndecimal = ","\nthousands = "."\nencoding = "cp1252"\nheader = 3\nskip = [4]\n'
        'time_format = ["%d.%m.%Y %H:%M"]\ntime_zone = "Europe/Berlin"\nmissing = ["Bad"]\n'
        'every = { value = 1, unit = "min" }'
    ).table
    assert (form.separator, form.decimal, form.thousands, form.encoding) == (";", ",", ".", "cp1252")
    assert (form.header, form.skip, form.time_format, form.missing) == (3, [4], ["%d.%m.%Y %H:%M"], ["Bad"])
    assert form.every is not None
    assert form.every.timedelta == dt.timedelta(minutes=1)
    assert str(form.zone) == "Europe/Berlin"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('encoding = "utf-9"', "table.encoding: got 'utf-9': expected an encoding such as utf-8"),
        ('separator = ":"', "table.separator: got ':'"),
        ('decimal = ","\nthousands = ","', "table.thousands: got ',': expected another sign"),
        ('separator = ";"\ndecimal = ","\nthousands = ","', "table.thousands: got ',': expected another sign"),
        ("header = 0", "table.header: got 0"),
        ('time_format = ["%d.%m"]', "table.time_format.0: got '%d.%m': expected a format with year, month and day"),
        ('time_format = ["%q"]', "table.time_format.0: got '%q'"),
        ('time_zone = "Mars/Base"', "table.time_zone: got 'Mars/Base': expected a time zone such as Europe/Berlin"),
        ('sheet = "A"\nsheets = ["A", "B"]', "table.sheets: expected either sheet or sheets"),
        ('every = { value = 40, unit = "d" }', "table.every: got 40 days, 0:00:00: expected rows that are faster"),
        ("colour = 1", "table.colour: unknown key"),
    ],
)
def test_what_a_table_may_not_say(changed, table: str, expected: str) -> None:
    assert expected in faults(changed, table=table)


EVERY = 'every = { value = 1, unit = "d" }'


@pytest.mark.parametrize(
    ("column", "table", "expected"),
    [
        ('values = ["a", "a"]', "", "columns.c: values ['a', 'a']: each may be named once"),
        ('values = ["a"]\nunit = "V"', "", "columns.c: unit belongs to a number column, this one holds texts"),
        ('values = ["a"]\nclasses = ["a", "b"]', "", "columns.c: classes belongs to a target column"),
        ('values = ["a"]\nstatistic = "mean"', EVERY, "columns.c: statistic 'mean' belongs to a number column"),
        ('unit = "V"\nstatistic = "mean"', "", "columns.c.statistic: expected [table] with every"),
        ('unit = "V"\nstatistic = "median"', EVERY, "columns.c.statistic: got 'median'"),
        (
            'unit = "V"\nrolling = { column = "w", window = 3 }',
            "",
            "columns.c.rolling.column: got 'w': expected another",
        ),
        (
            'unit = "V"\ncensored = true\nrolling = { column = "z", window = 3 }',
            "",
            "columns.c: censored belongs to a column of the file that is no set-point and never negative",
        ),
        ('unit = "V"\nrolling = { column = "z", window = 1 }', "", "columns.c.rolling.window: got 1"),
        (
            'unit = "A"\nrolling = { column = "z", window = 3 }',
            "",
            "columns.c.unit: got 'A': expected 'V' as of column z",
        ),
        ('unit = "1"\ncalendar = "century"', "", "columns.c.calendar: got 'century'"),
        ('unit = "1"\ncalendar = "hour"\ntag = "H"', "", "columns.c: tag belongs to a column of the file"),
        (
            'unit = "V"\ncalendar = "hour"\nrolling = { column = "z", window = 3 }',
            "",
            "columns.c: rolling and calendar: expected one way of making the column",
        ),
    ],
)
def test_what_a_column_may_not_say(changed, column: str, table: str, expected: str) -> None:
    assert expected in faults(changed, table=table, column=column)


def test_made_columns_and_texts_are_inputs(changed) -> None:
    hour = changed(column='unit = "1"\ncalendar = "hour"').column("c")
    assert (hour.is_made, hour.is_number, hour.limits) == (True, True, (0.0, 24.0))
    text = changed(column='values = ["a", "b"]')
    assert not text.column("c").is_number
    assert text.column("c") in text.inputs
    assert changed(column='unit = "V"\nrolling = { column = "z", window = 7 }').column("c").lent_by == "z"


def test_one_tag_may_become_several_columns_by_different_statistics(toy_seed: Seed, changed) -> None:
    pair = 'unit = "V"\ntag = "Z"\nstatistic = "{}"\n\n' + COLUMN.replace('"c"', '"d"')
    pair += 'unit = "V"\ntag = "Z"\nstatistic = "{}"'
    seed = changed(EVERY, pair.format("mean", "sd"))
    assert [seed.column(name).statistic for name in "cd"] == ["mean", "sd"]
    assert "columns.d.tag: got 'Z': expected another than that of column c" in faults(
        changed, table=EVERY, column=pair.format("sd", "sd")
    )


def test_a_table_without_time_has_no_period_and_nothing_made_from_it(toy_seed: Seed, tmp_path: Path) -> None:
    def without(text: str, *more: str) -> Seed:
        for gone in ('period = { value = 30, unit = "d" }\n', *more):
            assert gone in text
            text = text.replace(gone, "")
        return parse(text, tmp_path / "toy_cells.toml")

    start, previous = (
        next(part for part in toy_seed.text.split("[[columns]]") if f'name = "{name}"' in part)
        for name in ("period_start", "previous_y")
    )
    seed = without(toy_seed.text, "[[columns]]" + start, "[[columns]]" + previous)
    assert (seed.time, seed.identity, seed.is_daily) == (None, (seed.key,), False)
    assert (toy_seed.has_unit_and_time, seed.has_unit_and_time) == (True, False)
    for part in ("clock", "period"):
        with pytest.raises(TypeError, match="toy_cells: its table has no time"):
            getattr(seed, part)
    with pytest.raises(SeedError, match=r"process\.shadow: expected a column of role time"):
        parse(seed.text.replace("[references]", f"{SHADOW}\n[references]"), tmp_path / "toy_cells.toml")
    with pytest.raises(SeedError, match="previous_y: made from time: expected a column of role time"):
        without(toy_seed.text, "[[columns]]" + start)
    with pytest.raises(SeedError, match=r"got a column of role time: expected also process\.period"):
        without(toy_seed.text)
