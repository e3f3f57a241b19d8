"""The gate before any champion: its conditions, one by one."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from training.core.comparison import ComparisonRows
from training.core.gate import (
    BASELINE_IS_BEST,
    Evidence,
    GateCondition,
    Gated,
    coverage_condition,
    gate,
    labels_in,
    mended_coverage,
    too_few,
    too_many,
    untrained_rows,
)

KEPT = GateCondition("promise", True, "kept", "kept")


def evidence(own=1.0, baseline=2.0, blocks=10, per_block=4, labels=50, promises=(KEPT,)):
    """Evidence of rows that all lose the same."""
    n = blocks * per_block
    days = pd.DatetimeIndex(pd.date_range("2024-01-01", periods=n, freq="D"))
    rows = ComparisonRows(np.full(n, "A", dtype=object), days, np.arange(n) // per_block, np.ones(n))
    return Evidence(rows, np.full(n, own), np.full(n, baseline), "the loss", "%", "persistence", labels, promises)


def test_what_keeps_every_condition_passes():
    result = gate(evidence(), False, None)
    assert (result.passed, result.outcome, result.reasons) == (True, "passed", [])
    assert [condition.what for condition in result.conditions] == [
        "loading from the store",
        "labels",
        "rows to measure on",
        "gain over persistence",
        "promise",
    ]
    assert result.lines[3] == (
        "kept: gain over persistence: with 95% confidence the loss falls by more than 1 %; expected more than 0 %"
    )


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (
            gate(evidence(), False, "model.json: got sha256 1, expected 2"),
            "loading from the store: model.json: got sha256 1, expected 2; expected a model that loads as the service "
            "loads it and answers its recorded rows",
        ),
        (
            gate(evidence(labels=49), False, None),
            "labels: 49 training labels that do not just repeat the one before in their unit; expected at least 50",
        ),
        (
            gate(evidence(blocks=7), False, None),
            "rows to measure on: 28 rows in 7 independent blocks outside the training rows; expected at least 30 "
            "rows in 8 blocks",
        ),
        (
            gate(evidence(per_block=2), False, None),
            "rows to measure on: 20 rows in 10 independent blocks outside the training rows; expected at least 30 "
            "rows in 8 blocks",
        ),
        (
            gate(evidence(own=2.5), False, None),
            "gain over persistence: with 95% confidence the loss falls by more than -0.5 %; expected more than 0 %",
        ),
        (
            gate(evidence(own=2.0), False, None),
            "gain over persistence: with 95% confidence the loss falls by more than 0 %; expected more than 0 %",
        ),
        (gate(evidence(), True, None), f"gain over persistence: {BASELINE_IS_BEST}; expected more than 0 %"),
        (gate(evidence(promises=(GateCondition("promise", False, "1", "2"),)), False, None), "promise: 1; expected 2"),
    ],
)
def test_each_condition_refuses_by_itself(result, reason):
    assert (result.passed, result.outcome, result.reasons) == (False, "refused", [reason])


def test_every_reason_is_given_at_once():
    result = gate(evidence(own=3.0, labels=3), False, "no files")
    assert [reason.split(":")[0] for reason in result.reasons] == [
        "loading from the store",
        "labels",
        "gain over persistence",
    ]
    assert result.lines[-1] == "kept: promise: kept; expected kept"
    assert Gated(()).passed


def test_a_gain_that_chance_explains_is_none():
    """Blocks gain 3 and lose 2 in turn: 0.5 on average, with a standard deviation of 2.5 over the root of 10."""
    one = evidence()
    mixed = Evidence(
        one.rows, one.own, one.own + np.where(one.rows.block % 2, 3.0, -2.0), "the loss", "%", "it", 50, (KEPT,)
    )
    assert [reason.split(":")[0] for reason in gate(mixed, False, None).reasons] == ["gain over it"]


@pytest.mark.parametrize(
    ("covered", "rows", "passed"),
    [
        (156, 200, False),  # 78 %
        (169, 200, False),
        (170, 200, True),
        (200, 200, True),  # more than promised breaks no promise
        (31, 40, False),  # 78 % of few rows: 31 or fewer come by chance in 1.5 % of cases
        (32, 40, True),  # 80 %: 32 or fewer in 4.2 %
        (40, 40, True),
    ],
)
def test_intervals_must_cover_no_fewer_than_they_promise(covered, rows, passed):
    result = coverage_condition("intervals", covered / rows, rows, f"{covered} of {rows}")
    assert result.passed == passed
    assert result.line == (
        f"coverage of the 90% intervals: {covered} of {rows}; expected 85% or more, or no fewer than chance explains"
    )


@pytest.mark.parametrize(
    ("covered", "rows", "many"),
    [
        (189, 200, False),
        (190, 200, False),  # 95 %
        (191, 200, True),
        (20, 21, False),  # 20 or more in 36 %
        (39, 40, False),  # 39 or more in 8 %
        (40, 40, True),  # all of 40 in 1.5 %
    ],
)
def test_intervals_are_wider_than_needed_from_a_share_on_that_chance_does_not_explain(covered, rows, many):
    assert too_many(covered / rows, rows) == many
    assert not too_few(covered / rows, rows)
    assert not too_many(float("nan"), rows)
    assert not too_few(float("nan"), rows)


def test_nothing_has_learnt_from_the_test_periods_of_all_units():
    parts = SimpleNamespace(test=np.array([7, 3]), holdout=np.array([5]), holdout_all=np.array([1, 5]))
    assert untrained_rows(parts).tolist() == [3, 5, 7]


def test_a_label_that_is_repeated_row_after_row_counts_once():
    units = np.array(["A"] * 5 + ["B"] * 3, dtype=object)
    assert labels_in(units, np.array([1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 3.0])) == 5
    assert labels_in(units, np.full(8, np.nan)) == 2
    contents = np.array([[1.0, np.nan]] * 4 + [[1.0, 2.0]] + [[1.0, 2.0]] * 3)
    assert labels_in(units, contents) == 3
    assert labels_in(units[:0], np.zeros(0)) == 0


@pytest.mark.parametrize(
    ("champion", "challenger", "rows", "mends"),
    [
        (0.70, 0.90, 400, True),
        (0.70, 0.80, 400, False),  # its own are broken too
        (0.86, 0.90, 400, False),  # the champion's are not broken
        (0.80, 0.90, 20, False),  # chance explains 16 of 20
    ],
)
def test_coverage_is_mended_where_the_champions_is_broken_beyond_chance(champion, challenger, rows, mends):
    result = mended_coverage(champion, challenger, rows)
    assert (result is not None) is mends
    if result is not None:
        assert result == "it covers 90% of the labels where 90% is promised and the champion covers 70%"
