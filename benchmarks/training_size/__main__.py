"""Time and memory of training jobs on growing potlines; figures go to docs/results/benchmarks.md.

    python -m benchmarks.training_size                    # 10,000, 100,000 and 930,000 rows; an hour
    python -m benchmarks.training_size 10000 30000        # others
    python -m benchmarks.training_size write              # table and picture again, from the figures

Figures are kept in docs/results/training_size.json with the digest of the seed. Those with the aims of training are
measured by `python -m benchmarks.training_size.aims`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.digests import own_plant_digest
from benchmarks.pictures import NoBrowserError, draw
from benchmarks.run import DOCS, with_page
from benchmarks.training_size.page import PICTURE, RESULTS, figure
from seeds import load
from synthetic_data import simulate

PROCESS = "aluminium_reduction"
SIZES = (10_000, 100_000, 930_000)
ROWS_OF_A_POT = 35.3  # of three years of months


def job(rows: int, folder: Path) -> dict[str, Any]:
    """Time and memory of a job on a potline of about so many rows, in a separate process."""
    plant = simulate(load(PROCESS), folder / "plant", units=round(rows / ROWS_OF_A_POT), workers=os.cpu_count() or 1)
    command = [sys.executable, "-m", "benchmarks.training_size.job", PROCESS, str(plant), str(folder / "home")]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    return figures


def main(arguments: list[str]) -> None:
    """Measure, or write table and picture again."""
    if arguments != ["write"]:
        jobs = []
        for rows in [int(one) for one in arguments] or SIZES:
            with tempfile.TemporaryDirectory() as scratch:
                jobs.append(job(rows, Path(scratch)))
            print(jobs[-1], flush=True)
        figures = {
            "process": PROCESS,
            "seed_digests": {PROCESS: own_plant_digest(load(PROCESS))},
            "measured": f"{datetime.now(UTC):%Y-%m-%d}",
            "processors": os.cpu_count(),
            "jobs": jobs,
        }
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    try:
        draw(figure(json.loads(RESULTS.read_text(encoding="utf-8"))["jobs"]), PICTURE)
    except NoBrowserError as error:
        print(error)
    stored = json.loads((DOCS / "results" / "benchmarks.json").read_text(encoding="utf-8"))
    shown = DOCS / "results" / "benchmarks.md"
    shown.write_text(with_page(shown.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
