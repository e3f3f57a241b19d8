"""Table of operations by process in docs/reference/operations.md, whose text is written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.aims.page import filled
from operations.catalogue import CATALOGUE, offered
from reporting.markdown import table
from seeds import load, names

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "operations.md"


def page() -> str:
    """Return the page with the table as the catalogue gives it."""
    known = list(dict.fromkeys(one.name for operations in CATALOGUE.values() for one in operations))
    lines = table(("task", "process", *(f"`{name}`" for name in known)), _rows(known))
    return filled(PAGE.read_text(encoding="utf-8"), "operations", lines)


def _rows(known: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Processes of the folder by task, with the operations that each offers."""
    for seed in sorted(map(load, names()), key=lambda seed: list(CATALOGUE).index(seed.process.task)):
        forms = offered(seed, 1).forms
        yield seed.process.task, f"`{seed.process.name}`", *("yes" if name in forms else "-" for name in known)
