"""Figures of the page on monitoring are those that a command measured, on the seeds as they are."""

import json

import pytest

from benchmarks.drift.__main__ import PLANTS
from benchmarks.drift.page import PAGE, RESULTS, with_tables
from seeds import load_all

FIGURES = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_every_simulated_process_is_measured_and_no_other():
    assert set(FIGURES) == {name for name, seed in load_all().items() if seed.plant is not None}


@pytest.mark.parametrize("process", FIGURES)
def test_figures_were_measured_on_these_plants(process):
    again = f"measure again: python -m benchmarks.drift {process}"
    assert set(FIGURES[process]["plants"]) == set(map(str, PLANTS)), again


def test_tables_of_the_page_are_the_measured_ones():
    text = PAGE.read_text(encoding="utf-8")
    assert with_tables(text, FIGURES) == text


@pytest.mark.parametrize("process", FIGURES)
def test_false_alarms_stay_under_one_a_month(process):
    """Of a process over its plants, as the page has it; where one of them misses it, the page says so."""
    started = {plant: one["false_alarms"]["any"] for plant, one in FIGURES[process]["plants"].items()}
    assert sum(started.values()) / len(started) < 1.0
    if max(started.values()) >= 1.0:
        assert f"(`{process}`) misses what is promised" in PAGE.read_text(encoding="utf-8")
