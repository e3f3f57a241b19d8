"""Figures of large tables in docs/how-to/large_tables.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import Row, aims_table, at_most, filled
from reporting.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = DOCS / "results" / "large_tables.json"
PAGE = DOCS / "how-to" / "large_tables.md"
NAME = "time and memory"
MEMORY = 600.0
"""Highest resident memory that is aimed at [MiB]."""


def with_figures(text: str, figures: Mapping[str, Any]) -> str:
    """Text of the page with the table of the figures in it."""
    return filled(text, NAME, _lines(figures))


def _lines(figures: Mapping[str, Any]) -> list[str]:
    heads = (
        "rows",
        "files [MiB]",
        "whole command [s]",
        "processor time [s]",
        "rows per second of processor time",
        "highest memory [MiB]",
    )
    rows = (
        (
            f"{one['rows']:,}",
            f"{one['files_mib']:,.0f}",
            f"{one['seconds']:,.0f}",
            f"{one['processor_seconds']:,.0f}",
            f"{one['rows'] / one['processor_seconds']:,.0f}",
            f"{one['memory_mib']:,.0f}",
        )
        for one in figures["tables"]
    )
    return [
        f"`python -m benchmarks.large_tables --home HOME`, {figures['processors']} processors, measured on "
        f"{figures['measured']}, next to other programs. `nonferrous predict {figures['process']}` on Parquet files "
        f"of {figures['columns']} columns, without targets, with start and loading of the model. The rows are those "
        "of the default plant, again under other names of units.",
        "",
        *table(heads, rows),
        *aims_table(targets(figures)),
    ]


def targets(figures: Mapping[str, Any]) -> Iterator[Row]:
    """Aims and results."""
    for one in figures["tables"]:
        yield at_most("highest memory [MiB]", f"{one['rows']:,} rows", MEMORY, one["memory_mib"])
