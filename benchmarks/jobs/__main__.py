"""Faults done to retraining jobs: python -m benchmarks.jobs [CASE ...] [--times N].

Writes docs/results/jobs.json and its table in docs/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.aims.page import filled
from benchmarks.jobs.cases import CASES
from benchmarks.jobs.ground import made
from benchmarks.jobs.page import NAME, PAGE, RESULTS, lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*CASES, []], default=[])
    parser.add_argument("--times", type=int, default=50, help="kills of the worker; a tenth of other faults")
    given = parser.parse_args()
    found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"cases": {}}
    with tempfile.TemporaryDirectory(prefix="nonferrous-jobs-") as folder:
        ground = made(Path(folder) / "ground")
        for name in given.case or CASES:
            began = time.monotonic()
            print(f"{name}: {given.times} times ...", flush=True)
            times = given.times if name == "worker_killed" else max(1, given.times // 10)
            one = CASES[name](ground, Path(folder) / "worker.log", times)
            found["cases"][name] = asdict(one)
            found["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
            print(f"  {time.monotonic() - began:.0f} s: {one}", flush=True)
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(found)), encoding="utf-8")


if __name__ == "__main__":
    main()
