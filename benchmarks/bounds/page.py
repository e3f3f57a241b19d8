"""Tables of error floors and of effects of steps, on the pages of the processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims.page import filled
from reporting.markdown import span, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = DOCS / "results" / "bounds.json"
MEASURED = ("floor", "steps")


def page_of(process: str) -> Path:
    """Page with a process's figures."""
    return DOCS / "reference" / "processes" / f"{process}.md"


def with_tables(text: str, label: str, figures: Mapping[str, Any]) -> str:
    """Replace the block between the markers of one kind of figures."""
    return filled(text, label, _floor(figures) if label == "floor" else _steps(figures))


def _floor(figures: Mapping[str, Any]) -> list[str]:
    heads = (
        "plants",
        "label noise",
        "oracle, to truth",
        "error floor",
        "RMSE / floor",
        "coverage of 90 %",
        "holdout units",
    )
    own, *others = figures["plants"]
    return table(heads, [_against_floor(own["plant"], [own]), _against_floor(f"{len(others)} others", others)])


def _against_floor(name: str, plants: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Ranges over some plants."""
    floors = [float(np.hypot(one["noise"], one["oracle"])) for one in plants]
    return (
        name,
        span((one["noise"] for one in plants), ".3f"),
        span((one["oracle"] for one in plants), ".3f"),
        span(floors, ".3f"),
        span((one["label"] / floor for one, floor in zip(plants, floors, strict=True)), ".2f"),
        *(span((one[name] for one in plants), ".1%") for name in ("coverage", "holdout_coverage")),
    )


def _steps(figures: Mapping[str, Any]) -> list[str]:
    plants = figures["plants"]
    rows = []
    for setpoint, change in figures["setpoints"].items():
        cells = [one["setpoints"][setpoint] for one in plants]
        step = f"{change['step']:g} {change['unit']}"
        ranges = (span((one[way] for one in cells), "+.1f") for way in ("up", "down"))
        rows.append((f"`{setpoint}`", step, *ranges, span((one["spread"] for one in cells), ".1f")))
    return table(("set-point", "step", "up", "down", "SD between units"), rows)
