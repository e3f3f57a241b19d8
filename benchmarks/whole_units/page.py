"""The table of folds on a process's page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.markdown import table
from seeds import load
from training.tasks import task_of

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = DOCS / "results" / "whole_units.json"


def page_of(process: str) -> Path:
    """Page that shows a process's table."""
    return DOCS / "reference" / "processes" / f"{process}.md"


def name_of(process: str) -> str:
    """Name of the table in the markers."""
    return f"whole units of {process}"


def lines(process: str, figures: Mapping[str, Any]) -> list[str]:
    """Lines between the markers: one for each candidate, and one for the registered ones."""
    published = task_of(load(process)).columns.published
    columns = {key: column for key, column in published.items() if key in figures["chosen"]}
    times = ", ".join(f"{name} {count}" for name, count in figures["registered"].items())
    of_all = figures["candidates"] | {f"**registered** ({times})": figures["chosen"]}
    rows = [(name, *(format(one[key], form) for key, (_, form) in columns.items())) for name, one in of_all.items()]
    about = f"{figures['rows']:,} rows of {figures['units']} units in {figures['folds']} folds of whole units."
    return [about, "", *table(("candidate", *(head for head, _ in columns.values())), rows)]
