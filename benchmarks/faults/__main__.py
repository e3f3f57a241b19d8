"""Fault injection under load: python -m benchmarks.faults [CASE ...] --home HOME [--times N].

The home folder holds a champion of aluminium_reduction (`nonferrous up` makes one). Writes docs/results/faults.json and
its table in docs/results/reliability.md.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.faults.cases import CASES, PERIOD, CaseResult, run
from benchmarks.faults.load import PROCESS
from benchmarks.faults.measuring import Page, measure
from benchmarks.faults.page import NAME, PAGE, RESULTS, lines
from operations.catalogue import predictions_of
from seeds import load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*CASES, []], default=[])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--times", type=int, default=30)
    given = parser.parse_args()
    (row,) = predictions_of(load(PROCESS)).form(load(PROCESS), 1).example["rows"]
    with tempfile.TemporaryDirectory(prefix="nonferrous-faults-") as folder:

        def measured(name: str) -> CaseResult:
            return run(name, given.home.resolve(), row | {"period_start": PERIOD}, Path(folder), given.times)

        measure(given.case or CASES, measured, Page(RESULTS, PAGE, NAME, lines))


if __name__ == "__main__":
    main()
