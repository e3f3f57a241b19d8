"""Simulations of this code and of an earlier revision in turn, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.aims.machine import Others
from seeds import load, names

ROOT = Path(__file__).parents[2]
JOB = Path(__file__).parent / "job.py"
WORK, LONG_WORK = 2.0, 11.0  # s of processor time of one worker
PAIRS, TIMES = 5, 3


def simulated() -> list[str]:
    """Processes with a simulated plant."""
    return [name for name in names() if load(name).plant is not None]


def simulated_at(revision: str) -> list[str]:
    """Processes whose simulated plant an earlier revision had too; newer ones have no reference."""
    git = ["git", "-C", str(ROOT), "ls-tree", "--name-only", revision, "seeds/"]
    had = subprocess.run(git, check=True, capture_output=True, text=True).stdout.split()
    return [name for name in simulated() if f"seeds/{name}.toml" in had]


@contextmanager
def earlier(revision: str) -> Iterator[Path]:
    """Files of a revision in a folder that is taken away afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "earlier"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(folder), revision], check=True)
        try:
            yield folder
        finally:
            subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def run(tree: Path, process: str, units: int, workers: int = 1) -> dict[str, float]:
    """Time of one simulation by the code of a tree; see `benchmarks.simulation.job`."""
    command = [sys.executable, str(JOB), process, str(units), str(workers)]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=tree).stdout
    figures: dict[str, float] = json.loads(output)
    return figures


def sized(process: str, work: float) -> int:
    """Number of units for so many seconds of work of one worker, at least the seed's."""
    plant = load(process).plant
    assert plant is not None
    times = 1
    while (took := run(ROOT, process, times * plant.units)["processor_seconds"]) < 0.7 * work:
        times = max(times + 1, min(round(times * work / took), 8 * times))
    return times * plant.units


def beside_earlier(process: str, units: int, tree: Path) -> dict[str, Any]:
    """Processor time of one worker by this and by the earlier code in turn, and the speed ratio."""
    pairs = [(run(ROOT, process, units), run(tree, process, units)) for _ in range(PAIRS)]
    ours, theirs = ([one["processor_seconds"] for one in side] for side in zip(*pairs, strict=True))
    ratios = [before / now for now, before in zip(ours, theirs, strict=True)]
    return {
        "units": units,
        "seconds": median(ours),
        "earlier_seconds": median(theirs),
        "steps": pairs[0][0]["steps"],
        "ratio": {"median": median(ratios), "low": min(ratios), "high": max(ratios)},
    }


def rate(process: str) -> dict[str, float]:
    """Rate of one worker on a larger plant: rows made, and its lowest processor time.

    `made` counts rows, or a unit's days where a row is longer than a day. Who else is at work slows memory and
    processors down, so that the lowest of several runs counts; the number of processors that `others` kept busy is
    stored too.
    """
    units, others = sized(process, WORK), Others()
    runs = [run(ROOT, process, units) for _ in range(TIMES)]
    return {
        "units": units,
        "made": max(runs[0]["rows"], runs[0]["steps"]),
        "seconds": min(one["processor_seconds"] for one in runs),
        "others": others.kept_busy(),
    }


def by_two_workers(process: str, units: int) -> dict[str, Any]:
    """One worker against two by the clock and by the busier one's processor time, and other load."""
    others = Others()
    one, two = (run(ROOT, process, units, workers) for workers in (1, 2))
    return {
        "units": units,
        "seconds": {"one": one["seconds"], "two": two["seconds"]},
        "processor_seconds": {
            "one": one["processor_seconds"],
            "two": max(two["processor_seconds"], two["worker_seconds"]),
        },
        "others": others.kept_busy(),
    }
