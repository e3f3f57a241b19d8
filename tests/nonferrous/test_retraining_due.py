"""Which jobs count when it is asked whether learning is due."""

from types import SimpleNamespace

import pytest

from nonferrous.retraining_due import learning_due
from registry import tracking
from registry.retraining import new_rows

SEEN = SimpleNamespace(
    process="toy",
    version=2,
    drifted=True,
    history_windows=20.0,
    new_windows=7.0,
    last_labelled_period="2026-07-30",
    window_days=30.0,
)


def batch(run, when, data_end, state="rejected"):
    return SimpleNamespace(run=run, when=f"2026-08-01T{when}+00:00", data_end=data_end, state=state)


@pytest.fixture
def calls(monkeypatch):
    """Asks with these batches beside a champion that was registered at ten."""

    def ask(*given, created="2026-08-01T10:00:00+00:00", **tags):
        champion = SimpleNamespace(number=2, created=created, parent_run="its own", tags=tags)
        known = [SimpleNamespace(number=1), champion, SimpleNamespace(number=3)]
        monkeypatch.setattr(tracking, "Tracking", lambda settings: SimpleNamespace(versions=lambda process: known))
        monkeypatch.setattr(new_rows, "batches", lambda process, tracking: list(given))
        return learning_due(SEEN)

    return ask


def test_a_champion_without_later_jobs_rests_for_three_windows(calls):
    assert calls().is_due
    older = batch("r1", "09:59:59", "2026-07-30")
    own, cut_off = batch("its own", "10:00:00", "2026-07-30"), batch("r2", "11:00:00", "2026-07-30", "pending")
    assert calls(older, own, cut_off).is_due


@pytest.mark.parametrize("state", ["rejected", "accepted", "withdrawn"])
@pytest.mark.parametrize(("data_end", "is_due"), [("2026-05-01", False), ("2026-04-16", True)])
def test_after_a_job_in_vain_what_is_new_must_double(data_end, is_due, state, calls):
    """Of 210 days the older 120, or the older 105, were known to it; the rows may have been accepted all the same."""
    assert calls(batch("r1", "12:00:00", data_end, state)).is_due == is_due


def test_a_champion_with_newer_outcomes_learnt_when_its_estimator_did(calls):
    in_vain = batch("r1", "12:00:00", "2026-05-01")
    assert calls(in_vain, created="2026-08-01T12:30:00+00:00").is_due
    trained = {"learnt_at": "2026-08-01T10:00:00+00:00"}
    assert not calls(in_vain, created="2026-08-01T12:30:00+00:00", **trained).is_due


def test_the_job_that_knew_most_counts(calls):
    assert not calls(batch("r1", "12:00:00", "2026-06-01"), batch("r2", "13:00:00", "2026-02-01")).is_due
    assert calls(batch("r1", "12:00:00", "2025-01-01")).is_due  # of before the champion's table ended
