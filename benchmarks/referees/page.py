"""Tables of estimated and true effects, on the page of set-points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.aims.page import filled
from reporting.markdown import table
from seeds import load

ROOT = Path(__file__).parents[2]
RESULTS, PAGE = ROOT / "docs" / "results" / "referees.json", ROOT / "docs" / "results" / "set_points.md"
NAME = "referees"
ESTIMATORS = ("ours", "LinearDML", "DoubleMLPLR")
OTHER_UNITS = {"efficiency_by_feed": "%", "alf3_net": "kg/d"}  # of outcomes that are no columns
Z = 1.645  # standard deviations either side of a 90 % interval


def tables(figures: Mapping[str, Any]) -> str:
    """Tables in Markdown: errors of each estimator, and effects by set-point and outcome over plants."""
    table_of_effects = pd.DataFrame(figures["effects"])
    heads = ("estimator", "error / SD, median", "90th percentile", "right direction", "coverage of 90 % intervals")
    lines = table(heads, (summary(table_of_effects, name) for name in ESTIMATORS))
    units = {one.name: one.unit for one in load(figures["process"]).columns if one.is_number} | OTHER_UNITS
    heads = ("step of", "outcome", "simulated truth (SD)", *(f"{name} (error / SD)" for name in ESTIMATORS))
    return "\n".join([*lines, *table(heads, effects(table_of_effects, units))]).rstrip()


def summary(effects_table: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Error of an estimator over plants, set-points and outcomes."""
    off = (effects_table[name] - effects_table["truth"]).abs()
    shares = off / effects_table["spread"]
    covered = off <= Z * np.hypot(effects_table[f"{name}_error"], effects_table["truth_error"])
    right = (effects_table[name] * effects_table["truth"] > 0)[
        effects_table["truth"].abs() > Z * effects_table["truth_error"]
    ]
    return name, f"{shares.median():.2f}", f"{shares.quantile(0.9):.2f}", f"{right.mean():.0%}", f"{covered.mean():.0%}"


def effects(effects_table: pd.DataFrame, units: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Lines by set-point and outcome: means over plants, and root mean squares of errors."""
    for (setpoint, outcome), of in effects_table.groupby(["setpoint", "outcome"], sort=False):
        cells = []
        for name in ESTIMATORS:
            off = np.sqrt((((of[name] - of["truth"]) / of["spread"]) ** 2).mean())
            cells.append(f"{of[name].mean():+.3g} ({off:.2f})")
        yield (
            f"`{setpoint}`",
            f"{outcome} [{units[outcome]}]",
            f"{of['truth'].mean():+.3g} ({of['spread'].mean():.2g})",
            *cells,
        )


def with_tables(text: str, figures: Mapping[str, Any]) -> str:
    """Replace the block between the markers."""
    return filled(text, NAME, tables(figures).splitlines())
