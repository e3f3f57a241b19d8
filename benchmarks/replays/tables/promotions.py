"""Value of each promotion: python -m benchmarks.replays.tables.promotions [PROCESS ...] --work FOLDER.

Looks at replays that `python -m benchmarks.replays.tables --work FOLDER` has left. Writes docs/results/promotions.json
and a table in docs/results/retraining.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import own_plant_digest
from benchmarks.replays.policy_replay import ACCEPTED, DRIFT, SCHEDULE, steps_of
from benchmarks.replays.promotions import promotions
from benchmarks.replays.setup import simulated
from benchmarks.replays.tables.__main__ import BEGINS
from benchmarks.replays.tables.page import DOCS, PAGE
from benchmarks.replays.tables.plants import WORSE
from reporting.markdown import span, table
from seeds import load

RESULTS, NAME = DOCS / "results" / "promotions.json", "promotions"
HEADS = ("process", "promotions", "error after to error before", "ratio of decision costs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="+")
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"processes": {}}
    for process in given.process:
        stored["processes"][process] = of_process(process, given.work.resolve() / process)
    stored["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
    RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(stored)), encoding="utf-8")


def of_process(process: str, out: Path) -> dict[str, Any]:
    """Promotions in the replays of a process; exits if one is missing."""
    # Without labels that a job has stopped at, accepted is drift.
    played = [way for way in (SCHEDULE, DRIFT, ACCEPTED) if (out / f"{way}.json").exists()]
    if not played:
        raise SystemExit(f"{out}: no replay: expected what python -m benchmarks.replays.tables {process} leaves there")
    seed = load(process)
    plant = simulated(seed, out / "plant", begin=BEGINS.get(process))
    ways = {way: [asdict(one) for one in promotions(plant, steps_of(out / f"{way}.json"), out / way)] for way in played}
    return {"seed_digest": own_plant_digest(seed), "ways": ways}


def all_of(figures: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], float]]:
    """Process, policy and value of all measured promotions, and the earlier version's later error."""
    for process, one in figures["processes"].items():
        for way, promoted in one["ways"].items():
            for each in promoted:
                yield process, way, each, each["answers_after"] / each["answers_before"]


def lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers."""
    if figures is None:
        return ["Not measured yet."]
    ratios = [ratio for *_, ratio in all_of(figures)]
    worse = sum(ratio > WORSE for ratio in ratios)
    summary_line = (
        f"{worse or 'none'} of {len(ratios)} promotions increased the error of responses to the simulated truth by "
        f"more than {WORSE - 1:.0%}"
    )
    return [f"Measured on {figures['measured']}: {summary_line}.", "", *table(HEADS, _rows(figures))]


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Ratios of each process over all promotions of all policies."""
    for process, one in figures["processes"].items():
        promoted = [each for way in one["ways"].values() for each in way]
        if promoted:
            answers = span((each["answers_after"] / each["answers_before"] for each in promoted), ".3f")
            costs = [each["lost_after"] / each["lost_before"] for each in promoted if each["lost_before"] is not None]
            yield process, f"{len(promoted)}", answers, span(costs, ".3f") if costs else ""


if __name__ == "__main__":
    main()
