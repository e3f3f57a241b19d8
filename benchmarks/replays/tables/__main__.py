"""Replays of simulated plants: python -m benchmarks.replays.tables [PROCESS ...] --work FOLDER.

Replays the default plants of processes whose table has a time, and resumes where it stopped. Writes
docs/results/replay.json and the tables in docs/results/retraining.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path

from benchmarks.aims.page import filled
from benchmarks.digests import own_plant_digest
from benchmarks.replays.__main__ import replay
from benchmarks.replays.policy_replay import FIRST, POLICIES, steps_of
from benchmarks.replays.summary import chance_below
from benchmarks.replays.tables.page import NAME, PAGE, RESULTS, lines
from seeds import load

UNITS = {
    "aluminium_reduction": 80,
    "zinc_electrowinning": 24,
    "copper_electrorefining": 30,
    "lead_refining": 24,
    "alumina_refining": 12,
    "copper_cathode": 30,
    "aluminium_ingot": 24,
    "zinc_ingot": 12,
    "black_mass": 12,
    "high_purity_gallium": 36,
    "aluminium_scrap": 400,
    "heavy_scrap": 400,
    "pv_modules": 400,
    "retired_batteries": 400,
}
"""Number of units of each plant.

Fewer than the seed's if the oracle's jobs would take too long, more if a third of the time of the seed's has too few
lots for a champion that passes the gate.
"""

BEGINS = {"black_mass": dt.datetime(2025, 3, 1), "high_purity_gallium": dt.datetime(2023, 10, 1)}
"""First day to play where a third of the plant's time has too few lots: no champion passed the gate."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*UNITS, []], default=[])
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"processes": {}}
    for process in given.process or UNITS:
        out = given.work.resolve() / process
        out.mkdir(parents=True, exist_ok=True)
        replay(process, out, BEGINS.get(process), ",".join(POLICIES), 6, None, None, UNITS[process])
        one = json.loads((out / "replay.json").read_text(encoding="utf-8"))
        own = {"units": UNITS[process], "seed_digest": own_plant_digest(load(process)), "chance": chance_of(out)}
        stored["processes"][process] = {**one, **own}
        stored["measured"] = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(stored)), encoding="utf-8")


def chance_of(folder: Path) -> float:
    """Probability that intervals with nominal coverage are below 87 % for more than two steps."""
    return chance_below([one.known for one in steps_of(folder / f"{FIRST}.json")], 2)


if __name__ == "__main__":
    main()
