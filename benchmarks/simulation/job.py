"""One simulation in a process of its own, by whatever revision of the code stands first on the path.

    python benchmarks/simulation/job.py PROCESS UNITS WORKERS

Prints the seconds that it took, by the clock and of processors, its own and those of its workers, the steps, and the
rows of the table.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from seeds import load
from synthetic_data import simulate


def _processor_seconds() -> tuple[float, float]:
    """Processor time of this process and of its finished children."""
    used = [resource.getrusage(processes) for processes in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, theirs = (one.ru_utime + one.ru_stime for one in used)
    return own, theirs


def measured(process: str, units: int, workers: int) -> dict[str, float]:
    """Resources that `simulate` takes, with all that it loads on the way, but not this process's start."""
    seed, steps = load(process), 0

    def progress(_: int, total: int) -> None:
        nonlocal steps
        steps = total

    with tempfile.TemporaryDirectory() as folder:
        started, used = time.perf_counter(), _processor_seconds()
        simulate(seed, folder, units=units, workers=workers, progress=progress)
        own, theirs = _processor_seconds()
        figures = {
            "seconds": time.perf_counter() - started,
            "processor_seconds": own - used[0],
            "worker_seconds": theirs - used[1],
            "steps": steps,
        }
        return figures | {"rows": pq.ParquetFile(Path(folder) / "table.parquet").metadata.num_rows}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
