"""Environment and result of a case, and the comparison of promises with the records."""

from __future__ import annotations

import json
import random
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.faults.load import PROCESS, TARGET, Promised
from records import audit
from records.database import Database
from records.outcomes import in_effect
from records.schema import REQUESTS

PERIOD = "2026-11-01"


@dataclass
class Setting:
    """Environment of a case.

    Attributes
    ----------
    home : Path
        Home folder with a champion of the process.
    row : dict
        A row of it, but for the unit.
    folder : Path
        Folder of its own.
    times : int
        How often the fault is done.
    """

    home: Path
    row: dict[str, Any]
    folder: Path
    times: int
    rng: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def sqlite(self) -> str:
        return f"sqlite:///{self.folder / 'records.db'}"

    def environment(self, records: str, **more: str) -> dict[str, str]:
        return {"NONFERROUS_HOME": str(self.home), "NONFERROUS_RECORDS": records, "OMP_NUM_THREADS": "1", **more}


@dataclass
class CaseResult:
    """Result of a case.

    Attributes
    ----------
    times : int
        How often the fault was done.
    sent, answered, unanswered, refused : int
        Requests; those answered with 200; those whose connection ended; those refused with a status.
    lost, twice : int
        Of those answered: records or outcomes that are not in the database, or stand there twice.
    kept_unanswered : int
        Records whose answer did not arrive: sent, recorded, and the connection ended.
    away : list of float
        Seconds from each fault until a request was answered again.
    faults_of_audit : int
        Entries of the audit that are broken.
    disordered : int, optional
        Records and outcomes that stand in another order than they were answered in; None where it was not looked at.
    outside : int, optional
        Failed requests that did not overlap a fault and its recovery; None where it was not looked at.
    """

    times: int = 0
    sent: int = 0
    answered: int = 0
    unanswered: int = 0
    refused: int = 0
    lost: int = 0
    twice: int = 0
    kept_unanswered: int = 0
    away: list[float] = field(default_factory=list)
    faults_of_audit: int = 0
    disordered: int | None = None
    outside: int | None = None


def count(promised: Promised, url: str, result: CaseResult) -> CaseResult:
    """Hold what was promised against the records."""
    with closing(Database(url)) as database, database.read() as connection:
        ids = list(connection.scalars(select(REQUESTS.c.id).where(REQUESTS.c.part == 0)))
        slots = [(unit, f"{PERIOD}T00:00:00") for unit in promised.outcomes]
        known = in_effect(connection, PROCESS, slots)
        result.faults_of_audit += len(audit.faults(connection))
    there = set(ids)
    result.sent += promised.sent
    result.unanswered += promised.unanswered
    result.refused += promised.refused
    result.answered += len(promised.records) + len(promised.outcomes)
    result.twice += len(ids) - len(there)
    result.lost += sum(one not in there for one in promised.records)
    result.lost += sum(
        known.get((unit, f"{PERIOD}T00:00:00"), {}).get(TARGET) != value for unit, value in promised.outcomes.items()
    )
    result.kept_unanswered += len(there - set(promised.records))
    return result


def is_answered(port: int, row: dict[str, Any]) -> bool:
    return is_taken(port, "predictions", {"rows": [row | {"unit": "probe"}]})


def is_taken(port: int, operation: str, body: dict[str, Any]) -> bool:
    """Return whether a request is answered with 200."""
    address, kind = f"http://127.0.0.1:{port}/v1/{PROCESS}/{operation}", {"content-type": "application/json"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, json.dumps(body).encode(), kind), timeout=30
        ) as got:
            return bool(got.status == 200)
    except OSError:
        return False
