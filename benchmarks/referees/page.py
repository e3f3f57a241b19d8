"""Tables of estimated and true effects, on the page of set-points."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.aims.page import filled
from reporting.markdown import table

ROOT = Path(__file__).parents[2]
RESULTS, PAGE = ROOT / "docs" / "results" / "referees.json", ROOT / "docs" / "results" / "set_points.md"
NAME = "referees"
ESTIMATORS = ("ours", "LinearDML", "DoubleMLPLR")
Z = 1.645  # standard deviations either side of a 90 % interval


def tables(figures: Mapping[str, Any]) -> str:
    """Table in Markdown: errors of each estimator over plants, set-points and outcomes."""
    table_of_effects = pd.DataFrame(figures["effects"])
    heads = ("estimator", "error / SD, median", "90th percentile", "right direction", "coverage of 90 % intervals")
    lines = table(heads, (summary(table_of_effects, name) for name in ESTIMATORS))
    return "\n".join(lines).rstrip()


def summary(effects_table: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Error of an estimator over plants, set-points and outcomes."""
    off = (effects_table[name] - effects_table["truth"]).abs()
    shares = off / effects_table["spread"]
    covered = off <= Z * np.hypot(effects_table[f"{name}_error"], effects_table["truth_error"])
    right = (effects_table[name] * effects_table["truth"] > 0)[
        effects_table["truth"].abs() > Z * effects_table["truth_error"]
    ]
    return name, f"{shares.median():.2f}", f"{shares.quantile(0.9):.2f}", f"{right.mean():.0%}", f"{covered.mean():.0%}"


def with_tables(text: str, figures: Mapping[str, Any]) -> str:
    """Replace the block between the markers."""
    return filled(text, NAME, tables(figures).splitlines())
