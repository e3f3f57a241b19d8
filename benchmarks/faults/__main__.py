"""Faults done to real processes under load: python -m benchmarks.faults [CASE ...] --home HOME [--times N].

The home folder holds a champion of aluminium_reduction (`nonferrous up` makes one). Writes docs/results/faults.json and
its table in docs/reliability.md.
"""

import argparse
import json
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.aims.page import filled
from benchmarks.faults.cases import CASES, PERIOD, run
from benchmarks.faults.load import PROCESS
from benchmarks.faults.page import NAME, PAGE, RESULTS, lines
from seeds import load
from serving.tasks import task_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*CASES, []], default=[])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--times", type=int, default=30)
    given = parser.parse_args()
    (row,) = task_of(load(PROCESS)).payloads(load(PROCESS), 1).example["rows"]
    found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"cases": {}}
    with tempfile.TemporaryDirectory(prefix="nonferrous-faults-") as folder:
        for name in given.case or CASES:
            begin = time.monotonic()
            print(f"{name}: {given.times} times ...", flush=True)
            one = run(name, given.home.resolve(), row | {"period_start": PERIOD}, Path(folder), given.times)
            found["cases"][name] = asdict(one)
            found["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
            print(f"  {time.monotonic() - begin:.0f} s: {one}", flush=True)
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(found)), encoding="utf-8")


if __name__ == "__main__":
    main()
