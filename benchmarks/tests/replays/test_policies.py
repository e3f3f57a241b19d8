"""When a replay asks for a retraining job."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from benchmarks.replays.policies import Drift, never, on_schedule
from benchmarks.replays.run import Stepped
from nonferrous import reports, retraining_due
from training.retraining.trigger import Due


def steps(*jobs):
    """Steps, each without a job (None), with one in vain (False) or with one that promoted (True)."""
    return [
        Stepped(
            "2026-01-01", 1, 10, 10, 1.0, 0.0, 0.9, job="" if job is None else "a verdict", promoted=2 if job else None
        )
        for job in jobs
    ]


def test_a_schedule_asks_at_every_so_manieth_step_and_the_first_champion_never():
    way = on_schedule(4)
    assert [way(steps(*[None] * number))[0] for number in range(1, 9)] == [False, False, False, True] * 2
    assert not any(never(steps(*[None] * number))[0] for number in range(9))


@pytest.mark.parametrize("is_due", [True, False])
def test_drift_asks_where_learning_is_due(is_due, monkeypatch):
    monkeypatch.setattr(reports, "look", lambda seed: SimpleNamespace(reasons=("errors grew",)))
    monkeypatch.setattr(retraining_due, "learning_due", lambda seen: Due(is_due, "learning is due"))
    monkeypatch.setattr(import_module("nonferrous.jobs.maintain"), "put_back_line", lambda seed: None)
    seen = ("errors grew", "learning is due") if is_due else ("errors grew",)
    assert Drift(None, None)(steps(None, None)) == (is_due, seen)


def test_a_champion_that_is_put_back_is_waited_for_and_no_job_is_asked_for(monkeypatch):
    monkeypatch.setattr(reports, "look", lambda seed: SimpleNamespace(reasons=("errors grew",)))
    monkeypatch.setattr(
        import_module("nonferrous.jobs.maintain"), "put_back_line", lambda seed: "VERSION 2 IS ROLLED BACK"
    )
    waited = []
    way = Drift(None, SimpleNamespace(wait_for_champion=lambda: waited.append(1)))
    assert way(steps(None, None)) == (False, ("errors grew", "VERSION 2 IS ROLLED BACK"))
    assert waited == [1]
