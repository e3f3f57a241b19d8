"""Real processes to be ended: services, a PostgreSQL server, MLflow's server; each by its own id."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.service.load import ADDRESS
from system.programs import free_port
from tests.suite.postgresql import PostgreSQL

PATIENCE = 60.0  # s
ROOT = Path(__file__).parents[2]


def answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}:{port}{path}", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def waited(until: Callable[[], bool], label: str) -> float:
    """Seconds until something is so."""
    begin = time.monotonic()
    while not until():
        if time.monotonic() - begin > PATIENCE:
            raise RuntimeError(f"{label}: not within {PATIENCE:g} s")
        time.sleep(0.02)
    return time.monotonic() - begin


class Process:
    """A command that runs, its output in a file."""

    def __init__(
        self, command: list[str], log: Path, environment: Mapping[str, str], largest_file: int | None = None
    ) -> None:
        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))

        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output, preexec_fn=limit
            )

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.popen.poll() is None:
            self.popen.send_signal(how)
        return self.popen.wait(timeout=PATIENCE)


@contextmanager
def service(
    port: int,
    log: Path,
    environment: Mapping[str, str],
    largest_file: int | None = None,
    program: Sequence[str] = ("nonferrous",),
) -> Iterator[Process]:
    """Service with models loaded; `program` is the module that starts it with its first arguments."""
    command = [sys.executable, "-m", *program, "serve", "--port", str(port)]
    started = Process(command, log, environment, largest_file)
    try:
        waited(lambda: answers(port, "/health/ready"), "the service")
        yield started
    finally:
        started.end()


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A server of PostgreSQL until the end of the block."""
    server = PostgreSQL()
    try:
        yield server
    finally:
        server.remove()


class Mlflow:
    """MLflow's server on the loopback interface, over the store of a home folder; artifacts go through it.

    Parameters
    ----------
    home : Path
        The home folder.
    log : Path
        Takes what the server says.
    """

    def __init__(self, home: Path, log: Path) -> None:
        self._log, self._port = log, free_port()
        where = ["--host", ADDRESS, "--port", str(self._port), "--workers", "1"]
        storage = ["--backend-store-uri", f"sqlite:///{home / 'mlflow.db'}"]
        storage += ["--artifacts-destination", str(home / "artifacts")]
        self._command = [sys.executable, "-m", "mlflow", "server", *where, *storage]
        self.start()

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self._port}"

    def start(self) -> None:
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        self._process = Process(self._command, self._log, quiet)
        try:
            waited(lambda: answers(self._port, "/health"), "MLflow's server")
        except RuntimeError:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill a process and its children."""
        _kill_tree(self._process.popen.pid)
        self._process.popen.wait()


@contextmanager
def mlflow(home: Path, log: Path) -> Iterator[Mlflow]:
    """MLflow's server until the end of the block."""
    server = Mlflow(home, log)
    try:
        yield server
    finally:
        server.kill()


def _kill_tree(pid: int) -> None:
    """Kill a process that was started here, and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in map(int, children.read_text().split() if children.exists() else ()):
        _kill_tree(child)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
