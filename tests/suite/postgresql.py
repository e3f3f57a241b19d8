"""A server of PostgreSQL on the loopback interface."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil

from system.programs import free_port

ADDRESS = "127.0.0.1"
PATIENCE = 30.0  # s


def initdb() -> str | None:
    """Path of the program that makes a database of PostgreSQL; Debian keeps it off the PATH, the newest comes first."""
    retained = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which("initdb", path=os.pathsep.join([*map(str, retained), os.environ.get("PATH", "")]))


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
        result = initdb()
        if result is None:
            raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql (CONTRIBUTING.md)")
        self._binaries, self._more = Path(result).parent, options
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
        """End it and all its processes by SIGKILL, and wait until none remains: one that remains prevents a start."""
        server = psutil.Process(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))
        server.suspend()  # it starts no other process meanwhile
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            process.kill()
        _, remaining = psutil.wait_procs(processes, PATIENCE)
        if remaining:
            raise RuntimeError(f"processes of PostgreSQL remain {PATIENCE:g} s after SIGKILL: {remaining}")

    def remove(self) -> None:
        self._control("-m", "fast", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), *arguments)

    def _run(self, name: str, *arguments: str) -> None:
        command = [*self._as, str(self._binaries / name), *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
