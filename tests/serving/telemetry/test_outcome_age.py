"""Ages of the newest outcomes, read a little at a time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from records.database import Database, RecordsError
from records.outcomes import Outcome, take
from serving.telemetry import outcome_age
from serving.telemetry.outcome_age import Arrivals


class Clock:
    """A clock of the records that a test moves [s]."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1_800_000_000.0
        for one in ("records.database", "records.outcomes", "serving.telemetry.outcome_age"):
            monkeypatch.setattr(f"{one}.now", lambda: int(self.seconds * 1e6))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'records.db'}")
    yield made
    made.close()


def came(records: Database, process: str, value: float) -> None:
    take(records, process, "me", [Outcome("A-001", "2026-11-01T00:00:00", {"y": value})])


def test_each_process_has_the_age_of_its_newest_outcomes(records: Database, clock: Clock) -> None:
    seen = Arrivals(records)
    assert seen.ages() == {}
    came(records, "cells", 1.0)
    clock.seconds += 100
    came(records, "lots", 1.0)
    clock.seconds += 10
    assert seen.ages() == {"cells": 110, "lots": 10}
    came(records, "cells", 2.0)
    clock.seconds += 5
    assert seen.ages() == Arrivals(records).ages() == {"cells": 5, "lots": 15}


def test_a_clock_that_was_set_back_gives_no_negative_age_and_the_newest_is_the_last_that_came(
    records: Database, clock: Clock
) -> None:
    came(records, "cells", 1.0)
    clock.seconds -= 86_400
    assert Arrivals(records).ages() == {"cells": 0}
    came(records, "cells", 2.0)
    clock.seconds += 7
    assert Arrivals(records).ages() == {"cells": 7}


def test_records_that_cannot_be_read_leave_the_ages_out(
    records: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    came(records, "cells", 1.0)
    seen = Arrivals(records)

    def broken(connection: object, after: int) -> None:
        raise RecordsError("records: no disk")

    with monkeypatch.context() as patch:
        patch.setattr(outcome_age, "newest_batches", broken)
        assert seen.ages() == {}
    assert "no disk" in caplog.text
    assert seen.ages() == {"cells": 0}
