"""Measure coverage by missing inputs: python -m benchmarks.missing_inputs [PROCESS ...].

Plants have parameters drawn again; none of them was used in development. Each has a model of its own. Each plant is
stored as soon as it is measured.
"""

from __future__ import annotations

import argparse

from benchmarks.missing_inputs.page import NAME, PAGE, RESULTS, lines
from benchmarks.missing_inputs.plants import of_plant
from benchmarks.plant_results import add_plant, fill_page
from seeds import load

PROCESSES = (
    "aluminium_reduction",
    "copper_electrorefining",
    "aluminium_ingot",
    "copper_cathode",
    "aluminium_scrap",
    "retired_batteries",
)
PLANTS = tuple(range(811, 817))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*PROCESSES, []], default=[])
    parser.add_argument("--plants", type=int, nargs="*", default=PLANTS, help="numbers of the plants")
    options = parser.parse_args()
    for process in options.process or PROCESSES:
        for number in options.plants:
            figures = add_plant(RESULTS, load(process), number, of_plant(load(process), number), PROCESSES)
            fill_page(PAGE, NAME, lines, figures)
            print(process, number, flush=True)


if __name__ == "__main__":
    main()
