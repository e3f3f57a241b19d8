"""What verdicts are worth, on its page, is what a command measured on the seeds as they are."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.replay import verdicts
from benchmarks.replay.verdicts import NAME, PAGE, PLANTS, RESULTS, lines, worth
from models.answers import Answer
from seeds import load

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_table_is_the_measured_one():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.replay.verdicts"


@pytest.mark.parametrize("process", KEPT["processes"])
def test_each_process_was_measured_on_its_seed_and_all_plants(process):
    found = KEPT["processes"][process]
    assert found["seed_digest"] == seed_digest(load(process)), f"python -m benchmarks.replay.verdicts {process}"
    assert {one["plant"] for one in found["verdicts"]} == set(PLANTS)


def test_promotions_that_made_answers_worse_are_counted_by_rule():
    made = [(True, False, 1.03), (True, True, 0.8), (False, False, 0.9), (True, True, 1.01)]
    found = [{"trained": one, "followed": other, "ratio": ratio} for one, other, ratio in made]
    *_, trained, followed, truth, _ = lines({"measured": "2030-01-02", "processes": {"cells": {"verdicts": found}}})
    assert trained == "| cells | answers as trained | 4 | 3 | 1 | 0.947, at most 1.030 |"
    assert followed == "| cells | answers that follow outcomes | 4 | 2 | 0 | 0.905, at most 1.010 |"
    assert truth == "| cells | the truth | 4 | 2 | 0 | 0.850 |"


def test_a_model_is_worth_what_its_answers_err_to_the_truth_on_rows_that_both_answer(monkeypatch):
    answers = {"one": [91.0, 92.0, np.nan, 90.0], "other": [90.5, np.nan, 95.0, 90.5]}
    monkeypatch.setattr(
        verdicts, "followed_on", lambda model, data, rows: Answer(*(np.array(answers[model])[rows] for _ in range(3)))
    )
    data = SimpleNamespace(truth=np.array([90.0, 90.0, 90.0, np.nan]))
    assert worth("one", "other", data, np.arange(4)) == pytest.approx(0.5)
