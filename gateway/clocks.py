"""Clock of a source, from the times at which it states to have sent something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]
CLOCK_LIMIT = dt.timedelta(seconds=10)
"""Difference of two clocks from which it is named."""
_LONGEST_DELAY = dt.timedelta(seconds=30)  # of a message; up to it, programs may be busy and no clock is behind
_STEADY = dt.timedelta(seconds=1)  # a smaller change is ignored: source times of an unchanged value stay equal
_SET_BACK = dt.timedelta(seconds=0.1)  # beyond what two threads of a source differ by
_ON_THE_WAY = dt.timedelta(seconds=5)  # values that were dated before the clock was set


def utc_now() -> dt.datetime:
    """Return the time of this machine in UTC."""
    return dt.datetime.now(dt.UTC)


def comparison(difference: dt.timedelta) -> str:
    """Text on a clock that differs from this machine's; empty up to `CLOCK_LIMIT`."""
    if abs(difference) <= CLOCK_LIMIT:
        return ""
    ahead = "ahead of" if difference > dt.timedelta(0) else "behind"
    return f"{abs(difference).total_seconds():.0f} s {ahead} this machine's; ages allow for it"


class SourceClock:
    """Difference of a source's clock from this machine's.

    Attributes
    ----------
    difference : timedelta
        Clock of the source minus this machine's.
    """

    def __init__(self) -> None:
        self.difference = dt.timedelta(0)
        self._latest: dt.datetime | None = None
        self._late_since: dt.datetime | None = None
        self._earlier: tuple[dt.timedelta, dt.datetime] | None = None  # difference, and until when it was true

    def note(self, sent_at: dt.datetime, now: dt.datetime) -> None:
        """Note a message, in the order of sending.

        A message that waited looks like a clock that is behind. Its time is not before that of the message before it,
        which shows a clock that was set back, and later messages are in time again.

        Parameters
        ----------
        sent_at, now : datetime
            Time of sending by the clock of the source, and of arrival by that of this machine, in UTC.
        """
        before, self._latest = self._latest, sent_at
        difference = sent_at - now
        if before is None or sent_at >= before - _SET_BACK:
            if abs(difference - self.difference) <= _STEADY:
                self._late_since = None
                return
            if before is not None and self._may_have_waited(difference, now):
                return
        self._earlier = None if before is None else (self.difference, now)
        self.difference, self._late_since = difference, None

    def _may_have_waited(self, difference: dt.timedelta, now: dt.datetime) -> bool:
        """Note a message that may have waited, and return whether it may."""
        if not self.difference - _LONGEST_DELAY < difference < self.difference:
            return False
        self._late_since = self._late_since or now
        return now - self._late_since < _LONGEST_DELAY

    def time_here(self, stated: dt.datetime, now: dt.datetime) -> dt.datetime:
        """Return the time of a value by this machine's clock.

        After the clock was set, a new value may be dated by the clock as it was before. A value of the future is dated
        by a clock that was set since the latest message: it counts as of now.

        Parameters
        ----------
        stated, now : datetime
            Time of the value by the clock of the source, and of its arrival by that of this machine, in UTC.
        """
        at = stated - self.difference
        if self._earlier is not None and now - self._earlier[1] <= _ON_THE_WAY:
            at = min(at, stated - self._earlier[0], key=lambda time: abs(now - time))
        return now if at - now > _STEADY else at
