"""Tables of docs/results/drift.md, from the stored figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from reporting.markdown import table

ROOT = Path(__file__).parent.parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "drift.json", ROOT / "docs" / "results" / "drift.md"
BEGIN, END = "<!-- {} -->", "<!-- end of {} -->"


def false_alarms(results: Mapping[str, Any]) -> list[str]:
    """Alarms that begin per month without a change, mean of the plants."""
    rows = []
    for process, figures in results.items():
        every = [one["false_alarms"] for one in figures["plants"].values()]
        months = sum(one["months"] for one in every)
        means = [f"{np.mean([one[name] for one in every]):.2f}" for name in ("inputs", "errors", "any")]
        rows.append([process, len(every), f"{months:.0f}", *means, f"{np.mean([one['share'] for one in every]):.0%}"])
    return table(["process", "plants", "months", "by inputs", "by errors", "any", "share of time in alarm"], rows)


def regimes(results: Mapping[str, Any]) -> list[str]:
    """Periods until each regime is detected, plant by plant."""
    rows = []
    for process, figures in results.items():
        plants = list(figures["plants"].values())
        for name, first in plants[0]["regimes"].items():
            every = [one["regimes"][name] for one in plants]
            columns = ", ".join(dict.fromkeys(f"`{one['column']}`" for one in every if one["column"])) or "-"
            growth = f"{np.mean([one['growth'] for one in every]):.2f}"
            rows.append([process, first["description"], growth, _all(every, "inputs"), columns, _all(every, "errors")])
    return table(
        ["process", "change", "error ratio", "detected in inputs after", "first column", "detected in errors after"],
        rows,
    )


def made(results: Mapping[str, Any]) -> list[str]:
    """Periods until changes of a stated size are detected."""
    rows = []
    for process, figures in results.items():
        plants = list(figures["plants"].values())
        delays = [one for plant in plants for one in plant["sensors"].values()]
        seen = [one for one in delays if one is not None]
        fell = [plant["outcomes"] for plant in plants]
        middle = f"{np.median(seen):.0f}" if seen else "-"
        after = ", ".join("-" if one is None else str(one) for one in fell)
        rows.append([process, f"{len(seen)} of {len(delays)}", middle, after])
    return table(["process", "instruments detected", "median delay", "outcomes detected after"], rows)


def _all(every: Iterable[Mapping[str, Any]], name: str) -> str:
    return ", ".join("-" if one[name] is None else str(one[name]) for one in every)


TABLES = {"false alarms": false_alarms, "regimes": regimes, "made changes": made}


def with_tables(text: str, results: Mapping[str, Any]) -> str:
    """Text with the tables between their markers replaced."""
    for name, make in TABLES.items():
        head, _, remaining = text.partition(BEGIN.format(name))
        _, _, tail = remaining.partition(END.format(name))
        body = "\n".join(make(results)).rstrip("\n")
        text = f"{head}{BEGIN.format(name)}\n{body}\n{END.format(name)}{tail}"
    return text
