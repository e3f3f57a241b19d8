"""Outcomes by unit and period, batch by batch; rows are never changed, the latest one is effective."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from records import audit
from records.database import Database, RecordsError, now
from records.schema import BATCHES, OUTCOMES

Slot = tuple[str, str]
"""Name of a unit and start of its period as `YYYY-MM-DDTHH:MM:SS`.

The fraction of a second follows if periods are shorter than one second; the start is empty if a table has no time.
"""

_AT_ONCE = 300  # slots of one query


@dataclass(frozen=True)
class Outcome:
    """Outcome of a unit's period.

    Attributes
    ----------
    unit, period : str
        See `Slot`.
    values : Mapping
        Values by column; one that is left out is not known, or as it was known before.
    prediction : str, optional
        Id of the prediction that it was sent for.
    """

    unit: str
    period: str
    values: Mapping[str, float | str]
    prediction: str | None = None

    @property
    def slot(self) -> Slot:
        """Unit and period."""
        return self.unit, self.period


@dataclass(frozen=True)
class OutcomeBatch:
    """Outcomes that were sent together.

    Attributes
    ----------
    number : int
        Its name.
    digest : str
        SHA-256 of what it holds.
    rows, new_rows, corrected_rows, unchanged_rows : int
        Outcomes in it; those with a first value, those that correct a value, and those without a new value, which are
        not stored again.
    is_duplicate : bool
        Whether the same batch is stored already; then nothing is stored again.
    """

    number: int
    digest: str
    rows: int
    new_rows: int
    corrected_rows: int
    unchanged_rows: int
    is_duplicate: bool = False


Fresh = list[tuple[Outcome, bool]]
"""Outcomes that say something new, each with whether it says otherwise than was known."""


def take(
    database: Database,
    process: str,
    client: str,
    outcomes: Sequence[Outcome],
    before_commit: Callable[[], None] = lambda: None,
) -> OutcomeBatch:
    """Keep a batch of outcomes; it is durable when this returns.

    What is new in it is looked for before the database is locked, so that others write meanwhile; where outcomes came
    in between, it is looked for again.

    Parameters
    ----------
    database : Database
        The records.
    process, client : str
        Whose outcomes, and who sent them.
    outcomes : sequence of Outcome
        The batch.
    before_commit : callable
        Called when all is written and nothing is committed yet; what it raises lets nothing be kept.

    Raises
    ------
    RecordsError
        The database did not do its part; nothing is kept.
    """
    digest = _digest(outcomes)
    with database.read() as connection:
        seen = _seen(connection, process)
        fresh = _fresh(connection, process, outcomes)
    with database.begin() as connection:
        database.lock(connection, BATCHES)
        if _seen(connection, process) != seen:
            fresh = _fresh(connection, process, outcomes)
        before = _same(connection, process, digest)
        corrected = sum(is_correction for _, is_correction in fresh)
        if before is not None and not fresh:
            return OutcomeBatch(before, digest, len(outcomes), 0, 0, len(outcomes), True)
        number = _insert(connection, process, client, digest, len(outcomes), corrected, fresh)
        if corrected:
            audit.add(database, connection, client, "correction", f"{process}, batch {number}", "", {"rows": corrected})
        before_commit()
    return OutcomeBatch(number, digest, len(outcomes), len(fresh) - corrected, corrected, len(outcomes) - len(fresh))


def _seen(connection: Connection, process: str) -> tuple[int, int]:
    """Numbers of the latest outcome and revision; effective outcomes are unchanged while both stay."""
    return newest(connection, process), revision(connection, process)


def _fresh(connection: Connection, process: str, outcomes: Sequence[Outcome]) -> Fresh:
    known = in_effect(connection, process, [one.slot for one in outcomes])
    fresh: Fresh = []
    for one in outcomes:
        was = known.get(one.slot)
        if was is None or any(was.get(name) != value for name, value in one.values.items()):
            fresh.append((one, any(value != one.values.get(name, value) for name, value in (was or {}).items())))
            known[one.slot] = {**(was or {}), **one.values}
    return fresh


def _insert(
    connection: Connection,
    process: str,
    client: str,
    digest: str,
    rows: int,
    corrected: int,
    fresh: Fresh,
) -> int:
    batch = {"process": process, "digest": digest, "at": now(), "client": client, "rows": rows, "corrected": corrected}
    number = int(connection.execute(insert(BATCHES).values(batch)).inserted_primary_key.number)  # type: ignore[union-attr]
    if fresh:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        # As SQLAlchemy would write it, which takes as long as the database does, and others wait.
        text = (
            f"INSERT INTO outcomes (batch, process, unit, period, prediction, content) VALUES ({', '.join([mark] * 6)})"
        )
        own = [(one.unit, one.period, one.prediction, msgspec.json.encode(one.values).decode()) for one, _ in fresh]
        connection.exec_driver_sql(text, [(number, process, *one) for one in own])
    return number


def _digest(outcomes: Iterable[Outcome]) -> str:
    content = [[one.unit, one.period, dict(one.values)] for one in outcomes]
    return "sha256:" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _same(connection: Connection, process: str, digest: str) -> int | None:
    """Number of a batch with this content that is not withdrawn."""
    number: int | None = connection.scalar(
        select(func.max(BATCHES.c.number)).where(
            BATCHES.c.process == process, BATCHES.c.digest == digest, BATCHES.c.withdrawn_at.is_(None)
        )
    )
    return number


def in_effect(connection: Connection, process: str, slots: Sequence[Slot]) -> dict[Slot, dict[str, Any]]:
    """Effective outcomes by unit and period: latest value of each column over active batches."""
    effective: dict[Slot, dict[str, Any]] = {}
    if not newest(connection, process):
        return effective
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    for first in range(0, len(slots), _AT_ONCE):
        distinct = list(dict.fromkeys(slots[first : first + _AT_ONCE]))
        # As SQLAlchemy would write it, which takes longer than the database does.
        rows = connection.exec_driver_sql(_text(len(distinct), mark), (process, *chain.from_iterable(distinct)))
        for unit, period, content in rows:
            effective.setdefault((unit, period), {}).update(msgspec.json.decode(content))
    return effective


@lru_cache
def _text(slots: int, mark: str) -> str:
    """Outcomes of a process, of so many slots, in the order in which they came."""
    values = ", ".join([f"({mark}, {mark})"] * slots)
    return (
        "SELECT o.unit, o.period, o.content FROM outcomes o JOIN outcome_batches b ON b.number = o.batch "
        f"WHERE o.process = {mark} AND b.withdrawn_at IS NULL AND (o.unit, o.period) IN (VALUES {values}) "
        "ORDER BY o.number"
    )


def _valid(process: str) -> Any:
    """Outcomes of a process in the order in which they came, without those of withdrawn batches."""
    own = (OUTCOMES.c.number, OUTCOMES.c.batch, OUTCOMES.c.unit, OUTCOMES.c.period, OUTCOMES.c.content)
    return (
        select(*own, BATCHES.c.at, BATCHES.c.accepted_at)
        .join(BATCHES, BATCHES.c.number == OUTCOMES.c.batch)
        .where(OUTCOMES.c.process == process, BATCHES.c.withdrawn_at.is_(None))
        .order_by(OUTCOMES.c.number)
    )


@dataclass(frozen=True)
class Arrived:
    """Outcomes that arrived together.

    Attributes
    ----------
    last_outcome : int
        Number of the last of them.
    at : int
        Arrival [microseconds since 1970, UTC].
    outcomes : tuple of Outcome
    batch : int
        Number of their batch.
    accepted : bool
        Whether a person has accepted them, however odd they are.
    """

    last_outcome: int
    at: int
    outcomes: tuple[Outcome, ...]
    batch: int
    accepted: bool


def arrived(connection: Connection, process: str, after: int = 0) -> Iterator[Arrived]:
    """Outcomes of a process behind a number, batch by batch; a value that was corrected later is left out."""
    rows = connection.execute(_valid(process).where(OUTCOMES.c.number > after)).all()
    last = {(row.unit, row.period, name): row.number for row in rows for name in msgspec.json.decode(row.content)}
    batches: dict[int, list[Any]] = {}
    for row in rows:
        batches.setdefault(row.batch, []).append(row)
    for batch in batches.values():
        outcomes = []
        for row in batch:
            values = msgspec.json.decode(row.content)
            current = {name: value for name, value in values.items() if last[row.unit, row.period, name] == row.number}
            if current:
                outcomes.append(Outcome(row.unit, row.period, current))
        newest = batch[-1]
        yield Arrived(newest.number, newest.at, tuple(outcomes), newest.batch, newest.accepted_at is not None)


def revision(connection: Connection, process: str) -> int:
    """Number of corrections, withdrawals and acceptances; a change makes results of outcomes stale."""
    withdrawn = func.count(BATCHES.c.withdrawn_at) + func.count(BATCHES.c.accepted_at)
    corrected = func.coalesce(func.sum(BATCHES.c.corrected), 0)
    return int(connection.scalar(select(withdrawn + corrected).where(BATCHES.c.process == process)) or 0)


def newest(connection: Connection, process: str) -> int:
    """Number of the newest outcome of a process; 0 where there is none."""
    return int(connection.scalar(select(func.max(OUTCOMES.c.number)).where(OUTCOMES.c.process == process)) or 0)


def newest_batches(connection: Connection, after: int = 0) -> dict[str, tuple[int, int]]:
    """Number and arrival [microseconds] of the latest batch of each process, among those after a number."""
    of = select(func.max(BATCHES.c.number)).where(BATCHES.c.number > after).group_by(BATCHES.c.process)
    rows = connection.execute(select(BATCHES.c.process, BATCHES.c.number, BATCHES.c.at).where(BATCHES.c.number.in_(of)))
    return {row.process: (row.number, row.at) for row in rows}


def withdraw(database: Database, number: int, actor: str, reason: str) -> str:
    """Withdraw a batch; its outcomes stay in the database. Return the name of its process.

    Raises
    ------
    RecordsError
        There is no such batch, or it is withdrawn already.
    """
    with database.begin() as connection:
        batch = _counting(database, connection, number)
        values = {"withdrawn_at": now(), "withdrawn_by": actor, "withdrawn_reason": reason}
        return _judged(database, connection, batch, values, "withdrawal", actor, reason)


def accept(database: Database, number: int, actor: str, reason: str) -> str:
    """Accept a batch, so that models apply even anomalous outcomes. Return the name of its process.

    Raises
    ------
    RecordsError
        There is no such batch, or it is withdrawn or accepted already.
    """
    with database.begin() as connection:
        batch = _counting(database, connection, number)
        if batch.accepted_at is not None:
            raise RecordsError(f"batch {number}: it was accepted already, by {batch.accepted_by}")
        values = {"accepted_at": now(), "accepted_by": actor, "accepted_reason": reason}
        return _judged(database, connection, batch, values, "acceptance", actor, reason)


def _judged(
    database: Database, connection: Connection, batch: Any, values: dict[str, Any], action: str, actor: str, reason: str
) -> str:
    """Write down what a person has said of a batch, in the audit too. Gives the name of its process."""
    connection.execute(update(BATCHES).where(BATCHES.c.number == batch.number).values(values))
    figures = {"rows": batch.rows, "digest": batch.digest}
    audit.add(database, connection, actor, action, f"{batch.process}, batch {batch.number}", reason, figures)
    return str(batch.process)


def _counting(database: Database, connection: Connection, number: int) -> Any:
    """Return a batch that is not withdrawn, locked against changes until the transaction ends."""
    database.lock(connection, BATCHES)
    batch = connection.execute(select(BATCHES).where(BATCHES.c.number == number)).one_or_none()
    if batch is None:
        raise RecordsError(f"batch {number}: there is no such batch of outcomes")
    if batch.withdrawn_at is not None:
        raise RecordsError(f"batch {number}: it was withdrawn already, by {batch.withdrawn_by}")
    return batch


@dataclass(frozen=True)
class Sent:
    """Batch of outcomes in a readable format.

    Attributes
    ----------
    number, rows, corrected : int
        Its name, its outcomes, and those that changed an earlier value.
    at : int
        When it came in [microseconds since 1970, UTC].
    client : str
        Client that sent it.
    withdrawn, accepted : str or None
        Actor and reason of the withdrawal and of the acceptance; None without one.
    """

    number: int
    rows: int
    corrected: int
    at: int
    client: str
    withdrawn: str | None
    accepted: str | None


def batches(connection: Connection, process: str, newest: int | None = None) -> list[Sent]:
    """Batches of a process, all or so many of the newest, the oldest first."""
    own = select(BATCHES).where(BATCHES.c.process == process)
    rows = connection.execute(own.order_by(BATCHES.c.number.desc()).limit(newest)).all()
    return [
        Sent(
            row.number,
            row.rows,
            row.corrected,
            row.at,
            row.client,
            None if row.withdrawn_at is None else f"{row.withdrawn_by}: {row.withdrawn_reason}",
            None if row.accepted_at is None else f"{row.accepted_by}: {row.accepted_reason}",
        )
        for row in reversed(rows)
    ]
