"""Real service in a limited address space, with a small model trained in place."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from models.regression.calibration import conformalised
from models.storage import model_files
from models.tasks import build
from seeds import Seed

MEMORY = 2 * 2**30  # bytes of address space
PATIENCE = 120.0  # s
_ROWS = 400
_SERVE = """
import sys
from serving.hot_reload.folder_store import FolderStore
from serving.run import run
from serving.settings import read_settings

store = FolderStore()
store.point(sys.argv[1], 1, sys.argv[2])
sys.exit(run(read_settings(), store))
"""


def save_model(seed: Seed, folder: Path) -> None:
    """Save a linear model of one number, trained on random rows; its predictions are not used."""
    rng = np.random.default_rng(1)
    ends = np.array([np.clip(column.limits, -1e6, 1e6) for column in seed.inputs])
    X = rng.uniform(ends[:, 0], ends[:, 1], (_ROWS, len(ends)))
    y = 90 + rng.normal(0, 1, _ROWS)
    half = _ROWS // 2
    estimator = build(seed)["linear"].fit(X[:half], y[:half])
    info = {"rows": half}
    model_files.save(
        conformalised(seed, "linear", estimator, X[:half], y[half:], np.asarray(estimator.predict(X[half:])), info),
        folder,
    )


@contextmanager
def limited(process: str, folder: Path, log: Path, environment: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield the process id and address of a service with a model's folder in a limited address space."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    command = [sys.executable, "-c", _SERVE, process, str(folder)]
    # Address space that allocators reserve for later is no memory: the limit is to hold what is taken.
    own = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"}
    own |= {"NONFERROUS_PORT": "0", "NONFERROUS_HOME": str(log.parent / "home")}
    with log.open("w") as output:
        started = subprocess.Popen(
            command, env={**os.environ, **own, **environment}, stdout=output, stderr=output, preexec_fn=limit
        )
    try:
        until = time.monotonic() + PATIENCE
        while "version 1 in service" not in (log_text := log.read_text(encoding="utf-8")):
            if started.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the service does not start: {log_text[-2000:]}")
            time.sleep(0.05)
        yield started.pid, log_text.split("listening on ")[1].split(",")[0]
    finally:
        started.terminate()
        started.wait(PATIENCE)
