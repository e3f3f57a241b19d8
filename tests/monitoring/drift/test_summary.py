"""What to do next: what waits for a person comes first, and nothing is learnt while a version answers in shadow."""

from types import SimpleNamespace

import pytest

from monitoring.drift.summary import next_steps


def seen(drifted=False):
    errors = ["a chart"] if drifted else []
    parts = {"process": "toy_cells", "sensors": (), "drifted_errors": errors, "drifted_inputs": (), "known": 10}
    return SimpleNamespace(**parts, drifted=drifted)


def test_where_nothing_is_to_be_done_that_is_said():
    assert list(next_steps(seen())) == ["nothing"]


@pytest.mark.parametrize("drifted", [False, True])
def test_outcomes_that_wait_come_first(drifted):
    first, *others = next_steps(seen(drifted), ["30 outcomes wait"])
    assert first == "30 outcomes wait"
    assert [one.split(":")[0] for one in others] == (["retrain with what is known"] if drifted else [])


def test_while_a_version_answers_in_shadow_there_is_nothing_to_learn():
    (result,) = next_steps(seen(True), shadow="version 4 answers in shadow until 2027-01-26 09:00 UTC")
    assert result == "wait with retraining: version 4 answers in shadow until 2027-01-26 09:00 UTC"
    assert list(next_steps(seen(), shadow="version 4 answers in shadow")) == ["nothing"]
