"""Figures of many plants in docs/how-to/run_the_service.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import at_most
from reporting.markdown import number, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "plants.json", DOCS / "how-to" / "run_the_service.md"
NAME = "many plants"
MEMORY, READY, DOCUMENT = 1536.0, 5.0, 300.0  # MiB; s of processor time; kB
LABELS = {"all": "all in memory", "few": "256 MiB of models"}


def lines(results: Mapping[str, Any]) -> list[str]:
    """Text between the markers."""
    rows: tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...] = (
        (f"ready, processor time [s], at most {READY:g}", lambda one: _reached(READY, one["ready_cpu_seconds"])),
        ("ready, elapsed time [s]", lambda one: number(one["ready_seconds"])),
        ("all champions checked, elapsed time [s]", lambda one: number(one["checked_seconds"])),
        ("champions in memory", lambda one: f"{one['in_memory']:.0f}"),
        (f"memory [MiB], at most {MEMORY:g}", lambda one: _reached(MEMORY, one["memory_mib"])),
        ("request whose champion is not in memory [ms]", lambda one: number(one["first_ms"])),
        ("request whose champion is in memory [ms]", lambda one: number(one["next_ms"])),
        ("service without requests [% of a core]", lambda one: number(100 * one["idle_share"])),
        (f"`/openapi.json` [kB], at most {DOCUMENT:g}", lambda one: _reached(DOCUMENT, one["openapi_kb"])),
        ("`/openapi.json`, first and next [ms]", lambda one: _times(one["openapi_ms"])),
        ("overview page, first and next [ms]", lambda one: _times(one["overview_ms"])),
        ("`/v1/processes`, first and next [ms]", lambda one: _times(one["processes_ms"])),
    )
    cases = results["cases"]
    summary = (
        f"Measured on {results['measured']} with {results['lines']} champions of three processes, "
        f"{number(results['file_mib'])} MiB of files each on average, on {results['processors']} processors, load "
        f"average {results['load_average']:.1f}. Aims that are missed are in bold."
    )
    cells = ((label, *(cell(cases[name]) for name in LABELS)) for label, cell in rows)
    return [summary, "", *table(("", *LABELS.values()), cells)]


def _times(times: tuple[float, float]) -> str:
    return ", ".join(map(number, times))


def _reached(aim: float, figure: float) -> str:
    """Figure; in bold if it is more than its aim."""
    return at_most("", "", aim, figure).reached
