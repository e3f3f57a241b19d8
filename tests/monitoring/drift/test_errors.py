"""Charts of errors and their limits."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.drift.errors import ErrorHistory, step_means
from monitoring.drift.signals import Sums


def history(values, step, kind="bias", rows=25.0, probability=0.005):
    late = np.ones(len(values), dtype=bool)
    return ErrorHistory.of("y", kind, values, step, late, float(np.abs(values).mean()), rows, probability)


def drawn(rng, steps, rows=25, shared=0.2, alike=0.5):
    """Errors of rows that share a chance, which the next step resembles."""
    walk = np.zeros(steps)
    for t in range(1, steps):
        walk[t] = alike * walk[t - 1] + shared * np.sqrt(1 - alike**2) * rng.standard_normal()
    step = np.repeat(np.arange(steps), rows)
    return walk[step] + rng.standard_normal(len(step)), step


def sums(past, values, step):
    mean, count = step_means(values, step, int(step.max()) + 1)
    high, low = past.chart(mean, count)
    return np.maximum(high, low)


def test_what_rows_share_and_what_each_errs_by_are_told_apart():
    past = history(*drawn(np.random.default_rng(1), 2000))
    assert past.own == pytest.approx(1.0, abs=0.05)
    assert past.shared == pytest.approx(0.04, abs=0.015)
    assert past.centre == pytest.approx(0.0, abs=0.05)


def test_false_alarms_are_as_rare_as_asked_where_steps_resemble_each_other():
    rng, started, steps = np.random.default_rng(2), 0, 0
    for _ in range(60):
        past = history(*drawn(rng, 120))
        beyond = sums(past, *drawn(rng, 120)) > 1
        started += int(np.sum(np.diff(np.append(False, beyond).astype(int)) == 1))
        steps += 120
    assert started / steps <= 2 * 0.005  # twice: where a history errs, it errs for all that comes after it


def test_a_lean_of_one_usual_error_is_seen_within_a_few_steps():
    rng = np.random.default_rng(3)
    past = history(*drawn(rng, 120))
    values, step = drawn(rng, 60)
    values[step >= 30] -= np.abs(values).mean()
    beyond = sums(past, values, step) > 1
    assert not beyond[:30].any()
    assert np.flatnonzero(beyond)[0] < 36
    assert beyond[36:].all()


def test_a_lean_that_does_not_matter_is_never_seen():
    rng = np.random.default_rng(4)
    values, step = rng.standard_normal(200_000), np.repeat(np.arange(200), 1000)
    past = history(values[:100_000], step[:100_000], rows=1000.0)
    later = values[100_000:] + 0.1 * np.abs(values).mean()
    assert not (sums(past, later, step[100_000:] - 100) > 1).any()


def test_of_sizes_a_fall_is_no_drift():
    rng = np.random.default_rng(5)
    values, step = drawn(rng, 120)
    past = history(np.abs(values), step, "size")
    assert not (sums(past, 0.2 * np.abs(values), step) > 1).any()
    assert (sums(past, 2.0 * np.abs(values), step) > 1).any()


def test_too_few_steps_have_no_chart():
    values, step = drawn(np.random.default_rng(6), 3)
    assert history(values, step) is None


def test_steps_without_outcomes_have_no_mean():
    mean, count = step_means(np.array([1.0, 3.0, np.nan, 5.0]), np.array([0, 0, 1, 3]), 4)
    assert mean.tolist()[0::3] == [2.0, 5.0]
    assert np.isnan(mean[1:3]).all()
    assert count.tolist() == [2.0, 0.0, 0.0, 1.0]


def test_a_sum_about_its_limit_is_one_alarm_until_it_is_0_again():
    high = np.array([0.0, 0.9, 1.1, 0.8, 1.2, 0.3, 0.0, 0.9, 0.0])
    sums = Sums(history(*drawn(np.random.default_rng(7), 120)), np.arange(9), high, np.zeros(9), high, np.ones(9))
    assert sums.beyond.tolist() == [False, False, True, True, True, True, False, False, False]
    fall = replace(sums, high=np.zeros(9), low=high)
    assert fall.beyond.tolist() == sums.beyond.tolist()
