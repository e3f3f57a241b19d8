"""Faults done to retraining jobs: python -m benchmarks.jobs [CASE ...] --work FOLDER.

Writes docs/results/jobs.json and its table in docs/results/reliability.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.faults.measuring import Page, measure
from benchmarks.jobs.cases import CASES, JobFaultResult
from benchmarks.jobs.page import NAME, PAGE, RESULTS, lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*CASES, []], default=[])
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps plant and first champion")
    given = parser.parse_args()

    def measured(name: str) -> JobFaultResult:
        fault, times = CASES[name]
        return fault(given.work.resolve(), times)

    measure(given.case or CASES, measured, Page(RESULTS, PAGE, NAME, lines))


if __name__ == "__main__":
    main()
