"""Intervals that follow the plant: laws of the level, what the centre is, and the way of the state into JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.uncertainty.adaptive_intervals import (
    CHANCE,
    COVERAGES,
    RECENT,
    STEP,
    WINDOW,
    AdaptiveInterval,
    IntervalLevel,
    weight_of,
)
from models.uncertainty.intervals import Conformal, CoverageError

STEPS = {0.5: 0.02, 0.6: 0.02, 0.7: 0.02, 0.8: 0.02, 0.9: 0.02, 0.95: 0.01, 0.99: 0.002}


def level_of(scores: np.ndarray) -> IntervalLevel:
    """The level that has never been moved, with these scores in its window."""
    return IntervalLevel(scores, IntervalLevel.new().missed)


def misses(level: IntervalLevel, scores: np.ndarray, coverage: float) -> tuple[np.ndarray, np.ndarray]:
    """Whether each score lay beyond the interval as it was when it came, and beyond all scores known then."""
    missed, record = [], []
    for score in scores:
        missed.append(score > level.half_width(coverage))
        record.append(score > level.scores.max())
        level = level.taken(np.array([score]))
    return np.array(missed), np.array(record)


def test_step_window_and_recent_outcomes_are_those_of_the_documents():
    assert (STEP, WINDOW, RECENT, CHANCE) == (0.02, 250, 20, 2.0)


@pytest.mark.parametrize("n", [99, 250])
@pytest.mark.parametrize("coverage", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
def test_a_level_that_was_never_moved_is_split_conformal(n, coverage):
    scores = np.random.default_rng(n).gamma(2.0, size=n)
    assert level_of(scores).half_width(coverage) == Conformal(np.sort(scores)).half_width(coverage)


@pytest.mark.parametrize("coverage", STEPS)
@pytest.mark.parametrize("kind", ["steady", "steps", "trend", "bursts"])
def test_in_the_long_run_misses_are_as_many_as_promised_whatever_comes(kind, coverage):
    """Gibbs and Candès, proposition 4.1: |mean of misses - (1 - c)| <= (max(1 - c, c) + step) / (step T).

    It counts outcomes by which the interval could be moved: not those beyond all known ones when it is at its end.
    """
    rng = np.random.default_rng(5)
    n = 1500
    scores = np.abs(rng.normal(size=n))
    at = np.arange(n)
    scores *= {
        "steady": np.ones(n),
        "steps": np.where(at // 200 % 2, 4.0, 1.0),
        "trend": 1 + at / 200,
        "bursts": np.where(at % 97 < 5, 10.0, 1.0),
    }[kind]
    missed, record = misses(level_of(np.abs(rng.normal(size=WINDOW))), scores, coverage)
    bound = (max(coverage, 1 - coverage) + STEPS[coverage]) / STEPS[coverage]
    counted = missed[~record].sum() - (1 - coverage) * n
    assert -bound - record.sum() <= counted <= bound


def test_exchangeable_outcomes_are_covered_as_promised_within_chance():
    rng = np.random.default_rng(11)
    scores = rng.gamma(2.0, size=3000)
    missed, _ = misses(level_of(rng.gamma(2.0, size=WINDOW)), scores, 0.9)
    # Misses are spread more evenly than independent ones: three standard deviations of these are wide enough.
    assert abs(missed.mean() - 0.1) < 3 * np.sqrt(0.09 / 3000)


def test_one_miss_and_one_hit_move_the_level_by_hand():
    scores = np.arange(1.0, 101.0)
    start = level_of(scores)
    place = COVERAGES.index(0.9)
    assert start.taken(np.array([500.0])).missed[place] == pytest.approx(0.1 - 0.02 * 0.9)
    assert start.taken(np.array([1.0])).missed[place] == pytest.approx(0.1 + 0.02 * 0.1)
    assert start.taken(np.array([500.0])).missed[-1] == pytest.approx(0.01 - 0.002 * 0.99)
    # 91 is the 91st of 101: at its end, and not beyond
    assert start.half_width(0.9) == 91.0
    assert start.taken(np.array([91.0])).missed[place] > 0.1
    assert start.taken(np.array([91.1])).missed[place] < 0.1


def test_an_interval_is_never_wider_than_the_largest_known_error_and_returns_soon():
    level = level_of(np.ones(WINDOW))
    level = level.taken(np.arange(2.0, 62.0))  # each beyond all before it
    assert level.half_width(0.9) == 61.0
    assert level.missed[COVERAGES.index(0.9)] > -STEP
    again = level.taken(np.full(150, 1.0))
    assert again.half_width(0.9) <= 61.0
    assert again.missed[COVERAGES.index(0.9)] > 0.1


@given(
    st.lists(st.floats(0, 1e6), min_size=20, max_size=60),
    st.floats(0.01, 0.989),
    st.floats(0.01, 0.989),
)
def test_a_higher_coverage_is_never_narrower(scores, one, other):
    level = level_of(np.ones(99)).taken(np.array(scores))
    low, high = sorted((one, other))
    assert level.half_width(low) <= level.half_width(high)


def test_the_window_holds_the_newest_outcomes_alone():
    rng = np.random.default_rng(3)
    scores = rng.random(400).round(2)  # with ties
    level = IntervalLevel.new().taken(scores)
    assert level.scores.tolist() == scores[-WINDOW:].tolist()
    assert level._sorted == sorted(scores[-WINDOW:].tolist())


def test_outcomes_one_by_one_or_at_once_move_the_level_alike():
    scores = np.random.default_rng(4).random(60)
    one = IntervalLevel.new()
    for score in scores:
        one = one.taken(np.array([score]))
    at_once = IntervalLevel.new().taken(scores)
    assert one.missed.tolist() == at_once.missed.tolist()
    assert one.scores.tolist() == at_once.scores.tolist()


def test_until_enough_is_known_a_level_is_not_moved_and_no_interval_given():
    level = IntervalLevel.new().taken(np.arange(8.0))
    assert level.missed[4] == pytest.approx(0.1)
    with pytest.raises(CoverageError, match=r"0\.9 needs at least 9 known outcomes, got 8 \(of the newest 250\)"):
        level.half_width(0.9)
    assert level.taken(np.array([9.0])).half_width(0.9) == 9.0
    with pytest.raises(CoverageError, match="expected a share above 0 and below 1"):
        level.half_width(1.0)


def test_outcomes_that_err_each_for_itself_count_each_for_one():
    rng = np.random.default_rng(12)
    arrival = np.repeat(np.arange(400), 10)
    assert weight_of(rng.normal(size=4000), arrival) == pytest.approx(1.0, abs=0.1)
    assert weight_of(rng.normal(size=50), np.arange(50)) == 1.0
    assert weight_of(rng.normal(size=50), np.zeros(50, dtype=np.int64)) == 1.0
    assert weight_of(np.zeros(4000), arrival) == 1.0


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_outcomes_that_share_a_part_of_their_error_count_as_the_design_effect_says(share):
    rng = np.random.default_rng(13)
    arrival = np.repeat(np.arange(2000), 20)
    errors = np.sqrt(share) * rng.normal(size=2000)[arrival] + np.sqrt(1 - share) * rng.normal(size=40_000)
    assert weight_of(errors, arrival) == pytest.approx(1 / (1 + 19 * share), rel=0.1)
    shared = rng.normal(size=2000)
    assert weight_of(shared[arrival], arrival) == pytest.approx(1 / 20)


def test_a_shift_that_stays_is_nothing_that_outcomes_share_by_chance():
    rng = np.random.default_rng(15)
    arrival = np.repeat(np.arange(30), 20)
    errors = rng.normal(size=600) + 6.0 * (arrival >= 12)
    assert weight_of(errors, arrival) > 0.5


def test_outcomes_of_little_weight_move_the_level_by_little_and_stay_for_longer():
    scores = np.arange(1.0, 101.0)
    one, light = (replace(IntervalLevel.new(weight), scores=scores) for weight in (1.0, 0.1))
    place = COVERAGES.index(0.9)
    moved = [level.taken(np.array([500.0])).missed[place] - 0.1 for level in (one, light)]
    assert moved[1] == pytest.approx(moved[0] / 10)
    assert (one.window, light.window) == (250, 2500)
    assert len(light.taken(np.ones(3000)).scores) == 2500
    state = AdaptiveInterval.new(0.1).taken(np.ones(150), np.zeros(150)).taken(np.zeros(100), np.zeros(100))
    assert state.centre == pytest.approx(150 / 250)  # 100 count for 10: the 150 before them still do
    assert state.taken(np.zeros(100), np.zeros(100)).centre == 0.0


@pytest.mark.parametrize("weight", [0.0, -1.0, 1.1, np.nan])
def test_a_weight_that_is_no_share_is_refused(weight):
    with pytest.raises(ValueError, match=r"weight: got .*, expected above 0 and at most 1"):
        IntervalLevel.new(weight)


def test_forty_units_of_one_feed_that_report_at_once_are_covered_as_promised():
    """Nine tenths of the variance of their errors in common."""
    rng = np.random.default_rng(14)
    arrivals, units = 1500, 40
    errors = np.sqrt(0.9) * rng.normal(size=(arrivals, 1)) + np.sqrt(0.1) * rng.normal(size=(arrivals, units))
    weight = weight_of(errors[:300].ravel(), np.repeat(np.arange(300), units))
    state, inside = AdaptiveInterval.new(weight), []
    for i, batch in enumerate(errors):
        off = np.abs(batch - state.centre)
        if i >= 300:
            inside.append(np.mean(off <= state.level.half_width(0.9)))
        state = state.taken(batch, off)
    assert 0.88 <= np.mean(inside) <= 0.92


def test_where_nothing_is_chance_the_centre_is_the_mean_of_the_last_twenty_errors():
    state = AdaptiveInterval.new()
    errors = np.random.default_rng(6).normal(size=50)
    for i, error in enumerate(errors):
        assert state.centre == pytest.approx(errors[max(0, i - 20) : i].sum() / 20)
        state = state.taken(np.array([error]), np.zeros(1))


@pytest.mark.parametrize(
    ("outcomes", "error", "weight", "centre"),
    [
        (20, 1.0, 1.0, 0.9),  # of 250 a mean of 0.08, within chance; of 20 one of 1, and 2 / 20 of its square chance
        (250, 0.2, 1.0, 0.16),  # 0.04 less 2 / 250 is 0.8 of it; the last 20 show no more, beyond chance
        (250, 0.05, 1.0, 0.0),  # 0.0025 is less than 2 / 250
        (200, 1.0, 0.1, 0.9),  # 200 that count for 20
        (5, 2.0, 1.0, 0.3),  # 15 of 20 are missing: a mean of 0.5, whose square less 0.1 is 0.6 of it
    ],
)
def test_of_a_shift_that_much_is_taken_as_lies_beyond_chance(outcomes, error, weight, centre):
    """Outcomes of variance 1, by hand."""
    state = AdaptiveInterval.new(weight)
    for _ in range(outcomes):
        state = state.taken(np.array([error]), np.ones(1))
    assert state.centre == pytest.approx(centre)


def test_errors_without_a_shift_move_the_centre_far_less_than_their_mean():
    rng, state, centres = np.random.default_rng(16), AdaptiveInterval.new(), []
    for error in rng.normal(size=1500):
        centres.append(state.centre)
        state = state.taken(np.array([error]), np.array([abs(error - state.centre)]))
    assert np.mean(np.square(centres[250:])) < 0.25 / 20  # a quarter of the variance of a mean of 20


def test_a_small_shift_that_lasts_is_found_and_a_large_one_at_once():
    rng = np.random.default_rng(17)
    state, centres = AdaptiveInterval.new(), []
    for error in np.concatenate([rng.normal(0.4, 1, 600), rng.normal(3.4, 1, 20)]):
        centres.append(state.centre)
        state = state.taken(np.array([error]), np.array([abs(error - state.centre)]))
    assert np.mean(centres[300:600]) == pytest.approx(0.4, abs=0.1)
    assert state.centre == pytest.approx(3.4, abs=4 * np.sqrt(1 / 20))


def test_outcomes_that_come_together_count_together_in_any_order():
    errors = np.random.default_rng(7).normal(size=60)
    state = AdaptiveInterval.new().taken(errors[:30], np.zeros(30))
    assert state.centre == pytest.approx(errors[:30].mean())
    assert state.taken(errors[30:45], np.zeros(15)).centre == pytest.approx(errors[:45].mean())
    later = state.taken(errors[30:], np.zeros(30))
    assert later.centre == pytest.approx(errors[30:].mean())
    turned = state.taken(errors[:29:-1], np.zeros(30))
    assert turned.centre == pytest.approx(later.centre)
    assert state.taken(np.empty(0), np.empty(0)) is state


def test_no_more_outcomes_are_kept_than_count():
    state = AdaptiveInterval.new()
    for _ in range(300):
        state = state.taken(np.ones(1), np.ones(1))
    assert len(state.recent) == WINDOW
    assert state.taken(np.ones(400), np.ones(400)).recent == ((400, 400.0),)


def test_a_shift_of_the_mean_is_made_up_for_after_twenty_outcomes():
    rng = np.random.default_rng(8)
    state, off = AdaptiveInterval.new(), []
    for error in np.concatenate([rng.normal(0, 1, 100), rng.normal(10, 1, 60)]):
        off.append(error - state.centre)
        state = state.taken(np.array([error]), np.array([abs(off[-1])]))
    assert np.mean(off[100:105]) > 8
    # the mean of 40, each against a mean of 20: both have their share of chance
    assert abs(np.mean(off[120:])) < 4 * np.sqrt(1 / 40 + 1 / 20)


def test_a_state_comes_back_from_json_as_it_was():
    rng = np.random.default_rng(9)
    state = AdaptiveInterval.new()
    for _ in range(40):
        errors = rng.normal(size=rng.integers(1, 9))
        state = state.taken(errors, np.abs(errors - state.centre))
    back = AdaptiveInterval.from_state(json.loads(json.dumps(state.state(), allow_nan=False)))
    assert back.centre == state.centre
    assert [back.level.half_width(c) for c in COVERAGES] == [state.level.half_width(c) for c in COVERAGES]
    more = rng.normal(size=30)
    assert back.taken(more, np.abs(more)).state() == state.taken(more, np.abs(more)).state()


@pytest.mark.parametrize(
    ("scores", "missed", "message"),
    [
        ([-1.0], None, "scores: expected at most 250 finite numbers >= 0"),
        ([np.nan], None, "scores: expected"),
        ([np.inf], None, "scores: expected"),
        ([[1.0]], None, "scores: expected"),
        (np.ones(251), None, "scores: expected at most 250"),
        ([1.0], [0.1], "missed: expected 7 finite numbers"),
        ([1.0], [np.nan] * 7, "missed: expected 7 finite numbers"),
    ],
)
def test_a_state_that_is_none_is_refused(scores, missed, message):
    with pytest.raises(ValueError, match=message):
        IntervalLevel(np.array(scores), IntervalLevel.new().missed if missed is None else np.array(missed))


def test_a_state_is_a_copy_that_nobody_changes():
    scores = np.ones(20)
    level = level_of(scores)
    scores[:] = 5.0
    assert level.half_width(0.9) == 1.0
    with pytest.raises(ValueError, match="read-only"):
        level.scores[0] = 9.0
