"""Latest recorded prediction of each unit, for dashboards and spreadsheets that only read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import msgspec

from models.consistency.unit_names import unit_name
from operations.forms.fields import Record
from records.database import Database
from seeds import Seed
from serving.outcomes.tables import Tables
from system.cancellation import between

MOST_REQUESTS = 10_000
MOST_ROWS = 200_000
"""Newest requests and rows that are read; a unit that none of them is about is left out."""
RECORDED, RECORD, VERSION = "recorded_at", "record", "version"


@dataclass(frozen=True)
class Latest:
    """Latest predictions of a process.

    Attributes
    ----------
    rows : list of dict
        Prediction of each unit as it was answered, with its time, record and version, in the order of units.
    since : str or None
        Time of the oldest request that was read; None without any.
    """

    rows: list[Record]
    since: str | None


def latest(database: Database, seed: Seed, most: int = MOST_REQUESTS, most_rows: int = MOST_ROWS) -> Latest:
    """Return the latest prediction of each unit in the newest requests, the last row of each first.

    The request in which the bound of rows is reached is read in whole.

    Raises
    ------
    RecordsError
        The database did not do its part.
    """
    by_unit: dict[str, Record] = {}
    since: str | None = None
    read = 0
    with database.read() as connection:
        for count, (one, rows, predictions) in enumerate(between(Tables(database, seed).newest_first(connection)), 1):
            since = dt.datetime.fromtimestamp(one.at / 1e6, dt.UTC).isoformat(timespec="milliseconds")
            for row, text in zip(reversed(rows), reversed(predictions), strict=True):
                unit = "" if seed.key is None else unit_name(row[seed.key.name])
                if unit not in by_unit:
                    about: dict[str, Any] = {RECORDED: since, RECORD: one.id, VERSION: one.version}
                    by_unit[unit] = about | msgspec.json.decode(text)
            read += len(rows)
            if count == most or read >= most_rows:
                break
    return Latest([by_unit[unit] for unit in sorted(by_unit)], since)
