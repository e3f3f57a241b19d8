"""Figures of the pages under load in docs/how-to/use_the_pages.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import at_most
from reporting.markdown import number, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "pages.json", DOCS / "how-to" / "use_the_pages.md"
NAME = "load of the pages"
LARGEST, HIGH = 100.0, 34.0  # ms between two frames: the largest, and the 99th percentile
MORE = 0.05  # of a processor, for fifty open pages
LABELS = {"map": "map of the potline", "pot": "page of a pot"}


def lines(results: Mapping[str, Any]) -> list[str]:
    """Text between the markers; what was not measured yet is left out."""
    shown: list[str] = []
    if (figures := results.get("gateway")) is not None:
        shown += _frames(figures)
    if (figures := results.get("open")) is not None:
        shown += _open_pages(figures)
    return shown


def _frames(figures: Mapping[str, Any]) -> list[str]:
    pages = figures["pages"]
    load = max(one["load_average"] for one in pages.values())
    summary = (
        f"Measured on {figures['measured']} in headless Chromium, {figures['seconds']:g} s a page: {figures['units']} "
        f"pots with {figures['tags']} values a second through the gateway, and a row of each pot every "
        f"{figures['period_seconds']:g} s. Plant, gateway, service and browser share {figures['processors']} "
        f"processors, load average {load:.1f}. Aims that are missed are in bold."
    )
    rows: tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...] = (
        ("between two frames [ms]: median", lambda one: number(one["gap_ms"][0])),
        (f"99th percentile, at most {HIGH:g}", lambda one: _reached(HIGH, one["gap_ms"][1])),
        (f"largest, at most {LARGEST:g}", lambda one: _reached(LARGEST, one["gap_ms"][2])),
        ("tasks of more than 50 ms: number, longest [ms]", _tasks),
        ("updates", lambda one: str(one["updates"])),
        ("processor time of script and layout an update [ms]", _page_time),
        ("service, gateway [% of a core]", lambda one: _shares(one["cpu_share"])),
        ("memory of scripts, begin and end [MiB]", lambda one: ", ".join(f"{mib:.1f}" for mib in one["heap_mib"])),
    )
    cells = ((label, *(cell(pages[name]) for name in LABELS)) for label, cell in rows)
    return [summary, "", *table(("", *LABELS.values()), cells)]


def _open_pages(figures: Mapping[str, Any]) -> list[str]:
    closed, opened = (100 * share for share in figures["cpu_share"])
    median, longest = figures["delay_seconds"]
    return [
        f"{figures['pages']} open pages: overview, maps in four layers, {figures['pots']} pots, in both languages. "
        f"Each of {figures['units']} pots has another row every {figures['every']:g} s. "
        f"Measured on {figures['measured']}, {figures['seconds']:g} s without and with open pages:",
        "",
        f"- service without open pages, with them [% of a core]: {number(closed)}, {number(opened)}",
        f"- difference, at most {100 * MORE:g}: {_reached(100 * MORE, opened - closed)}",
        f"- response to update of a page, median and largest [s]: {number(median)}, {number(longest)}",
    ]


def _tasks(one: Mapping[str, Any]) -> str:
    return f"{one['long_tasks']}, {number(one['longest_task_ms'])}" if one["long_tasks"] else "0"


def _page_time(one: Mapping[str, Any]) -> str:
    return number(1e3 * one["page_seconds"] / one["updates"]) if one["updates"] else ""


def _shares(shares: Mapping[str, float]) -> str:
    return f"{number(100 * shares['service'])}, {number(100 * shares['gateway'])}"


def _reached(aim: float, figure: float) -> str:
    """Figure; in bold if it is more than its aim."""
    return at_most("", "", aim, figure).reached
