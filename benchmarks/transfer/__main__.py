"""Measure models transferred to other plants: python -m benchmarks.transfer [PROCESS ...].

The champion of the default plant is transferred by the errors on some plants with other parameters, and measured on
further ones. No plant was used in development. Each process is stored as soon as it is measured.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.transfer.page import NAMES, RESULTS, lines
from benchmarks.transfer.plants import measured
from seeds import load

PROCESSES = (
    "aluminium_reduction",
    "zinc_electrowinning",
    "copper_cathode",
    "aluminium_ingot",
    "zinc_ingot",
    "black_mass",
    "high_purity_gallium",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*PROCESSES, []], default=[])
    parser.add_argument("--calibrate", type=int, default=40, help="number of plants that calibrate")
    parser.add_argument("--plants", type=int, default=16, help="number of plants to measure on")
    options = parser.parse_args()
    for process in options.process or PROCESSES:
        seed = load(process)
        figures = {
            "seed_digest": seed_digest(seed),
            "measured": f"{datetime.now(UTC):%Y-%m-%d}",
            **measured(seed, range(901, 901 + options.calibrate), range(1001, 1001 + options.plants)),
        }
        stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        results = {name: (stored | {process: figures})[name] for name in PROCESSES if name in stored or name == process}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        for kind, page in NAMES.items():
            page.write_text(filled(page.read_text(encoding="utf-8"), kind, lines(results, kind)), encoding="utf-8")
        print(process, flush=True)


if __name__ == "__main__":
    main()
