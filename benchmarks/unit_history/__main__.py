"""Measure the gain by the history of units: python -m benchmarks.unit_history [PROCESS ...].

Plants have parameters drawn again; none of them was used in development. Errors are against the simulated truth, on the
newest periods. Each plant is stored as soon as it is measured.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.unit_history.page import NAME, PAGE, RESULTS, lines
from benchmarks.unit_history.plants import of_plant
from seeds import load

PROCESSES = (
    "aluminium_reduction",
    "alumina_refining",
    "copper_electrorefining",
    "lead_refining",
    "zinc_electrowinning",
)
PLANTS = tuple(range(801, 807))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*PROCESSES, []], default=[])
    parser.add_argument("--plants", type=int, nargs="*", default=PLANTS, help="numbers of the plants")
    options = parser.parse_args()
    for process in options.process or PROCESSES:
        for number in options.plants:
            measured = of_plant(process, number)
            stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
            figures = _with(stored, process, number, measured)
            RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
            PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(figures)), encoding="utf-8")
            print(process, number, flush=True)


def _with(stored: dict[str, Any], process: str, number: int, figures: dict[str, Any]) -> dict[str, Any]:
    """Return the stored figures with those of a plant; those of another seed of its process are left out."""
    digest, digests, plants = seed_digest(load(process)), stored.get("seed_digests", {}), stored.get("plants", {})
    own = plants.get(process, {}) if digests.get(process) == digest else {}
    by_process = plants | {process: dict(sorted((own | {str(number): figures}).items()))}
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "seed_digests": {one: digests.get(one, "") for one in PROCESSES if one in digests} | {process: digest},
        "plants": {one: by_process[one] for one in PROCESSES if one in by_process},
    }


if __name__ == "__main__":
    main()
