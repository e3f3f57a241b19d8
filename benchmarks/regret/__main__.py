"""Measure the regret of candidate selection: python -m benchmarks.regret [KIND ...].

Regret is the error of the registered candidate over that of the best one of its job, less 1, all as they would serve.
A KIND is a process, whose plants have parameters drawn again and fewer units than the default one, `tables` (the ten of
tests/suite/plant_tables.py), or `changed` (tables whose first two fifths are of another plant). No plant and no table
of `changed` was looked at when the rule was chosen. `write` renews the page from what was measured.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.regret.changed import changed
from benchmarks.regret.page import NAME, PAGE, RESULTS, lines
from benchmarks.regret.plants import of_plant, of_table
from seeds import load
from tests.suite.plant_tables import TABLES

PLANTS, CHANGED = (701, 702), range(201, 211)
UNITS = {
    "alumina_refining": 4,
    "aluminium_reduction": 60,
    "copper_electrorefining": 12,
    "lead_refining": 10,
    "zinc_electrowinning": 12,
}
WRITE = "write"
KINDS: dict[str, Callable[[], dict[str, Any]]] = {
    **{
        process: lambda process=process, units=units: {str(one): of_plant(process, one, units) for one in PLANTS}
        for process, units in UNITS.items()
    },
    "tables": lambda: {one.name: of_table(one) for one in TABLES},
    "changed": lambda: {str(one): of_table(changed(one)) for one in CHANGED},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", nargs="*", choices=[*KINDS, WRITE, []], default=[], help=f"{WRITE} measures nothing")
    for kind in parser.parse_args().kind or KINDS:
        stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"kinds": {}}
        if kind != WRITE:
            _measure(kind, stored)
            RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(stored)), encoding="utf-8")
        print(kind, flush=True)


def _measure(kind: str, figures: dict[str, Any]) -> None:
    """Put the figures of a kind among those that were found, in the order of KINDS."""
    kinds = figures["kinds"] | {kind: KINDS[kind]()}
    figures["kinds"] = {one: kinds[one] for one in KINDS if one in kinds}
    figures["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
    if kind in UNITS:
        figures["seed_digests"] = figures.get("seed_digests", {}) | {kind: seed_digest(load(kind))}


if __name__ == "__main__":
    main()
