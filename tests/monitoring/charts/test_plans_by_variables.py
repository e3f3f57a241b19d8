"""Acceptability constants against published tables, and plans against their risks."""

import numpy as np
import pytest
from scipy.stats import norm

from monitoring.charts.plans_by_variables import (
    VariablesPlan,
    VariablesPlanError,
    s_method_acceptance,
    s_method_constant,
    s_method_plan,
    sigma_method_constant,
    sigma_method_plan,
)


# ANSI/ASQ Z1.9-1980, table B-1 (standard deviation method), with the producer's risk that belongs to each sample size,
# as http://web.tecnico.ulisboa.pt/~mcasquilho/acad/cq/Z1.9.B1.html gives them; k to its last digit, risks to 1 %.
@pytest.mark.parametrize(
    ("size", "risk", "aql", "k"),
    [
        (5, 0.10, 0.010, 1.53),
        (5, 0.10, 0.015, 1.40),
        (5, 0.10, 0.025, 1.24),
        (10, 0.10, 0.010, 1.72),
        (10, 0.10, 0.040, 1.23),
        (10, 0.10, 0.065, 1.03),
        (20, 0.08, 0.0065, 1.96),
        (20, 0.08, 0.025, 1.51),
        (50, 0.05, 0.0065, 2.08),
        (50, 0.05, 0.015, 1.80),
        (200, 0.01, 0.0065, 2.18),
        (200, 0.01, 0.010, 2.04),
    ],
)
def test_constants_are_those_of_the_published_table(size, risk, aql, k) -> None:
    assert s_method_constant(size, aql, 1 - risk) == pytest.approx(k, abs=0.0065)


# One-sided tolerance factors at 95 % confidence (ISO 16269-6) are the constants that accept with 5 %.
@pytest.mark.parametrize(
    ("size", "share", "factor"), [(10, 0.05, 2.911), (20, 0.05, 2.396), (50, 0.05, 2.065), (10, 0.01, 3.981)]
)
def test_constants_are_tolerance_factors(size, share, factor) -> None:
    assert s_method_constant(size, share, 0.05) == pytest.approx(factor, abs=0.0006)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.15])
def test_the_s_method_accepts_as_often_as_stated(share) -> None:
    rng = np.random.default_rng(1)
    limit = float(-np.quantile(rng.normal(size=4_000_000), share))
    plan = VariablesPlan(15, s_method_constant(15, share, 0.6))
    lots = rng.normal(size=(20_000, plan.size))
    accepted = np.mean(lots.mean(axis=1) + plan.k * lots.std(axis=1, ddof=1) <= limit)
    assert s_method_acceptance(plan.size, plan.k, share) == pytest.approx(0.6, rel=1e-9)
    assert accepted == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / 20_000) + 0.002)


def test_where_sigma_is_known_constants_by_hand() -> None:
    # z of 1 % is 2.3263, z of 95 % is 1.6449: 2.3263 - 1.6449 / 3.
    assert sigma_method_constant(9, 0.01, 0.95) == pytest.approx(2.3263 - 1.6449 / 3, abs=1e-4)
    assert sigma_method_constant(1, 0.01, 0.5) == pytest.approx(2.3263, abs=1e-4)


def test_a_large_sample_knows_its_sigma() -> None:
    assert s_method_constant(1000, 0.02, 0.5) == pytest.approx(2.0537, rel=1e-3)


def test_the_plan_of_one_and_six_per_cent() -> None:
    # D. C. Montgomery, Introduction to statistical quality control: nomograph, n 40 and k 1.9 where sigma is unknown.
    plan = s_method_plan(0.01, 0.05, 0.06, 0.10)
    assert plan.size == pytest.approx(40, abs=2)
    assert plan.k == pytest.approx(1.9, abs=0.02)
    known = sigma_method_plan(0.01, 0.05, 0.06, 0.10)
    # (1.6449 + 1.2816)² / (2.3263 - 1.5548)² = 14.4.
    assert known.size == 15
    # A known sigma saves 1 + k²/2 times the values.
    assert plan.size / known.size == pytest.approx(1 + plan.k**2 / 2, rel=0.06)


def sigma_known(size, k, share):
    """Acceptance where sigma is known: the mean of `size` values keeps k standard deviations from the limit."""
    return norm.sf((k - norm.isf(share)) * np.sqrt(size))


@pytest.mark.parametrize(
    ("aql", "producer", "limiting", "consumer"),
    [(0.01, 0.05, 0.06, 0.10), (0.0065, 0.10, 0.10, 0.05), (0.04, 0.05, 0.10, 0.10), (0.001, 0.01, 0.30, 0.01)],
)
def test_plans_keep_both_risks_and_one_value_less_does_not(aql, producer, limiting, consumer) -> None:
    for made, accepts in ((s_method_plan, s_method_acceptance), (sigma_method_plan, sigma_known)):
        plan = made(aql, producer, limiting, consumer)
        assert accepts(plan.size, plan.k, limiting) == pytest.approx(consumer, rel=1e-6)
        assert accepts(plan.size, plan.k, aql) >= 1 - producer
        constant = s_method_constant if made is s_method_plan else sigma_method_constant
        smaller = plan.size - 1
        if smaller >= 2:
            assert accepts(smaller, constant(smaller, limiting, consumer), aql) < 1 - producer


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: s_method_constant(1, 0.01, 0.9), "size: expected 2 or more values"),
        (lambda: s_method_constant(5, 1.0, 0.9), "nonconforming: expected a share above 0 and below 1, got 1"),
        (lambda: s_method_constant(5, 0.01, 95), "acceptance: expected a share above 0 and below 1, got 95"),
        (lambda: s_method_plan(0.05, 0.05, 0.05, 0.10), "expected 0 < AQL < limiting quality < 1, got 0.05 and 0.05"),
        (
            lambda: sigma_method_plan(0.06, 0.05, 0.01, 0.10),
            "expected 0 < AQL < limiting quality < 1, got 0.06 and 0.01",
        ),
    ],
)
def test_what_no_plan_can_judge_is_refused(call, match) -> None:
    with pytest.raises(VariablesPlanError, match=match):
        call()


def test_qualities_too_close_for_a_plan_are_told() -> None:
    with pytest.raises(VariablesPlanError, match=r"no plan of up to 1000 values tells 0\.01 from 0\.0101"):
        s_method_plan(0.01, 0.05, 0.0101, 0.10)
