"""Time the simulators: rows a second, beside an earlier revision, two workers beside one; to docs/benchmarks.md.

    python -m benchmarks.simulation                # all, beside an early revision of the code
    python -m benchmarks.simulation REVISION       # all, beside another revision
    python -m benchmarks.simulation --rates [PROCESS ...]    # rows a second alone, of all plants or some
    python -m benchmarks.simulation --workers      # two workers beside one alone; the other figures stay
    python -m benchmarks.simulation --write        # tables again, from the figures

Takes twenty minutes, rates alone six. The earlier revision is checked out by `git worktree` into a folder that goes
afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.digests import own_plant_digest
from benchmarks.simulation.page import PAGE, RESULTS, with_part
from benchmarks.simulation.runs import (
    LONG_WORK,
    WORK,
    beside_earlier,
    by_two_workers,
    earlier,
    rate,
    simulated,
    simulated_at,
    sized,
)
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


def measured_rates(processes: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plant at a size that takes some seconds."""
    for process in processes:
        one = rate(process) | {"measured": _today(), "seed_digest": own_plant_digest(load(process))}
        print(process, one, flush=True)
        yield process, one


def measured_by_clock(beside: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plant at a size for which workers are made, by what the larger one took of a processor."""
    for process, sizes in beside.items():
        known = sizes["larger"]
        one = by_two_workers(process, round(known["units"] * LONG_WORK / known["seconds"]))
        print(process, one, flush=True)
        yield process, one


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _write(found: Mapping[str, Any]) -> None:
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _keep(found: dict[str, Any]) -> None:
    found |= {
        "measured": _today(),
        "processors": os.cpu_count(),
        "seed_digests": {process: own_plant_digest(load(process)) for process in found["beside_earlier"]},
    }
    _write(found)


def main() -> None:
    """Measure, keep the figures, and fill the page."""
    reader = argparse.ArgumentParser(description="time the simulators")
    reader.add_argument("revision", nargs="?", default=EARLIER, help=f"earlier revision of the code; {EARLIER}")
    part = reader.add_mutually_exclusive_group()
    part.add_argument("--rates", nargs="*", metavar="PROCESS", help="rows a second alone; the other figures stay")
    part.add_argument("--workers", action="store_true", help="two workers beside one alone; the other figures stay")
    part.add_argument("--write", action="store_true", help="measure nothing, write the tables again")
    asked = reader.parse_args()
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if not asked.write:
        rates_alone = asked.rates is not None
        if not rates_alone and not asked.workers:
            found = found | {"revision": asked.revision, "beside_earlier": measured_beside(asked.revision)}
            found.pop("two_workers", None)
            _keep(found)
        if not asked.workers:
            for process, one in measured_rates(asked.rates or simulated()):
                found["rates"] = dict(sorted((found.get("rates", {}) | {process: one}).items()))
                _write(found)
        if not rates_alone:
            for process, one in measured_by_clock(found["beside_earlier"]):
                found["two_workers"] = found.get("two_workers", {}) | {process: one}
                _keep(found)
    PAGE.write_text(with_part(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
