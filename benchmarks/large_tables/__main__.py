"""Time and memory of `nonferrous predict` for large tables; figures go to docs/how-to/large_tables.md.

    python -m benchmarks.large_tables --home HOME            # 10^5, 10^6 and 10^7 rows; half an hour
    python -m benchmarks.large_tables --home HOME 20000      # others
    python -m benchmarks.large_tables write                  # the table again, from the figures

HOME holds a champion of the process. Figures are kept in docs/results/large_tables.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.digests import own_plant_digest
from benchmarks.large_tables.page import PAGE, RESULTS, with_figures
from seeds import load
from synthetic_data import simulate

PROCESS = "aluminium_reduction"
SIZES = (100_000, 1_000_000, 10_000_000)
COPIES = 50  # of the plant in a file
MIB = 2**20
_KIB_IN_MIB = 1024  # `ru_maxrss` is in KiB on Linux


def repeated(plant: pa.Table, key: str, rows: int, folder: Path) -> None:
    """Write so many rows into Parquet files: those of a plant again and again, each time of other units."""
    units, copy = plant[key].to_pylist(), 0
    while rows > 0:
        tables = []
        for _ in range(COPIES):
            names = pa.array([f"P{copy:05d}-{unit}" for unit in units])
            tables.append(plant.set_column(plant.column_names.index(key), key, names).slice(0, max(0, rows)))
            rows, copy = rows - len(plant), copy + 1
        pq.write_table(pa.concat_tables(tables), folder / f"rows-{copy:05d}.parquet")


def predicted(data: Path, out: Path, home: Path) -> dict[str, float]:
    """Seconds of the command by the clock and of processors, and its highest resident memory [MiB]."""
    command = [sys.executable, "-m", "nonferrous", "predict", PROCESS, "--data", str(data), "--out", str(out)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"NONFERROUS_HOME": str(home)}) as job:
        _, status, used = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
    if job.returncode:
        raise RuntimeError(f"nonferrous predict ended with {job.returncode}")
    return {
        "seconds": time.perf_counter() - start,
        "processor_seconds": used.ru_utime + used.ru_stime,
        "memory_mib": used.ru_maxrss / _KIB_IN_MIB,
    }


def measured(rows: int, plant: pa.Table, key: str, home: Path) -> dict[str, Any]:
    """Figures of a table of so many rows."""
    with tempfile.TemporaryDirectory() as scratch:
        data, out = Path(scratch, "rows"), Path(scratch, "out.parquet")
        data.mkdir()
        repeated(plant, key, rows, data)
        size = sum(file.stat().st_size for file in data.iterdir())
        figures = predicted(data, out, home)
        done = pq.ParquetFile(out).metadata.num_rows
    if done != rows:
        raise RuntimeError(f"got {done} predictions: expected {rows}")
    return {"rows": rows, "files_mib": size / MIB, **figures}


def main() -> None:
    """Measure, or write the table again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="numbers of rows, or write")
    parser.add_argument("--home", type=Path, help="store with a champion of the process")
    given = parser.parse_args()
    if given.rows != ["write"]:
        if given.home is None:
            parser.error("--home: expected a store with a champion")
        RESULTS.write_text(json.dumps(_figures(given), indent=1) + "\n", encoding="utf-8")
    figures = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(with_figures(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")


def _figures(given: argparse.Namespace) -> dict[str, Any]:
    seed = load(PROCESS)
    with tempfile.TemporaryDirectory() as scratch:
        table = pq.read_table(simulate(seed, Path(scratch, "plant")) / "table.parquet")
    plant = table.drop_columns([column.name for column in seed.by_role("target")])
    tables = []
    for rows in [int(one) for one in given.rows] or SIZES:
        tables.append(measured(rows, plant, str(seed.key and seed.key.name), given.home.resolve()))
        print(tables[-1], flush=True)
    return {
        "process": PROCESS,
        "seed_digests": {PROCESS: own_plant_digest(seed)},
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "processors": os.cpu_count(),
        "columns": plant.num_columns,
        "tables": tables,
    }


if __name__ == "__main__":
    main()
