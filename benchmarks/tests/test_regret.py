"""Regrets are those of the figures that select, and the tables hold what was measured on the seeds that are there."""

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks.aims.page import filled
from benchmarks.regret.__main__ import CHANGED, KINDS, PLANTS, UNITS
from benchmarks.regret.changed import TARGET, changed
from benchmarks.regret.page import ERRORS, NAME, PAGE, RESULTS, lines, of_default_plants, regret
from tests.suite.plant_tables import TABLES

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))
TWO = {"before": "linear", "now": "trees", "errors": {"linear": 2.5, "trees": 2.0}}


def test_regret_is_what_the_registered_one_errs_more_than_the_best():
    assert regret(TWO, "before") == pytest.approx(0.25)
    assert regret(TWO, "now") == 0.0


def test_the_row_of_all_is_the_mean_over_targets_and_the_worst_of_them():
    one = {"before": "trees", "now": "trees", "errors": {"trees": 2.0}}
    result = {
        "measured": "2026-01-01",
        "kinds": {"pots": {"1": {"y": TWO, "z": TWO}, "2": {"y": one}}},
    }
    (of_pots, of_all) = (line for line in lines(result) if line.startswith(("| pots", "| all")))
    assert of_pots == "| pots | 3 | 16.7% | 25.0% | 0.0% | 0.0% |"
    assert of_all == "| all | 3 | 16.7% | 25.0% | 0.0% | 0.0% |"


def test_regrets_above_a_tenth_are_named():
    plants = {"3": {"y": TWO | {"now": "linear"}, "z": TWO}}
    assert "Above 10% now: pots 3, y (linear, 25.0%)." in lines({"measured": "2026-01-01", "kinds": {"pots": plants}})
    plants = {"3": {"z": TWO}}
    assert "Above 10% now: none." in lines({"measured": "2026-01-01", "kinds": {"pots": plants}})


@pytest.mark.parametrize("task", list(ERRORS))
def test_the_best_candidate_of_a_page_has_no_regret_and_no_other_a_negative_one(task):
    assert min(of_default_plants()[task]) == 0.0


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.regret"


def test_every_plant_and_table_was_measured():
    assert list(KEPT["kinds"]) == list(KINDS)
    for process in UNITS:
        assert list(KEPT["kinds"][process]) == list(map(str, PLANTS))
    assert list(KEPT["kinds"]["tables"]) == [table.name for table in TABLES]
    assert list(KEPT["kinds"]["changed"]) == list(map(str, CHANGED))


def test_a_table_that_changed_has_other_sensors_from_two_fifths_on(tmp_path):
    changed(1).write(tmp_path / "one.csv")
    frame = pd.read_csv(tmp_path / "one.csv")
    sensors = frame.drop(columns=["date", TARGET]).to_numpy()
    early, late = sensors[: int(0.36 * len(frame))], sensors[int(0.48 * len(frame)) :]
    moved = np.abs(np.nanmean(late, axis=0) - np.nanmean(early, axis=0))
    assert np.median(moved) > 1.0
    assert np.median(np.nanstd(early, axis=0)) < 1.5
    assert frame[TARGET].between(0, 100).all()
