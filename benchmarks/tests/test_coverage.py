"""Figures on coverage without outcomes are those that a command measured, on the seeds as they are."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.aims.page import filled
from benchmarks.coverage.__main__ import MORE, PLANTS
from benchmarks.coverage.page import CHAMPIONS, NAME, PAGE, PROMISED, RESULTS, lines, lowest
from benchmarks.coverage.plants import coverages
from models.regression.calibration import conformalised
from models.uncertainty.adaptive_intervals import AdaptiveInterval
from seeds import load_all

FIGURES = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_simulated_processes_are_measured_and_no_others():
    assert set(FIGURES) <= {name for name, seed in load_all().items() if seed.plant is not None}


@pytest.mark.parametrize("process", FIGURES)
def test_figures_were_measured_on_these_plants(process):
    again = f"measure again: python -m benchmarks.coverage {process}"
    assert set(FIGURES[process]["same"]) == set(map(str, PLANTS)), again
    assert set(FIGURES[process]["other"]) == set(map(str, PLANTS + MORE)), again


def test_the_table_of_the_page_is_the_measured_one():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(FIGURES)) == text


@pytest.mark.parametrize("champion", CHAMPIONS)
@pytest.mark.parametrize("kind", ["same", "other"])
def test_what_is_served_covers_what_is_promised_where_the_champion_has_learnt_such_a_plant(kind, champion):
    if (kind, champion) == ("other", "carried"):
        return  # a plant that differs from the one learnt; its shortfall stands in the table
    assert lowest(FIGURES, kind, champion) >= PROMISED


class Law:
    """Knows the toy plant's law."""

    def predict(self, X):
        return 90 + 0.5 * (X[:, 1] - 10) - 2 * (X[:, 2] - 4)


def test_coverages_by_hand(toy_seed):
    """Fixed intervals reach 9, adaptive ones 2; labels lie 0.5, 3.5, 6.5 and 9.5 off, or are missing."""
    X = np.array([[90.0, 8.0, 3.0], [90.0, 12.0, 5.0]])
    model = conformalised(toy_seed, "law", Law(), X, np.full(99, 90.0), 90.0 + 0.1 * np.arange(1, 100), {})
    model = replace(model, adaptive=AdaptiveInterval.new().taken(np.tile([2.0, -2.0], 50), np.full(100, 2.0)))
    rows = pd.DataFrame({"previous_y": 90.0, "x_set": [10.0, 10.0, 10.0, 10.0, 13.0], "z": 4.0})
    rows["y"] = [90.5, 93.5, 83.5, 80.5, np.nan]
    result = coverages(model, rows)
    assert result == {
        "rows": 4,
        "served": 0.75,
        "fixed": 0.75,
        "adaptive": 0.25,
        "flagged": 0.0,
        "unflagged_served": 0.75,
    }
