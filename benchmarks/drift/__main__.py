"""Delay of drift detection and false alarms on simulated plants; fills docs/results/drift.md.

    python -m benchmarks.drift              # all simulated processes; a quarter of an hour
    python -m benchmarks.drift PROCESS...   # some of them
    python -m benchmarks.drift write        # the tables again, from the figures

Plants are others than those on which limits were chosen: their parameters are drawn again, with other random numbers.
"""

from __future__ import annotations

import json
import sys

from benchmarks.digests import seed_digest
from benchmarks.drift.page import PAGE, RESULTS, with_tables
from benchmarks.drift.plants import measured
from seeds import load, load_all

PLANTS = (7301, 7302)


def main(arguments: list[str]) -> None:
    """Measure, or write tables again."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if arguments != ["write"]:
        for process in arguments or [name for name, seed in load_all().items() if seed.plant is not None]:
            seed = load(process)
            stored[process] = {"seed_digest": seed_digest(seed)} | measured(seed, PLANTS)
            RESULTS.write_text(json.dumps(dict(sorted(stored.items())), indent=1) + "\n", encoding="utf-8")
    stored = dict(sorted(stored.items()))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
