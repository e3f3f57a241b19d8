"""The table of docs/tasks/regression.md on coverage without outcomes, from what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pages.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "coverage.json", DOCS / "tasks" / "regression.md"
NAME = "coverage without outcomes"
CHAMPIONS = {"carried": "default plant's", "own": "its own"}
HEADS = (
    "process",
    "champion",
    "same parameters, served",
    "fixed",
    "adaptive",
    "other parameters, served",
    "fixed",
    "adaptive",
)


def lines(results: Mapping[str, Any]) -> list[str]:
    """A line for each process and champion: coverage on each plant [%]."""
    return table(HEADS, [*_rows(results)])


def _rows(results: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, found in results.items():
        for champion, words in CHAMPIONS.items():
            cells = [
                _all([plant[champion].get(name) for plant in found[kind].values()])
                for kind in ("same", "other")
                for name in ("served", "fixed", "adaptive")
            ]
            yield process, words, *cells


def _all(shares: list[float | None]) -> str:
    """Shares of all plants in per cent; a dash where there are none."""
    known = [one for one in shares if one is not None]
    return ", ".join(f"{100 * one:.1f}" for one in known) or "-"


def lowest(results: Mapping[str, Any], kind: str, champion: str) -> float:
    """The lowest served coverage of all processes on plants of a kind [1]."""
    return float(np.min([one[champion]["served"] for found in results.values() for one in found[kind].values()]))
