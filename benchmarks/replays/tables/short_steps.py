"""Ten-day replays: python -m benchmarks.replays.tables.short_steps [PROCESS ...] --work FOLDER.

In a replay the outcomes of a step arrive after the request for the next one, which in steps of a month is far later
than in the plant. Replays the first champion and retraining when due; resumes where it stopped. Writes
docs/results/replay_short.json and a table in docs/results/retraining.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import own_plant_digest
from benchmarks.replays.__main__ import replay
from benchmarks.replays.policy_replay import DRIFT, FIRST
from benchmarks.replays.tables.__main__ import BEGINS, UNITS
from benchmarks.replays.tables.page import DOCS, PAGE, coverage_of
from reporting.markdown import table
from seeds import load

RESULTS, NAME = DOCS / "results" / "replay_short.json", "short steps"
HEADS = (
    *("process", "policy", "coverage", "coverage of the worst 90 days"),
    "longest time below 87% after outcomes [d]",
)
DAYS, STEPS_OF_A_MONTH = 10.0, 3
PROCESSES = ("zinc_electrowinning", "lead_refining", "high_purity_gallium")  # whose outcomes are known within days


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*PROCESSES, []], default=[])
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"processes": {}}
    for process in given.process or PROCESSES:
        out = given.work.resolve() / process
        out.mkdir(parents=True, exist_ok=True)
        replay(process, out, BEGINS.get(process), f"{FIRST},{DRIFT}", 6 * STEPS_OF_A_MONTH, DAYS, None, UNITS[process])
        one = json.loads((out / "replay.json").read_text(encoding="utf-8"))
        stored["processes"][process] = {**one, "units": UNITS[process], "seed_digest": own_plant_digest(load(process))}
        stored["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(stored)), encoding="utf-8")


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers."""
    return [f"Measured on {figures['measured']}.", "", *table(HEADS, _rows(figures))]


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in figures["processes"].items():
        for way in one["ways"]:
            yield process, way["way"], *coverage_of(way)


if __name__ == "__main__":
    main()
