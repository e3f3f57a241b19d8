"""Time the service and its peers in one run, and write the figures into docs/results/benchmarks.md.

    python -m benchmarks.service                      # all parts
    python -m benchmarks.service one|bulk|start|hostile   # one of them; the figures of the others stay
    python -m benchmarks.service one --home FOLDER    # with the champions of a store
    python -m benchmarks.service one --earlier REVISION   # next to the code of an earlier revision
    python -m benchmarks.service --small              # short rounds, to see that it runs; nothing is written

MLServer stands in an environment of its own, which `make bench-service` builds. Servers listen on the loopback
interface alone, on one core; the load comes from another.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.digests import own_plant_digest
from benchmarks.service import bulk, hostile, one, start
from benchmarks.service.champions import champions
from benchmarks.service.page import PAGE, PARTS, PICTURE, RESULTS, filled, picture
from benchmarks.simulation.runs import earlier
from registry.settings import StoreSettings


def measured(
    parts: list[str], home: Path | None, small: bool, scratch: Path, revision: str | None = None
) -> dict[str, Any]:
    """Figures of these parts; those of one record next to an earlier revision, if one is given."""
    settings = StoreSettings(home=home or scratch / "home", tracking_uri="")
    known = champions(settings, scratch)
    figures: dict[str, Any] = {}
    if "one" in parts:
        rounds, seconds = (1, 0.5) if small else (3, 0.75)
        with nullcontext() if revision is None else earlier(revision) as tree:
            figures["one"] = one.measured(known, settings, scratch, rounds, seconds, tree)
        figures["load_average"] = os.getloadavg()[2]
    if "bulk" in parts:
        figures["bulk"] = bulk.measured(known, settings, scratch, 1 if small else 3, 2_000 if small else 100_000)
    if "start" in parts:
        figures["start"] = start.measured(known, settings, scratch, 1 if small else 3)
    if "hostile" in parts:
        rows, seconds = (1_000, 3) if small else (10_000, 30)
        figures["hostile"] = hostile.measured(known[0], settings, scratch, rows, seconds)
    digests = {champion.process: own_plant_digest(champion.seed) for champion in known}
    about = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "seed_digests": digests}
    return {**figures, "parts": dict.fromkeys(parts, about)}


def main() -> None:
    """Measure, keep the figures, and fill the page."""
    reader = argparse.ArgumentParser(description="time the service and its peers")
    reader.add_argument("parts", nargs="*", choices=[*PARTS, []], help="parts to measure; by default all")
    reader.add_argument("--home", type=Path, help="folder of a store that has the champions; else they are trained")
    reader.add_argument("--small", action="store_true", help="short rounds, nothing is written")
    reader.add_argument("--earlier", metavar="REVISION", help="measure one record by the code of a revision too")
    options = reader.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        stored = measured(options.parts or list(PARTS), options.home, options.small, Path(scratch), options.earlier)
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    stored = before | stored | {"parts": before.get("parts", {}) | stored["parts"]}
    if options.small:
        print(filled("", stored))
        return
    RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_text(picture(stored), encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
