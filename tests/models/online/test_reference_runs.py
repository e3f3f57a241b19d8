"""Runs of outcomes held against runs of the past: what goes with it, what is odd, and the way into JSON."""

import json

import numpy as np
import pytest

from models.online.reference_runs import FEWEST_ROWS, FEWEST_RUNS, Bounds, OutcomeRun, ReferenceRuns

NOBODY = np.empty(0)


def run(rng, n=60, shift=0.0, size=1.0):
    """Outcomes that follow predictions which spread twice as wide as their errors."""
    predicted, errors = rng.normal(90, 2, n), rng.normal(shift, size, n)
    return OutcomeRun(errors, predicted + errors, np.ones(n), NOBODY)


def past(rng, runs=12, sway=0.0):
    """Runs of a plant whose level sways."""
    return [run(rng, shift=float(rng.normal(0, sway)) if sway else 0.0) for _ in range(runs)]


@pytest.fixture
def reference_runs():
    return Bounds.of(past(np.random.default_rng(1)))


def words(typical, one):
    return " ".join(typical.odd(one))


def test_what_is_measured_is_level_mean_spread_link_repeats_and_copies():
    """Errors of 0, 1, ..., 4 about a line: the middle is 2, half of them lie within 2, and no outcome comes twice."""
    errors, outcomes = np.arange(5.0), np.array([0.0, 2.0, 4.0, 6.0, 8.0])
    level, mean, spread, link, alike, copied = OutcomeRun(
        errors, outcomes, np.ones(5), np.array([4.0, 8.0, 8.0, 9.0])
    ).measures
    assert (level, mean, np.exp(spread), alike, copied) == pytest.approx((2.0, 2.0, 2.0, 0.0, 0.4))
    assert np.tanh(link) == pytest.approx(1.0, abs=2e-4)
    skewed = OutcomeRun(np.array([0.0, 1, 2, 3, 14]), np.array([1.0, 1, 2, 3, 4]), np.full(5, 2.0), NOBODY).measures
    assert (skewed[0], skewed[1], np.exp(skewed[2]), skewed[4]) == pytest.approx((1.0, 2.0, 1.0, 0.4))


def test_a_past_of_few_runs_says_nothing():
    rng = np.random.default_rng(0)
    assert Bounds.of(past(rng, FEWEST_RUNS - 1)) is None
    assert Bounds.of(past(rng, FEWEST_RUNS)) is not None


def test_runs_of_the_past_and_others_like_them_are_not_odd(reference_runs):
    rng = np.random.default_rng(2)
    assert [reference_runs.odd(one) for one in past(np.random.default_rng(1))] == [()] * 12
    assert sum(bool(reference_runs.odd(run(rng))) for _ in range(500)) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda one: OutcomeRun(one.errors + 3, one.outcomes + 3, one.scale, NOBODY), "the level is off by +"),
        (lambda one: OutcomeRun(one.errors - 3, one.outcomes - 3, one.scale, NOBODY), "the level is off by -"),
        (
            lambda one: OutcomeRun(one.errors * 4, one.outcomes + 3 * one.errors, one.scale, NOBODY),
            "errors spread over ",
        ),
        (
            lambda one: OutcomeRun(one.errors + 90 - one.outcomes, np.full(60, 90.0), one.scale, NOBODY),
            "100% are also another row's",
        ),
        (lambda one: shuffled(one), "a correlation of "),
        (lambda one: partly(one, 20.0), "the mean is off by +"),
        (lambda one: OutcomeRun(one.errors, one.outcomes, one.scale, one.outcomes[::-1]), "100% were known before"),
    ],
)
def test_each_measure_finds_what_it_is_for(change, message, reference_runs):
    assert message in words(reference_runs, change(run(np.random.default_rng(3))))


def shuffled(one):
    outcomes = np.random.default_rng(4).permutation(one.outcomes)
    return OutcomeRun(outcomes - (one.outcomes - one.errors), outcomes, one.scale, NOBODY)


def partly(one, by):
    """A tenth of the outcomes far off: the median hardly moves."""
    off = np.where(np.arange(60) % 10 == 0, by, 0.0)
    return OutcomeRun(one.errors + off, one.outcomes + off, one.scale, NOBODY)


def test_what_is_near_several_bounds_is_odd_together():
    """Errors of 0.8 of what level or spread alone may be: together they are 1.13 off, each alone is not."""
    bounds = Bounds(np.array([0.0, 0.0, 0.0, 3.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0, 9.0, 1.0, 1.0]), 60.0)
    errors = np.linspace(-1, 1, 61)  # a middle half of 1
    outcomes = 90 + 100 * np.arange(61.0)

    def off(shift, factor):
        return OutcomeRun(errors * factor + shift, outcomes, np.ones(61), NOBODY)

    assert bounds.odd(off(0.8, 1.0)) == bounds.odd(off(0.0, np.exp(0.8))) == ()
    first, *named = bounds.odd(off(0.8, np.exp(0.8)))
    assert first == "near its bound each, beyond it together"
    assert [line.split(" off ")[0].split(" over ")[0] for line in named] == [
        "the level is",
        "the mean is",
        "errors spread",
    ]


def test_a_plant_that_sways_is_held_against_its_own_swaying(reference_runs):
    swaying = Bounds.of(past(np.random.default_rng(5), sway=1.5))
    off = run(np.random.default_rng(6), shift=3.0)
    assert "the level" in words(reference_runs, off)
    assert "the level" not in words(swaying, off)


def test_fewer_outcomes_may_lie_farther_off_and_only_their_level_counts(reference_runs):
    rng = np.random.default_rng(7)
    few = [run(rng, 5, shift=0.5) for _ in range(200)]
    assert not any(reference_runs.odd(one) for one in few)
    alike = OutcomeRun(np.zeros(FEWEST_ROWS - 1), np.full(FEWEST_ROWS - 1, 90.0), np.ones(FEWEST_ROWS - 1), NOBODY)
    assert reference_runs.odd(alike) == ()
    assert "the level" in words(reference_runs, run(rng, 5, shift=9.0))


def test_errors_count_by_the_size_of_errors_there(reference_runs):
    one = run(np.random.default_rng(8))
    wide = OutcomeRun(one.errors * 5, one.outcomes + 4 * one.errors, np.full(60, 5.0), NOBODY)
    assert "spread" in words(reference_runs, OutcomeRun(wide.errors, wide.outcomes, np.ones(60), NOBODY))
    assert "spread" not in words(reference_runs, wide)


def test_the_way_into_json_and_back_changes_nothing(reference_runs):
    whole = ReferenceRuns((reference_runs,))
    again = ReferenceRuns.from_state(json.loads(json.dumps(whole.state())))
    assert again.state() == whole.state()
    anomalous = run(np.random.default_rng(9), shift=4.0)
    assert again.odd(anomalous) == reference_runs.odd(anomalous) != ()


def test_a_run_is_held_against_runs_of_its_own_length():
    """A level that sways from run to run by 1.5 may be so far off in a short run, and not in ten of them together."""
    rng = np.random.default_rng(15)
    short, long = Bounds.of(past(rng, sway=1.5)), Bounds.of([run(rng, 600) for _ in range(12)])
    both = ReferenceRuns((short, long))
    assert both.odd(run(rng, 60, shift=2.0)) == ()
    assert both.odd(run(rng, 599, shift=2.0)) == ()
    assert "the level" in words(both, run(rng, 600, shift=2.0))
    assert both.odd(run(rng, 600)) == ()
    assert "the level" in words(both, run(rng, 20, shift=30.0))


def test_outcomes_that_are_rounded_repeat_no_more_in_a_long_run_than_in_a_short_one():
    rng = np.random.default_rng(16)
    shares = [
        OutcomeRun(np.zeros(n), np.round(rng.normal(90, 2, n)), np.ones(n), NOBODY).measures[4] for n in (3000, 9000)
    ]
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"middle": [0.0] * 5}, "middle, reach: expected six finite numbers each"),
        ({"reach": [1.0, 1.0, np.nan, 1.0, 1.0, 1.0]}, "middle, reach: expected six finite numbers each"),
        ({"reach": [1.0, 0.0, 1.0, 1.0, 1.0, 1.0]}, "expected numbers above 0"),
        ({"rows": 0.0}, "expected numbers above 0"),
    ],
)
def test_what_cannot_be_is_refused(change, message, reference_runs):
    with pytest.raises(ValueError, match=message):
        Bounds.from_state({**reference_runs.state(), **change})
