"""Recommendations for the newest period of a table, by a store's champion, in a process that has all it needs loaded.

python -m benchmarks.training_size.advice PROCESS FOLDER HOME
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

from registry.settings import Settings
from seeds import load
from training.advice.job import recommend

REPEATS = 3  # after one that is not counted


def measured(process: str, folder: Path, home: Path) -> dict[str, float]:
    """Units that are advised, and processor seconds of reading their table and of all advice."""
    taken, units = [], 0
    for _ in range(1 + REPEATS):
        start = time.process_time()
        found = recommend(load(process), folder, Settings(home=home), {}, lambda *said: None)
        taken.append(time.process_time() - start)
        units = len(found.advices)
    return {"recommended": units, "recommended_seconds": median(taken[1:])}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
