"""Real processes to be ended: services, a PostgreSQL server, MLflow's server; each by its own id."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.service.load import ADDRESS
from system.programs import free_port

PATIENCE = 60.0  # s
ROOT = Path(__file__).parents[2]


def answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}:{port}{path}", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def waited(until: Callable[[], bool], what: str) -> float:
    """Seconds until something is so."""
    begin = time.monotonic()
    while not until():
        if time.monotonic() - begin > PATIENCE:
            raise RuntimeError(f"{what}: not within {PATIENCE:g} s")
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
    """A service whose models answer; `program` is the module that starts it, and what that takes beforehand."""
    command = [sys.executable, "-m", *program, "serve", "--port", str(port)]
    started = Process(command, log, environment, largest_file)
    try:
        waited(lambda: answers(port, "/health/ready"), "the service")
        yield started
    finally:
        started.end()


def initdb() -> str | None:
    """Path of the program that makes a database of PostgreSQL; Debian keeps it off the PATH, the newest comes first."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which("initdb", path=os.pathsep.join([*map(str, kept), os.environ.get("PATH", "")]))


class PostgreSQL:
    """A server of PostgreSQL in a folder of its own, on the loopback interface.

    Parameters
    ----------
    *options : str
        More of the server's own options, such as "-c fsync=off" where nothing is measured.

    Raises
    ------
    RuntimeError
        PostgreSQL is not installed.
    """

    def __init__(self, *options: str) -> None:
        found = initdb()
        if found is None:
            raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql (CONTRIBUTING.md)")
        self._binaries, self._more = Path(found).parent, options
        self._folder, self.port = Path(tempfile.mkdtemp(prefix="nonferrous-pg-")), free_port()
        # The server refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._user = "postgres" if self._as else pwd.getpwuid(os.geteuid()).pw_name
        if self._as:
            shutil.chown(self._folder, "postgres")
        data = ("-D", str(self._folder / "data"))
        self._run("initdb", *data, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", self._user)
        self.start()

    @property
    def address(self) -> str:
        """Of the server, without the name of a database."""
        return f"postgresql://{self._user}@{ADDRESS}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.address}/postgres"

    def start(self) -> None:
        own = (f"-p {self.port}", f"-k {self._folder}", f"-c listen_addresses={ADDRESS}")
        self._control("-o", " ".join([*own, *self._more]), "-l", str(self._folder / "log"), "-w", "-t", "180", "start")

    def kill(self) -> None:
        """End it at once: nothing is written that is not written yet, as after a crash."""
        self._control("-m", "immediate", "stop")

    def remove(self) -> None:
        self._control("-m", "fast", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), *arguments)

    def _run(self, name: str, *arguments: str) -> None:
        command = [*self._as, str(self._binaries / name), *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


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
        kept = ["--backend-store-uri", f"sqlite:///{home / 'mlflow.db'}"]
        kept += ["--artifacts-destination", str(home / "artifacts")]
        self._command = [sys.executable, "-m", "mlflow", "server", *where, *kept]
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
        """End it at once, with the processes that it has started."""
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
