"""Measure coverage by missing inputs: python -m benchmarks.missing_inputs [PROCESS ...].

Plants have parameters drawn again; none of them was used in development. Each has a model of its own. Each plant is
stored as soon as it is measured.
"""

from __future__ import annotations

from benchmarks.missing_inputs.page import NAME, PAGE, RESULTS, lines
from benchmarks.missing_inputs.plants import of_plant
from benchmarks.plant_results import PlantBenchmark

PROCESSES = (
    "aluminium_reduction",
    "copper_electrorefining",
    "aluminium_ingot",
    "copper_cathode",
    "aluminium_scrap",
    "retired_batteries",
)
PLANTS = tuple(range(811, 817))

BENCHMARK = PlantBenchmark(PROCESSES, PLANTS, of_plant, RESULTS, PAGE, NAME, lines)

if __name__ == "__main__":
    BENCHMARK.run(__doc__)
