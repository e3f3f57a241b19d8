"""The table of gains by the history of units in docs/results/intervals.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from reporting.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "unit_history.json", DOCS / "results" / "intervals.md", "unit history"
HEADS = (
    "process",
    "target",
    "plants",
    "with the input",
    "new units",
    "outcomes alone",
    "no history",
    "worst plant",
    "coverage before",
    "coverage now",
)


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers: mean change of the RMSE to simulated truth by the input."""
    rows = [
        _row(process, target, [plant[target] for plant in plants.values()])
        for process, plants in figures["plants"].items()
        for target in next(iter(plants.values()))
    ]
    return [f"Measured on {figures['measured']}.", "", *table(HEADS, rows)]


def _row(process: str, target: str, plants: list[Mapping[str, Any]]) -> tuple[str, ...]:
    whole = [_change(one, "whole", "rmse") for one in plants]
    changes = (whole, *([_change(one, *of) for one in plants] for of in OTHERS))
    added = sum(one["form"] is not None for one in plants)
    shown = [_percent(float(np.mean(one))) for one in changes]
    covered = (float(np.mean([one[side]["whole"]["coverage"] for one in plants])) for side in ("before", "after"))
    first = (process, target, f"{len(plants)} ({added} with the input)")
    return (*first, *shown, _percent(max(whole)), *(f"{share:.1%}" for share in covered))


OTHERS = (("whole", "new_units_rmse"), ("outcomes", "rmse"), ("nothing", "rmse"))


def _change(plant: Mapping[str, Any], request: str, figure: str) -> float:
    """Change of an error by the input, relative to the error without it [1]."""
    before, after = (plant[side][request].get(figure) for side in ("before", "after"))
    return float("nan") if before is None else after / before - 1


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:+.1%}"
