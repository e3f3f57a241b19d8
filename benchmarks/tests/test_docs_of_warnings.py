"""Figures of the page on early warnings are those that a command measured, on the seeds as they are."""

import json

import pytest

from benchmarks.digests import table_digest
from benchmarks.early_warnings.__main__ import FINAL, digest
from benchmarks.early_warnings.page import DEFAULT, PAGE, RESULTS, events, with_tables
from models.table.reading import read_table
from seeds import load, load_all
from synthetic_data import simulate
from tests.suite.processes import each

WARNED = [name for name, seed in load_all().items() if seed.warnings and seed.plant is not None]


@pytest.fixture(scope="module")
def results():
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def test_tables_on_the_page_are_the_measured_ones(results):
    text = PAGE.read_text(encoding="utf-8")
    assert with_tables(text, results) == text


def test_what_was_measured_was_measured_on_all_plants(results):
    assert list(results) == WARNED
    for result in results.values():
        assert list(result["plants"]) == [DEFAULT, *map(str, FINAL)]


@pytest.mark.parametrize("process", WARNED)
def test_figures_were_measured_on_this_seed(results, process):
    again = f"measure again: python -m benchmarks.early_warnings {process}"
    assert results[process]["digest"] == digest(load(process)), again


@pytest.mark.parametrize("process", each(WARNED, "simulates the default plant"))
def test_figures_were_measured_on_the_table_that_this_plant_gives(results, process, tmp_path):
    seed = load(process)
    table = table_digest(read_table(simulate(seed, tmp_path / process), seed).table)
    assert results[process]["table_digest"] == table, f"measure again: python -m benchmarks.early_warnings {process}"


def test_warnings_cost_less_than_always_and_than_never_alarming_on_each_default_plant(results):
    """Without an alarm the cost is that of never alarming. Of the other plants the page states in how many cases."""
    for one in events(results, [DEFAULT]):
        if one["test_alarms"]:
            assert one["cost"] < min(one["cost_always"], one["cost_never"])
        else:
            assert one["cost"] == one["cost_never"] < one["cost_always"]


def test_no_warning_is_better_than_the_truth(results):
    """Beyond what chance does to some hundred rows."""
    for one in events(results):
        assert one["best_brier"] < one["brier"] + 0.1 * one["rate_brier"]
        assert one["best_brier"] < one["rate_brier"]
