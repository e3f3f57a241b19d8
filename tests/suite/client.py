"""The real service and the real worker on a home folder of their own, and what a plant's system asks of them."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from records import online_states
from records.database import Database
from records.outcomes import newest
from registry.promotion import champion_of
from registry.settings import StoreSettings
from registry.tracking import Tracking
from system.programs import end, free_port, start

MOST_ROWS = 100_000  # in one step
_PATIENCE = 120.0  # s that a server may take to start, and a new champion to answer
_LONGEST_JOB = 3600.0  # s


class ServiceError(RuntimeError):
    """The service did not do what was asked of it."""


class Client:
    """A plant's system that asks a service.

    Parameters
    ----------
    process : str
        What it asks about.
    port : int
        Where the service listens on the loopback interface.
    home : Path
        Its home folder, with its records.
    """

    def __init__(self, process: str, port: int, home: Path) -> None:
        self._process, self._connection = process, HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._settings = StoreSettings(home=home)
        self._follows: str | None = None  # digest of the model that answered last, if it follows outcomes

    def predict(self, rows: list[dict[str, Any]]) -> tuple[int, list[Mapping[str, Any]]]:
        """Version that answered, and its predictions."""
        answer = self._post("predictions", {"rows": rows, "include": ["model"], "digits": "all"})
        self._follows = answer["model"]["digest"] if _follows(answer["interval"]) else None
        return answer["model"]["version"], answer["predictions"]

    def tell(self, outcomes: list[dict[str, Any]]) -> None:
        """Send what became known, and wait until a model that follows outcomes has taken it up.

        A plant has days until its next question; a replay must not depend on how fast it is played.
        """
        if not outcomes:
            return
        self._post("outcomes", {"outcomes": outcomes})
        began = time.monotonic()
        with closing(Database(self._settings.records_url)) as database:
            while self._follows is not None and not self._has_taken_up(database, self._follows):
                if time.monotonic() - began > _PATIENCE:
                    raise ServiceError(f"{self._process}: the service does not take up outcomes")
                time.sleep(0.05)

    def _has_taken_up(self, database: Database, digest: str) -> bool:
        with database.read() as connection:
            state = online_states.load(connection, self._process, digest)
            return state is not None and state.last_outcome >= newest(connection, self._process)

    def retrain(self, accept_label_shift: str | None = None) -> Mapping[str, Any]:
        """Ask for a retraining job, wait for its end and until its champion answers; gives the job.

        Parameters
        ----------
        accept_label_shift : str, optional
            Reason of a person to learn from labels that do not go with the past.
        """
        job: Mapping[str, Any] = self._post(
            "retraining-jobs", {"accept_label_shift": accept_label_shift} if accept_label_shift else {}
        )
        began = time.monotonic()
        while job["state"] in ("queued", "running"):
            if time.monotonic() - began > _LONGEST_JOB:
                raise ServiceError(f"job {job['job']}: not over within {_LONGEST_JOB:g} s")
            time.sleep(0.5)
            job = self._asked("GET", f"retraining-jobs/{job['job']}")
        if job["state"] == "done" and job["result"]["promoted"]:
            self.wait_for(job["result"]["version"])
        return job

    def wait_for(self, version: int) -> None:
        """Wait until a version answers."""
        began = time.monotonic()
        while (result := self.version()) != version:
            if time.monotonic() - began > _PATIENCE:
                raise ServiceError(f"version {version} does not answer, but version {result}")
            time.sleep(0.1)

    def wait_for_champion(self) -> None:
        """Wait until the version that is champion answers."""
        versions = Tracking(self._settings).versions(self._process)
        self.wait_for(champion_of(self._process, versions).number)

    def version(self) -> int | None:
        """Version that answers now; None where none does."""
        status, answer = self._exchange("GET", f"/health/ready/{self._process}", None)
        return answer["version"] if status == 200 else None

    def _post(self, description: str, body: Mapping[str, Any]) -> Any:
        return self._asked("POST", description, json.dumps(body))

    def _asked(self, method: str, description: str, body: str | None = None) -> Any:
        status, answer = self._exchange(method, f"/v1/{self._process}/{description}", body)
        if status >= 400:
            raise ServiceError(f"{method} {description}: {status}: {json.dumps(answer)[:500]}")
        return answer

    def _exchange(self, method: str, path: str, body: str | None) -> tuple[int, Any]:
        headers = {} if body is None else {"content-type": "application/json"}
        try:
            self._connection.request(method, path, body, headers)
            with self._connection.getresponse() as response:
                return response.status, json.loads(response.read())
        finally:
            self._connection.close()  # the next request may come long after the service has closed a silent one


@contextmanager
def running(process: str, home: Path, port: int = 0) -> Iterator[Client]:
    """The service and a worker on a home folder, until the end; gives a client of the service.

    Parameters
    ----------
    process : str
        What is asked about; it has a champion.
    home : Path
        The home folder.
    port : int
        Where the service listens; by default any free port.
    """
    port = port or free_port()
    own = {"NONFERROUS_HOME": str(home), "NONFERROUS_PORT": str(port), "NONFERROUS_POLL_SECONDS": "0.2"}
    own["NONFERROUS_MAX_ROWS"] = str(MOST_ROWS)
    logs = home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    programs: list[subprocess.Popen[bytes]] = []
    try:
        for name in ("serve", "worker"):
            with (logs / f"{name}.log").open("wb") as log:
                programs.append(start(["-m", "nonferrous", name], log, log, own))
        client = Client(process, port, home)
        _await(client, programs[0], logs / "serve.log")
        yield client
    finally:
        for program in programs:
            end(program)


def _await(client: Client, service: subprocess.Popen[bytes], log: Path) -> None:
    began = time.monotonic()
    while True:
        with suppress(OSError):
            if client.version() is not None:
                return
        if service.poll() is not None or time.monotonic() - began > _PATIENCE:
            raise ServiceError(f"the service does not answer; its last words are in {log}")
        time.sleep(0.1)


def _follows(interval: Mapping[str, Any]) -> bool:
    """Return whether a response's interval, or that of each of its targets, follows outcomes."""
    of_targets = [interval] if "kind" in interval else interval.values()
    return all(one["kind"] != "fixed" for one in of_targets)
