"""Measure the gain by the history of units: python -m benchmarks.unit_history [PROCESS ...].

Plants have parameters drawn again; none of them was used in development. Errors are against the simulated truth, on the
newest periods. Each plant is stored as soon as it is measured.
"""

from __future__ import annotations

from benchmarks.plant_results import PlantBenchmark
from benchmarks.unit_history.page import NAME, PAGE, RESULTS, lines
from benchmarks.unit_history.plants import of_plant

PROCESSES = (
    "aluminium_reduction",
    "alumina_refining",
    "copper_electrorefining",
    "lead_refining",
    "zinc_electrowinning",
)
PLANTS = tuple(range(801, 807))

BENCHMARK = PlantBenchmark(PROCESSES, PLANTS, of_plant, RESULTS, PAGE, NAME, lines)

if __name__ == "__main__":
    BENCHMARK.run(__doc__)
