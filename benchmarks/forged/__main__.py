"""Forged files and honest months before the checks of labels; the figures go to docs/forged.md.

    python -m benchmarks.forged                       # all processes
    python -m benchmarks.forged zinc_electrowinning   # one; the figures of the others stay as they are

The checks are asked alone, as a retraining asks them before it learns anything. Nothing was chosen on these plants.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.digests import seed_digest
from benchmarks.forged.forgeries import FORGERIES, Forgery
from benchmarks.forged.page import HONEST, PAGE, REGIME, RESULTS, with_table
from physics.arrays import BoolArray, IntArray
from seeds import Seed, load
from synthetic_data import another_plant, simulate
from training.dataset import Dataset, read
from training.labels.job import LabelChecks, check_labels
from training.tasks import task_of

PLANTS = (21, 22, 23)
PERIODS = {  # of a file: a month or so, of pots a quarter of a year
    "aluminium_reduction": 3,
    "zinc_electrowinning": 15,
    "copper_electrorefining": 4,
    "aluminium_ingot": 60,
    "copper_cathode": 4,
}
MONTHS, FORGED = 12, 3  # a plant: honest files, and files that are forged in each way


def asked(data: Dataset, periods: IntArray, first: int, count: int) -> LabelChecks:
    """What the checks say of a file of some periods, all older ones being history."""
    some = periods < first + count
    known = replace(data, table=data.table[some].reset_index(drop=True), X=data.X[some], y=data.y[some])
    is_new = np.asarray(periods[some] >= first)
    return check_labels(known, task_of(data.seed).quantities(known), is_new)


def forged(data: Dataset, periods: IntArray, rows: IntArray, forgery: Forgery, rng: np.random.Generator) -> Dataset:
    """The data set with labels of some rows forged."""
    names = [column.name for column in data.seed.labels]
    labels = data.table[names].to_numpy(dtype=np.float64, copy=True)
    labels[rows] = forgery(labels, pd.factorize(data.units, sort=True)[0], periods, rows, rng)
    table = data.table.assign(**{name: labels[:, place] for place, name in enumerate(names)})
    return replace(data, table=table, y=table[data.seed.target.name].to_numpy(dtype=np.float64))


def without_late(data: Dataset) -> Dataset:
    """The data set as a plant sends it that has no columns which are known as late as labels are."""
    late = [column.name for column in data.seed.by_role("late") if column.name in data.table]
    return replace(data, table=data.table.drop(columns=late))


def counted(found: list[LabelChecks], new: list[int]) -> dict[str, Any]:
    """How many files were stopped, by which checks, and which share of the others' rows was set aside."""
    names: dict[str, int] = {}
    for one in found:
        for what in {line.split(",")[1].split(" of ")[0].split(":")[0].strip() for line in one.reasons}:
            names[what] = names.get(what, 0) + 1
    passed = [(len(one.aside), rows) for one, rows in zip(found, new, strict=True) if one.passed]
    aside = sum(rows for rows, _ in passed) / max(1, sum(rows for _, rows in passed))
    stopped = len(found) - len(passed)
    return {"files": len(found), "stopped": stopped, "aside": round(aside, 5), "by": dict(sorted(names.items()))}


def on_plant(seed: Seed, data: Dataset, rng: np.random.Generator) -> dict[str, list[tuple[LabelChecks, int]]]:
    """Honest and forged files of one plant."""
    periods, starts = pd.factorize(data.periods, sort=True)
    count, last = PERIODS[seed.process.name], int(periods.max()) + 1
    found: dict[str, list[tuple[LabelChecks, int]]] = {}

    def ask(name: str, some: Dataset, first: int) -> None:
        rows = int(((periods >= first) & (periods < first + count)).sum())
        found.setdefault(name, []).append((asked(some, periods, first, count), rows))

    for first in np.unique(np.linspace(last // 2, last - count, MONTHS).astype(int)):
        ask(HONEST, data, int(first))
    for regime in seed.plant.regimes if seed.plant is not None else ():
        first = int(starts.searchsorted(pd.Timestamp(regime.start)))
        if last // 2 <= first <= last - count:
            ask(REGIME, data, first)
    for first in np.unique(np.linspace(last // 2, last - count - 1, FORGED).astype(int)):
        rows: BoolArray = (periods >= first) & (periods < first + count)
        for name, forgery in FORGERIES.items():
            false = forged(data, periods, np.flatnonzero(rows), forgery, rng)
            ask(name, false, int(first))
            ask(f"{name}, without late columns", without_late(false), int(first))
    return found


def on_plants(process: str) -> dict[str, Any]:
    """Honest and forged files of a process's plants."""
    seed, all_found = load(process), {}
    for number in PLANTS:
        other = another_plant(seed, rng_seed=number)
        with tempfile.TemporaryDirectory() as folder:
            data = read(simulate(other, Path(folder)), other)
        for name, files in on_plant(seed, data, np.random.default_rng(number)).items():
            all_found.setdefault(name, []).extend(files)
    figures = {name: counted(*map(list, zip(*files, strict=True))) for name, files in all_found.items()}
    return {"seed_digest": seed_digest(seed), "periods": PERIODS[process], "plants": list(PLANTS), "files": figures}


def main(processes: list[str]) -> None:
    """Measure, and write the page again."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for process in processes or PERIODS:
        kept[process] = on_plants(process)
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
