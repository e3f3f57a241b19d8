"""Outcomes that are followed, and those that wait: laws of the state, whatever the batches they arrive in."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models.online.reference_runs import FEWEST_ROWS, OutcomeRun
from models.online.review_queue import (
    MOST_LISTED,
    Arrival,
    OnlineState,
    PendingBatch,
    centres_along,
    outcomes_waiting_in,
    runs_of,
    usual_of,
    waiting_in,
)
from models.uncertainty.adaptive_intervals import AdaptiveInterval


def arrival(rng, batch=1, n=40, shift=0.0):
    """Outcomes beside predictions, so far above them."""
    predicted, errors = rng.normal(90, 2, n), rng.normal(shift, 1, n)
    return Arrival(batch, errors, np.abs(errors), predicted + errors, np.ones(n))


def parts(one, size):
    """The same outcomes in batches of so many, numbered on."""
    for number, at in enumerate(range(0, len(one.errors), size)):
        subset = slice(at, at + size)
        yield Arrival(one.batch + number, *(part[subset] for part in (one.errors, one.scores, one.outcomes, one.scale)))


@pytest.fixture
def start():
    rng = np.random.default_rng(0)
    arrivals = [arrival(rng, n=60) for _ in range(12)]
    adaptive = AdaptiveInterval.new()
    typical = usual_of(arrivals, adaptive)
    for one in arrivals:
        adaptive = adaptive.taken(one.errors, one.scores)
    return OnlineState(adaptive, typical)


def taken(following, arrivals):
    for one in arrivals:
        following = following.taken(one)
    return following


@pytest.mark.parametrize("size", [1, 7, 29, 30, 200])
def test_outcomes_like_those_of_the_past_are_followed_as_if_nothing_were_checked(size, start):
    rng = np.random.default_rng(1)
    for one in (arrival(rng, n=200), arrival(rng, n=200, shift=0.4)):
        followed = taken(start, parts(one, size))
        unchecked = taken(replace(start, usual=None), parts(one, size))
        assert followed.adaptive.state() == unchecked.adaptive.state()
        assert followed.waiting == ()


@pytest.mark.parametrize("size", [1, 7, 40])
def test_odd_outcomes_wait_and_leave_all_as_it_was(size, start):
    rng = np.random.default_rng(2)
    anomalous = arrival(rng, batch=5, n=40, shift=5.0)
    after = taken(start, parts(anomalous, size))
    assert after.adaptive.state() == start.adaptive.state()
    complete = -(-FEWEST_ROWS // size)
    assert [one.batch for one in after.waiting][:complete] == list(range(5, 5 + complete))
    assert sum(one.outcomes for one in after.waiting) >= FEWEST_ROWS
    assert all("the level is off by" in one.why for one in after.waiting)


def test_what_comes_after_odd_outcomes_is_followed(start):
    rng = np.random.default_rng(3)
    anomalous, good = arrival(rng, 5, shift=5.0), arrival(rng, 6)
    assert taken(start, [anomalous, good]).adaptive.state() == start.taken(good).adaptive.state()


def test_outcomes_of_a_run_that_is_not_complete_are_followed_for_the_time_being(start):
    """Some that are off by less than chance may explain of so few move the centre, until others show it as a shift."""
    rng = np.random.default_rng(4)
    few = arrival(rng, 5, FEWEST_ROWS - 1, shift=0.5)
    after = start.taken(few)
    assert after.sure is start.sure
    assert after.adaptive.state() == start.adaptive.taken(few.errors, few.scores).state()
    more = after.taken(arrival(rng, 6, 60, shift=9.0))
    assert more.adaptive.state() == start.adaptive.state()
    assert [(one.batch, one.outcomes) for one in more.waiting] == [(5, FEWEST_ROWS - 1), (6, 60)]


def test_a_few_that_are_far_off_move_nothing_even_for_the_time_being(start):
    few = arrival(np.random.default_rng(5), 5, 10, shift=9.0)
    after = start.taken(few)
    assert after.adaptive.state() == start.adaptive.state()
    assert (len(after.begun), after.waiting) == (1, ())


def test_accepted_outcomes_are_followed_and_so_is_what_is_like_them(start):
    """A plant that has changed: the first batch waits, is accepted, and those that come after go with it."""
    rng = np.random.default_rng(6)
    changed = [arrival(rng, number, 120, shift=3.0) for number in (5, 6)]
    assert [one.batch for one in taken(start, changed).waiting] == [5, 6]
    after = start.taken(changed[0], accepted=True).taken(changed[1])
    assert after.waiting == ()
    assert after.adaptive.centre == pytest.approx(3.0, abs=0.5)


def test_an_accepted_batch_leaves_the_run_that_has_begun_as_it_is(start):
    rng = np.random.default_rng(7)
    few, accepted = arrival(rng, 5, 10), arrival(rng, 6, 60, shift=4.0)
    after = start.taken(few).taken(accepted, accepted=True)
    assert after.begun[0].batch == 5
    assert after.sure.state() == start.sure.taken(accepted.errors, accepted.scores).state()


def test_without_a_past_nothing_waits(start):
    anomalous = arrival(np.random.default_rng(8), 5, shift=50.0)
    after = replace(start, usual=None).taken(anomalous)
    assert after.adaptive.state() == start.adaptive.taken(anomalous.errors, anomalous.scores).state()


def test_an_arrival_without_outcomes_changes_nothing(start):
    empty = np.empty(0)
    assert start.taken(Arrival(1, empty, empty, empty, empty)) is start


@pytest.mark.parametrize("size", [10, 40])
def test_the_way_into_json_and_back_changes_nothing(size, start):
    rng = np.random.default_rng(9)
    subset = [*parts(arrival(rng, 5, 70), size), *parts(arrival(rng, 50, 45, shift=6.0), size)]
    through = start
    for one in subset:
        through = OnlineState.from_state(json.loads(json.dumps(through.state())), start.usual).taken(one)
    after = taken(start, subset)
    assert through.state() == after.state()
    assert through.adaptive.state() == after.adaptive.state()
    assert waiting_in(after.state()) == after.waiting != ()


def test_a_state_of_before_anything_waited_is_read(start):
    old = {"adaptive": start.sure.state(), "centres": [[0, 0.0]]}
    assert OnlineState.from_state(old, start.usual).state() == start.state()
    assert waiting_in(old) == ()


def test_complete_runs_are_cut_from_what_arrives_and_stand_beside_the_centre_of_their_beginning():
    rng = np.random.default_rng(10)
    arrivals = [arrival(rng, n=20, shift=2.0) for _ in range(5)]
    first, second = runs_of(arrivals, centres_along(arrivals, AdaptiveInterval.new()), 40)
    errors = np.concatenate([one.errors for one in arrivals[:2]])
    np.testing.assert_array_equal(first.errors, errors)
    centre = AdaptiveInterval.new()
    for one in arrivals[:2]:
        centre = centre.taken(one.errors, one.scores)
    later = np.concatenate([one.errors for one in arrivals[2:4]])
    np.testing.assert_allclose(second.errors, later - centre.centre)
    assert isinstance(first, OutcomeRun)


def test_of_many_batches_that_wait_the_newest_are_named_and_all_are_counted(start):
    rng = np.random.default_rng(11)
    after = taken(start, [arrival(rng, number, 30, shift=6.0) for number in range(MOST_LISTED + 20)])
    assert [one.batch for one in after.waiting] == list(range(20, MOST_LISTED + 20))
    assert after.outcomes_waiting == outcomes_waiting_in(after.state()) == 30 * (MOST_LISTED + 20)


def test_outcomes_that_were_known_before_wait_and_copies_of_those_that_waited_do_not_count(start):
    rng = np.random.default_rng(12)
    first, second = arrival(rng, 1), arrival(rng, 2)
    again = Arrival(3, second.errors, second.scores, first.outcomes, second.scale)
    after = taken(start, [first, second, again])
    assert [one.batch for one in after.waiting] == [3]
    assert "100% were known before" in after.waiting[0].why
    np.testing.assert_array_equal(after.known, np.concatenate([first.outcomes, second.outcomes]))


@pytest.mark.parametrize(("size", "lengths"), [(20, [40, 60, 120]), (70, [70, 140, 280]), (700, [700])])
def test_what_is_usual_is_known_by_the_length_of_runs_while_there_are_enough(size, lengths):
    """Of 700 outcomes that come 20 at a time there are 17 runs of 30 and more, 11 of 60 and 5 of 120."""
    rng = np.random.default_rng(13)
    count = 35 if size == 20 else 20 if size == 70 else 6
    result = usual_of([arrival(rng, n=size) for _ in range(count)], AdaptiveInterval.new())
    assert [one.rows for one in result.bounds] == lengths


def test_of_too_few_outcomes_nothing_is_usual():
    rng = np.random.default_rng(14)
    assert usual_of([arrival(rng, n=60) for _ in range(4)], AdaptiveInterval.new()) is None
    assert usual_of([], AdaptiveInterval.new()) is None


def test_what_waits_is_named_by_its_batch():
    assert waiting_in({"waiting": [[3, 40, "why"]]}) == (PendingBatch(3, 40, "why"),)
