"""Table of histories in docs/results/retraining.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.forgetting.histories import ALL, HISTORIES
from reporting.markdown import span, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "forgetting.json", DOCS / "results" / "retraining.md", "histories"
SHOWN = ("newest half", "half-life 365 d", "half-life 90 d", "since a change")


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers."""
    heads = ("process", f"error, {ALL}", *SHOWN)
    return [f"Measured on {figures['measured']}.", "", *table(heads, _rows(figures))]


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in figures["processes"].items():
        every = [
            errors_of(one[plants], candidate)
            for plants in ("development", "others")
            for candidate in next(iter(next(iter(one[plants].values())).values()))["errors"]
        ]
        whole = f"{span((np.mean(errors[ALL]) for errors in every), '.3f')} {one['unit']}"
        yield (
            process,
            whole,
            *(span((ratio(errors, name) for errors in every), ".2f") for name in SHOWN),
        )


def errors_of(plants: Mapping[str, Any], candidate: str) -> dict[str, list[float]]:
    """Errors of a candidate on each plant at each date, by history."""
    dates = [date["errors"][candidate] for plant in plants.values() for date in plant.values()]
    return {name: [one[name] for one in dates] for name in HISTORIES}


def ratio(errors: Mapping[str, list[float]], name: str) -> float:
    """Error of a history over that of all history: the geometric mean of all plants and dates."""
    return float(np.exp(np.mean(np.log(np.array(errors[name]) / np.array(errors[ALL])))))
