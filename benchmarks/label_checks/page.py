"""Table of manipulated files and honest months in docs/results/label_checks.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "forged.json", DOCS / "results" / "label_checks.md"
BEGIN, END = "<!-- manipulated files -->", "<!-- end of manipulated files -->"
HONEST, REGIME = "honest file", "honest file that begins where the plant changes"
ROUTINE = "honest file of a plant that assays half of its rows by chance"


def with_table(text: str, figures: Mapping[str, Any]) -> str:
    """Text with the part between the markers replaced; the markers must exist."""
    head, _, remaining = text.partition(BEGIN)
    _, _, tail = remaining.partition(END)
    return f"{head}{BEGIN}\n" + "\n".join(_lines(figures)).rstrip() + f"\n{END}{tail}"


def _lines(figures: Mapping[str, Any]) -> list[str]:
    names = list(dict.fromkeys(name for one in figures.values() for name in one["files"]))
    return table(
        ("file", *figures), ((name, *(_cell(one["files"].get(name)) for one in figures.values())) for name in names)
    )


def _cell(figures: Mapping[str, Any] | None) -> str:
    """Share of stopped files, and the fraction of excluded rows in the others."""
    if figures is None:
        return "-"
    excluded = f", {figures['aside']:.1%} excluded" if figures["aside"] >= 0.0005 else ""
    return f"{figures['stopped']} of {figures['files']}{excluded}"
