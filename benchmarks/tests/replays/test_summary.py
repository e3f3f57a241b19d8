"""Figures of a replay, by hand."""

from dataclasses import replace
from math import comb

import pytest

from benchmarks.replays.run import Stepped
from benchmarks.replays.summary import chance_below, in_words, summary


def steps(covered, error=None, jobs=(), promoted=()):
    """Steps of 30 days, the first of 10 rows and each later one of 20; half of their labels are known."""
    days = ["2026-01-01", "2026-01-31", "2026-03-02", "2026-04-01", "2026-05-01", "2026-05-31"][: len(covered)]
    result = []
    for number, (day, share) in enumerate(zip(days, covered, strict=True)):
        rows = 20 if number else 10
        of = error[number] if error else 1.0
        job, version = "verdict" if number in jobs else "", 2 if number in promoted else None
        result.append(Stepped(day, 1, rows, rows // 2, of, 0.0, share, job=job, promoted=version))
    return result


def test_errors_are_weighed_by_rows_and_jobs_are_counted():
    result = summary("drift", steps([0.9, 0.9, 0.9], error=[4.0, 1.0, 1.0], jobs=(0, 2), promoted=(2,)))
    assert (result.way, result.trainings, result.promotions) == ("drift", 2, 1)
    assert result.error == pytest.approx((10 * 4 + 20 + 20) / 50)


def test_the_lowest_coverage_is_that_of_90_days_weighed_by_labels():
    result = summary("first", steps([1.0, 1.0, 0.7, 0.7, 0.9, 1.0]))
    assert result.lowest == pytest.approx((0.7 + 0.7 + 0.9) / 3)
    assert result.covered == pytest.approx((5 * 1.0 + 10 * (1.0 + 0.7 + 0.7 + 0.9 + 1.0)) / 55)


@pytest.mark.parametrize(("covered", "lowest"), [([0.9, 0.9, 0.9, 0.6], 0.8), ([0.6, 0.8], 2.2 / 3)])
def test_less_than_90_days_at_the_end_are_no_90_days(covered, lowest):
    assert summary("first", steps(covered)).lowest == pytest.approx(lowest)


@pytest.mark.parametrize(
    ("covered", "days"),
    [([0.9, 0.9], 0.0), ([0.9, 0.8, 0.8, 0.9], 30.0), ([0.8, 0.9, 0.8, 0.8, 0.8], 60.0), ([0.5, 0.9, 0.9], 0.0)],
)
def test_the_longest_time_below_is_counted_in_days_from_the_outcomes_of_the_first_step_below(covered, days):
    assert summary("first", steps(covered)).longest == days


def test_costs_are_weighed_by_rows_and_released_lots_are_counted(toy_quality_seed):
    played = [
        replace(one, lost=cost, released=released, broken=broken)
        for one, cost, released, broken in zip(steps([0.9, 0.9]), (4.0, 1.0), (5, 8), (1, 0), strict=True)
    ]
    result = summary("drift", played)
    assert result.lost == pytest.approx((10 * 4.0 + 20 * 1.0) / 30)
    assert (result.released, result.broken) == (13, 1)
    assert in_words(result, toy_quality_seed) == (
        "drift: 0 trainings, 0 promotions, error to the simulated truth 1, coverage 90.0%, in the worst 90 days 90.0%, "
        "cost of decisions 2 $/t, 1 of 13 released lots violate their grade"
    )


def test_of_numbers_nothing_is_said_of_decisions(toy_seed):
    result = summary("first", steps([0.9]))
    assert result.lost is None
    line = in_words(result, toy_seed)
    assert line.endswith("error to the simulated truth 1 %, coverage 90.0%, in the worst 90 days 90.0%")


def below(labels, most):
    """Probability that at most so many labels are covered, 90 % each."""
    return sum(comb(labels, k) * 0.9**k * 0.1 ** (labels - k) for k in range(most + 1))


def test_good_intervals_of_few_labels_are_below_for_longer_by_chance():
    few, more = below(10, 8), below(70, 60)  # 8 of 10 and 60 of 70 are less than 87 %, 61 of 70 are more
    assert chance_below([10], 0) == pytest.approx(few)
    assert chance_below([10, 70], 0) == pytest.approx(1 - (1 - few) * (1 - more))
    assert chance_below([10, 70], 1) == pytest.approx(few * more)
    assert chance_below([10, 70, 10], 1) == pytest.approx(few * more + more * few - few * more * few)
    assert chance_below([10, 70], 2) == pytest.approx(0.0)
    assert chance_below([70] * 24, 1) > 0.3 > 0.01 > chance_below([5000] * 24, 1)
