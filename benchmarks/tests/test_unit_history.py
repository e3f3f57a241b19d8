"""The table of gains by unit history holds what was measured, on the seeds as they are."""

import json

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.unit_history.__main__ import PLANTS, PROCESSES
from benchmarks.unit_history.page import NAME, PAGE, RESULTS, lines
from seeds import load

STORED = json.loads(RESULTS.read_text(encoding="utf-8"))
FIGURES = {"rmse": 0.5, "new_units_rmse": 0.6, "coverage": 0.9, "width": 3.0}
PLANT = {
    "y": {
        "form": "labels",
        "before": dict.fromkeys(("whole", "outcomes", "nothing"), FIGURES),
        "after": {
            "whole": FIGURES | {"rmse": 0.4, "new_units_rmse": 0.3, "coverage": 0.91},
            "outcomes": FIGURES | {"rmse": 0.45},
            "nothing": FIGURES | {"rmse": 0.55},
        },
    }
}


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(STORED)) == text, "python -m benchmarks.unit_history"


def test_plants_were_measured_on_the_seeds_as_they_are():
    assert set(STORED["plants"]) == set(STORED["seed_digests"]) <= set(PROCESSES)
    for process, digest in STORED["seed_digests"].items():
        assert digest == seed_digest(load(process)), f"python -m benchmarks.unit_history {process}"
        assert set(STORED["plants"][process]) <= set(map(str, PLANTS))


def test_a_row_has_the_changes_of_the_errors_and_the_coverage():
    *_, row = lines({"measured": "2026-12-01", "plants": {"p": {"801": PLANT}}})[:-1]
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        *("p", "y", "1 (1 with the input)", "-20.0%", "-50.0%", "-10.0%", "+10.0%", "-20.0%", "90.0%", "91.0%")
    ]
