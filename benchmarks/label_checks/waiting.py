"""Shared parts of both measurements of outcomes pending review: manipulated steps, sums, page."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.label_checks.page import DOCS
from reporting.markdown import table
from seeds import Seed, load
from synthetic_data import another_plant

SHARES = (1 / 3, 0.6)  # of a plant's time for training
FORGED, AFTER = 4, 6  # steps whose outcomes are manipulated, and those that are answered after, of which none comes in
PLACES = 3  # where in a plant's time outcomes are manipulated
HONEST = "honest"
PAGE = DOCS / "results" / "label_checks.md"
COUNTS = ("steps", "waited", "regimes", "regimes_waited")

Figures = Mapping[str, float]


def places(steps: int) -> list[int]:
    """First steps with manipulated outcomes, of this number of steps."""
    return [int(first) for first in np.unique(np.linspace(1, steps - FORGED - AFTER, PLACES).astype(int))]


def regime_steps(seed: Seed, begin: pd.Timestamp, length: pd.Timedelta, steps: int) -> list[int]:
    """Steps in which a regime of a seed begins, but for the last, whose outcomes never come in."""
    regimes = seed.plant.regimes if seed.plant is not None else ()
    numbers = [int((pd.Timestamp(one.start) - begin) // length) for one in regimes]
    return [one for one in numbers if 0 <= one < steps - 1]


def on_plants(
    process: str,
    plants: Sequence[int],
    figures_of: Callable[[Seed, Path, int], Iterable[tuple[str, dict[str, float]]]],
    together: Callable[[Sequence[Figures]], dict[str, float]],
) -> dict[str, Any]:
    """Figures of a process's plants by manipulation of outcomes, over all plants.

    Parameters
    ----------
    process : str
        The process.
    plants : sequence of int
        Seeds of the plants' random numbers.
    figures_of : callable
        Simulates a plant of this seed into a folder, and returns its figures by manipulation of outcomes.
    together : callable
        Puts figures of all plants together.
    """
    seed, by_name = load(process), dict[str, list[Figures]]()
    for number in plants:
        with tempfile.TemporaryDirectory() as folder:
            for name, figures in figures_of(another_plant(seed, rng_seed=number), Path(folder), number):
                by_name.setdefault(name, []).append(figures)
    files = {name: together(figures) for name, figures in by_name.items()}
    return {"seed_digest": seed_digest(seed), "plants": list(plants), "files": files}


def summed(figures: Sequence[Figures]) -> dict[str, float]:
    """Sums of counts, means of all else, and of how many."""
    counts = {name: sum(one[name] for one in figures) for name in figures[0] if name in COUNTS}
    means = {name: float(np.mean([one[name] for one in figures])) for name in figures[0] if name not in COUNTS}
    return {**counts, **means, "places": len(figures)}


def lines(
    figures: Mapping[str, Any] | None,
    heads: Sequence[str],
    cells: Callable[[Sequence[Figures]], Sequence[str]],
    honest: Callable[[Figures], str],
) -> list[str]:
    """Lines between the markers: a row for each manipulation, and a sentence on honest outcomes.

    `cells` receives the figures of a manipulation by process, `honest` those of one process.
    """
    if figures is None:
        return ["Not measured yet."]
    processes = figures["processes"]
    names = list(dict.fromkeys(name for one in processes.values() for name in one["files"] if name != HONEST))
    sentences = [
        f"{process}, {honest(one['files'][HONEST])} ({_pending([one['files'][HONEST]])} steps pending)"
        for process, one in processes.items()
    ]
    rows = []
    for name in names:
        every = [one["files"][name] for one in processes.values() if name in one["files"]]
        rows.append((name, _pending(every), *cells(every)))
    return [
        f"Measured on {figures['measured']}.",
        "",
        *table((heads[0], "pending steps", *heads[1:]), rows),
        f"Honest outcomes: {'; '.join(sentences)}.",
    ]


def _pending(every: Sequence[Figures]) -> str:
    """Return the number of steps pending review among all."""
    return f"{sum(one['waited'] for one in every):,.0f} of {sum(one['steps'] for one in every):,.0f}"


def measure(
    about: str | None,
    processes: Iterable[str],
    measured: Callable[[str], dict[str, Any]],
    results: Path,
    name: str,
    page_lines: Callable[[Mapping[str, Any]], list[str]],
) -> None:
    """Measure the processes that the command names, by default all, and write results and page."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("process", nargs="*", choices=[*processes, []], default=[])
    given = parser.parse_args()
    stored = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {"processes": {}}
    for process in given.process or processes:
        stored["processes"][process] = measured(process)
        stored["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
        results.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), name, page_lines(stored)), encoding="utf-8")
