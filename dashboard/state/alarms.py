"""Course of the warnings of a unit: when an event went into alarm, and how often."""

from __future__ import annotations

from array import array
from bisect import bisect_left

MOST_SAMPLES = 300
"""Newest responses of an event that are held in memory."""


class AlarmCourse:
    """Alarm of one event of a unit over the recorded responses, which may be added in any order."""

    def __init__(self) -> None:
        self._numbers, self._times, self._alarms = array("q"), array("q"), bytearray()
        self._begins: list[int] | None = None

    def add(self, number: int, at: int, is_alarm: bool) -> None:
        """Add a response: its number among all records, its time [microseconds since 1970, UTC] and the alarm."""
        self._begins = None
        place = bisect_left(self._numbers, number)
        if place < len(self._numbers) and self._numbers[place] == number:
            self._alarms[place] |= is_alarm
            return
        self._numbers.insert(place, number)
        self._times.insert(place, at)
        self._alarms.insert(place, is_alarm)
        if len(self._numbers) > MOST_SAMPLES:
            del self._numbers[0], self._times[0], self._alarms[0]

    @property
    def since(self) -> int:
        """Time of the first response of the present alarm [microseconds since 1970, UTC]; 0 without one."""
        first = 0
        for at, is_alarm in zip(reversed(self._times), reversed(self._alarms), strict=True):
            if not is_alarm:
                break
            first = at
        return first

    def count_after(self, after: int) -> int:
        """Return how often the event went into alarm after a time [microseconds since 1970, UTC]."""
        if self._begins is None:
            before = b"\0" + self._alarms[:-1]
            states = zip(self._times, self._alarms, before, strict=True)
            self._begins = [at for at, is_alarm, was in states if is_alarm and not was]
        return sum(at > after for at in self._begins)
