"""Servers that a test starts beside itself, and their first response."""

import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.suite.children import child

PATIENCE = 180.0  # s: MLflow's server loads half a minute of libraries on a busy machine


@contextmanager
def server(command: Sequence[str], health: str, log: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A server from its first response until the end of the block, which ends it with all that it started.

    Parameters
    ----------
    command : Sequence[str]
        The program and its arguments.
    health : str
        Address that answers a GET with success once the server is ready.
    log : Path
        Takes what the server writes; the test fails with it where no response comes.
    **options : Any
        More of `subprocess.Popen`.

    Yields
    ------
    subprocess.Popen[str]
        The program.
    """
    with log.open("wb") as output, child(command, stdout=output, stderr=output, **options) as started:
        patience = time.monotonic() + PATIENCE
        while not responds(health):
            text = log.read_text(encoding="utf-8")
            assert started.poll() is None, text
            assert time.monotonic() < patience, text
            time.sleep(0.2)
        yield started


def responds(address: str) -> bool:
    """Return whether a GET succeeds."""
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:  # an HTTP error too
        return False
    return True
