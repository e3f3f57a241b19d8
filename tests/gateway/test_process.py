"""A process between readings and requests: a full disk loses nothing, and the end of a period is one row."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

import pytest

from gateway.faults import Faults
from gateway.outbox import Outbox
from gateway.process import OUTCOMES, PREDICTIONS, Process
from gateway.readings import Reading
from gateway.tag_map import TagMap
from seeds import Seed

START = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


class FullDisk(Outbox):
    """Outbox whose disk can be full."""

    is_full = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with super().transaction() as database:
            yield database
            if self.is_full:
                raise OSError("disk full")


@pytest.fixture
def outbox(tmp_path: Path) -> FullDisk:
    return FullDisk(tmp_path / "outbox.db")


def give(process: Process, at: dt.datetime, use: str = "value", **values: object) -> None:
    for name, value in values.items():
        tag = next(one for one in process.tags.tags if one.column.name == name and one.use == use)
        process.take(Reading(tag.text, value, "good", at))


def rows(outbox: Outbox, start: str) -> list[dict[str, object]]:
    bodies = [json.loads(entry.body) for entry in outbox.oldest_entries(PREDICTIONS, 100)]
    return [row for body in bodies for row in body["rows"] if row["period_start"] == start]


def test_a_full_disk_loses_no_row_and_no_outcome(toy_seed: Seed, outbox: FullDisk) -> None:
    process = Process(TagMap(toy_seed, ("A",)), outbox, Faults())
    give(process, START, period_start="2026-02-01", x_set=10.0, z=4.0)
    process.advance(START)
    outbox.is_full = True
    give(process, START + SECOND, z=5.0)
    give(process, START + 2 * SECOND, use="label_time", y="2026-01-02")
    give(process, START + 2 * SECOND, period_start="2026-03-03", y=91.5)
    for seconds in (2, 3):
        with pytest.raises(OSError, match="disk full"):
            process.advance(START + seconds * SECOND)
    assert [row["z"] for row in rows(outbox, "2026-02-01")] == [4.0]
    outbox.is_full = False
    process.advance(START + 4 * SECOND)
    process.advance(START + 5 * SECOND)
    assert [row["z"] for row in rows(outbox, "2026-02-01")] == [4.0, 5.0]
    (entry,) = outbox.oldest_entries(OUTCOMES, 100)
    assert json.loads(entry.body)["outcomes"] == [{"unit": "A", "period_start": "2026-01-02", "y": 91.5}]
    again = Process(TagMap(toy_seed, ("A",)), outbox, Faults())
    assert [start for start, _ in again.units["A"].finished] == ["2026-02-01"]


def test_values_are_counted_by_their_quality_now(toy_seed: Seed, outbox: FullDisk) -> None:
    process = Process(TagMap(toy_seed, ("A",)), outbox, Faults())
    give(process, START, x_set=10.0)
    give(process, START + 3 * SECOND, z=4.0)
    counts = Counter(process.values.qualities(START + 4 * SECOND).values())
    assert (counts["good"], counts["stale"], counts["missing"]) == (1, 1, len(process.tags.by_text) - 2)
