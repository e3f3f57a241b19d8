"""A service under a steady load: python -m benchmarks.soak --home HOME [--minutes 30].

The home folder holds a champion of aluminium_reduction (`nonferrous up` makes one). The highest rate is measured first,
then 70 % of it is kept up, with outcomes coming in, records in SQLite and full durability. Each answer waits for the
disk, whose own times are measured too. Records stand in the folder for temporary files (TMPDIR) and take 10 KB a
request: 30 GB for half an hour of 1,700 a second. Writes docs/results/soak.json, its picture and its table in
docs/results/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.machine import Others
from benchmarks.aims.page import filled
from benchmarks.faults import processes
from benchmarks.faults.load import PROCESS
from benchmarks.service.load import written
from benchmarks.soak.disk import Disk
from benchmarks.soak.paced import CONNECTIONS
from benchmarks.soak.page import NAME, PAGE, PICTURE, RESULTS, lines, picture
from benchmarks.soak.rows import answered, prediction
from benchmarks.soak.weighed import measured_size
from operations.catalogue import predictions_of
from records.database import Database
from seeds import load
from system.programs import free_port

SHARE, PROBE_SECONDS = 0.7, 60  # s; ten seconds show the burst rate of a disk, not its sustained rate
RECORD = 10_000  # bytes a request
SHORTEST = 3.0  # minutes: the first warms up, the one after it is compared with the last


def measured(home: Path, minutes: float, folder: Path) -> dict[str, Any]:
    """Figures of a service over so many minutes."""
    (row,) = predictions_of(load(PROCESS)).form(load(PROCESS), 1).example["rows"]
    port, file, others = free_port(), folder / "records.db", Others()
    records = f"sqlite:///{file}"
    environment = {"NONFERROUS_HOME": str(home), "NONFERROUS_RECORDS": records, "NONFERROUS_DURABILITY": "full"}
    # Of a time before those of the load, so that each row of it is new.
    probe = written(folder / "requests", [prediction(row, -number) for number in range(1, 513)])
    with processes.service(port, folder / "log", environment) as running, closing(Database(records)) as database:
        about = answered(port, row)
        (folder / "row.json").write_text(json.dumps({"row": row, "about": about}), encoding="utf-8")
        highest = json.loads(_ran("service.load", port, probe, PROBE_SECONDS, CONNECTIONS))["per_second"]
        requested, free = int(SHARE * highest * 60 * minutes * RECORD), shutil.disk_usage(folder).free
        if free < requested:
            raise SystemExit(
                f"{folder}: {free >> 30} GiB are free, expected {requested >> 30} for the records (TMPDIR)"
            )
        command = _command("soak.paced", port, SHARE * highest, 60 * minutes, folder / "row.json")
        series = []
        started = subprocess.Popen(command, cwd=processes.ROOT, stdout=subprocess.PIPE, text=True)
        with started as load_, Disk(folder) as disk:
            assert load_.stdout is not None
            for line in load_.stdout:
                sample = json.loads(line)
                if "whole" not in sample:
                    sample |= measured_size(running.popen.pid, file, database) | {"disk_ms": disk.longest()}
                    series.append(sample)
                    print(sample, flush=True)
        if load_.returncode:
            raise RuntimeError(f"the load ended with exit code {load_.returncode}")
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "minutes": minutes,
        "processors": os.cpu_count(),
        "others": others.kept_busy(),
        "highest_per_second": highest,
        "per_second": SHARE * highest,
        "whole": sample["whole"],
        "series": series,
    }


def _command(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def _ran(module: str, *arguments: object) -> str:
    command = _command(module, *arguments)
    return subprocess.run(command, cwd=processes.ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    given = parser.parse_args()
    if given.minutes < SHORTEST:
        parser.error(f"--minutes {given.minutes:g}: expected at least {SHORTEST:g}")
    with tempfile.TemporaryDirectory(prefix="nonferrous-soak-") as folder:
        figures = measured(given.home.resolve(), given.minutes, Path(folder))
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_text(picture(figures["series"]), encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(figures)), encoding="utf-8")
    print("\n".join(lines(figures)))


if __name__ == "__main__":
    main()
