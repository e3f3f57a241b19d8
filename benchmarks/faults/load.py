"""Clients that ask for predictions and send outcomes, and note what they were promised."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.service.load import ADDRESS

PROCESS, TARGET = "aluminium_reduction", "current_efficiency"
CLIENTS, OUTCOME_EVERY = 4, 5


@dataclass
class Promised:
    """Sent requests and their responses.

    Attributes
    ----------
    sent, unanswered, refused : int
        Requests; those whose connection ended without an answer; those answered by another status than 200.
    records : list of str
        Ids of the records that answers named.
    outcomes : dict
        Value of each unit's outcome that was answered.
    failed : list of tuple of two
        Begin and end of each request that was unanswered or refused, by the monotonic clock [s].
    """

    sent: int = 0
    unanswered: int = 0
    refused: int = 0
    records: list[str] = field(default_factory=list)
    outcomes: dict[str, float] = field(default_factory=dict)
    failed: list[tuple[float, float]] = field(default_factory=list)

    def add(self, other: Promised) -> None:
        self.sent += other.sent
        self.unanswered += other.unanswered
        self.refused += other.refused
        self.records += other.records
        self.outcomes |= other.outcomes
        self.failed += other.failed


class Clients:
    """Clients that send to some services until they are stopped, each its own units.

    Parameters
    ----------
    ports : sequence of int
        Services; clients take turns.
    row : dict
        What is asked, but for the unit.
    name : str
        Beginning of the units' names, which no other clients have.

    Attributes
    ----------
    found : list of Promised
        What each client was promised, in the order of its answers.
    """

    def __init__(self, ports: list[int], row: dict[str, Any], name: str) -> None:
        self._ports, self._row, self._name = ports, row, name
        self._ends = threading.Event()
        self.found = [Promised() for _ in range(CLIENTS)]
        self._threads = [threading.Thread(target=self._send, args=(i,), daemon=True) for i in range(CLIENTS)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> Promised:
        """End all clients, each after the answer that it waits for; gives what they were promised."""
        self._ends.set()
        for thread in self._threads:
            thread.join()
        whole = Promised()
        for one in self.found:
            whole.add(one)
        return whole

    def _send(self, client: int) -> None:
        promised, line, n = self.found[client], None, 0
        while not self._ends.is_set():
            unit = f"{self._name}-{client}-{n}"
            try:
                if line is None:
                    line = http.client.HTTPConnection(ADDRESS, self._ports[client % len(self._ports)], timeout=30)
                    line.connect()
                if n % OUTCOME_EVERY:
                    body = {"rows": [self._row | {"unit": unit}]}
                else:
                    one = {"unit": unit, "period_start": self._row["period_start"], TARGET: 90.0 + n % 50 / 10}
                    body = {"outcomes": [one]}
            except OSError:
                line = None
                time.sleep(0.01)  # no server listens: nothing was sent
                continue
            promised.sent += 1
            n += 1
            begin = time.monotonic()
            try:
                if not self._one(line, "outcomes" if "outcomes" in body else "predictions", body, promised):
                    promised.refused += 1
                    promised.failed.append((begin, time.monotonic()))
                    time.sleep(0.01)
                if line.sock is None:  # the answer said that it is the last of its connection
                    line = None
            except (OSError, http.client.HTTPException):
                promised.unanswered += 1
                promised.failed.append((begin, time.monotonic()))
                line.close()
                line = None

    def _one(self, line: http.client.HTTPConnection, operation: str, body: dict[str, Any], promised: Promised) -> bool:
        """Send a request, and note what a response of status 200 promises; False for another status."""
        headers = {"content-type": "application/json"}
        line.request("POST", f"/v1/{PROCESS}/{operation}", json.dumps(body), headers)
        response = line.getresponse()
        response.read()
        if response.status != 200:
            return False
        if operation == "predictions":
            promised.records.append(str(response.headers["record-id"]))
        else:
            (one,) = body["outcomes"]
            promised.outcomes[one["unit"]] = one[TARGET]
        return True
