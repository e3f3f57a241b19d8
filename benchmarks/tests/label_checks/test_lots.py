"""How often odd assays of lots wait, on its page, is what a command measured on the seeds as they are."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks.aims.page import filled
from benchmarks.label_checks.forgeries import FORGERIES
from benchmarks.label_checks.lots import NAME, PROCESSES, RESULTS, CheckedLots, lines, together
from benchmarks.label_checks.waiting import HONEST, PAGE
from models.online.reference_runs import Bounds, ReferenceRuns
from models.online.review_queue import Arrival
from models.uncertainty.adaptive_intervals import IntervalLevel

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_table_is_the_measured_one():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.label_checks.lots"


@pytest.mark.parametrize("process", PROCESSES)
def test_each_process_was_measured_with_all_forgeries(process):
    result = KEPT["processes"][process]
    assert set(result["files"]) == {HONEST, *FORGERIES}
    assert all(one["waited"] <= one["steps"] for one in result["files"].values())


def test_lots_are_put_together_by_sums_means_and_the_width_that_is_farthest_off():
    one = {"steps": 4, "waited": 1, "width": 1.5, "width_all": 3.0, "covered": 0.9}
    result = together([one, {**one, "waited": 4, "width": 0.5}])
    assert (result["steps"], result["waited"], result["places"]) == (8, 5, 2)
    assert (result["width"], result["covered"]) == (1.0, 0.9)
    assert (result["worst_width"], result["worst_width_all"]) == (0.5, 3.0)  # half as wide is farther off than 1.5


def test_assays_of_a_step_move_the_one_after_the_next_and_odd_ones_none(toy_quality_seed):
    """Four steps of 40 lots of one content, those of the first three spreads too large."""
    model = SimpleNamespace(
        level=IntervalLevel.new().taken(np.linspace(0.1, 2.0, 60)),
        usual=ReferenceRuns((Bounds(np.zeros(6), np.array([1.0, 1.0, 9.0, 9.0, 9.0, 9.0]), 40.0),)),
        arrival=lambda batch, reported, logs: Arrival(
            batch, reported[:, 0], np.abs(reported[:, 0]), reported[:, 0], np.ones(len(reported)), logs[:, 0]
        ),
    )
    reported = np.random.default_rng(0).normal(0, 1, (160, 1))
    reported[:40] += 5.0
    numbers = np.arange(160)
    step, begin = np.repeat(np.arange(4), 40), pd.Timestamp("2024-01-01")
    lots = CheckedLots(toy_quality_seed, model, numbers, numbers, step, np.zeros((160, 1)), reported, begin)
    waited = list[bool]()
    guarded, open_ = lots.followed(reported, 4, True, waited), lots.followed(reported, 4, False)
    assert waited == [True, False, False]
    first = model.level.half_width(0.9)
    assert (open_[step <= 1] == first).all()
    assert (guarded[step <= 2] == first).all()  # assays of step 0 are known when step 2 is asked for
    assert (open_[step == 2] > 2 * first).all()
    assert (lots.followed(reported, 0, False) == first).all()  # no assay comes in at all
