"""One training job in a process of its own: what it takes, and what LightGBM alone takes of that."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import lightgbm

from registry.settings import Settings
from registry.tracking import Tracking
from seeds import load
from training.job import train

MIB = 1024  # of `ru_maxrss`, which Linux states in KiB


def measured(process: str, folder: Path) -> dict[str, float]:
    """Rows, seconds of a whole job and of LightGBM's fits in it, and the most memory it held [MiB]."""
    bare = 0.0
    fit = lightgbm.train

    def timed(*args: Any, **kwargs: Any) -> lightgbm.Booster:
        nonlocal bare
        start = time.perf_counter()
        try:
            return fit(*args, **kwargs)
        finally:
            bare += time.perf_counter() - start

    lightgbm.train = lightgbm.sklearn.train = timed  # its own estimators call the second
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        Tracking(settings, make=True)  # a store is made once, not by each job
        start = time.perf_counter()
        trained = train(load(process), folder, settings, processes=1)
        seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    rows = len(trained.learnt.data.table)
    return {"rows": rows, "seconds": seconds, "fit_seconds": bare, "memory": memory}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]))))
