"""Table of docs/results/drift.md, from the stored figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims.page import filled
from reporting.markdown import span, table

ROOT = Path(__file__).parent.parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "drift.json", ROOT / "docs" / "results" / "drift.md"
NAME = "drift"
HEADS = (
    *("process", "alarms per month", "time in alarm", "error ratio", "regimes detected in inputs", "in errors"),
    *("instruments detected", "outcomes detected after"),
)


def summary(results: Mapping[str, Any]) -> list[str]:
    """False alarms, detected regimes, and changes of a stated size, over all plants of each process."""
    return table(HEADS, [[process, *_cells(list(one["plants"].values()))] for process, one in results.items()])


def _cells(plants: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Cells of a process."""
    for name, form in (("any", ".2f"), ("share", ".0%")):
        yield format(np.mean([plant["false_alarms"][name] for plant in plants]), form)
    every = [one for plant in plants for one in plant["regimes"].values()]
    yield span((one["growth"] for one in every), ".2f")
    yield from (_detected([one[part] for one in every]) for part in ("inputs", "errors"))
    yield _detected([one for plant in plants for one in plant["sensors"].values()])
    yield ", ".join("-" if plant["outcomes"] is None else str(plant["outcomes"]) for plant in plants)


def _detected(delays: Sequence[float | None]) -> str:
    """Number of detected changes among all, and the median of their delays."""
    detected = [one for one in delays if one is not None]
    return f"{len(detected)} of {len(delays)}" + (f" ({np.median(detected):.0f})" if detected else "")


def with_tables(text: str, results: Mapping[str, Any]) -> str:
    """Text with the table between its markers replaced."""
    return filled(text, NAME, summary(results))
