"""Gateway under load and faults: python -m benchmarks.gateway [load|faults] --home HOME --work FOLDER.

HOME holds a champion of aluminium_reduction (`nonferrous up` makes one). FOLDER has the simulated tables, records, logs
and the figures of complete cases, from which the same command goes on. Writes docs/results/gateway.json and its blocks
in docs/results/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.gateway import load, trials
from benchmarks.gateway.cases import CASES
from benchmarks.gateway.page import FAULTS, LOAD, PAGE, RESULTS, fault_lines, load_lines

PARTS = ("load", "faults")


def main() -> None:
    """Measure a part, and write its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10.0, help="duration of the load, at least 4")
    parser.add_argument("--case", choices=list(CASES), action="append", help="only this fault, measured again")
    parser.add_argument("--times", type=int, default=10, help="number of faults of each case")
    parser.add_argument("--units", type=int, default=24, help="number of pots of each case")
    given = parser.parse_args()
    if not (given.home / "mlflow.db").is_file():
        parser.error(f"--home {given.home}: expected a folder with a champion: `nonferrous up` makes one")
    if given.minutes < load.SHORTEST:
        parser.error(f"--minutes {given.minutes:g}: expected at least {load.SHORTEST:g}")
    if os.geteuid() != 0 and "disk_full" in (given.case or CASES):
        parser.error("disk_full: expected root, who may raise a limit of a process again; choose others by --case")
    work, home, parts = given.work.resolve(), given.home.resolve(), given.part or PARTS
    work.mkdir(parents=True, exist_ok=True)
    if "load" in parts:
        shutil.rmtree(work / "load", ignore_errors=True)
        store("load", load.measured(work, home, given.minutes, _tell))
    if "faults" in parts:
        for name in given.case or CASES:
            file = work / f"{name}.json"
            if given.case or not file.exists():
                _tell(name)
                shutil.rmtree(work / name, ignore_errors=True)
                figures = trials.run(name, work, home, given.units, given.times, _tell)
                file.write_text(json.dumps(figures, indent=1), encoding="utf-8")
                _tell(f"  {figures}")
            store_case(name, json.loads(file.read_text(encoding="utf-8")))


def _tell(text: str) -> None:
    print(text, flush=True)


def store_case(name: str, figures: dict[str, Any]) -> None:
    """Write the figures of a case next to those of the others."""
    cases = _stored().get("faults", {"cases": {}})["cases"] | {name: figures}
    store(
        "faults",
        {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "cases": {one: cases[one] for one in CASES if one in cases}},
    )


def store(part: str, figures: dict[str, Any]) -> None:
    """Write the figures of a part to the file of results and the page."""
    results = _stored() | {part: figures}
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    text = filled(PAGE.read_text(encoding="utf-8"), LOAD, load_lines(results))
    PAGE.write_text(filled(text, FAULTS, fault_lines(results)), encoding="utf-8")


def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return stored


if __name__ == "__main__":
    main()
