"""Recommendations for a table's latest period by a store's champion, in a warm process.

python -m benchmarks.training_size.advice PROCESS FOLDER HOME
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from statistics import median

from nonferrous.recommend import recommendations_of
from nonferrous.table_request import requested
from seeds import load

REPEATS = 3  # after one that is not counted


def measured(process: str, folder: Path, home: Path) -> dict[str, float]:
    """Units that are advised, and processor seconds of reading their table and of all advice."""
    os.environ["NONFERROUS_HOME"] = str(home)
    taken, units = [], 0
    for _ in range(1 + REPEATS):
        start = time.process_time()
        seed = load(process)
        result = requested(seed, recommendations_of(seed), folder, lambda form: {"prices": {}}, lambda *progress: None)
        taken.append(time.process_time() - start)
        units = len(result.answer[result.operation.name])
    return {"recommended": units, "recommended_seconds": median(taken[1:])}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
