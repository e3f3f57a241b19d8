"""The table of coverage by pattern of missing inputs in docs/results/intervals.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.coverage.page import DOCS
from benchmarks.missing_inputs.plants import ALL, ALONE, NO_HISTORY, REQUESTED
from reporting.markdown import table

RESULTS, PAGE, NAME = DOCS / "results" / "missing_inputs.json", DOCS / "results" / "intervals.md", "missing inputs"
COVERED, OF_LOTS, LEAST, WIDEST = (0.88, 0.92), (0.87, 0.93), 0.85, 1.1
"""Aims: coverage of all plants, of lots, and of the worst plant; width over that of a model of just these inputs."""
HEADS = ("process", "missing", "plants", "coverage", "worst plant", "width", "width to own model", "released", "false")
GROUPS: Mapping[str, Callable[[str], bool]] = {
    ALL: lambda name: name == ALL,
    REQUESTED: lambda name: name == REQUESTED,
    ALONE: lambda name: name == ALONE,
    NO_HISTORY: lambda name: name == NO_HISTORY,
    "no inputs of a role": lambda name: name.startswith("no inputs of role"),
    "no single instrument": lambda name: name.startswith("no ") and name != NO_HISTORY and "of role" not in name,
    "30 % at random": lambda name: name == "30 % at random",
    "a month without a sensor": lambda name: name == "a month without a sensor",
}
Plants = Mapping[str, Mapping[str, Mapping[str, float]]]


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers: figures by process and group of patterns; of several patterns the worst."""
    rows = [row for process, plants in figures["plants"].items() for row in _rows(process, plants)]
    return [f"Measured on {figures['measured']}.", "", *table(HEADS, rows)]


def _rows(process: str, plants: Plants) -> Iterator[tuple[str, ...]]:
    for group, belongs in GROUPS.items():
        patterns = {
            name: [one[name] for one in plants.values() if name in one]
            for name in dict.fromkeys(name for one in plants.values() for name in one)
            if belongs(name)
        }
        if patterns:
            yield (process, group, str(len(plants)), *_cells(patterns, plants))


def _cells(patterns: Mapping[str, list[Mapping[str, float]]], plants: Plants) -> Iterator[str]:
    """Yield coverage, that of the worst plant, width, width to own model, release, false release."""
    shares = [float(np.mean([one["coverage"] for one in of_plants])) for of_plants in patterns.values()]
    low, high = OF_LOTS if any("released" in one for each in patterns.values() for one in each) else COVERED
    yield _span(shares, lambda share: low <= share <= high)
    worst = min(one["coverage"] for of_plants in patterns.values() for one in of_plants)
    yield _bold(f"{worst:.1%}", worst >= LEAST)
    whole = np.mean([one[ALL]["width"] for one in plants.values()])
    yield f"{max(np.mean([one['width'] for one in of_plants]) for of_plants in patterns.values()) / whole:.2f}"
    compared = [each for each in patterns.values() if "width_to_own" in each[0]]
    own = max((float(np.mean([one["width_to_own"] for one in each])) for each in compared), default=None)
    yield "" if own is None else _bold(f"{own:.2f}", own <= WIDEST)
    for name in ("released", "false_release"):
        of_lots = [float(np.mean([one[name] for one in each])) for each in patterns.values() if name in each[0]]
        yield _span(of_lots, lambda share: True) if of_lots else ""


def _span(shares: list[float], is_met: Callable[[float], bool]) -> str:
    low, high = min(shares), max(shares)
    text = f"{low:.1%}" if len(shares) == 1 else f"{low:.1%} to {high:.1%}"
    return _bold(text, is_met(low) and is_met(high))


def _bold(text: str, is_met: bool) -> str:
    return text if is_met else f"**{text}**"
