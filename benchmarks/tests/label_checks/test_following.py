"""How often odd outcomes wait, on its page, is what a command measured on the seeds as they are."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks.aims.page import filled
from benchmarks.label_checks.following import NAME, RESULTS, Stream, lines, regime_starts, together
from benchmarks.label_checks.forgeries import FORGERIES
from benchmarks.label_checks.waiting import HONEST, PAGE
from models.interfaces.answers import Answer
from models.online.reference_runs import Bounds, ReferenceRuns
from models.uncertainty.adaptive_intervals import AdaptiveInterval

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_table_is_the_measured_one():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.label_checks.following"


@pytest.mark.parametrize("process", KEPT["processes"])
def test_each_process_was_measured_with_all_forgeries(process):
    result = KEPT["processes"][process]
    assert set(result["files"]) == {HONEST, *FORGERIES}
    assert all(one["waited"] <= one["steps"] for one in result["files"].values())


@pytest.mark.parametrize("process", KEPT["processes"])
def test_honest_plants_lose_no_accuracy_and_no_coverage_by_what_waits(process):
    honest = KEPT["processes"][process]["files"][HONEST]
    assert honest["error"] <= 1.01 * honest["error_all"]
    assert honest["worst"] <= 1.01
    assert honest["covered"] >= honest["covered_all"] - 0.001


def test_streams_are_put_together_by_sums_means_and_the_worst_ratio():
    one = {"steps": 4, "waited": 1, "error": 1.0, "error_all": 3.0, "error_honest": 1.0}
    other = {**one, "waited": 4, "error": 3.0, "error_honest": 2.0}
    result = together([one, other])
    assert (result["steps"], result["waited"], result["places"]) == (8, 5, 2)
    assert (result["error"], result["error_all"], result["error_honest"]) == (2.0, 3.0, 1.5)
    assert (result["worst"], result["worst_all"]) == (1.5, 3.0)


def stream(toy_seed, label):
    """Four steps of 40 rows that a model predicts as 90, where the truth is 90."""
    model = SimpleNamespace(
        adaptive=AdaptiveInterval.new().taken(np.zeros(40), np.linspace(0.1, 2.0, 40)),
        usual=ReferenceRuns((Bounds(np.zeros(6), np.array([1.0, 1.0, 9.0, 9.0, 9.0, 9.0]), 40.0),)),
        spread=lambda raw: np.ones(len(raw)),
        scaled=lambda y: y,
        bounded=lambda value, half: Answer(value, value - half, value + half),
    )
    begin, length = pd.Timestamp("2024-01-01"), pd.Timedelta(days=30)
    plant = SimpleNamespace(truth=np.full(160, 90.0), seed=toy_seed, begin=begin, length=length)
    return Stream(plant, model, np.repeat(np.arange(4), 40), np.full(160, 90.0), np.ones(160), label)


def test_outcomes_of_a_step_move_the_one_after_the_next_and_odd_ones_none(toy_seed):
    rng = np.random.default_rng(0)
    label = 90 + rng.normal(0, 1, 160)
    label[:40] += 5.0
    one, waited = stream(toy_seed, label), list[bool]()
    guarded, covered, following = one.followed(label, 4, True, waited)
    open_, _, _ = one.followed(label, 4, False)
    assert waited == [True, False, False]
    assert [round(float(np.abs(open_[one.step == step]).mean())) for step in range(3)] == [0, 0, 5]
    assert float(np.abs(guarded[one.step <= 2]).max()) == 0.0
    assert (following.outcomes_waiting, covered[one.step == 0].mean() < 0.1) == (40, True)
    late, _, _ = one.followed(label, 0, False)
    assert np.abs(late).max() == 0.0  # no outcome comes in at all


def test_regimes_begin_in_the_step_of_their_day(toy_seed):
    days = ("2023-12-31", "2024-01-01", "2024-02-05", "2024-04-20")
    regimes = [SimpleNamespace(start=day) for day in days]
    one = stream(toy_seed, np.full(160, 90.0))
    one.plant.seed = SimpleNamespace(plant=SimpleNamespace(regimes=regimes))
    assert regime_starts(one) == [0, 1]
