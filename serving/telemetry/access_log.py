"""The log: one line of JSON an event, and one a request, written by a thread of its own."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections import deque
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

WRITE_SECONDS = 0.5  # a request's line is written within this time
MOST_LINES = 100_000  # that wait to be written; more are counted and not kept

Line = tuple[float, str, str, str, int, float, int, str, int]


class AsJson(logging.Formatter):
    """An event of the log as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging."""
        fields: dict[str, Any] = {
            "time": _time(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class AccessLog:
    """Lines of requests, which wait in memory until a thread writes them together.

    Parameters
    ----------
    output : text file
        Where they go.
    """

    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output
        self._waiting: deque[Line] = deque()
        self._lost = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="access log", daemon=True)

    def add(self, line: Line) -> None:
        """Add a request: seconds since 1970, then id, method, path, status, seconds, bytes, client, rows."""
        if len(self._waiting) < MOST_LINES:
            self._waiting.append(line)
        else:
            self._lost += 1

    def start(self) -> None:
        """Write every half second."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._ended.set()
        self._thread.join(timeout=5)

    def _follow(self) -> None:
        while not self._ended.wait(WRITE_SECONDS):
            self._write()
        self._write()

    def _write(self) -> None:
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        lost, self._lost = self._lost, 0
        if lost:
            logging.getLogger("nonferrous.serving").warning("%d lines of requests were lost", lost)
        if lines:
            output = self._output or sys.stderr
            output.write("".join(map(_json, lines)))
            output.flush()


def _json(line: Line) -> str:
    at, name, method, path, status, seconds, size, client, rows = line
    second = int(at)
    # Id and method are letters, digits and dashes; the others need not be.
    return (
        f'{{"time":"{_second(second)}.{int((at - second) * 1000):03d}Z","level":"INFO","logger":"nonferrous.access",'
        f'"request":"{name}","method":"{method}","path":{_text(path)},"status":{status},"ms":{seconds * 1000:.3f},'
        f'"bytes":{size},"client":{_text(client)},"rows":{rows}}}\n'
    )


_text = lru_cache(1000)(json.dumps)


@lru_cache(2)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def log_as_json() -> None:
    """Write all events of the log as JSON on stderr."""
    writer = logging.StreamHandler()
    writer.setFormatter(AsJson())
    logging.basicConfig(level=logging.INFO, handlers=[writer])
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
