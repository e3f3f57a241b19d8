"""Steady requests and outcome batches: python -m benchmarks.soak.paced PORT RATE SECONDS FILE.

The file holds a row as JSON and what is answered to it, which outcomes lie about. A line of JSON comes out every ten
seconds, and one of the whole at the end. A request's time runs from when it is due, so that one which waits for a slow
one before it is not counted as fast. One that is due while all connections wait for answers goes over a new one: a
plant's systems do not wait for each other.
"""

from __future__ import annotations

import json
import select
import sys
import time
from array import array
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.service.load import Connection
from benchmarks.soak.rows import outcomes, prediction

CONNECTIONS, MOST_CONNECTIONS = 16, 256
BATCH, BATCH_EVERY, LATER = 100, 1.0, 10.0  # s; outcomes come so long after predictions
INTERVAL = 10.0  # s


class PacedConnection:
    """Connection for requests, made again after the service closed it or rejected a request.

    Parameters
    ----------
    port : int
        Where the service listens.
    waiting : select.epoll
        What waits for answers.
    """

    def __init__(self, port: int, waiting: select.epoll) -> None:
        self._port, self._waiting = port, waiting
        self._connect()

    def _connect(self) -> None:
        self._request = [b""]
        self._connection = Connection(self._port, self._request, 0)
        self.number = self._connection.socket.fileno()
        self._waiting.register(self.number, select.EPOLLIN)

    def send(self, request: bytes) -> str:
        """Send a request; why it could not be sent, empty where it was."""
        self._request[0] = request
        try:
            self._connection.send()
        except OSError as error:
            return self.again(error)
        return ""

    def answered(self) -> str | None:
        """Reason why a response is not 200, empty if it is; None if the response is incomplete."""
        try:
            return None if self._connection.took() is None else ""
        except OSError as error:
            return self.again(error)

    def again(self, error: OSError | None = None) -> str:
        """Connect again; return the first line of the last response."""
        self.close()
        self._connect()
        return "" if error is None else str(error).partition("\r\n")[0] or type(error).__name__

    def close(self) -> None:
        """Hang up."""
        self._waiting.unregister(self.number)
        self._connection.socket.close()


class Times:
    """Times of requests [s] and how many came to nothing, and why."""

    def __init__(self) -> None:
        self._spent = array("d")
        self.refused: Counter[str] = Counter()

    def add(self, seconds: float) -> None:
        self._spent.append(seconds)

    def figures(self, seconds: float) -> dict[str, Any]:
        """Figures of the responses within so many seconds."""
        spent = sorted(self._spent)
        if not spent:
            return {"answered": 0, "refused": dict(self.refused)}
        parts = {
            "p50_ms": spent[len(spent) // 2],
            "p99_ms": spent[int(0.99 * (len(spent) - 1))],
            "longest_ms": spent[-1],
        }
        times = {name: 1e3 * value for name, value in parts.items()}
        return {"answered": len(spent), "per_second": len(spent) / seconds, **times, "refused": dict(self.refused)}


class Paced:
    """A load on a service.

    Parameters
    ----------
    port : int
        Where it listens.
    row : dict
        A row, but for its unit and period.
    about : float
        What is answered to it.
    per_second : float
        Predictions.
    waiting : select.epoll
        What waits for answers.
    """

    def __init__(self, port: int, row: dict[str, Any], about: float, per_second: float, waiting: select.epoll) -> None:
        self._row, self._about, self._per_second, self._port, self._waiting = row, about, per_second, port, waiting
        self._idle = {line.number: line for line in (PacedConnection(port, waiting) for _ in range(CONNECTIONS))}
        self._busy: dict[int, tuple[PacedConnection, float]] = {}
        self._labels, self._is_labelling = PacedConnection(port, waiting), False
        self._begin = time.perf_counter()
        self._labels_due = self._begin + LATER
        self._whole, self._part = Times(), Times()
        self._sent = self._taken = 0

    def run(self, seconds: float) -> dict[str, Any]:
        """Send for so long, print figures of each ten seconds and give those of the whole."""
        marked = self._begin
        while (now := time.perf_counter()) < self._begin + seconds:
            self._send(now)
            wait = self._due - now if self._is_free else INTERVAL
            for number, _ in self._waiting.poll(min(max(wait, 0.0), 0.05)):
                self._take(number)
            if now - marked >= INTERVAL:
                print(json.dumps({"at": now - self._begin, **self._part.figures(now - marked)}), flush=True)
                marked, self._part = now, Times()
        for line in (*self._idle.values(), *(line for line, _ in self._busy.values()), self._labels):
            line.close()
        return {**self._whole.figures(now - self._begin), "sent": self._sent, "outcomes": self._taken}

    @property
    def _due(self) -> float:
        """Time at which the next prediction is due."""
        return self._begin + self._sent / self._per_second

    @property
    def _is_free(self) -> bool:
        """Return whether a connection is free for the next prediction, or one more is allowed."""
        return bool(self._idle) or len(self._busy) < MOST_CONNECTIONS

    def _send(self, now: float) -> None:
        """Send all that is due, as far as connections are free."""
        while self._is_free and (due := self._due) <= now:
            line = self._idle.popitem()[1] if self._idle else PacedConnection(self._port, self._waiting)
            if error := line.send(prediction(self._row, self._sent)):
                self._idle[line.number] = line
                self._fail(error)
            else:
                self._busy[line.number] = line, due
            self._sent += 1
        if now >= self._labels_due and not self._is_labelling:
            first = int((now - self._begin - LATER) * self._per_second)
            error = self._labels.send(outcomes(first, BATCH, self._about))
            self._is_labelling = not error
            if error:
                self._fail(error)
            self._labels_due += BATCH_EVERY

    def _take(self, number: int) -> None:
        """Process received data of a connection; on an idle one it is the service's close after its timeout."""
        error: str | None = None
        if number in self._idle:
            self._idle.pop(number).close()
        elif number == self._labels.number and not self._is_labelling:
            self._labels.again()
        elif number == self._labels.number:
            error = self._labels.answered()
            self._is_labelling = error is None
            self._taken += BATCH * (error == "")
        else:
            line, due = self._busy[number]
            error = line.answered()
            if error is not None:
                del self._busy[number]
                self._idle[line.number] = line
            if error == "":
                took = time.perf_counter() - due
                self._whole.add(took)
                self._part.add(took)
        if error:
            self._fail(error)

    def _fail(self, reason: str) -> None:
        self._whole.refused[reason] += 1
        self._part.refused[reason] += 1


if __name__ == "__main__":
    port, rate, length, file = sys.argv[1:]
    request = json.loads(Path(file).read_text(encoding="utf-8"))
    with select.epoll() as waiting:
        load = Paced(int(port), request["row"], request["about"], float(rate), waiting)
        print(json.dumps({"whole": load.run(float(length))}))
