"""Measure the gain by the history of units: python -m benchmarks.unit_history [PROCESS ...].

Plants have parameters drawn again; none of them was used in development. Errors are against the simulated truth, on the
newest periods. Each plant is stored as soon as it is measured.
"""

from __future__ import annotations

import argparse

from benchmarks.plant_results import add_plant, fill_page
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
            figures = add_plant(RESULTS, load(process), number, of_plant(process, number), PROCESSES)
            fill_page(PAGE, NAME, lines, figures)
            print(process, number, flush=True)


if __name__ == "__main__":
    main()
