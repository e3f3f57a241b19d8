"""Tables of error floors and of effects of steps, on the pages of the processes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims.page import filled
from reporting.markdown import table

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
    heads = ("plant", "label noise", "oracle, to truth", "error floor", "registered", "RMSE", "RMSE / floor")
    heads = (*heads, "coverage of 90 %", "holdout units", "persistence, to truth", "linear", "trees")
    return table(heads, (_against_floor(one) for one in figures["plants"]))


def _against_floor(one: Mapping[str, Any]) -> tuple[str, ...]:
    floor, truth = float(np.hypot(one["noise"], one["oracle"])), one["truth"]
    trees = min(error for name, error in truth.items() if name.startswith("lightgbm"))
    return (
        one["plant"],
        *(f"{error:.3f}" for error in (one["noise"], one["oracle"], floor)),
        one["registered"],
        f"{one['label']:.3f}",
        f"{one['label'] / floor:.2f}",
        *(f"{one[name]:.1%}" for name in ("coverage", "holdout_coverage")),
        *(f"{error:.3f}" for error in (truth["persistence"], truth["linear"], trees)),
    )


def _steps(figures: Mapping[str, Any]) -> list[str]:
    plants = figures["plants"]
    heads = ("set-point", "step", *(f"{one['plant']}, margin {one['margin']:.0f}" for one in plants))
    rows = []
    for setpoint, change in figures["setpoints"].items():
        cells = [one["setpoints"][setpoint] for one in plants]
        rows.append(
            (
                f"`{setpoint}`",
                f"{change['step']:g} {change['unit']}",
                *(f"{one['up']:+.1f} / {one['down']:+.1f} (± {one['spread']:.1f})" for one in cells),
            )
        )
    return table(heads, rows)
