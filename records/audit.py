"""Audit log of users' and jobs' actions as a hash chain: a changed or removed entry breaks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from records.database import Database, now
from records.schema import AUDIT

FIRST = "0" * 64
"""Value in the place of the previous hash for the first entry."""


@dataclass(frozen=True)
class Entry:
    """Action of a user or a job.

    Attributes
    ----------
    number : int
        Entries are counted; clocks may go wrong.
    at : int
        Time of the action [microseconds since 1970, UTC].
    actor, action, subject, reason : str
        A user, a key or a job; promotion, rollback, shadow begin or end, retraining, job submission or cancellation,
        key, correction, withdrawal or removal; its object; its reason. The hash covers the values, so that values are
        never renamed.
    figures : Mapping
        Figures behind the action.
    before, hash : str
        Hash of the entry before, and of this one with that.
    """

    number: int
    at: int
    actor: str
    action: str
    subject: str
    reason: str
    figures: Mapping[str, Any]
    before: str
    hash: str

    @property
    def due(self) -> str:
        """The hash that it should have."""
        content = [
            self.number,
            self.at,
            self.actor,
            self.action,
            self.subject,
            self.reason,
            dict(self.figures),
            self.before,
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def add(
    database: Database,
    connection: Connection,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
    figures: Mapping[str, Any] | None = None,
) -> Entry:
    """Write an entry in the transaction in which the thing is done: both are there or neither."""
    database.lock(connection, AUDIT)
    last = connection.execute(select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)).first()
    number, before = (1, FIRST) if last is None else (last.number + 1, last.hash)
    open_entry = Entry(number, now(), actor, action, subject, reason, dict(figures or {}), before, "")
    entry = Entry(**{**vars(open_entry), "hash": open_entry.due})
    connection.execute(insert(AUDIT).values({**vars(entry), "figures": json.dumps(entry.figures, sort_keys=True)}))
    return entry


def entries(connection: Connection) -> Iterator[Entry]:
    """All entries in their order."""
    for row in connection.execute(select(AUDIT).order_by(AUDIT.c.number)):
        yield _entry(row)


def of_process(connection: Connection, process: str) -> list[Entry]:
    """Entries about a process, whose subjects begin with its name, in their order."""
    which = AUDIT.c.subject.startswith(f"{process}, ", autoescape=True)
    return [_entry(row) for row in connection.execute(select(AUDIT).where(which).order_by(AUDIT.c.number))]


def newest_of_process(connection: Connection, process: str, most: int) -> list[Entry]:
    """At most so many entries about a process, the newest first."""
    which = AUDIT.c.subject.startswith(f"{process}, ", autoescape=True)
    rows = connection.execute(select(AUDIT).where(which).order_by(AUDIT.c.number.desc()).limit(most))
    return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{**row._mapping, "figures": json.loads(row.figures)})


def faults(connection: Connection) -> list[str]:
    """Return the faults of the chain as text; empty if no entry is changed or missing.

    A removal of the last entries shows only in comparison with a hash that is stored in another place.
    """
    lines, before, expected = [], FIRST, 1
    for entry in entries(connection):
        if entry.number != expected:
            lines.append(f"entry {expected}: missing")
        elif entry.before != before:
            lines.append(f"entry {entry.number}: does not follow the entry before")
        if entry.hash != entry.due:
            lines.append(f"entry {entry.number}: was changed after it was written")
        before, expected = entry.hash, entry.number + 1
    return lines
