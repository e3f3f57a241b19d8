"""Bulk bodies to a service in 2 GiB of memory: python -m benchmarks.fuzz.bulk [--cases N] [--seed N].

The service is a real one with a small model . Writes docs/results/fuzz_bulk.json and its table in
docs/results/fuzzing.md; prints what must not be and ends with exit code 1 where there is any. `--only N` sends one
body again, that of the number, and keeps nothing.
"""

import argparse
import itertools
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.aims.page import filled
from benchmarks.fuzz.bulk.drawing import drawn
from benchmarks.fuzz.bulk.page import NAME, PAGE, RESULTS, lines, result
from benchmarks.fuzz.bulk.sending import send
from benchmarks.fuzz.bulk.service import MEMORY, limited, save_model
from seeds import load

PROCESS = "aluminium_reduction"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    given = parser.parse_args()
    seed, numbers = load(PROCESS), itertools.count() if given.only is None else [given.only]
    with tempfile.TemporaryDirectory(prefix="nonferrous-fuzz-") as folder:
        save_model(seed, Path(folder) / "model")
        with limited(PROCESS, Path(folder) / "model", Path(folder) / "log", {}) as (service, address):
            bodies = itertools.islice(drawn(PROCESS, given.seed, numbers), given.cases)
            outcome = send(bodies, f"{address}/v1/{PROCESS}/predictions", service)
    about = {"process": PROCESS, "seed": given.seed, "limit_mib": MEMORY / 2**20}
    figures = result(outcome, measured=f"{datetime.now(UTC):%Y-%m-%d}", **about)
    if given.only is None:
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(figures)), encoding="utf-8")
    print(*lines(figures), *outcome.shown, sep="\n")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
