"""Time the simulators against an earlier revision and with two workers, for benchmarks.md.

    python -m benchmarks.simulation                # all, against an early revision of the code
    python -m benchmarks.simulation REVISION       # all, against another revision
    python -m benchmarks.simulation --rates [PROCESS ...]    # rows a second alone, of all plants or some
    python -m benchmarks.simulation --beside [PROCESS ...]   # only against the early revision, of all plants or some
    python -m benchmarks.simulation --workers [PROCESS ...]  # only two workers against one
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
from synthetic_data.engine.simulator import simulator_of

EARLIER = "dd18000"
PARTS = {"beside": "against the earlier revision", "rates": "rows a second", "workers": "two workers against one"}
KEYS = {"beside": "beside_earlier", "rates": "rates", "workers": "two_workers"}


def _plant_units(process: str) -> int:
    plant = load(process).plant
    assert plant is not None
    return plant.units


def measured_beside(revision: str, processes: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plant at its default size, and at one that takes some seconds."""
    with earlier(revision) as tree:
        for process in processes:
            units = {"default": _plant_units(process), "larger": sized(process, WORK)}
            one: dict[str, Any] = {size: beside_earlier(process, count, tree) for size, count in units.items()}
            one |= {"measured": _today(), "seed_digest": own_plant_digest(load(process))}
            print(process, one, flush=True)
            yield process, one


def measured_rates(processes: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plant at a size that takes some seconds."""
    for process in processes:
        one = rate(process) | {"measured": _today(), "seed_digest": own_plant_digest(load(process))}
        print(process, one, flush=True)
        yield process, one


def measured_by_clock(ratios: Mapping[str, Any], processes: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plant at a size for two workers, chosen by the processor time of the larger one."""
    for process in processes:
        if ratios.get(process) is None:
            raise SystemExit(f"{process}: its size is not known yet: measure it with --beside first")
        known = ratios[process]["larger"]
        # A block of units is one worker's: with fewer than two there is nothing to share.
        blocks = 2 * simulator_of(load(process)).block_units
        one = by_two_workers(process, max(blocks, round(known["units"] * LONG_WORK / known["seconds"])))
        print(process, one, flush=True)
        yield process, one


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def main() -> None:
    """Measure, keep the figures, and fill the page."""
    reader = argparse.ArgumentParser(description="time the simulators")
    reader.add_argument("revision", nargs="?", default=EARLIER, help=f"earlier revision of the code; {EARLIER}")
    part = reader.add_mutually_exclusive_group()
    for option, title in PARTS.items():
        part.add_argument(f"--{option}", nargs="*", metavar="PROCESS", help=f"{title} alone; the other figures stay")
    part.add_argument("--write", action="store_true", help="measure nothing, write the tables again")
    given = reader.parse_args()
    stored: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    stored |= {"revision": given.revision, "processors": os.cpu_count()} if not given.write else {}
    of_part = {option: getattr(given, option) for option in PARTS}
    is_whole = not given.write and all(processes is None for processes in of_part.values())
    for option, processes in of_part.items():
        if processes is None and not is_whole:
            continue
        for process, one in _measured(option, processes or (), given.revision, stored):
            key = KEYS[option]
            stored[key] = dict(sorted((stored.get(key, {}) | {process: one}).items()))
            RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_part(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


def _measured(
    option: str, processes: Sequence[str], revision: str, figures: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of one part, of the given processes or of all."""
    if option == "rates":
        return measured_rates(processes or simulated())
    processes = processes or simulated_at(revision)
    if option == "beside":
        return measured_beside(revision, processes)
    return measured_by_clock(figures["beside_earlier"], processes)


if __name__ == "__main__":
    main()
