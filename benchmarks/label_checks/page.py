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
    rows = (
        (name, _cell(figures, name), _cell(figures, f"{name}{WITHOUT}")) for name in names if not name.endswith(WITHOUT)
    )
    return table(("file", "stopped", "stopped without late columns"), rows)


def _cell(figures: Mapping[str, Any], name: str) -> str:
    """Stopped files of all processes, and the processes in which others stop more or fewer."""
    every = {process: one["files"][name] for process, one in figures.items() if name in one["files"]}
    if not every:
        return ""
    stopped, files = (sum(one[count] for one in every.values()) for count in ("stopped", "files"))
    usual = round(stopped / files)
    others = [
        f"{process} {one['stopped']} of {one['files']}"
        for process, one in every.items()
        if one["stopped"] != usual * one["files"]
    ]
    return f"{stopped} of {files}" + (f" ({', '.join(others)})" if others else "")
