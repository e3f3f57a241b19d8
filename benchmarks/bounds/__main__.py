"""Bounds on simulated plants and achieved values, for the page of each process.

    python -m benchmarks.bounds floor copper_electrorefining    # errors of predictions; minutes
    python -m benchmarks.bounds steps copper_electrorefining    # gain of a step of each set-point; minutes
    python -m benchmarks.bounds write                           # tables of the pages again, from the figures

Figures are kept in docs/results/bounds.json with the digest of the seed that they were measured on.
"""

from __future__ import annotations

import json
import sys

from benchmarks.bounds.floor import floor
from benchmarks.bounds.page import MEASURED, RESULTS, page_of, with_tables
from benchmarks.bounds.steps import steps
from benchmarks.digests import seed_digest
from seeds import load

MEASURES = {"floor": floor, "steps": steps}


def main(arguments: list[str]) -> None:
    """Measure, or write tables again."""
    command, *processes = arguments or [""]
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if command in MEASURES and processes:
        for process in processes:
            seed = load(process)
            stored.setdefault(process, {})[command] = {"seed_digest": seed_digest(seed)} | MEASURES[command](seed)
            RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    elif command != "write" or processes:
        raise SystemExit(__doc__)
    for process, figures in stored.items():
        page = page_of(process)
        text = page.read_text(encoding="utf-8")
        for item in MEASURED:
            if item in figures:
                text = with_tables(text, item, figures[item])
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
