"""When it is time to learn again."""

import pytest

from training.retraining.trigger import due


@pytest.mark.parametrize(
    ("drifted", "new", "last", "is_due"),
    [
        (True, 2.9, 0.0, False),
        (True, 3.0, 0.0, True),
        (False, 9.9, 0.0, False),
        (False, 10.0, 0.0, True),
        (True, 7.9, 4.0, False),
        (True, 8.0, 4.0, True),
        (False, 8.0, 4.0, False),
        (False, 11.9, 6.0, False),
        (False, 12.0, 6.0, True),
    ],
)
def test_learning_is_due_by_drift_and_by_what_is_new(drifted, new, last, is_due):
    assert due(drifted, 20.0, new, last, 30.0).is_due == is_due


def test_jobs_in_vain_grow_rarer():
    """Looked at each day, always with drift and always in vain: jobs have 90, 180, 360 and 720 days."""
    last, jobs = 0.0, []
    for day in range(1, 1000):
        if due(True, 20.0, day / 30, last, 30.0).is_due:
            last = day / 30
            jobs.append(day)
    assert jobs == [90, 180, 360, 720]


def test_what_is_waited_for_is_named():
    assert due(True, 20.0, 3.0, 0.0, 30.0).line == "learning is due: drift is seen, and outcomes of 90 d are new"
    assert due(False, 20.0, 8.0, 6.0, 30.0).line == (
        "learning is not due: no drift is seen, and outcomes of 240 d are new, expected 360 d, "
        "after a job in vain that had 180 d"
    )
    assert due(True, 20.0, 0.5, 0.0, 0.25).line == (
        "learning is not due: drift is seen, and outcomes of 0.125 d are new, expected 0.75 d"
    )
