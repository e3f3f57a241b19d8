"""Pages under load: python -m benchmarks.pages [gateway|open] --home HOME --work FOLDER.

HOME holds a champion of aluminium_reduction (`nonferrous up` makes one). Part `gateway` opens the map of a potline and
the page of a pot in Chromium while plant, gateway and service run. Part `open` reads the updates of fifty pages. FOLDER
has the simulated tables, records and logs. Writes docs/results/pages.json and its block in
docs/how-to/use_the_pages.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import own_plant_digest
from benchmarks.faults.load import PROCESS
from benchmarks.pages import frames, readers
from benchmarks.pages.page import NAME, PAGE, RESULTS, lines
from seeds import load

PARTS: Mapping[str, Callable[..., dict[str, Any]]] = {"gateway": frames.measured, "open": readers.measured}
UNITS, SMALL = 264, 24


def main() -> None:
    """Measure a part, and write its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60.0, help="duration of each measurement, at least 10")
    parser.add_argument("--small", action="store_true", help=f"{SMALL} pots; figures are printed, not stored")
    given = parser.parse_args()
    if not (given.home / "mlflow.db").is_file():
        parser.error(f"--home {given.home}: expected a folder with a champion: `nonferrous up` makes one")
    if given.seconds < 2 * readers.EVERY:
        parser.error(f"--seconds {given.seconds:g}: expected at least {2 * readers.EVERY:g}")
    work, home, units = given.work.resolve(), given.home.resolve(), SMALL if given.small else UNITS
    work.mkdir(parents=True, exist_ok=True)
    for part in given.part or PARTS:
        shutil.rmtree(work / part, ignore_errors=True)
        figures = PARTS[part](work, home, units, given.seconds, _tell)
        if given.small:
            _tell(json.dumps(figures, indent=1))
        else:
            store(part, figures)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def store(part: str, figures: dict[str, Any]) -> None:
    """Write the figures of a part to the file of results and the page."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    about = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "processors": os.cpu_count()}
    about["seed_digests"] = {PROCESS: own_plant_digest(load(PROCESS))}
    results = stored | {part: about | figures}
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(results)), encoding="utf-8")


if __name__ == "__main__":
    main()
