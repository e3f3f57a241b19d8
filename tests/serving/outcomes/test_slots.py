"""Units and periods of rows as records have them: the same whether a row's time is known already or read anew."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.forms.history import starts_of, units_of
from records.request_index import Request
from seeds import Seed
from seeds.format.loader import parse
from serving.outcomes.slots import slots, slots_of

PERIOD = "2026-11-01"
TIMES = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))
OFFSETS = st.sampled_from([None, dt.timedelta(0), dt.timedelta(hours=5, minutes=30), dt.timedelta(hours=-3)])


@given(rows=st.lists(TIMES, min_size=1, max_size=4), offset=OFFSETS)
def test_periods_are_those_that_predictions_compute(rows: list[dt.datetime], offset: Any, toy_seed: Seed) -> None:
    zone = None if offset is None else dt.timezone(offset)
    given = [{"unit": " A", "period_start": one.replace(tzinfo=zone).isoformat()} for one in rows]
    result, faults = slots(given, toy_seed)
    starts, _ = starts_of(given, 0, toy_seed)
    texts = np.datetime_as_string(starts.astype("datetime64[s]")).tolist()
    assert (result, faults) == ([("A", text) for text in texts], [])


@pytest.mark.parametrize("zone", ["", 'time_zone = "Europe/Berlin"'])
def test_pieces_that_pass_within_a_second_are_told_apart(zone: str, toy_sorting_seed: Seed) -> None:
    seed = parse(toy_sorting_seed.text + f"\n[table]\n{zone}\n", Path("toy_scrap.toml"))
    times = ["2026-11-01T06:00:00", "2026-11-01T06:00:00.020000", "2026-11-01T06:00:01.5"]
    result, faults = slots([{"lot": "L-1", "passed_at": time} for time in times], seed)
    assert faults == []
    seconds = ("00", "00.020000", "01.500000")
    assert result == [("L-1", f"2026-11-01T06:00:{second}") for second in seconds]


@pytest.mark.parametrize("other", ["2026-11-01T06:00", "2026-11-01T06:00+02:00"])
def test_times_of_several_offsets_have_faults_and_no_periods(other: str, toy_seed: Seed) -> None:
    rows = [{"unit": "A", "period_start": time} for time in ("2026-11-01T05:00+01:00", other)]
    result, faults = slots(rows, toy_seed)
    assert (result, [fault.row for fault in faults]) == ([], [1])


def test_a_name_that_no_database_keeps_is_of_one_unit_in_outcomes_and_in_what_was_asked(toy_seed: Seed) -> None:
    result, faults = slots([{"unit": " A\0B ", "period_start": PERIOD}], toy_seed)
    assert faults == []
    assert result == [("A\ufffdB", "2026-11-01T00:00:00")]
    body = b'{"rows": [{"unit": "A\\u0000B", "period_start": "2026-11-01", "z": 4.0}]}'
    assert slots_of(Request(1, 0, "application/json", body), toy_seed) == result


@pytest.mark.parametrize("written", ["A-\u200b012", "\ufeffA-012", "\uff21-\uff10\uff11\uff12", " A-012\u00a0"])
def test_a_name_is_of_the_unit_that_a_table_reads_it_as(written: str, toy_seed: Seed) -> None:
    """Requests, earlier periods and outcomes; a name that only looks like another one stays apart."""
    rows = [{"unit": name, "period_start": PERIOD} for name in ("A-012", written, "\u0410-012")]
    result, _ = slots(rows, toy_seed)
    assert [unit for unit, _ in result] == ["A-012", "A-012", "\u0410-012"]
    assert units_of(rows, toy_seed) == [0, 0, 1]
