"""Coverage of 90 % intervals of a service without outcomes; fills the pages of the tasks.

    python -m benchmarks.coverage              # all simulated processes; two hours
    python -m benchmarks.coverage PROCESS...   # some of them
    python -m benchmarks.coverage write        # the table again, from the figures

Nothing was chosen on these plants.
"""

from __future__ import annotations

import json
import sys

from benchmarks.aims.page import filled
from benchmarks.coverage.page import NAME, PAGE, RESULTS, lines
from benchmarks.coverage.plants import measured
from benchmarks.digests import seed_digest
from seeds import load, load_all

PLANTS, MORE = (7401, 7402), (7403, 7404)


def main(arguments: list[str]) -> None:
    """Measure, or write the table again."""
    if arguments != ["write"]:
        for process in arguments or [name for name, seed in load_all().items() if seed.plant is not None]:
            seed = load(process)
            figures = {"seed_digest": seed_digest(seed)} | measured(seed, PLANTS, MORE)
            print(process, figures, flush=True)
            stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
            stored = dict(sorted({**stored, process: figures}.items()))
            RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(stored)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
