"""Hours of a tariff: read, and refused with the hour named."""

import numpy as np
import pytest

from models.interfaces.schedule import ScheduleError
from models.schedules.hours import matched, read_hours


def series(first: int, count: int, offset: str = "+08:00") -> list[dict[str, object]]:
    return [
        {"start": f"2026-08-{3 + (first + h) // 24:02d}T{(first + h) % 24:02d}:00{offset}", "price": 0.05 + 0.001 * h}
        for h in range(count)
    ]


def faults(given, key="price", minutes=60):
    with pytest.raises(ScheduleError) as raised:
        read_hours("tariff", given, key, minutes)
    return raised.value.faults


def test_a_day_ahead_series_has_an_hour_each():
    result = read_hours("tariff", series(0, 24), "price", 60)
    assert len(result.values) == 24
    np.testing.assert_allclose(result.values[[0, 23]], [0.05, 0.073])


def test_intervals_fill_their_hours():
    given = [
        {"start": "2026-08-03T00:00+08:00", "end": "2026-08-03T08:00+08:00", "price": 0.04},
        {"start": "2026-08-03T08:00+08:00", "end": "2026-08-04T00:00+08:00", "price": 0.09},
    ]
    assert read_hours("tariff", given, "price", 30).values.tolist() == [0.04] * 16 + [0.09] * 32


def test_the_end_of_summer_time_has_an_hour_more():
    given = [{"start": f"2026-10-25T{h:02d}:00+02:00", "price": 0.1} for h in range(3)]
    given += [{"start": f"2026-10-25T{h:02d}:00+01:00", "price": 0.2} for h in range(2, 24)]
    assert len(read_hours("tariff", given, "price", 60).values) == 25


def test_a_time_without_an_offset_is_refused():
    given = series(0, 24)
    given[5]["start"] = "2026-08-03T05:00"
    ((place, got, expected),) = faults(given)
    assert (place, got) == ("tariff.5.start", "2026-08-03T05:00")
    assert "summer time" in expected


def test_a_gap_is_named_by_its_hour():
    given = series(0, 30)
    del given[10]
    given = [one | {"end": f"{one['start'][:11]}{int(one['start'][11:13]) + 1:02d}:00+08:00"} for one in given[:20]]
    place, got, expected = faults(given)[0]
    assert (place, got) == ("tariff.10.start", "2026-08-03T11:00:00+08:00")
    assert "2026-08-03T10:00:00+08:00: hours from there on are missing" in expected


def test_a_doubled_hour_is_named():
    given = series(0, 30)
    given.insert(11, dict(given[10]))
    place, got, expected = faults(given)[0]
    assert place == "tariff.10.end"
    assert got == "2026-08-03T10:00:00+08:00"
    overlapping = [
        {"start": "2026-08-03T00:00+08:00", "end": "2026-08-03T09:00+08:00", "price": 0.04},
        {"start": "2026-08-03T08:00+08:00", "end": "2026-08-04T00:00+08:00", "price": 0.09},
    ]
    place, got, expected = faults(overlapping)[0]
    assert place == "tariff.1.start"
    assert "hours before it stand twice" in expected


def test_between_two_steps_nothing_begins():
    given = series(0, 24)
    given[3]["start"] = "2026-08-03T03:20+08:00"
    assert faults(given)[0][0] == "tariff.3.start"


@pytest.mark.parametrize("count", [23, 169])
def test_less_than_a_day_and_more_than_a_week_are_refused(count):
    ((place, got, expected),) = faults(series(0, count))
    assert (place, got, expected) == ("tariff", f"{count} h", "24 to 168 h")


def test_factors_of_other_hours_than_the_tariff_are_refused():
    prices, later = (read_hours("x", series(first, 24), "price", 60) for first in (0, 1))
    with pytest.raises(ScheduleError, match="as the tariff"):
        matched("grid_factor", later, prices)


@pytest.mark.parametrize("start", ["9999-12-31T06:00+00:00", "9999-12-31T23:00+00:00"])
def test_hours_beyond_the_calendar_are_a_fault(start):
    one, first = {"start": start, "price": 1.0}, {"start": "2026-08-03T00:00+00:00", "price": 1.0}
    for given in ([first, one], [one]):
        with pytest.raises(ScheduleError, match="well within the calendar"):
            read_hours("tariff", given, "price", 60)
