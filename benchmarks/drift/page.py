"""Tables of docs/results/drift.md, from the stored figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reporting.markdown import span, table

ROOT = Path(__file__).parent.parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "drift.json", ROOT / "docs" / "results" / "drift.md"
BEGIN, END = "<!-- {} -->", "<!-- end of {} -->"


def false_alarms(results: Mapping[str, Any]) -> list[str]:
    """Alarms that begin per month without a change, mean of the plants."""
    rows = []
    for process, figures in results.items():
        every = [one["false_alarms"] for one in figures["plants"].values()]
        means = [f"{np.mean([one[name] for one in every]):.2f}" for name in ("inputs", "errors", "any")]
        rows.append([process, *means, f"{np.mean([one['share'] for one in every]):.0%}"])
    return table(["process", "by inputs", "by errors", "any", "share of time in alarm"], rows)


def regimes(results: Mapping[str, Any]) -> list[str]:
    """Detected regimes of each process, over all plants, and the periods until then."""
    rows = []
    for process, figures in results.items():
        every = [one for plant in figures["plants"].values() for one in plant["regimes"].values()]
        growth = span((one["growth"] for one in every), ".2f")
        rows.append(
            [
                process,
                growth,
                *_detected([one["inputs"] for one in every]),
                *_detected([one["errors"] for one in every]),
            ]
        )
    heads = ["process", "error ratio", "detected in inputs", "median delay", "detected in errors", "median delay"]
    return table(heads, rows)


def made(results: Mapping[str, Any]) -> list[str]:
    """Periods until changes of a stated size are detected."""
    rows = []
    for process, figures in results.items():
        plants = list(figures["plants"].values())
        delays = [one for plant in plants for one in plant["sensors"].values()]
        after = ", ".join("-" if plant["outcomes"] is None else str(plant["outcomes"]) for plant in plants)
        rows.append([process, *_detected(delays), after])
    return table(["process", "instruments detected", "median delay", "outcomes detected after"], rows)


def _detected(delays: Sequence[float | None]) -> tuple[str, str]:
    """Number of detected changes among all, and the median of their delays."""
    found = [one for one in delays if one is not None]
    return f"{len(found)} of {len(delays)}", f"{np.median(found):.0f}" if found else "-"


TABLES = {"false alarms": false_alarms, "regimes": regimes, "made changes": made}


def with_tables(text: str, results: Mapping[str, Any]) -> str:
    """Text with the tables between their markers replaced."""
    for name, make in TABLES.items():
        head, _, remaining = text.partition(BEGIN.format(name))
        _, _, tail = remaining.partition(END.format(name))
        body = "\n".join(make(results)).rstrip("\n")
        text = f"{head}{BEGIN.format(name)}\n{body}\n{END.format(name)}{tail}"
    return text
