"""The table of docs/results/intervals.md on coverage without outcomes, from what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reporting.markdown import span, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "coverage.json", DOCS / "results" / "intervals.md"
NAME = "coverage without outcomes"
PROMISED = 0.87  # of labels, by the served intervals without outcomes
CHAMPIONS = ("carried", "own")  # that of the default plant, and its own
HEADS = ("process", "default plant's, same parameters", "default plant's, other parameters", "its own")


def lines(results: Mapping[str, Any]) -> list[str]:
    """A line for each process: range of the coverage over the plants by champion [%]."""
    return table(HEADS, [*_rows(results)])


def _rows(results: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, figures in results.items():
        served = {
            (kind, champion): [plant[champion]["served"] for plant in figures[kind].values() if champion in plant]
            for kind in ("same", "other")
            for champion in CHAMPIONS
        }
        own = [*served["same", "own"], *served["other", "own"]]
        yield process, _all(served["same", "carried"]), _all(served["other", "carried"]), _all(own)


def _all(shares: Sequence[float]) -> str:
    """Range of the coverage of all plants [%], in bold if one misses PROMISED."""
    percent = [100 * one for one in shares]
    return f"**{span(percent, '.1f')}**" if min(percent) < 100 * PROMISED else span(percent, ".1f")


def lowest(results: Mapping[str, Any], kind: str, champion: str) -> float:
    """The lowest served coverage of all processes on plants of a kind [1]."""
    plants = [one for figures in results.values() for one in figures[kind].values() if champion in one]
    return float(np.min([one[champion]["served"] for one in plants]))
