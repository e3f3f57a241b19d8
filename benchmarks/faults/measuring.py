"""Sequential measurement of cases: figures are stored after each, then written to the page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled


@dataclass(frozen=True)
class Page:
    """Page and file for the figures of cases.

    Attributes
    ----------
    results : Path
        File of the figures by case.
    page : Path
        Document with a block for them.
    name : str
        Of the block.
    lines : callable
        Makes the block of all figures.
    """

    results: Path
    page: Path
    name: str
    lines: Callable[[Mapping[str, Any]], list[str]]


def measure(cases: Iterable[str], measured: Callable[[str], Any], page: Page) -> None:
    """Measure cases; the figures of others stay as they are.

    Parameters
    ----------
    cases : iterable of str
        Their names.
    measured : callable
        Gives what came of a case, as a dataclass.
    page : Page
        Where it goes.
    """
    stored = json.loads(page.results.read_text(encoding="utf-8")) if page.results.exists() else {"cases": {}}
    for name in cases:
        began = time.monotonic()
        print(f"{name} ...", flush=True)
        one = measured(name)
        stored["cases"][name] = asdict(one)
        stored["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
        print(f"  {time.monotonic() - began:.0f} s: {one}", flush=True)
        page.results.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    text = page.page.read_text(encoding="utf-8")
    page.page.write_text(filled(text, page.name, page.lines(stored)), encoding="utf-8")
