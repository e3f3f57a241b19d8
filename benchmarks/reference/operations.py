"""List of operations by process in docs/reference/operations.md, whose text is written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.aims.page import filled
from operations.catalogue import CATALOGUE, offered
from seeds import load, names

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "operations.md"


def page() -> str:
    """Return the page with the list as the catalogue gives it."""
    return filled(PAGE.read_text(encoding="utf-8"), "operations", _lines())


def _lines() -> Iterator[str]:
    """Operations of the catalogue, with the tasks and processes that offer each."""
    seeds = [load(name) for name in names()]
    for name in dict.fromkeys(one.name for operations in CATALOGUE.values() for one in operations):
        parts = []
        for task in CATALOGUE:
            of_task = [seed for seed in seeds if seed.process.task == task]
            offering = [seed.process.name for seed in of_task if name in offered(seed, 1).operations]
            if offering:
                every = len(offering) == len(of_task)
                parts.append(task if every else f"{task} ({', '.join(f'`{process}`' for process in offering)})")
        yield f"- `{name}`: {'; '.join(parts)}"
