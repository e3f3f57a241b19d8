"""What a play asks of the service, in which order, and what a person answers."""

import itertools

import numpy as np
import pandas as pd
import pytest

from benchmarks.replays.plant import Plant
from benchmarks.replays.run import play
from models.table.contract import check
from training.labels.job import ACCEPT

STOPPED = f"toy: no model was trained, the new labels are inconsistent with history: {ACCEPT} REASON"
RESULT = {"promoted": True, "version": 2, "reason": "significantly better"}
DONE = {"state": "done", "reason": None, "result": RESULT}


class Service:
    """Answers 0 +- 1 for every row and writes down what it is asked; its jobs end as it is given."""

    def __init__(self, *jobs):
        self.asked, self._jobs = [], list(jobs)

    def predict(self, rows):
        self.asked.append(("predict", min(row["period_start"] for row in rows)))
        return 1, [{"y": {"value": 0.0, "lower": -1.0, "upper": 1.0}, "value": 0.0, "lower": -1.0, "upper": 1.0}] * len(
            rows
        )

    def tell(self, outcomes):
        self.asked.append(("tell", min(row["period_start"] for row in outcomes)))

    def retrain(self, accept_label_shift=None):
        self.asked.append(("retrain", accept_label_shift))
        return self._jobs.pop(0)


@pytest.fixture
def plant(toy_seed, toy_frame):
    """Four steps of 30 days."""
    table = check(toy_frame(periods=6), toy_seed).table
    return Plant(toy_seed, table, np.zeros(len(table)), pd.Timestamp("2022-03-02"), pd.Timedelta(days=30))


def failed(reason):
    return {"state": "failed", "reason": reason, "result": None}


def at_the_second(steps):
    return len(steps) == 2, ("errors",)


def test_a_person_accepts_labels_that_a_job_has_stopped_at(plant):
    service = Service(failed(STOPPED), DONE)
    result = play(plant, service, at_the_second, lambda one: None, "the laboratory is right")
    assert [name for name in service.asked if name[0] == "retrain"] == [
        ("retrain", None),
        ("retrain", "the laboratory is right"),
    ]
    assert [(one.job, one.promoted) for one in result if one.job] == [("significantly better", 2)]


@pytest.mark.parametrize(("answer", "reason"), [(None, STOPPED), ("the laboratory is right", "the disk is full")])
def test_nobody_answers_what_is_not_asked_and_nobody_is_nobody(answer, reason, plant):
    service = Service(failed(reason))
    result = play(plant, service, at_the_second, lambda one: None, answer)
    assert [(one.job, one.promoted) for one in result if one.job] == [(reason, None)]


def test_outcomes_of_a_step_come_in_when_the_next_one_has_been_asked_for(plant):
    service = Service(DONE)
    result = play(plant, service, at_the_second, lambda one: None)
    starts = [pd.Timestamp(one.start) for one in result]
    message = [(name, pd.Timestamp(when)) for name, when in service.asked if name != "retrain"]
    then = [pair for old, new in itertools.pairwise(starts) for pair in (("predict", new), ("tell", old))]
    assert message == [("predict", starts[0]), *then]
