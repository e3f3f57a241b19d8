"""Monitoring snapshots of processes: written by each check, read by the service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from records.database import Database, now
from records.schema import MONITORING

KEPT = 100
"""Looks at a process that are kept; older ones give way."""


@dataclass(frozen=True)
class MonitoringSnapshot:
    """Stored result of one check of a process.

    Attributes
    ----------
    process : str
        Its name.
    at : int
        When it was looked at [microseconds since 1970, UTC].
    figures : dict of str to float
        What is scraped of it.
    content : Any
        All of it, as JSON.
    """

    process: str
    at: int
    figures: dict[str, float]
    content: Any


def keep(database: Database, process: str, content: Any, figures: Mapping[str, float]) -> None:
    """Keep what was seen of a process now, and the looks before it, KEPT in all.

    Raises
    ------
    RecordsError
        The database did not do its part; nothing is kept.
    """
    values = {"process": process, "at": now(), "figures": json.dumps(dict(figures)), "content": json.dumps(content)}
    with database.begin() as connection:
        connection.execute(insert(MONITORING).values(values))
        own = MONITORING.c.process == process
        newest = select(MONITORING.c.number).where(own).order_by(MONITORING.c.number.desc()).limit(KEPT)
        least = min(connection.scalars(newest))
        connection.execute(delete(MONITORING).where(own, MONITORING.c.number < least))


def newest(connection: Connection, process: str) -> MonitoringSnapshot | None:
    """Latest snapshot of a process; None if it was never checked."""
    query = select(MONITORING).where(MONITORING.c.process == process).order_by(MONITORING.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return (
        None
        if row is None
        else MonitoringSnapshot(row.process, row.at, json.loads(row.figures), json.loads(row.content))
    )


def newest_figures(connection: Connection) -> dict[str, tuple[int, dict[str, float]]]:
    """Time of the latest check of each process [microseconds since 1970, UTC], and its metrics."""
    last = select(func.max(MONITORING.c.number)).group_by(MONITORING.c.process)
    columns = (MONITORING.c.process, MONITORING.c.at, MONITORING.c.figures)
    rows = connection.execute(select(*columns).where(MONITORING.c.number.in_(last)))
    return {row.process: (row.at, json.loads(row.figures)) for row in rows}
