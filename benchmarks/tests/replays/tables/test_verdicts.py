"""What verdicts are worth, on its page, is what a command measured on the seeds as they are."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks.aims.page import filled
from benchmarks.replays.plant import Plant
from benchmarks.replays.tables import plants
from benchmarks.replays.tables.plants import ratio_of
from benchmarks.replays.tables.put_backs import SPOILT, spoilt_until
from benchmarks.replays.tables.verdicts import NAME, PAGE, PLANTS, PUT_BACKS, RESULTS, lines, put_back_lines
from models.interfaces.answers import Answer

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "shown"), [(NAME, lines), (PUT_BACKS, put_back_lines)])
def test_the_tables_are_the_measured_ones(name, shown):
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, name, shown(KEPT)) == text, "python -m benchmarks.replays.tables.verdicts"


@pytest.mark.parametrize("process", KEPT["processes"])
def test_each_process_was_measured_on_all_plants(process):
    result = KEPT["processes"][process]
    assert {one["plant"] for one in result["verdicts"]} == set(PLANTS)
    assert {(one["plant"], one["how"]) for one in result["spoilt"]} == {(one, how) for one in PLANTS for how in SPOILT}


def test_promotions_that_made_answers_worse_are_counted_by_rule_and_better_ones_that_were_left():
    made = [(True, False, 1.03), (True, True, 0.8), (False, False, 0.9), (True, True, 1.01)]
    result = [{"trained": one, "followed": other, "ratio": ratio} for one, other, ratio in made]
    *_, trained, followed, truth, _ = lines({"measured": "2030-01-02", "processes": {"cells": {"verdicts": result}}})
    assert trained == "| predictions as trained | 4 | 3 | 1 | 1 | 0.947, at most 1.030 |"
    assert followed == "| responses with online calibration | 4 | 2 | 0 | 1 | 0.905, at most 1.010 |"
    assert truth == "| simulated truth | 4 | 2 | 0 | 0 | 0.850, at most 0.900 |"


def test_put_backs_are_counted_by_what_the_champion_had_learnt():
    honest = [
        {"ratio": 0.9, "back": None, "then": None},
        {"ratio": 0.9, "back": 2, "then": 0.8},
        {"ratio": 1.03, "back": 4, "then": 1.1},
        {"ratio": 1.03, "back": None, "then": None},
        {"ratio": 0.99, "back": 3, "then": 0.99},
    ]
    labels, sensor = SPOILT
    one = {
        "verdicts": [{"promoted": each} for each in [*honest, None]],
        "spoilt": [{"how": labels, "ratio": 1.5, "back": 1, "then": 1.5}],
    }
    *_, of_honest, of_labels, of_sensor, _ = put_back_lines({"measured": "2030-01-02", "processes": {"cells": one}})
    assert of_honest == "| correct rows | 5 | 2 | 1 | 3 | 1 | 3.0 |"
    assert of_labels == f"| {labels} | 1 | 1 | 1 | 1 | 0 | 1.0 |"
    assert of_sensor == f"| {sensor} | 0 | 0 | 0 | 0 | 0 | - |"


def test_a_model_is_worth_what_its_answers_err_to_the_truth_on_rows_that_both_answer(monkeypatch):
    answers = {"one": [91.0, 92.0, np.nan, 90.0], "other": [90.5, np.nan, 95.0, 90.5]}
    monkeypatch.setattr(
        plants, "followed_on", lambda model, data, rows: Answer(*(np.array(answers[model])[rows] for _ in range(3)))
    )
    data = SimpleNamespace(truth=np.array([90.0, 90.0, 90.0, np.nan]))
    assert ratio_of("one", "other", data, np.arange(4)) == pytest.approx(0.5)
    assert ratio_of("one", "other", data, np.array([1, 3])) is None


def test_spoilt_labels_are_those_of_other_units_of_the_period_until_the_rows_are_honest_again(toy_seed, toy_frame):
    frame = toy_frame(periods=24, rng_seed=1).sort_values("period_start", ignore_index=True)
    starts = np.sort(frame["period_start"].unique())
    begin, now = pd.Timestamp(starts[8]), pd.Timestamp(starts[16])
    plant = Plant(toy_seed, frame, frame["y"].to_numpy(), begin, pd.Timedelta(days=30))
    result = spoilt_until(plant, None, now, "labels of other units").table
    spoilt = frame["period_start"].between(begin, now, inclusive="left")
    pd.testing.assert_frame_equal(result[~spoilt], frame[~spoilt])
    pd.testing.assert_frame_equal(result.drop(columns="y"), frame.drop(columns="y"))
    assert (result["y"] != frame["y"])[spoilt].mean() > 0.5
    for _, one in result[spoilt].groupby("period_start"):
        assert sorted(one["y"]) == sorted(frame.loc[one.index, "y"])
