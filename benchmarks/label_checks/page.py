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
WITHOUT = ", without late columns"
ROUTINE = "honest file of a plant that assays half of its rows by chance"


def with_table(text: str, figures: Mapping[str, Any]) -> str:
    """Text with the part between the markers replaced; the markers must exist."""
    head, _, remaining = text.partition(BEGIN)
    _, _, tail = remaining.partition(END)
    return f"{head}{BEGIN}\n" + "\n".join(_lines(figures)).rstrip() + f"\n{END}{tail}"


def _lines(figures: Mapping[str, Any]) -> list[str]:
    names = list(dict.fromkeys(name for one in figures.values() for name in one["files"]))
    counts = {name: [_counts(figures, f"{name}{end}") for end in ("", WITHOUT)] for name in names}
    rows = {name: both for name, both in counts.items() if not name.endswith(WITHOUT)}
    every = [name for name, both in rows.items() if all(stopped == files for stopped, files in both)]
    shown = ((name, *(_cell(*one) for one in both)) for name, both in rows.items() if name not in every)
    always = f"All files are stopped, also without late columns: {'; '.join(every)}." if every else ""
    return [*table(("file", "stopped", "stopped without late columns"), shown), always]


def _counts(figures: Mapping[str, Any], name: str) -> tuple[int, int]:
    """Stopped files and all files of all processes."""
    every = [one["files"][name] for one in figures.values() if name in one["files"]]
    return sum(one["stopped"] for one in every), sum(one["files"] for one in every)


def _cell(stopped: int, files: int) -> str:
    return f"{stopped} of {files}" if files else ""
