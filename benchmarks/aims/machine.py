"""Load of the machine: processors kept busy by programs outside the measurement."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

QUIET = 0.1  # processors that others keep busy, up to which a time by the clock counts


class Others:
    """Processors kept busy by other programs since creation, excluding this process's finished children."""

    def __init__(self) -> None:
        self._began, self._busy, self._own = time.perf_counter(), _busy(), children_seconds()

    def kept_busy(self) -> float:
        """Average number of busy processors so far."""
        others = _busy() - self._busy - (children_seconds() - self._own)
        return max(others, 0.0) / (time.perf_counter() - self._began)


def children_seconds() -> float:
    """Seconds of processors that this process's children which have ended took, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float:
    """Seconds that all processors of the machine have worked since it was started."""
    user, nice, system = Path("/proc/stat").read_text(encoding="ascii").split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")
