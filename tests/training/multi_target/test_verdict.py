"""The rule by which several targets take over together."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from training.core.comparison import ComparisonError, ComparisonRows, ModelLosses, judge
from training.multi_target.verdict import check_judged, of_each

ROWS = 400


def outcome(gain, unsound=None, confidence=0.975):
    """Verdict on a challenger whose losses are lower by `gain` on average, with a spread of 1 in 40 blocks."""
    rng = np.random.default_rng(3)
    block = np.repeat(np.arange(40), ROWS // 40)
    noise = rng.standard_normal(ROWS)
    lost = gain + noise - noise.mean()
    periods = pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=10), 40))
    rows = ComparisonRows(block.astype(str).astype(object), periods, block, np.ones(ROWS))
    sides = ModelLosses(lost, {"mae": 1.0}), ModelLosses(np.zeros(ROWS), {"mae": 1.0})
    return judge(rows, *sides, "the loss", "%", unsound, confidence)


BETTER, WORSE, SAME = outcome(1.0), outcome(-1.0), outcome(0.0)


def test_bounds_tell_better_from_worse_and_from_chance():
    assert BETTER.gain_low > 0
    assert WORSE.gain_high < 0
    assert SAME.gain_low < 0 < SAME.gain_high
    for one in (BETTER, WORSE, SAME):
        assert one.gain_low < one.gain < one.gain_high


def test_to_be_better_takes_more_where_more_targets_are_asked():
    """The bound with a half of the error that is allowed to one target lies lower."""
    assert outcome(1.0, confidence=0.975).gain_low < outcome(1.0, confidence=0.95).gain_low
    assert outcome(1.0, confidence=0.975).gain_high == outcome(1.0, confidence=0.95).gain_high
    assert "with 97.5% confidence" in BETTER.why


@pytest.mark.parametrize(
    ("result", "promoted", "reason"),
    [
        ((BETTER, SAME), True, "significantly better: a; no target is significantly worse"),
        ((BETTER, BETTER), True, "significantly better: a, b; no target is significantly worse"),
        ((BETTER, WORSE), False, "significantly better: a; but significantly worse: b"),
        ((SAME, SAME), False, "no target is significantly better; a: not significantly better"),
        ((WORSE, SAME), False, "no target is significantly better; a: not significantly better"),
        (
            (BETTER, outcome(0.0, "its intervals are broken")),
            False,
            "significantly better: a; but b: its intervals are broken",
        ),
        ((outcome(1.0, "its intervals are broken"), SAME), False, "but a: its intervals are broken"),
    ],
)
def test_one_better_and_none_worse_or_broken_takes_over(result, promoted, reason):
    verdict = of_each(dict(zip("ab", result, strict=True)))
    assert verdict.promoted is promoted
    assert reason in verdict.why
    assert verdict.to_dict()["by_target"]["a"] == result[0].to_dict()


def test_a_target_without_labels_to_judge_on_is_named(melts_seed):
    data = SimpleNamespace(seed=melts_seed.for_target("iron"))
    with pytest.raises(ComparisonError, match="iron: 0 labels to judge on"):
        check_judged(SimpleNamespace(), data, np.array([], dtype=np.int64))


def test_a_verdict_may_be_held_back():
    assert replace(of_each({"a": BETTER, "b": SAME}), promoted=False).promoted is False
