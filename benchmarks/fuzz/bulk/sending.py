"""Bulk bodies sent to a service in sequence, and their responses."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import requests

from benchmarks.fuzz.bulk.drawing import Body

END = b"\xff\xff\xff\xff\0\0\0\0"  # of an Arrow stream
PATIENCE = 120.0  # s
_PROBLEM = "application/problem+json"
_NO_MEMORY = ("malloc", "memory", "allocat")


@dataclass
class BulkFuzzResult:
    """Responses to bodies.

    Attributes
    ----------
    statuses : Counter
        Responses by kind of body, form and status.
    faults : Counter
        Forbidden results, by kind.
    shown : list of str
        The faults, each with the number of its body.
    longest : tuple of float and int
        Longest time to the end of a response [s], and the number of its body.
    peak : int
        Highest resident memory of the service [byte].
    """

    statuses: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)
    longest: tuple[float, int] = (0.0, -1)
    peak: int = 0

    def fault(self, label: str, body: Body, more: str) -> None:
        """Count what must not be."""
        self.faults[label] += 1
        self.shown.append(f"{label}: body {body.number}, {body.kind}, {body.media}, {len(body.content)} bytes: {more}")


def send(bodies: Iterable[Body], url: str, service: int) -> BulkFuzzResult:
    """Send bodies to an address until all are sent, or the service is gone.

    Parameters
    ----------
    bodies : iterable of Body
        What is sent.
    url : str
        Address of predictions.
    service : int
        Number of the service's process.
    """
    result = BulkFuzzResult()
    with requests.Session() as session:
        for body in bodies:
            begin = time.monotonic()
            try:
                response = session.post(url, body.content, headers={"content-type": body.media}, timeout=PATIENCE)
            except requests.RequestException as error:
                # A service that refuses a body before its end may close the connection while the rest comes.
                if not _lives(service):
                    result.fault("the service ended", body, str(error)[:300])
                    return result
                result.fault("no response", body, str(error)[:300])
                session.close()
                continue
            result.longest = max(result.longest, (time.monotonic() - begin, body.number))
            result.statuses[body.kind, body.media, response.status_code] += 1
            if wrong := _wrong(response):
                result.fault(wrong, body, f"{response.status_code} {response.content[:300]!r}")
        result.peak = _peak(service)
    return result


def _wrong(response: requests.Response) -> str | None:
    """Return the fault of a response; None where it is in order."""
    status, text = response.status_code, response.text if response.status_code != HTTPStatus.OK else ""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "status of 5xx"
    if status == HTTPStatus.OK:
        return None if response.content.endswith(END) else "a stream without its end"
    if status < HTTPStatus.BAD_REQUEST or not response.headers.get("content-type", "").startswith(_PROBLEM):
        return "no problem"
    return "out of memory" if any(word in text.lower() for word in _NO_MEMORY) else None


def _lives(service: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{service}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def _peak(service: int) -> int:
    """Highest resident memory of a process so far [byte]."""
    status = Path(f"/proc/{service}/status").read_text(encoding="utf-8")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])
