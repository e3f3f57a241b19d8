"""What could be reached at best, on the pages of the processes, is what a command measured on the seed as it is."""

import json

import pytest

from benchmarks.bounds import floor, spreads, steps
from benchmarks.bounds.page import MEASURED, RESULTS, page_of, with_tables
from training.setpoints.plants import FINAL

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("process", KEPT)
def test_tables_are_the_measured_ones(process):
    text = page_of(process).read_text(encoding="utf-8")
    for name in MEASURED:
        if name in KEPT[process]:
            result = KEPT[process][name]
            assert with_tables(text, name, result) == text


def test_none_of_these_plants_is_one_that_judges():
    evaluated = {plant.rng_seed for plant in FINAL}
    assert not evaluated & {*floor.PLANTS.values(), *floor.SIMULATED, *(plant.rng_seed for plant in steps.PLANTS)}


def test_costs_of_limits_on_the_spread_of_a_lot_are_the_measured_ones():
    results = json.loads(spreads.RESULTS.read_text(encoding="utf-8"))
    text = spreads.PAGE.read_text(encoding="utf-8")
    assert spreads.with_table(text, results) == text
