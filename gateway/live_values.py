"""Latest values of all tags: without duplicates, and stale if they are too old."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from gateway.readings import Reading
from gateway.tag_map import MappedTag, TagMap, factor_of, refresh_of
from seeds.format.gateway import STALE_AFTER

_REMEMBERED = 4  # readings of a tag, to distinguish a repeated one from a late one


@dataclass(frozen=True, slots=True)
class LiveValue:
    """Value of a column of a unit, in the unit of the column.

    Attributes
    ----------
    value : float or str or None
        None if it is bad, stale or not offered.
    quality : str
        As requests to the service state it: good, uncertain, bad or stale.
    at : datetime or None
        Source time in UTC; None if there was no reading.
    """

    value: float | str | None
    quality: str
    at: dt.datetime | None


@dataclass
class LiveValues:
    """Latest readings of the tags of a process.

    Parameters
    ----------
    tags : TagMap
        Map of the process.

    Attributes
    ----------
    counts : Counter
        Readings by `changes`, `duplicates`, `bad`, `uncertain`, `late` and `historical`.
    """

    tags: TagMap
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # A deque takes half a kilobyte, and a new block each 64 readings: memory of thousands of tags would grow.
        self._readings: dict[str, list[Reading]] = {text: [] for text in self.tags.by_text}

    def take(self, reading: Reading) -> bool:
        """Take a reading; returns False for one of no tag, a known one, and a late one."""
        known = self._readings.get(reading.tag)
        if known is None:
            return False
        if known and reading.at <= known[-1].at:
            if reading.is_historical and all(one.at != reading.at for one in known):
                self.counts["historical"] += 1
                return True
            # A server repeats values after an interruption, with their source time.
            self.counts["duplicates" if any(one.at == reading.at for one in known) else "late"] += 1
            return False
        known.append(reading)
        del known[:-_REMEMBERED]
        self.counts["changes"] += 1
        if reading.quality != "good":
            self.counts[reading.quality] += 1
        return True

    def latest(self, text: str) -> Reading | None:
        """Latest reading of a tag."""
        known = self._readings.get(text)
        return known[-1] if known else None

    def ages(self, now: dt.datetime) -> dict[str, float]:
        """Age of the latest reading of each tag with one [s]."""
        return {text: (now - known[-1].at).total_seconds() for text, known in self._readings.items() if known}

    def qualities(self, now: dt.datetime) -> dict[str, str]:
        """Quality of the value of each tag now; `missing` has no reading yet."""
        return {
            text: live_value(self.tags, self.tags.by_text[text][0], known[-1], now).quality if known else "missing"
            for text, known in self._readings.items()
        }

    def faulty(self, now: dt.datetime) -> list[dict[str, object]]:
        """Tags whose value is not good now, each with its quality, reason and source time."""
        faulty: list[dict[str, object]] = []
        for text, quality in self.qualities(now).items():
            if quality != "good":
                latest = self.latest(text)
                at = None if latest is None else latest.at.isoformat()
                faulty.append({"tag": text, "quality": quality, "reason": latest.reason if latest else "", "at": at})
        return faulty


def live_value(tags: TagMap, tag: MappedTag, reading: Reading | None, now: dt.datetime) -> LiveValue:
    """Value of a reading: its status first, then its age, then the number."""
    if reading is None:
        return LiveValue(None, "bad", None)
    if reading.quality == "bad":
        return LiveValue(None, "bad", reading.at)
    if now - reading.at > STALE_AFTER * refresh_of(tags.seed, tag.column):
        return LiveValue(None, "stale", reading.at)
    value = reading.value
    if isinstance(value, float):
        value *= factor_of(tag.column)
    return LiveValue(value, reading.quality, reading.at)
