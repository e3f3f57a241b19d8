"""Repeated faults of three replicas behind nginx.

Records are in PostgreSQL, models come from MLflow's server.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults import processes
from benchmarks.faults.load import Clients
from benchmarks.faults.setting import CaseResult, Setting, count, is_answered
from system.programs import free_port
from tests.suite.nginx import Nginx
from tests.suite.postgresql import PostgreSQL
from tests.suite.tools import needed

REPLICAS = 3


@dataclass(frozen=True)
class Fleet:
    """Running replicas and all that they need.

    Attributes
    ----------
    replicas : list of Replica
        Services.
    nginx : Nginx
        Takes the requests.
    database : PostgreSQL
        Holds the records.
    mlflow : Mlflow
        Server of the models.
    """

    replicas: list[Replica]
    nginx: Nginx
    database: PostgreSQL
    mlflow: processes.Mlflow


class Replica:
    """A service of the fleet that is started again on the same port."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.port, self._log, self._environment = free_port(), log, environment
        self._running = ExitStack()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self._process = self._running.enter_context(processes.service(self.port, self._log, self._environment))

    def end(self, how: signal.Signals) -> None:
        self._process.end(how)
        self._running.close()


@contextmanager
def fleet(setting: Setting) -> Iterator[Fleet]:
    """Three replicas behind nginx until the end of the block."""
    with ExitStack() as stack:
        database = stack.enter_context(processes.postgresql())
        mlflow = stack.enter_context(processes.mlflow(setting.home, setting.folder / "mlflow.log"))
        environment = setting.environment(database.url, MLFLOW_TRACKING_URI=mlflow.url)
        replicas = [Replica(setting.log, environment) for _ in range(REPLICAS)]
        for replica in replicas:
            replica.start()
            stack.callback(replica.end, signal.SIGTERM)
        nginx = Nginx(needed("nginx"), setting.folder / "nginx", [replica.port for replica in replicas])
        stack.callback(nginx.kill)
        yield Fleet(replicas, nginx, database, mlflow)


def _case(setting: Setting, fault: Callable[[Fleet], None]) -> CaseResult:
    """A fault of the fleet under load, again and again."""
    result, faults = CaseResult(outside=0), list[tuple[float, float]]()
    with fleet(setting) as running:
        clients = Clients([running.nginx.port], setting.row, "all")
        with clients:
            for _ in range(setting.times):
                time.sleep(setting.rng.uniform(0.3, 1.0))
                begin = time.monotonic()
                fault(running)
                processes.waited(lambda: is_answered(running.nginx.port, setting.row), "an answer")
                faults.append((begin, time.monotonic()))
                result.times += 1
            time.sleep(1.0)
        promised = clients.stop()
        count(promised, running.database.url, result)
    result.away = [end - begin for begin, end in faults]
    result.outside = sum(
        not any(start <= last and end >= first for first, last in faults) for start, end in promised.failed
    )
    return result


def replica_killed(setting: Setting) -> CaseResult:
    """kill -9 of one replica; it starts again."""

    def fault(running: Fleet) -> None:
        replica = setting.rng.choice(running.replicas)
        replica.end(signal.SIGKILL)
        replica.start()

    return _case(setting, fault)


def replicas_restarted(setting: Setting) -> CaseResult:
    """Rolling restart: SIGTERM of one replica after another, each when the one before is ready again."""

    def fault(running: Fleet) -> None:
        for replica in running.replicas:
            replica.end(signal.SIGTERM)
            replica.start()

    return _case(setting, fault)


def nginx_killed(setting: Setting) -> CaseResult:
    """kill -9 of nginx with its workers; it starts again."""

    def fault(running: Fleet) -> None:
        running.nginx.kill()
        time.sleep(0.2)
        running.nginx.start()

    return _case(setting, fault)


def database_killed(setting: Setting) -> CaseResult:
    """kill -9 of PostgreSQL with its processes; it starts again."""

    def fault(running: Fleet) -> None:
        running.database.kill()
        time.sleep(0.2)
        running.database.start()

    return _case(setting, fault)


def model_store_killed(setting: Setting) -> CaseResult:
    """kill -9 of MLflow's server with its workers; it starts again."""

    def fault(running: Fleet) -> None:
        running.mlflow.kill()
        time.sleep(setting.rng.uniform(0.5, 2.5))
        running.mlflow.start()

    return _case(setting, fault)


CASES: dict[str, Callable[[Setting], CaseResult]] = {
    case.__name__: case
    for case in (replica_killed, replicas_restarted, nginx_killed, database_killed, model_store_killed)
}
