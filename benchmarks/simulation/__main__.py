"""Time the simulators beside an earlier revision and two workers beside one; figures go to docs/benchmarks.md.

    python -m benchmarks.simulation                # beside the code before steps were recorded and compiled
    python -m benchmarks.simulation REVISION       # beside another revision
    python -m benchmarks.simulation --workers      # two workers beside one alone; the other figures stay
    python -m benchmarks.simulation --write        # tables again, from the figures

Takes a quarter of an hour. The earlier revision is checked out by `git worktree` into a folder that goes afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.digests import seed_digest
from benchmarks.simulation.page import PAGE, RESULTS, with_part
from benchmarks.simulation.runs import LONG_WORK, WORK, beside_earlier, by_two_workers, earlier, simulated_at, sized
from seeds import load

EARLIER = "dd18000"


def _plant_units(process: str) -> int:
    plant = load(process).plant
    assert plant is not None
    return plant.units


def measured_beside(revision: str) -> dict[str, Any]:
    """Each plant at its default size, and at one that takes some seconds."""
    found: dict[str, Any] = {}
    with earlier(revision) as tree:
        for process in simulated_at(revision):
            units = {"default": _plant_units(process), "larger": sized(process, WORK)}
            found[process] = {size: beside_earlier(process, count, tree) for size, count in units.items()}
            print(process, found[process], flush=True)
    return found


def measured_by_clock(beside: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plant at a size for which workers are made, by what the larger one took of a processor."""
    for process, sizes in beside.items():
        known = sizes["larger"]
        one = by_two_workers(process, round(known["units"] * LONG_WORK / known["seconds"]))
        print(process, one, flush=True)
        yield process, one


def _keep(found: dict[str, Any]) -> None:
    found |= {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "processors": os.cpu_count(),
        "seed_digests": {process: seed_digest(load(process)) for process in found["beside_earlier"]},
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, keep the figures, and fill the page."""
    reader = argparse.ArgumentParser(description="time the simulators")
    reader.add_argument("revision", nargs="?", default=EARLIER, help=f"earlier revision of the code; {EARLIER}")
    part = reader.add_mutually_exclusive_group()
    part.add_argument("--workers", action="store_true", help="two workers beside one alone; the other figures stay")
    part.add_argument("--write", action="store_true", help="measure nothing, write the tables again")
    asked = reader.parse_args()
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if not asked.write:
        if not asked.workers:
            found = {"revision": asked.revision, "beside_earlier": measured_beside(asked.revision)}
            _keep(found)
        for process, one in measured_by_clock(found["beside_earlier"]):
            found["two_workers"] = found.get("two_workers", {}) | {process: one}
            _keep(found)
    PAGE.write_text(with_part(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
