"""One spelling of a unit's name at reading, and which names a person takes for the same."""

import pandas as pd
import pytest

from models.consistency.unit_names import looks, unit_name, with_code_points
from models.table.contract import check
from models.table.sources import TableError


@pytest.mark.parametrize(
    ("written", "retained"),
    [
        (" A-012 ", "A-012"),
        ("A-\u200b012", "A-012"),
        ("\ufeffA-012", "A-012"),
        ("A\u00ad-012", "A-012"),
        ("\uff21\uff0d\uff10\uff11\uff12", "A-012"),
        ("u\u0308-1", "\u00fc-1"),
        ("a1", "a1"),
        ("A1", "A1"),
        ("\u0410-012", "\u0410-012"),
        ("5\u00b2", "5\u00b2"),
        ("\u7535\u89e3\u69fd-1", "\u7535\u89e3\u69fd-1"),
    ],
)
def test_a_name_is_kept_in_one_spelling_and_what_may_be_distinct_stays(written, retained):
    assert unit_name(written) == retained
    assert unit_name(retained) == retained


@pytest.mark.parametrize("other", ["a-012", "A\u2011012", "\u0410-012", "\u0391-012", "A -012", "A\u200b-012"])
def test_names_that_a_person_takes_for_the_same_look_the_same(other):
    assert looks(other) == looks("A-012")


def test_names_that_differ_to_a_person_look_different():
    assert len({looks(name) for name in ("A-012", "A-021", "B-012", "\u0411-012", "A-12")}) == 5


def test_code_points_tell_look_alikes_apart():
    assert with_code_points("\u0410-012") == "'\u0410-012' (U+0410)"
    assert with_code_points("A-012") == "'A-012'"


def test_a_table_reads_signs_without_a_width_away_and_says_so(toy_seed, toy_frame):
    frame = toy_frame(units=3, periods=4)
    one = frame.index[frame["unit"] == "A-001"][:2]
    frame.loc[one, "unit"] = "A-\u200b001"
    result = check(frame, toy_seed)
    assert set(result.table["unit"]) == set(toy_frame(units=3, periods=4)["unit"])
    assert result.cautions == (
        "units with signs without a width or of another width were read 'A-\u200b001' (U+200B) as 'A-001'",
    )


def test_two_rows_of_a_unit_that_differ_by_a_sign_without_a_width_are_one_twice(toy_seed, toy_frame):
    frame = toy_frame(units=3, periods=4)
    again = frame[frame["unit"] == "A-001"].assign(unit="A-001\u200d")
    with pytest.raises(TableError, match=r"A-001 .* again: expected one row a unit and period"):
        check(pd.concat([frame, again], ignore_index=True), toy_seed)


@pytest.mark.parametrize("sign", ["\0", "\x1f", "\x85"])
def test_a_name_with_a_control_character_is_a_fault(toy_seed, toy_frame, sign):
    frame = toy_frame(units=3, periods=4)
    frame.loc[0, "unit"] = f"A{sign}-001"
    with pytest.raises(TableError, match="a name without control characters"):
        check(frame, toy_seed)
