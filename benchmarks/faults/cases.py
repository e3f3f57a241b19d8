"""Repeated faults of services under load, with the guarantees then checked in the records."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise, zip_longest

from sqlalchemy import select

from benchmarks.faults import processes
from benchmarks.faults.clock import DAY, Clock
from benchmarks.faults.load import TARGET, Clients, Promised
from benchmarks.faults.setting import PERIOD, CaseResult, Setting, count, is_answered, is_taken
from records.database import Database
from records.schema import OUTCOMES, REQUESTS
from system.programs import free_port


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
    return count(promised, url, result)


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
                    processes.waited(lambda: is_answered(port, setting.row), "an answer")
                    result.away.append(time.monotonic() - ended)
                    result.times += 1
            promised = clients.stop()
        return count(promised, server.url, result)


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
    return count(promised, url, result)


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
        count(promised, url, result)
        with processes.service(port, setting.log, setting.environment(url)):  # room again
            processes.waited(lambda port=port: is_answered(port, setting.row), "an answer")
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
    return count(promised, url, result)


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
                if not is_taken(port, "outcomes", body):
                    raise RuntimeError(f"an outcome was not taken after the clock was set for the {i + 1}. time")
                result.times += 1
        promised = clients.stop()
    promised.add(Promised(sent=1, outcomes={"moved": stated[-1]}))  # those before it are corrected by it
    result.disordered = _disordered([one.records for one in clients.found], stated, url)
    return count(promised, url, result)


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
