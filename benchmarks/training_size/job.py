"""One training job in a process of its own: what it takes, and what LightGBM alone takes of that.

python -m benchmarks.training_size.job PROCESS FOLDER HOME
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import lightgbm

from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import load
from training.jobs.execution import FitExecution
from training.jobs.train import train

MIB = 1024  # of `ru_maxrss`, which Linux states in KiB


def measured(process: str, folder: Path, home: Path) -> dict[str, float]:
    """Rows, seconds of a whole job and of LightGBM's fits in it, and the most memory it held [MiB].

    Seconds are by the clock, and of processors; the store of `home` holds the model afterwards.
    """
    fit, clocks = lightgbm.train, (time.perf_counter, time.process_time)
    bare = [0.0, 0.0]

    def timed(*args: Any, **kwargs: Any) -> lightgbm.Booster:
        start = [clock() for clock in clocks]
        try:
            return fit(*args, **kwargs)
        finally:
            for i, clock in enumerate(clocks):
                bare[i] += clock() - start[i]

    lightgbm.train = lightgbm.sklearn.train = timed  # its own estimators call the second
    settings = StoreSettings(home=home)
    Tracking(settings, make=True)  # a store is made once, not by each job
    start = [clock() for clock in clocks]
    trained = train(load(process), folder, settings, ways=FitExecution(processes=1))
    seconds, processor_seconds = (clock() - one for clock, one in zip(clocks, start, strict=True))
    return {
        "rows": len(trained.learnt.data.table),
        "seconds": seconds,
        "fit_seconds": bare[0],
        "processor_seconds": processor_seconds,
        "fit_processor_seconds": bare[1],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB,
    }


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
