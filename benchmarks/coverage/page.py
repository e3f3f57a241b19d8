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
CHAMPIONS = {"carried": "default plant's", "own": "its own"}
HEADS = ("process", "champion", "same parameters", "other parameters")


def lines(results: Mapping[str, Any]) -> list[str]:
    """A line for each process and champion: range of the coverage over the plants [%]."""
    return table(HEADS, [*_rows(results)])


def _rows(results: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, figures in results.items():
        for champion, words in CHAMPIONS.items():
            cells = [
                _all([plant[champion]["served"] for plant in figures[kind].values() if champion in plant])
                for kind in ("same", "other")
            ]
            yield process, words, *cells


def _all(shares: Sequence[float]) -> str:
    """Range of the coverage of all plants [%], in bold if one misses PROMISED."""
    percent = [100 * one for one in shares]
    return f"**{span(percent, '.1f')}**" if min(percent) < 100 * PROMISED else span(percent, ".1f")


def lowest(results: Mapping[str, Any], kind: str, champion: str) -> float:
    """The lowest served coverage of all processes on plants of a kind [1]."""
    plants = [one for figures in results.values() for one in figures[kind].values() if champion in one]
    return float(np.min([one[champion]["served"] for one in plants]))
