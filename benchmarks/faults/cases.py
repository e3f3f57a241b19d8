"""Repeated faults of services under load, with the guarantees then checked in the records."""

from __future__ import annotations

import json
import random
import shutil
import signal
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.faults import processes
from benchmarks.faults.clock import DAY, Clock
from benchmarks.faults.load import PROCESS, TARGET, Clients, Promised
from records import audit
from records.database import Database
from records.outcomes import in_effect
from records.schema import OUTCOMES, REQUESTS
from system.programs import free_port

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


def _count(promised: Promised, url: str, result: CaseResult) -> CaseResult:
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


def _killed(setting: Setting, url: str, how: signal.Signals) -> CaseResult:
    """A service under load ended again and again, and started again."""
    port, result, promised = free_port(), CaseResult(), Promised()
    ended = 0.0
    for i in range(setting.times):
        with processes.service(port, setting.log, setting.environment(url)) as running:
            if ended:
                result.away.append(time.monotonic() - ended)
            clients = Clients([port], setting.row, f"{i}")
            with clients:
                time.sleep(setting.rng.uniform(0.3, 1.5))
                ended = time.monotonic()
                running.end(how)
            promised.add(clients.stop())
        result.times += 1
    return _count(promised, url, result)


def service_killed(setting: Setting) -> CaseResult:
    """kill -9 of the service, records in SQLite."""
    return _killed(setting, setting.sqlite(), signal.SIGKILL)


def service_killed_postgresql(setting: Setting) -> CaseResult:
    """kill -9 of the service, records in PostgreSQL."""
    with processes.postgresql() as server:
        return _killed(setting, server.url, signal.SIGKILL)


def service_ended(setting: Setting) -> CaseResult:
    """SIGTERM of the service under load: what it has taken it answers."""
    return _killed(setting, setting.sqlite(), signal.SIGTERM)


def postgresql_killed(setting: Setting) -> CaseResult:
    """PostgreSQL killed under load, and started again."""
    port, result = free_port(), CaseResult()
    with processes.postgresql() as server:
        with processes.service(port, setting.log, setting.environment(server.url)):
            clients = Clients([port], setting.row, "all")
            with clients:
                for _ in range(setting.times):
                    time.sleep(setting.rng.uniform(0.3, 1.0))
                    server.kill()
                    ended = time.monotonic()
                    time.sleep(0.2)
                    server.start()
                    processes.waited(lambda: _is_answered(port, setting.row), "an answer")
                    result.away.append(time.monotonic() - ended)
                    result.times += 1
            promised = clients.stop()
        return _count(promised, server.url, result)


def mlflow_killed(setting: Setting) -> CaseResult:
    """MLflow's server killed under load, and started again: the service answers on."""
    port, url, result = free_port(), setting.sqlite(), CaseResult()
    with processes.mlflow(setting.home, setting.folder / "mlflow.log") as server:
        where = {"MLFLOW_TRACKING_URI": server.url}
        with processes.service(port, setting.log, setting.environment(url, **where)):
            clients = Clients([port], setting.row, "all")
            with clients:
                for _ in range(setting.times):
                    time.sleep(setting.rng.uniform(0.2, 0.6))
                    server.kill()
                    time.sleep(setting.rng.uniform(0.5, 2.5))
                    server.start()
                    result.times += 1
            promised = clients.stop()
    return _count(promised, url, result)


def disk_full(setting: Setting) -> CaseResult:
    """Repeated limits on the size of the records' file: no response is sent that is not stored."""
    result = CaseResult()
    for i in range(setting.times):
        file, port = setting.folder / f"records{i}.db", free_port()
        url, most = f"sqlite:///{file}", setting.rng.randrange(600_000, 3_000_000)
        with processes.service(port, setting.log, setting.environment(url), largest_file=most):
            clients = Clients([port], setting.row, f"{i}")
            with clients:
                time.sleep(2.0)
            promised = clients.stop()
        if not promised.refused:
            raise RuntimeError(f"the file of {most} bytes was not filled: {promised.sent} requests")
        _count(promised, url, result)
        with processes.service(port, setting.log, setting.environment(url)):  # room again
            processes.waited(lambda port=port: _is_answered(port, setting.row), "an answer")
        result.times += 1
    return result


def two_services(setting: Setting) -> CaseResult:
    """Two services over one database, one of them killed again and again."""
    ports, result, url = [free_port(), free_port()], CaseResult(), setting.sqlite()
    with processes.service(ports[0], setting.log, setting.environment(url)):
        clients = Clients(ports, setting.row, "all")
        with clients:
            for _ in range(setting.times):
                with processes.service(ports[1], setting.log, setting.environment(url)) as other:
                    time.sleep(setting.rng.uniform(0.3, 1.0))
                    other.end(signal.SIGKILL)
                result.times += 1
        promised = clients.stop()
    return _count(promised, url, result)


def clock_set(setting: Setting) -> CaseResult:
    """The clock of a service under load set a day back, a day forward and right, again and again."""
    port, result, url = free_port(), CaseResult(), setting.sqlite()
    clock = Clock(setting.folder / "clock")
    moved = {"unit": "moved", "period_start": PERIOD}
    stated = []
    with processes.service(port, setting.log, setting.environment(url), program=clock.program):
        clients = Clients([port], setting.row, "all")
        with clients:
            for i in range(setting.times):
                clock.set((-DAY, DAY, 0)[i % 3])
                time.sleep(setting.rng.uniform(0.5, 1.5))
                stated.append(80.0 + i)
                body = {"outcomes": [moved | {TARGET: stated[-1]}]}
                if not _is_taken(port, "outcomes", body):
                    raise RuntimeError(f"an outcome was not taken after the clock was set for the {i + 1}. time")
                result.times += 1
        promised = clients.stop()
    promised.add(Promised(sent=1, outcomes={"moved": stated[-1]}))  # those before it are corrected by it
    result.disordered = _disordered([one.records for one in clients.found], stated, url)
    return _count(promised, url, result)


def _disordered(records: list[list[str]], stated: list[float], url: str) -> int:
    """Number of a client's records, and of the moved unit's values, numbered out of order of arrival.

    Raises
    ------
    RuntimeError
        The clock was never set back.
    """
    with closing(Database(url)) as database, database.read() as connection:
        rows = connection.execute(select(REQUESTS.c.id, REQUESTS.c.number, REQUESTS.c.at)).all()
        moved = select(OUTCOMES.c.content).where(OUTCOMES.c.unit == "moved").order_by(OUTCOMES.c.number)
        recorded = [json.loads(content)[TARGET] for content in connection.scalars(moved)]
    times = [row.at for row in sorted(rows, key=lambda row: int(row.number))]
    if not any(after < before - DAY * 10**6 / 2 for before, after in pairwise(times)):
        raise RuntimeError("the clock of the service was never set back")
    numbers = {row.id: row.number for row in rows}
    own = [[numbers[one] for one in ids if one in numbers] for ids in records]
    late = sum(after <= before for ids in own for before, after in pairwise(ids))
    return late + sum(one != other for one, other in zip_longest(recorded, stated))


def _is_answered(port: int, row: dict[str, Any]) -> bool:
    return _is_taken(port, "predictions", {"rows": [row | {"unit": "probe"}]})


def _is_taken(port: int, operation: str, body: dict[str, Any]) -> bool:
    """Return whether a request is answered with 200."""
    address, kind = f"http://127.0.0.1:{port}/v1/{PROCESS}/{operation}", {"content-type": "application/json"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, json.dumps(body).encode(), kind), timeout=30
        ) as got:
            return bool(got.status == 200)
    except OSError:
        return False


CASES: dict[str, Callable[[Setting], CaseResult]] = {
    one.__name__: one
    for one in (
        service_killed,
        service_killed_postgresql,
        service_ended,
        postgresql_killed,
        mlflow_killed,
        disk_full,
        two_services,
        clock_set,
    )
}


def run(name: str, home: Path, row: dict[str, Any], folder: Path, times: int) -> CaseResult:
    """A case in a folder of its own, which is removed when it has ended well."""
    own = folder / name
    own.mkdir(parents=True)
    result = CASES[name](Setting(home, row, own, times))
    shutil.rmtree(own)
    return result
