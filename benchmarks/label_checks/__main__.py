"""Check manipulated files and correct months, for docs/results/label_checks.md.

    python -m benchmarks.label_checks                       # all processes
    python -m benchmarks.label_checks zinc_electrowinning   # one; the figures of the others stay as they are

The checks are asked alone, as a retraining asks them before it learns anything. A person accepted the model of half of
a plant's time, and jobs what came since. Nothing was chosen on these plants.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.digests import seed_digest
from benchmarks.label_checks.forgeries import FORGERIES, Forgery
from benchmarks.label_checks.page import HONEST, PAGE, REGIME, RESULTS, ROUTINE, with_table
from benchmarks.label_checks.slow import HALF_YEAR, SLOW, of_rows, with_labels
from benchmarks.label_checks.unlabelled import CHOICES, before, by_chance, chosen, without_labels
from physics.arrays import BoolArray, IntArray
from seeds import Seed, load
from synthetic_data import another_plant, simulate
from training.core.dataset import Dataset, read
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
MONTHS, FORGED = 12, 3  # a plant: correct files, and files manipulated in each way


def checks_on(data: Dataset, periods: IntArray, first: int, count: int, accepted: int) -> LabelChecks:
    """Return the checks of a file of periods; older periods are history, accepted by a reviewer up to one.

    Parameters
    ----------
    data : Dataset
        Rows of a plant.
    periods : ndarray of int, shape (n,)
        Number of each row's period.
    first, count, accepted : int
        First period of the file, how many it has, and the first that came after the model that a person accepted.
    """
    received = periods < first + count
    known, since = of_rows(data, received), periods[received]
    labels = task_of(data.seed).labels.quantities(known)
    others = before(data, data.periods[received].max(), data.periods[periods >= accepted].min())
    is_new, is_after = np.asarray(since >= first), np.asarray(since >= accepted)
    return check_labels(known, labels, is_new, is_after=is_after, others=others)


def one_by_one(data: Dataset, periods: IntArray, first: int, end: int, count: int) -> LabelChecks:
    """Return the checks of files in sequence, up to the first that is stopped."""
    for start in range(first, end - count + 1, count):
        checks = checks_on(data, periods, start, count, first)
        if not checks.passed:
            break
    return checks


def forged(data: Dataset, periods: IntArray, rows: IntArray, forgery: Forgery, rng: np.random.Generator) -> Dataset:
    """Data set with manipulated labels in some rows."""
    names = [column.name for column in data.seed.labels]
    labels = data.table[names].to_numpy(dtype=np.float64, copy=True)
    labels[rows] = forgery(labels, pd.factorize(data.units, sort=True)[0], periods, rows, rng)
    return with_labels(data, labels)


def without_late(data: Dataset) -> Dataset:
    """The data set of a plant without columns that are known as late as labels are; itself if it has none."""
    late = [column.name for column in data.seed.by_role("late") if column.name in data.table]
    return data if not late else replace(data, table=data.table.drop(columns=late))


def counted(checks: list[LabelChecks], new: list[int]) -> dict[str, Any]:
    """Number of stopped files, by check, and the fraction of excluded rows in the others."""
    names: dict[str, int] = {}
    for one in checks:
        for check in {line.split(",")[1].split(" of ")[0].split(":")[0].strip() for line in one.reasons}:
            names[check] = names.get(check, 0) + 1
    passed = [(len(one.aside), rows) for one, rows in zip(checks, new, strict=True) if one.passed]
    excluded = sum(rows for rows, _ in passed) / max(1, sum(rows for _, rows in passed))
    stopped = len(checks) - len(passed)
    return {"files": len(checks), "stopped": stopped, "aside": round(excluded, 5), "by": dict(sorted(names.items()))}


def on_plant(seed: Seed, data: Dataset, rng: np.random.Generator) -> dict[str, list[tuple[LabelChecks, int]]]:
    """Correct and manipulated files of one plant."""
    periods, starts = pd.factorize(data.periods, sort=True)
    count, last = PERIODS[seed.process.name], int(periods.max()) + 1
    results: dict[str, list[tuple[LabelChecks, int]]] = {}

    def keep(name: str, checks: LabelChecks, first: int) -> None:
        rows = int(((periods >= first) & (periods < first + count)).sum())
        results.setdefault(name, []).append((checks, rows))

    def both(name: str, first: int, false: Dataset, ask: Callable[[Dataset], LabelChecks]) -> None:
        checks, others = ask(false), without_late(false)
        keep(name, checks, first)
        keep(f"{name}, without late columns", checks if others is false else ask(others), first)

    routine = by_chance(data, rng)
    half = without_labels(data, routine)
    for first in map(int, np.unique(np.linspace(last // 2, last - count, MONTHS).astype(int))):
        keep(HONEST, checks_on(data, periods, first, count, last // 2), first)
        keep(ROUTINE, checks_on(half, periods[~routine], first, count, last // 2), first)
    for first in changes(seed, starts, count):
        keep(REGIME, checks_on(data, periods, first, count, first), first)
    for first in map(int, np.unique(np.linspace(last // 2, last - count - 1, FORGED).astype(int))):
        rows: BoolArray = (periods >= first) & (periods < first + count)
        for name, forgery in FORGERIES.items():
            false = forged(data, periods, np.flatnonzero(rows), forgery, rng)
            both(name, first, false, partial(checks_on, periods=periods, first=first, count=count, accepted=first))
        for name, choice in CHOICES.items():
            left_out = np.where(rows, chosen(data, choice, periods, rng), routine)
            keep(name, checks_on(without_labels(data, left_out), periods[~left_out], first, count, first), first)
    for first, end in half_years(starts):
        for name, change in SLOW.items():
            reported, false = change(data, periods, first, end, rng)
            both(name, first, false, partial(one_by_one, periods=periods[reported], first=first, end=end, count=count))
    return results


def changes(seed: Seed, starts: pd.DatetimeIndex, count: int) -> list[int]:
    """Periods in the newer half of a plant's time at which a regime begins, and a file of so many can."""
    regimes = seed.plant.regimes if seed.plant is not None else ()
    firsts = (int(starts.searchsorted(pd.Timestamp(one.start))) for one in regimes)
    return [one for one in firsts if len(starts) // 2 <= one <= len(starts) - count]


def half_years(starts: pd.DatetimeIndex) -> list[tuple[int, int]]:
    """First period of each half-year that is manipulated, and the first after it."""
    days = (starts - starts[0]).days.to_numpy()
    newest = int(days.searchsorted(days[-1] - HALF_YEAR))
    firsts = map(int, np.unique(np.linspace(len(starts) // 2, newest, FORGED).astype(int)))
    return [(one, min(len(starts), int(days.searchsorted(days[one] + HALF_YEAR)) + 1)) for one in firsts]


def on_plants(process: str) -> dict[str, Any]:
    """Correct and manipulated files of a process's plants."""
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
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for process in processes or PERIODS:
        stored[process] = on_plants(process)
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
